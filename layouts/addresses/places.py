"""Where each location comes in the counting: which lane, block and side, and how many bays lie before it."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from layouts.addresses.lanes import Lane
from spatial.errors import UndecidedError
from spatial.facility import Facility, Location, Point2, Rack
from spatial.locations import world_from_rack
from spatial.poses import transform_points

LOWEST_DECK_M = 0.3
"""Nothing fits below a deck lower than this: the deck is the first level."""
AT_AISLE_M = 1.0
"""A rack face this much further from the middle of an aisle than its edge still stands at it."""


@dataclass(frozen=True, kw_only=True)
class Place:
    """A location as counted, everything from 0.

    `bay` counts from the lane's entry on its side, within the block where `by_block`. `bays` and `across` say how
    many there are on this side and the other. `position` counts away from the entry, `positions` are in the bay.
    """

    zone: int
    lane: int
    block: int
    left: bool
    bay: int
    bays: int
    across: int
    level: int
    position: int
    positions: int


@dataclass(frozen=True)
class _Standing:
    """A bay in front of a lane."""

    lane: int
    block: int
    left: bool
    along_m: float
    forward: bool


_BayKey = tuple[str, int]


def places_of(facility: Facility, lanes: Sequence[Lane], *, by_block: bool) -> dict[str, Place]:
    """The place of every location, by its id.

    1. A bay stands at the nearest lane that its rack faces; of two, at that of the first of its faces.
    2. Bays of a side count from the entry, or from the last cross-aisle where `by_block`.
    3. Levels count from the floor, or from a lowest deck below 0.3 m.
    Raises UndecidedError for a location whose rack faces no aisle.
    """
    racks = {rack.id: rack for rack in facility.racks}
    standing = _standing(facility, racks, lanes)  # 1
    order = _order(standing, by_block=by_block)  # 2
    positions: dict[_BayKey, int] = defaultdict(int)
    for location in facility.locations:
        key = location.rack, location.bay
        positions[key] = max(positions[key], location.position)
    levels = levels_of(facility)  # 3
    return {
        location.id: _place(location, lanes, standing, order, positions, levels[location.id])
        for location in facility.locations
    }


def levels_of(facility: Facility) -> dict[str, int]:
    """At which level of its rack each location is, by its id: from 0, the floor or a lowest deck below 0.3 m."""
    first = {rack.id: int(bool(rack.tiers) and rack.tiers[0].z_m < LOWEST_DECK_M) for rack in facility.racks}
    return {location.id: max(location.tier - first[location.rack], 0) for location in facility.locations}


def _place(
    location: Location,
    lanes: Sequence[Lane],
    standing: Mapping[_BayKey, _Standing],
    order: Mapping[_BayKey, tuple[int, int, int]],
    positions: Mapping[_BayKey, int],
    level: int,
) -> Place:
    key = location.rack, location.bay
    stands = standing[key]
    bay, bays, across = order[key]
    count = positions[key]
    lane = lanes[stands.lane]
    return Place(
        zone=lane.zone,
        lane=stands.lane,
        block=stands.block,
        left=stands.left,
        bay=bay,
        bays=bays,
        across=across,
        level=level,
        position=location.position - 1 if stands.forward else count - location.position,
        positions=count,
    )


def _standing(
    facility: Facility, racks: Mapping[str, Rack], lanes: Sequence[Lane]
) -> dict[_BayKey, _Standing]:
    found: dict[_BayKey, _Standing] = {}
    bays = dict.fromkeys((location.rack, location.bay) for location in facility.locations)
    at_rack: dict[str, list[int]] = defaultdict(list)
    for index, lane in enumerate(lanes):
        for aisle in lane.aisles:
            for rack_id in aisle.racks:
                at_rack[rack_id].append(index)
    everywhere = range(len(lanes))
    for rack_id, bay in bays:
        rack = racks[rack_id]
        stands = _in_front(rack, bay, lanes, at_rack.get(rack_id, everywhere))
        if stands is None:
            raise UndecidedError(
                f"bay {bay} of rack '{rack_id}' faces no aisle: draw the aisle, or the face of the rack that does"
            )
        found[rack_id, bay] = stands
    return found


def _in_front(rack: Rack, bay: int, lanes: Sequence[Lane], near: Sequence[int]) -> _Standing | None:
    """The lane before a bay: of its first face that has one, the nearest."""
    opening = rack.bays[bay]
    middle = opening.offset_m + opening.width_m / 2
    for face in rack.faces:
        x, y, _ = transform_points(world_from_rack(rack), [(middle, face * rack.depth_m / 2, 0.0)])[0]
        out = (-face * math.sin(rack.yaw_rad), face * math.cos(rack.yaw_rad))
        options = [
            (distance_m, index)
            for index in near
            if lanes[index].aisles[0].level == rack.level
            for distance_m in _ahead_m(lanes[index], (float(x), float(y)), out)
        ]
        if options:
            index = min(options)[1]
            lane, at = lanes[index], (float(x), float(y))
            along = lane.along_m(at)
            heading = lane.heading
            return _Standing(
                lane=index,
                block=sum(cut < along for cut in lane.breaks_m),
                left=lane.left_m(at) > 0,
                along_m=along,
                forward=math.cos(rack.yaw_rad) * heading[0] + math.sin(rack.yaw_rad) * heading[1] > 0,
            )
    return None


def _ahead_m(lane: Lane, at: Point2, out: Point2) -> Iterator[float]:
    """The distance from a rack face to the middle of each aisle of the lane that lies right before it."""
    for aisle in lane.aisles:
        length = math.dist(aisle.p0, aisle.p1)
        u = (aisle.p1[0] - aisle.p0[0]) / length, (aisle.p1[1] - aisle.p0[1]) / length
        along = (at[0] - aisle.p0[0]) * u[0] + (at[1] - aisle.p0[1]) * u[1]
        nearest = min(max(along, 0.0), length)
        gap = aisle.p0[0] + nearest * u[0] - at[0], aisle.p0[1] + nearest * u[1] - at[1]
        distance = math.hypot(*gap)
        if gap[0] * out[0] + gap[1] * out[1] > 0 and distance <= aisle.clear_width_m / 2 + AT_AISLE_M:
            yield distance


def _order(standing: Mapping[_BayKey, _Standing], *, by_block: bool) -> dict[_BayKey, tuple[int, int, int]]:
    """How many bays come before each on its side, how many there are, and how many on the other side."""
    runs: dict[tuple[int, int, bool], list[_BayKey]] = defaultdict(list)
    for key, stands in standing.items():
        runs[stands.lane, stands.block if by_block else 0, stands.left].append(key)
    order = {}
    for (lane, block, left), keys in runs.items():
        keys.sort(key=lambda key: standing[key].along_m)
        across = len(runs.get((lane, block, not left), ()))
        for count, key in enumerate(keys):
            order[key] = count, len(keys), across
    return order
