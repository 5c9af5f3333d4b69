"""A room for the WebXR emulator made of the twin itself, and what a hand does with the device in it."""

from __future__ import annotations

import json
import math
import random
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import numpy as np
import pytest

from layouts.run import Run
from server.answers.shown import Shown, read_shown
from server.app import create_app
from server.chores.control_points import control_points
from spatial.facility import Facility, Point3
from spatial.facility_json import write_facility
from viewer.web_assets import BUILD_COMMAND

Serving = Callable[..., AbstractContextManager[str]]
PHONE = {"width": 390, "height": 844}
TAP_M = 0.01
PACKAGES = Path(__file__).parents[3] / "viewer" / "web" / "node_modules"
EMULATOR = (PACKAGES / "iwer/build/iwer.min.js", PACKAGES / "@iwer/sem/build/iwer-sem.min.js")


@dataclass(frozen=True)
class Room:
    """The hall as the emulated camera sees it; the device began at `origin` of the world, turned by `yaw_rad`."""

    facility: Facility
    origin: Point3 = (3.0, 3.2, 0.0)
    yaw_rad: float = 0.7

    def xr(self, world: Point3) -> Point3:
        """A place of the world in the frame of WebXR, Y up."""
        x, y, z = (a - b for a, b in zip(world, self.origin, strict=True))
        c, s = math.cos(-self.yaw_rad), math.sin(-self.yaw_rad)
        return c * x - s * y, z, -(s * x + c * y)

    def looking(self, head: Point3, at: Point3) -> dict[str, list[float]]:
        """Position and quaternion of a device at `head` whose view is at `at`, both in the world."""
        eye, aim = np.array(self.xr(head)), np.array(self.xr(at))
        way = (aim - eye) / np.linalg.norm(aim - eye)
        yaw, pitch = math.atan2(-way[0], -way[2]), math.asin(way[1])
        sy, cy, sp, cp = math.sin(yaw / 2), math.cos(yaw / 2), math.sin(pitch / 2), math.cos(pitch / 2)
        return {"position": eye.tolist(), "quaternion": [cy * sp, sy * cp, -sy * sp, cy * cp]}

    def scene(self) -> str:
        """The floor and the racks as JSON of the emulator."""
        xs, ys = zip(*self.facility.levels[0].outline, strict=True)
        middle = ((min(xs) + max(xs)) / 2, (min(ys) + max(ys)) / 2)
        boxes = [self._box("FLOOR", middle, -0.1, (max(xs) - min(xs), max(ys) - min(ys), 0.1), 0.0)]
        boxes += [
            self._box("STORAGE", rack.center, 0.0, (rack.length_m, rack.depth_m, rack.height_m), rack.yaw_rad)
            for rack in self.facility.racks
        ]
        for number, box in enumerate(boxes):
            box["uuid"] = f"00000000-0000-4000-8000-{number:012}"
        return json.dumps({"type": "scene", "version": 1, "spatialEntities": boxes})

    def _box(
        self, label: str, center: tuple[float, float], base_m: float, size: Point3, yaw_rad: float
    ) -> dict[str, Any]:
        x, y, z = self.xr((*center, base_m))
        half = (yaw_rad - self.yaw_rad) / 2
        length, depth, height = size
        return {
            "semanticLabel_META": label,
            "locatable_META": {
                "position": {"x": x, "y": y, "z": z},
                "orientation": {"x": 0, "y": math.sin(half), "z": 0, "w": math.cos(half)},
            },
            "bounded3D_META": {
                "offset": {"x": -length / 2, "y": 0, "z": -depth / 2},
                "extent": {"width": length, "height": height, "depth": depth},
            },
        }

    def install(self, page: Any, *, has_overlay: bool = True) -> None:
        """Give a page of Playwright the emulated device before it loads; phones show the page over the picture."""
        for script in EMULATOR:
            if not script.is_file():
                pytest.skip(f"skipped: the WebXR emulator is missing ({BUILD_COMMAND})")
            page.add_init_script(path=str(script))
        features = ["dom-overlay"] if has_overlay else []
        page.add_init_script(
            f"""(() => {{
              const features = [...IWER.metaQuest3.supportedFeatures, ...{json.dumps(features)}];
              const phone = {json.dumps(has_overlay)} ? {{ controllerConfig: undefined }} : {{}};
              const device = new IWER.XRDevice({{ ...IWER.metaQuest3, ...phone, supportedFeatures: features }});
              device.stereoEnabled = false;
              device.installRuntime({{ forceInstall: true }});
              device.installSEM(IWER_SEM.SyntheticEnvironmentModule);
              device.sem.boundingBoxesVisible = true;
              device.sem.loadEnvironment({self.scene()});
              window.__device = device;
            }})()"""
        )


