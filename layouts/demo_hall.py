"""A generated warehouse with nothing left to chance but its stock: the demo's world and the tests' truth.

A hall of 28 × 40 m and 9 m height with four dock doors, eight rack rows about four aisles, cross-aisles at
both ends of them, a depot and a packing place, floor stacks and vehicles. It stands at a heading and away
from the origin, so that nothing can rely on either.

The plan below is drawn in the hall's own frame: x to the right and y to the back, seen from the docks.
"""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from spatial.facility import (
    Aisle,
    Bay,
    Column,
    Facility,
    Level,
    Location,
    Obstacle,
    ObstacleKind,
    Opening,
    Point2,
    Provenance,
    Rack,
    Station,
    Tier,
    Wall,
)
from spatial.locations import location_box

HALL_YAW_RAD = math.radians(12.0)
HALL_ORIGIN = (40.0, -15.0)
ELEVATION_M = 0.2
WIDTH_M, LENGTH_M, HEIGHT_M = 28.0, 40.0, 9.0

AISLES = 4
AISLE_WIDTH_M = 2.8
RACK_DEPTH_M = 1.1
FLUE_M = 0.4
WALL_GAP_M = 0.2
RACK_START_M = 13.5
BAYS, BAY_WIDTH_M, POSITIONS = 8, 2.7, 3
UPRIGHT_M = 0.1
TIER_HEIGHTS_M = (1.65, 3.3, 4.95)
BEAM_M = 0.13
RACK_HEIGHT_M = 6.6
RACK_LENGTH_M = BAYS * BAY_WIDTH_M + (BAYS + 1) * UPRIGHT_M
OCCUPIED_SHARE = 0.7

SCANNER_HEIGHT_M = 1.6
CAMERA_HEIGHT_M = 1.5


def demo_hall(seed: int = 0) -> Facility:
    """The planned hall; `seed` decides which locations are occupied and how full they are."""
    racks = _racks()
    return Facility(
        id="DEMO",
        name="Demo hall",
        kind="planned",
        provenance=(Provenance(source="layouts.demo_hall", method="generator", seed=seed),),
        levels=(Level(id="L0", elevation_m=ELEVATION_M, outline=_rectangle(0.0, 0.0, WIDTH_M, LENGTH_M)),),
        walls=_walls(),
        columns=_columns(),
        racks=racks,
        locations=_stocked(_locations(racks), np.random.default_rng(seed)),
        obstacles=_obstacles(),
        aisles=(*_aisles(), *_cross_aisles()),
        stations=(
            Station(id="DEPOT", level="L0", kind="depot", pose=_pose(11.0, 8.5, 90.0)),
            Station(id="PACK-1", level="L0", kind="pack", pose=_pose(5.0, 6.5, 90.0), servers=2),
        ),
    )


def demo_scan_positions(facility: Facility) -> npt.NDArray[np.float64]:
    """Scanner places (S, 3) in the world, metres, at eye height: two in every aisle and cross-aisle."""
    elevation = {level.id: level.elevation_m for level in facility.levels}
    return np.array(
        [
            (*_along(aisle, share), elevation[aisle.level] + SCANNER_HEIGHT_M)
            for aisle in facility.aisles
            for share in (0.22, 0.78)
        ]
    )


def demo_camera_poses(facility: Facility, count: int = 24) -> npt.NDArray[np.float64]:
    """Camera poses world_from_camera (K, 4, 4) of a drive down the first aisle, looking ahead.

    The camera's frame has x to the right, y down and z forward.
    """
    aisle = next(aisle for aisle in facility.aisles if not aisle.cross)
    level = next(level for level in facility.levels if level.id == aisle.level)
    ahead = np.subtract(aisle.p1, aisle.p0) / math.dist(aisle.p0, aisle.p1)
    poses = np.tile(np.eye(4), (count, 1, 1))
    poses[:, :3, 0] = (ahead[1], -ahead[0], 0.0)
    poses[:, :3, 1] = (0.0, 0.0, -1.0)
    poses[:, :3, 2] = (*ahead, 0.0)
    poses[:, :2, 3] = [_along(aisle, share) for share in np.linspace(0.0, 0.85, count)]
    poses[:, 2, 3] = level.elevation_m + CAMERA_HEIGHT_M
    return poses


