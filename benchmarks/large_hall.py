"""A hall of 120 × 200 m with 20,064 locations: what a navigation graph must be made of in seconds."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np

from spatial.facility import Aisle, Bay, Facility, Level, Location, Rack, Station, Tier
from spatial.locations import location_box

WIDTH_M, LENGTH_M = 120.0, 200.0
AISLE_M, DEPTH_M, FLUE_M, CROSS_M = 2.9, 1.1, 0.3, 4.0
BAYS, BAY_M, UPRIGHT_M, POSITIONS = 19, 2.7, 0.1, 2
TIERS_M = (1.65, 3.3, 4.95)
ROW_M = BAYS * BAY_M + (BAYS + 1) * UPRIGHT_M


def large_hall(
    *, aisles: int = 22, blocks: int = 3, jitter_m: float = 0.0, yaw_jitter_deg: float = 0.0, seed: int = 0
) -> Facility:
    """`aisles` parallel aisles between two rows each, cut into `blocks` by cross-aisles of 4 m.

    With a jitter the racks lie as a scan finds them: moved and turned a little each, with sigma.
    """
    random = np.random.default_rng(seed)
    pitch = AISLE_M + 2 * DEPTH_M + FLUE_M
    left = (WIDTH_M - aisles * pitch) / 2
    front = (LENGTH_M - blocks * ROW_M - (blocks - 1) * CROSS_M) / 2
    racks: list[Rack] = []
    lanes: list[Aisle] = []
    for block in range(blocks):
        y0 = front + block * (ROW_M + CROSS_M)
        for number in range(aisles):
            x0 = left + number * pitch + FLUE_M / 2
            name = f"{block + 1}{number + 1:02}"
            centers = (x0 + DEPTH_M / 2, x0 + DEPTH_M * 1.5 + AISLE_M)
            racks += [
                _rack(f"R{name}{side}", x, y0 + ROW_M / 2, face)
                for side, x, face in zip("LR", centers, (-1, 1), strict=True)
            ]
            lanes.append(
                Aisle(
                    id=f"A{name}",
                    level="L0",
                    p0=(x0 + DEPTH_M + AISLE_M / 2, y0),
                    p1=(x0 + DEPTH_M + AISLE_M / 2, y0 + ROW_M),
                    clear_width_m=AISLE_M,
                    racks=(f"R{name}L", f"R{name}R"),
                )
            )
    if jitter_m or yaw_jitter_deg:
        racks = [_as_scanned(rack, random, jitter_m, yaw_jitter_deg) for rack in racks]
    outline = ((0.0, 0.0), (WIDTH_M, 0.0), (WIDTH_M, LENGTH_M), (0.0, LENGTH_M))
    return Facility(
        id="LARGE",
        name="large hall",
        kind="planned",
        levels=(Level(id="L0", elevation_m=0.0, outline=outline),),
        racks=tuple(racks),
        locations=tuple(place for rack in racks for place in _locations(rack)),
        aisles=tuple(lanes),
        stations=(Station(id="DEPOT", level="L0", kind="depot", pose=(WIDTH_M / 2, 4.0, 0.0)),),
    )


def _rack(name: str, x: float, y: float, face: int) -> Rack:
    return Rack(
        id=name,
        level="L0",
        kind="pallet_rack",
        center=(x, y),
        base_z_m=0.0,
        yaw_rad=math.pi / 2,
        length_m=ROW_M,
        depth_m=DEPTH_M,
        height_m=6.6,
        upright_width_m=UPRIGHT_M,
        bays=tuple(Bay(offset_m=UPRIGHT_M + k * (BAY_M + UPRIGHT_M), width_m=BAY_M) for k in range(BAYS)),
        tiers=tuple(Tier(z_m=z) for z in TIERS_M),
        faces=(face,),
    )


def _as_scanned(rack: Rack, random: np.random.Generator, jitter_m: float, yaw_jitter_deg: float) -> Rack:
    dx, dy = random.normal(0.0, jitter_m, 2).tolist()
    turn = math.radians(float(random.normal(0.0, yaw_jitter_deg)))
    return replace(
        rack,
        center=(rack.center[0] + dx, rack.center[1] + dy),
        yaw_rad=rack.yaw_rad + turn,
        sigma_m=max(jitter_m, 1e-3),
    )


def _locations(rack: Rack) -> list[Location]:
    places = []
    for bay in range(BAYS):
        for tier in range(len(TIERS_M) + 1):
            for position in range(1, POSITIONS + 1):
                center, size = location_box(rack, bay, tier, position, POSITIONS)
                places.append(
                    Location(
                        id=f"{rack.id}-{bay:02}-{tier}-{position}",
                        rack=rack.id,
                        bay=bay,
                        tier=tier,
                        position=position,
                        center=center,
                        size_m=size,
                    )
                )
    return places
