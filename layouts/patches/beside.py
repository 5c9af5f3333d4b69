"""What lies straight across from the sides of rack rows."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from layouts.layout_file.found_blocks import WIDEST_AISLE_M, WIDEST_FLUE_M
from layouts.layout_file.placement import Placement
from spatial.facility import Point2, Rack

Side: TypeAlias = tuple[str, int]
"""A rack's id and +1 or −1, the side along its own v."""

Box: TypeAlias = tuple[float, float, float, float]
"""The least and greatest x, then y, in a frame."""

PARALLEL = math.cos(math.radians(3.0))
"""Rows within 3° of each other are parallel."""

BESIDE_SHARE = 1 / 3
"""Rows face each other over at least this part of the shorter one."""

OVERLAP_M = 0.1
"""Rows that reach so far into each other, as measured ones may, stand beside each other."""


@dataclass(frozen=True)
class Neighbour:
    """A side of another row across from one: how far, and over which stretch along the first row from its start."""

    side: Side
    gap_m: float
    first_m: float
    last_m: float


def frame_of(rack: Rack) -> Placement:
    """The row's own frame on the floor: origin at its start in the middle of its depth, x along it."""
    c, s = math.cos(rack.yaw_rad), math.sin(rack.yaw_rad)
    half = rack.length_m / 2
    return Placement((rack.center[0] - half * c, rack.center[1] - half * s), rack.yaw_rad)


def corners_of(rack: Rack) -> tuple[Point2, ...]:
    """The corners of its footprint in the world, counter-clockwise from its start on the right."""
    half = rack.depth_m / 2
    return frame_of(rack).box(0.0, -half, rack.length_m, half)


def are_parallel(one: Rack, other: Rack) -> bool:
    """Whether two rows run the same way, or the opposite one."""
    return abs(math.cos(one.yaw_rad - other.yaw_rad)) >= PARALLEL


def extent(rack: Rack, frame: Placement) -> Box:
    """What a row takes of a frame."""
    x, y = zip(*map(frame.local, corners_of(rack)), strict=True)
    return min(x), max(x), min(y), max(y)


def neighbours(
    rack: Rack, side: int, racks: Mapping[str, Rack], *, within_m: float = math.inf
) -> list[Neighbour]:
    """The sides of other rows that this side sees straight across, nearest first; rows beyond `within_m` may lack.

    A row of which more than half lies behind nearer ones is not seen.
    """
    frame = frame_of(rack)
    found: list[Neighbour] = []
    reach_m = within_m + rack.length_m / 2 + rack.depth_m / 2
    for other in racks.values():
        if math.dist(rack.center, other.center) > reach_m + other.length_m / 2 + other.depth_m / 2:
            continue
        if other.id == rack.id or other.level != rack.level or not are_parallel(rack, other):
            continue
        first_m, last_m, low_m, high_m = extent(other, frame)
        gap_m = side * ((low_m if side > 0 else high_m) - side * rack.depth_m / 2)
        shared_m = min(rack.length_m, last_m) - max(0.0, first_m)
        if gap_m > -OVERLAP_M and shared_m > BESIDE_SHARE * min(rack.length_m, other.length_m):
            opposite = -side if math.cos(other.yaw_rad - rack.yaw_rad) > 0 else side
            found.append(Neighbour((other.id, opposite), max(gap_m, 0.0), first_m, last_m))
    found.sort(key=lambda each: (each.gap_m, each.side))
    seen: list[Neighbour] = []
    for each in found:
        hidden_m = sum(max(0.0, _shared_m(each, near)) for near in seen)
        if hidden_m <= (min(each.last_m, rack.length_m) - max(each.first_m, 0.0)) / 2:
            seen.append(each)
    return seen


def _shared_m(one: Neighbour, other: Neighbour) -> float:
    return min(one.last_m, other.last_m) - max(one.first_m, other.first_m)


def block_of(rack: Rack, racks: Mapping[str, Rack]) -> list[str]:
    """The rows beside each other with this one, joined by aisles and flues, in the order of `racks`."""
    found, waiting = {rack.id}, [rack]
    while waiting:
        one = waiting.pop()
        for side in (1, -1):
            for near in neighbours(one, side, racks):
                if near.side[0] not in found and near.gap_m <= WIDEST_AISLE_M:
                    found.add(near.side[0])
                    waiting.append(racks[near.side[0]])
    return [name for name in racks if name in found]


def mate_of(rack: Rack, side: int, racks: Mapping[str, Rack]) -> str | None:
    """The row that stands back to back with this side, if any does."""
    nearest = next(iter(neighbours(rack, side, racks)), None)
    return nearest.side[0] if nearest is not None and nearest.gap_m < WIDEST_FLUE_M else None


def side_towards(rack: Rack, at: Point2) -> int:
    """The side of a row on which a point lies."""
    return 1 if frame_of(rack).local(at)[1] > 0 else -1


def box_about(racks: Iterable[Rack], frame: Placement) -> Box:
    """What rows take of a frame together."""
    boxes = [extent(rack, frame) for rack in racks]
    return (
        min(box[0] for box in boxes),
        max(box[1] for box in boxes),
        min(box[2] for box in boxes),
        max(box[3] for box in boxes),
    )