def _along(aisle: Aisle, share: float) -> Point2:
    return (
        aisle.p0[0] + share * (aisle.p1[0] - aisle.p0[0]),
        aisle.p0[1] + share * (aisle.p1[1] - aisle.p0[1]),
    )


def _place(x: float, y: float) -> Point2:
    """World coordinates of a place in the hall's own frame."""
    c, s = math.cos(HALL_YAW_RAD), math.sin(HALL_YAW_RAD)
    return HALL_ORIGIN[0] + c * x - s * y, HALL_ORIGIN[1] + s * x + c * y


def _pose(x: float, y: float, heading_deg: float) -> tuple[float, float, float]:
    return (*_place(x, y), HALL_YAW_RAD + math.radians(heading_deg))


def _rectangle(x0: float, y0: float, x1: float, y1: float) -> tuple[Point2, ...]:
    return tuple(_place(x, y) for x, y in ((x0, y0), (x1, y0), (x1, y1), (x0, y1)))


def _walls() -> tuple[Wall, ...]:
    """Counter-clockwise from the dock side; doors 2 and 3 are open."""
    corners = _rectangle(0.0, 0.0, WIDTH_M, LENGTH_M)
    doors = tuple(
        Opening(
            id=f"D{i + 1}", kind="dock_door", s0_m=s, s1_m=s + 2.8, z0_m=0.0, z1_m=3.2, closed=i in (0, 3)
        )
        for i, s in enumerate((2.5, 8.5, 14.5, 20.5))
    )
    exit_door = Opening(id="X1", kind="door", s0_m=37.6, s1_m=38.6, z0_m=0.0, z1_m=2.1, closed=True)
    openings = (doors, (exit_door,), (), ())
    return tuple(
        Wall(
            id=f"W{i + 1}",
            level="L0",
            p0=corners[i],
            p1=corners[(i + 1) % 4],
            height_m=HEIGHT_M,
            thickness_m=0.25,
            openings=openings[i],
        )
        for i in range(4)
    )


def _aisle_middle(aisle: int) -> float:
    """X of the centre line of an aisle, counted from 0 on the left."""
    first = WALL_GAP_M + RACK_DEPTH_M + AISLE_WIDTH_M / 2
    return first + aisle * (AISLE_WIDTH_M + 2 * RACK_DEPTH_M + FLUE_M)


def _racks() -> tuple[Rack, ...]:
    """Rows R1, R2, … from left to right; R1 and R8 stand alone, the others back to back in pairs."""
    offset = (AISLE_WIDTH_M + RACK_DEPTH_M) / 2
    middles = [_aisle_middle(aisle) + side * offset for aisle in range(AISLES) for side in (-1, 1)]
    racks = [_rack(f"R{i + 1}", x, faces=(-1,) if i % 2 == 0 else (1,)) for i, x in enumerate(middles)]
    for i in range(1, len(racks) - 1, 2):
        racks[i] = replace(racks[i], back_to_back=racks[i + 1].id)
        racks[i + 1] = replace(racks[i + 1], back_to_back=racks[i].id)
    return tuple(racks)


def _rack(rack_id: str, x: float, faces: tuple[int, ...]) -> Rack:
    pitch = BAY_WIDTH_M + UPRIGHT_M
    return Rack(
        id=rack_id,
        level="L0",
        kind="pallet_rack",
        center=_place(x, RACK_START_M + RACK_LENGTH_M / 2),
        base_z_m=ELEVATION_M,
        yaw_rad=HALL_YAW_RAD + math.pi / 2,
        length_m=RACK_LENGTH_M,
        depth_m=RACK_DEPTH_M,
        height_m=RACK_HEIGHT_M,
        upright_width_m=UPRIGHT_M,
        bays=tuple(Bay(offset_m=UPRIGHT_M + i * pitch, width_m=BAY_WIDTH_M) for i in range(BAYS)),
        tiers=tuple(Tier(z_m=z, beam_height_m=BEAM_M) for z in TIER_HEIGHTS_M),
        faces=faces,
    )


