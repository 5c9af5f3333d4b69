"""Small planned halls, and scans of them as they were built otherwise."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
import pytest

from scans.deviation.seen_points import SeenPoints
from scans.virtual import TerrestrialScanner, scan_terrestrial
from spatial.facility import Aisle, Bay, Facility, Level, Location, Obstacle, Rack, Tier, Wall
from spatial.locations import location_box
from spatial.meshes.mesh import facility_mesh

BAYS, BAY_M, UPRIGHT_M, DEPTH_M, AISLE_M = 3, 2.7, 0.1, 1.1, 3.0
ROW_M = BAYS * BAY_M + (BAYS + 1) * UPRIGHT_M
TIERS_M, BEAM_M, HEIGHT_M = (1.5, 3.0), 0.12, 4.0
EDGE_M = 2.5  # free floor about the block
SIZE_M = (ROW_M + 2 * EDGE_M, 2 * DEPTH_M + AISLE_M + 2 * EDGE_M)
YAW_RAD = math.radians(17.0)
STATIONS = ((1.2, 1.2), (12.2, 5.2), (7.0, 5.0), (1.2, 9.0))

HallMaker = Callable[..., Facility]
Scanner = Callable[..., SeenPoints]


def world(x: float, y: float) -> tuple[float, float]:
    """A place in the hall's own frame, in the world."""
    c, s = math.cos(YAW_RAD), math.sin(YAW_RAD)
    return 20.0 + c * x - s * y, -10.0 + s * x + c * y


def planned_hall(*, filled: float = 0.5, seed: int = 0) -> Facility:
    """Two rows of three bays and two tiers with an aisle of 3 m between them, R0 below it; `filled` of its places."""
    rng = np.random.default_rng(seed)
    lows = (EDGE_M, EDGE_M + DEPTH_M + AISLE_M)
    racks = tuple(
        Rack(
            id=f"R{row}",
            level="L0",
            kind="pallet_rack",
            center=world(SIZE_M[0] / 2, low + DEPTH_M / 2),
            base_z_m=0.0,
            yaw_rad=YAW_RAD,
            length_m=ROW_M,
            depth_m=DEPTH_M,
            height_m=HEIGHT_M,
            upright_width_m=UPRIGHT_M,
            bays=tuple(Bay(offset_m=UPRIGHT_M + b * (BAY_M + UPRIGHT_M), width_m=BAY_M) for b in range(BAYS)),
            tiers=tuple(Tier(z_m=z, beam_height_m=BEAM_M) for z in TIERS_M),
            faces=(1,) if row == 0 else (-1,),
        )
        for row, low in enumerate(lows)
    )
    locations = []
    for rack in racks:
        for bay in range(BAYS):
            for tier in range(len(TIERS_M) + 1):
                for position in (1, 2, 3):
                    center, size = location_box(rack, bay, tier, position, 3)
                    state = "occupied" if rng.random() < filled else "empty"
                    name = f"{rack.id}-{bay}-{tier}-{position}"
                    locations.append(
                        Location(
                            id=name, rack=rack.id, bay=bay, tier=tier, position=position,
                            center=center, size_m=size, state=state, fill=float(rng.uniform(0.5, 0.9)),  # type: ignore[arg-type]
                        )
                    )  # fmt: skip
    corners = tuple(world(*xy) for xy in ((0, 0), (SIZE_M[0], 0), SIZE_M, (0, SIZE_M[1])))
    walls = tuple(
        Wall(id=f"W{i}", level="L0", p0=corners[i], p1=corners[(i + 1) % 4], height_m=5.0) for i in range(4)
    )
    middle = EDGE_M + DEPTH_M + AISLE_M / 2
    aisle = Aisle(
        id="A0",
        level="L0",
        p0=world(EDGE_M, middle),
        p1=world(EDGE_M + ROW_M, middle),
        clear_width_m=AISLE_M,
        racks=("R0", "R1"),
    )
    return Facility(
        id="H",
        name="hall",
        kind="planned",
        levels=(Level(id="L0", elevation_m=0.0, outline=corners),),
        walls=walls,
        racks=racks,
        locations=tuple(locations),
        aisles=(aisle,),
    )


def moved(
    hall: Facility, name: str, *, along_m: float = 0.0, across_m: float = 0.0, turn_deg: float = 0.0
) -> Facility:
    """The hall with a row elsewhere; its loads stay where they stood."""

    def shifted(rack: Rack) -> Rack:
        if rack.id != name:
            return rack
        c, s = math.cos(rack.yaw_rad), math.sin(rack.yaw_rad)
        x, y = rack.center
        center = (x + c * along_m - s * across_m, y + s * along_m + c * across_m)
        return replace(rack, center=center, yaw_rad=rack.yaw_rad + math.radians(turn_deg))

    return replace(hall, racks=tuple(shifted(rack) for rack in hall.racks))


def box(name: str, x: float, y: float, length_m: float, width_m: float, height_m: float) -> Obstacle:
    """Something on the floor, its middle at x, y in the hall's own frame."""
    half = length_m / 2, width_m / 2
    ring = tuple(world(x + a * half[0], y + b * half[1]) for a, b in ((-1, -1), (1, -1), (1, 1), (-1, 1)))
    return Obstacle(id=name, level="L0", kind="floor_stack", footprint=ring, z0_m=0.0, z1_m=height_m)


def scanned(
    hall: Facility,
    *,
    seed: int = 0,
    step_deg: float = 0.45,
    noise_m: float = 0.003,
    stations: Sequence[tuple[float, float]] = STATIONS,
    knows_eyes: bool = True,
    jitter_m: float = 0.4,
) -> SeenPoints:
    """The hall seen from stations that each seed puts a little elsewhere."""
    mesh = facility_mesh(hall)
    rng = np.random.default_rng(1000 + seed)
    eyes = np.array([(*world(*xy), 1.6) for xy in stations])
    eyes += rng.uniform(-jitter_m, jitter_m, eyes.shape)
    scanner = TerrestrialScanner(step_deg=step_deg, noise_m=noise_m)
    scan = scan_terrestrial(mesh.vertices, mesh.faces, mesh.face_element, eyes, scanner=scanner, seed=seed)
    station = scan.cloud.station
    assert station is not None
    known = dict(enumerate(scan.stations)) if knows_eyes else {}
    return SeenPoints.of(scan.cloud.world_points(), station, known)


@pytest.fixture(scope="session")
def hall_of() -> HallMaker:
    return planned_hall


@pytest.fixture(scope="session")
def shift() -> HallMaker:
    return moved


@pytest.fixture(scope="session")
def scan_of() -> Scanner:
    return scanned


@pytest.fixture(scope="session")
def stack() -> Callable[..., Obstacle]:
    return box