@dataclass(frozen=True)
class Hand:
    """Whoever holds the device, and presses what the page shows."""

    page: Any
    room: Room
    shown: Shown

    def open(self, address: str) -> None:
        """Load the page and wait until it is ready."""
        self.page.goto(address + "ar.html")
        self.until("window.__aisletwin?.ready === true")

    def until(self, expression: str, within_s: float = 20.0) -> None:
        """Wait for a JavaScript expression."""
        deadline = time.monotonic() + within_s
        while self.page.evaluate(expression) is not True:
            assert time.monotonic() < deadline, f"never: {expression}; {self.page.inner_text('#overlay')}"
            self.page.wait_for_timeout(30)

    def look(self, head: Point3, at: Point3) -> None:
        """Bring the device there, and wait until the page has seen it."""
        self.page.evaluate(
            "p => { __device.position.set(...p.position); __device.quaternion.set(...p.quaternion) }",
            self.room.looking(head, at),
        )
        frames = self.page.evaluate("__aisletwin.frames")
        self.until(f"__aisletwin.frames > {frames + 2}")

    def start(self) -> None:
        """Begin a session."""
        self.page.locator("#start").click()
        self.until("__aisletwin.look !== null")

    def set_point(self, name: str, error: tuple[float, float] = (0.0, 0.0)) -> None:
        """Aim at a named point from the aisle, so far beside it [m], and set it."""
        x, y, z = next(one.position for one in control_points(self.shown.site) if one.name == name)
        self.look((x + 0.3, 3.0 if y < 3 else 4.0, 1.6), (x + error[0], y + error[1], z))
        self.page.evaluate(f"__aisletwin.choose({name!r})")
        self.page.locator("#set-point").click()
        self.until(f"!__aisletwin.isTaking && __aisletwin.names.includes({name!r})")

    def place(self, seed: int = 5) -> None:
        """Begin a session and set three corners, each 1 cm (one sigma) beside it."""
        noise = random.Random(seed)
        self.start()
        for name in ("rack R1 corner 4", "rack R1 corner 3", "rack R2 corner 1"):
            self.set_point(name, (noise.gauss(0, TAP_M), noise.gauss(0, TAP_M)))
        self.until("__aisletwin.placing.state === 'placed'")


@pytest.fixture(scope="package")
def ar_shown(
    hall: Facility, hall_site: Path, hall_run: Run, tmp_path_factory: pytest.TempPathFactory
) -> Shown:
    """The hall as built, its first rack 42 mm nearer to the aisle than planned, and a run with a slotting."""
    first, second = hall.racks
    x, y = first.center
    racks = (replace(first, center=(x, y + 0.042), sigma_m=0.004), replace(second, sigma_m=0.004))
    folder = tmp_path_factory.mktemp("built")
    write_facility(folder / "facility.json", replace(hall, kind="as_built", racks=racks))
    return replace(read_shown(folder, planned=hall_site), run=hall_run)


@pytest.fixture(scope="package")
def ar_address(ar_shown: Shown, serving: Serving) -> Iterator[str]:
    with serving(create_app(ar_shown)) as address:
        yield address


@pytest.fixture
def hand_of(chromium: Any, ar_shown: Shown) -> Iterator[Callable[..., Hand]]:
    """Somebody with a new device: a phone, a headset (`has_overlay` False), or one without AR (`has_ar` False)."""
    contexts = []

    def make(*, has_overlay: bool = True, has_ar: bool = True) -> Hand:
        context = chromium.new_context(viewport=PHONE, has_touch=True, reduced_motion="reduce")
        contexts.append(context)
        hand = Hand(context.new_page(), Room(ar_shown.site.facility), ar_shown)
        if has_ar:
            hand.room.install(hand.page, has_overlay=has_overlay)
        return hand

    yield make
    for context in contexts:
        context.close()


@pytest.fixture
def hand(hand_of: Callable[..., Hand], ar_address: str) -> Iterator[Hand]:
    """Somebody with a phone on the page, which makes no complaint and asks nobody but its server."""
    hand = hand_of()
    complaints: list[str] = []
    asked: set[str] = set()
    hand.page.on("pageerror", lambda error: complaints.append(str(error)))
    hand.page.on("console", lambda one: complaints.append(one.text) if one.type == "error" else None)
    hand.page.on("request", lambda request: asked.add(urlsplit(request.url).netloc))
    hand.open(ar_address)
    yield hand
    assert not complaints
    assert asked - {""} == {urlsplit(ar_address).netloc}