def _locations(racks: tuple[Rack, ...]) -> list[Location]:
    """Addresses aisle-bay-level-position: odd bays on the left and even ones on the right from the entry."""
    locations = []
    for i, rack in enumerate(racks):
        aisle, side = divmod(i, 2)
        for bay in range(BAYS):
            for tier in range(len(rack.tiers) + 1):
                for position in range(1, POSITIONS + 1):
                    center, size = location_box(rack, bay, tier, position, POSITIONS)
                    address = f"{aisle + 1:02}-{2 * bay + side + 1:02}-{tier + 1:02}-{position:02}"
                    locations.append(
                        Location(
                            id=address,
                            rack=rack.id,
                            bay=bay,
                            tier=tier,
                            position=position,
                            center=center,
                            size_m=size,
                            state="empty",
                        )
                    )
    return locations


def _stocked(locations: list[Location], random: np.random.Generator) -> tuple[Location, ...]:
    occupied = random.random(len(locations)) < OCCUPIED_SHARE
    fills = np.round(random.uniform(0.35, 0.92, len(locations)), 2)
    return tuple(
        replace(location, state="occupied", fill=float(fill)) if full else location
        for location, full, fill in zip(locations, occupied, fills, strict=True)
    )


def _columns() -> tuple[Column, ...]:
    """In the flues of the back-to-back pairs, and in line with them before the racks."""
    flues = [(_aisle_middle(i) + _aisle_middle(i + 1)) / 2 for i in range(AISLES - 1)]
    places = [(x, y) for x in flues for y in (7.0, 19.1, 30.3)]
    return tuple(
        Column(
            id=f"C{i + 1}",
            level="L0",
            center=_place(x, y),
            size_m=(0.3, 0.3),
            yaw_rad=HALL_YAW_RAD,
            height_m=HEIGHT_M,
        )
        for i, (x, y) in enumerate(places)
    )


def _aisles() -> tuple[Aisle, ...]:
    return tuple(
        Aisle(
            id=f"A{i + 1}",
            level="L0",
            p0=_place(_aisle_middle(i), RACK_START_M),
            p1=_place(_aisle_middle(i), RACK_START_M + RACK_LENGTH_M),
            clear_width_m=AISLE_WIDTH_M,
            racks=(f"R{2 * i + 1}", f"R{2 * i + 2}"),
        )
        for i in range(AISLES)
    )


def _cross_aisles() -> tuple[Aisle, ...]:
    back = RACK_START_M + RACK_LENGTH_M
    lanes = (("X-FRONT", RACK_START_M - 1.5, 3.0), ("X-BACK", (back + LENGTH_M) / 2, LENGTH_M - back))
    return tuple(
        Aisle(
            id=name,
            level="L0",
            p0=_place(0.5, y),
            p1=_place(WIDTH_M - 0.5, y),
            clear_width_m=width,
            cross=True,
        )
        for name, y, width in lanes
    )


def _obstacles() -> tuple[Obstacle, ...]:
    """Block storage along the right wall, pallets in a corner, a forklift, a cart, a stack at the docks."""
    boxes: list[tuple[ObstacleKind, float, float, float, float, float]] = [
        *(("floor_stack", 25.6, 15.0 + 1.5 * i, 0.8, 1.2, height) for i, height in enumerate(_STACKS_M)),
        *(
            ("floor_stack", 26.7, 15.0 + 1.5 * i, 0.8, 1.2, height)
            for i, height in enumerate(_STACKS_M[::-1])
        ),
        ("floor_stack", 27.2, 1.0, 0.8, 1.2, 0.72),
        ("floor_stack", 26.2, 1.0, 0.8, 1.2, 0.43),
        ("floor_stack", 27.2, 2.4, 0.8, 1.2, 0.29),
        ("floor_stack", 18.6, 5.2, 1.2, 0.8, 1.25),
        ("vehicle", 24.6, 29.5, 1.2, 2.6, 2.1),
        ("vehicle", 2.0, 9.2, 0.7, 1.3, 1.1),
        ("machine", 5.0, 5.0, 2.4, 0.9, 0.95),
    ]
    return tuple(
        Obstacle(
            id=f"O{i + 1}",
            level="L0",
            kind=kind,
            footprint=_rectangle(x - dx / 2, y - dy / 2, x + dx / 2, y + dy / 2),
            z0_m=0.0,
            z1_m=height,
            movable=kind != "machine",
        )
        for i, (kind, x, y, dx, dy, height) in enumerate(boxes)
    )


_STACKS_M = (1.35, 1.1, 0.6, 1.8, 1.5, 0.95)
