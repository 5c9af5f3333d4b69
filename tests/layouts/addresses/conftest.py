"""Halls of parallel aisles with racks on both sides, whose location ids say nothing about addresses."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import pytest

from spatial.facility import Aisle, Bay, Facility, Level, Location, Rack, Station, Tier
from spatial.locations import location_box

BAY_M, DEPTH_M, AISLE_M, CROSS_M = 2.8, 1.1, 3.0, 3.0
GridHall = Callable[..., Facility]


def build_grid_hall(
    *,
    aisles: int = 3,
    blocks: int = 1,
    bays: int | Sequence[int] = 4,
    tiers: int = 1,
    positions: int = 1,
    yaw_rad: float = 0.0,
    turned_racks: bool = False,
    depot: tuple[float, float] | None = (0.0, -5.0),
) -> Facility:
    """Aisles along +y at x = 0, 6, …, entered at y = 0; left racks L…, right racks R…; `bays` of each aisle.

    Blocks follow each other with a cross-aisle of 3 m between. All of it is turned by `yaw_rad` about the origin.
    """
    of_aisle = [bays] * aisles if isinstance(bays, int) else list(bays)
    c, s = math.cos(yaw_rad), math.sin(yaw_rad)

    def world(x: float, y: float) -> tuple[float, float]:
        return c * x - s * y, s * x + c * y

    racks: list[Rack] = []
    lanes: list[Aisle] = []
    locations: list[Location] = []
    block_m = max(of_aisle) * BAY_M + CROSS_M
    for block in range(blocks):
        for aisle, count in enumerate(of_aisle):
            x, y, length = 6.0 * aisle, block * block_m, count * BAY_M
            pair = []
            for name, side in (("L", -1), ("R", 1)):
                turned = turned_racks and side == 1
                face = side if not turned else -side
                rack = Rack(
                    id=f"{name}{block}{aisle:03d}",
                    level="L0",
                    kind="pallet_rack",
                    center=world(x + side * (AISLE_M + DEPTH_M) / 2, y + length / 2),
                    base_z_m=0.0,
                    yaw_rad=yaw_rad + math.pi / 2 - (math.pi if turned else 0.0),
                    length_m=length,
                    depth_m=DEPTH_M,
                    height_m=1.5 * (tiers + 1),
                    bays=tuple(Bay(offset_m=b * BAY_M + 0.05, width_m=BAY_M - 0.1) for b in range(count)),
                    tiers=tuple(Tier(z_m=1.5 * (t + 1)) for t in range(tiers)),
                    faces=(face,),
                )
                racks.append(rack)
                pair.append(rack.id)
                for bay in range(count):
                    for tier in range(tiers + 1):
                        for position in range(1, positions + 1):
                            center, size = location_box(rack, bay, tier, position, positions)
                            locations.append(
                                Location(
                                    id=f"{rack.id}/{bay}/{tier}/{position}",
                                    rack=rack.id,
                                    bay=bay,
                                    tier=tier,
                                    position=position,
                                    center=center,
                                    size_m=size,
                                )
                            )
            lanes.append(
                Aisle(
                    id=f"A{block}{aisle:03d}",
                    level="L0",
                    p0=world(x, y),
                    p1=world(x, y + length),
                    clear_width_m=AISLE_M,
                    racks=tuple(pair),
                )
            )
    corners = (
        (-9.0, -9.0),
        (6.0 * aisles + 9, -9.0),
        (6.0 * aisles + 9, blocks * block_m + 9),
        (-9.0, blocks * block_m + 9),
    )
    station = (
        () if depot is None else (Station(id="D", level="L0", kind="depot", pose=(*world(*depot), 0.0)),)
    )
    return Facility(
        id="GRID",
        name="grid",
        kind="planned",
        levels=(Level(id="L0", elevation_m=0.0, outline=tuple(world(*corner) for corner in corners)),),
        racks=tuple(racks),
        locations=tuple(locations),
        aisles=tuple(lanes),
        stations=station,
    )


@pytest.fixture(scope="session")
def grid_hall() -> GridHall:
    return build_grid_hall
