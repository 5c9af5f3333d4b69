"""A hall small enough to draw: two racks of 3 bays and 2 carried tiers, face to face over a 3 m aisle.

y
6 ┌────────────── R2 ──────────────┐     bays of 2.7 m, faces to the aisle
5 └────────────────────────────────┘
  P1 ──► picks at 02-02-… · P2 waits behind it
2 ┌────────────── R1 ──────────────┐
1 └────────────────────────────────┘
  x = 1 … 9.4
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import trimesh
from fastapi import FastAPI

from layouts.run import Event, Run
from server.chores.screenshot import CHROMIUM_FLAGS, find_chromium
from server.listening import listen, web_server
from spatial.errors import MissingToolError
from spatial.facility import Bay, Facility, Level, Location, Rack, Station, Tier
from spatial.facility_json import write_facility
from spatial.poses import GLTF_FROM_WORLD, pose_from_xyz_yaw
from viewer.web_assets import BUILD_COMMAND, built_page

STATES = ("occupied", "empty", "unseen")


def _rack(name: str, y: float, face: int) -> Rack:
    return Rack(
        id=name, level="L0", kind="pallet_rack", center=(5.2, y), base_z_m=0.0, yaw_rad=0.0, length_m=8.4,
        depth_m=1.0, height_m=4.0, faces=(face,),
        bays=tuple(Bay(offset_m=0.1 + 2.8 * n, width_m=2.6) for n in range(3)),
        tiers=(Tier(z_m=1.6), Tier(z_m=3.2)),
    )  # fmt: skip


def _locations(rack: Rack, aisle: str) -> list[Location]:
    start_x = rack.center[0] - rack.length_m / 2
    return [
        Location(
            id=f"{aisle}-{bay + 1:02}-{'ABC'[tier]}-{position}", rack=rack.id,
            bay=bay, tier=tier, position=position,
            center=(start_x + slot.offset_m + slot.width_m * (position / 2 - 0.25), rack.center[1],
                    1.6 * tier + 0.7),
            size_m=(1.3, 1.0, 1.4), state=STATES[(bay + tier + position) % 3],  # type: ignore[arg-type]
            fill=0.8 if STATES[(bay + tier + position) % 3] == "occupied" else None, confidence=0.97,
        )
        for bay, slot in enumerate(rack.bays) for tier in range(3) for position in (1, 2)
    ]  # fmt: skip


@pytest.fixture(scope="session")
def hall() -> Facility:
    racks = (_rack("R1", 1.5, 1), _rack("R2", 5.5, -1))
    return Facility(
        id="HALL", name="Test hall", kind="planned",
        levels=(Level(id="L0", elevation_m=0.0, outline=((0.0, 0.0), (12.0, 0.0), (12.0, 7.0), (0.0, 7.0))),),
        racks=racks, locations=tuple(_locations(racks[0], "01") + _locations(racks[1], "02")),
        stations=(Station(id="DEPOT", level="L0", kind="depot", pose=(11.0, 3.5, 0.0)),),
    )  # fmt: skip


@pytest.fixture(scope="session")
def hall_site(hall: Facility, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("site")
    write_facility(folder / "facility.json", hall)
    scene = trimesh.Scene()
    for rack in hall.racks:
        for n in range(4):
            upright = trimesh.creation.box((0.1, rack.depth_m, rack.height_m))
            at = pose_from_xyz_yaw(1.05 + 2.77 * n, rack.center[1], rack.height_m / 2, 0.0)
            scene.add_geometry(upright, node_name=f"{rack.id}/{n}", transform=GLTF_FROM_WORLD @ at)
    (folder / "facility.glb").write_bytes(scene.export(file_type="glb"))
    _write_cloud(folder / "cloud.ply")
    return folder


def _write_cloud(path: Path, count: int = 5000) -> None:
    rng = np.random.default_rng(7)
    points = np.zeros(count, dtype=[("xyz", "<f4", 3), ("rgb", "u1", 3)])
    points["xyz"] = rng.uniform((0, 0, 0), (12, 7, 0.02), (count, 3))
    points["rgb"] = 150
    names = "".join(f"property float {axis}\n" for axis in "xyz")
    names += "".join(f"property uchar {colour}\n" for colour in ("red", "green", "blue"))
    header = f"ply\nformat binary_little_endian 1.0\nelement vertex {count}\n{names}end_header\n"
    path.write_bytes(header.encode() + points.tobytes())


@pytest.fixture(scope="session")
def hall_run() -> Run:
    """P1 walks in, picks for 30 s and leaves; P2 follows, waits behind it for 20 s, then picks too."""

    def event(seq: int, agent: str, kind: str, start: float, end: float, *path: tuple[float, float]) -> Event:
        picks = kind == "pick"
        return Event(
            seq=seq, agent=agent, kind=kind, start_s=start, end_s=end, level="L0", path=path,  # type: ignore[arg-type]
            location="02-02-A-1" if picks else None, sku="SKU-7" if picks else None,
            quantity=2 if picks else None,
            cause="face_busy" if kind == "wait" else None, blocked_by="P1" if kind == "wait" else None,
        )  # fmt: skip

    events = (
        event(0, "P1", "move", 0.0, 10.0, (11.0, 3.5), (4.6, 3.5)),
        event(1, "P2", "move", 4.0, 20.0, (11.0, 3.5), (6.0, 3.5)),
        event(2, "P1", "pick", 10.0, 40.0, (4.6, 3.5)),
        event(3, "P2", "wait", 20.0, 40.0, (6.0, 3.5)),
        event(4, "P1", "move", 40.0, 60.0, (4.6, 3.5), (1.0, 3.5), (0.5, 0.5), (11.0, 0.5)),
        event(5, "P2", "move", 40.0, 44.0, (6.0, 3.5), (4.6, 3.5)),
        event(6, "P2", "pick", 44.0, 60.0, (4.6, 3.5)),
    )
    return Run(
        id="hand-made", kind="simulated", agents=("P1", "P2"), duration_s=60.0, events=events,
        inputs={"seed": 7}, slotting={"SKU-1": ("01-01-A-1",)}, notes=("Drawn by hand.",),
    )  # fmt: skip


Serving = Callable[..., AbstractContextManager[str]]


@pytest.fixture(scope="session")
def serving() -> Serving:
    """`with serving(app) as address`: the application on a free loopback port, or on `port`."""

    @contextmanager
    def start(app: FastAPI, port: int = 0) -> Iterator[str]:
        ready = threading.Event()
        addresses: list[str] = []
        server = web_server(app, on_ready=lambda address: (addresses.append(address), ready.set()))
        thread = threading.Thread(target=server.run, args=([listen("127.0.0.1", port)],))
        thread.start()
        try:
            assert ready.wait(10), "the server did not start"
            yield addresses[0]
        finally:
            server.should_exit = True
            thread.join()

    return start


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    """Debian's Chromium, with the page that is built."""
    sync_api = pytest.importorskip("playwright.sync_api", reason="skipped: playwright is not installed")
    if built_page() is None:
        pytest.skip(f"skipped: the page is not built ({BUILD_COMMAND})")
    try:
        path = find_chromium()
    except MissingToolError as error:
        pytest.skip(f"skipped: {error}")
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=list(CHROMIUM_FLAGS))
        yield browser
        browser.close()
