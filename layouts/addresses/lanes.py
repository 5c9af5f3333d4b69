"""The aisles of a hall as who numbers them walks: which pieces are one aisle, in what order, from which end."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np

from layouts.addresses.scheme import Scheme
from spatial.errors import BadDataError, UndecidedError
from spatial.facility import Aisle, Facility, Point2

SAME_LINE_RAD = math.radians(3.0)
SAME_HALL_RAD = math.radians(10.0)
WIDEST_CROSS_AISLE_M = 12.0
"""Aisles in line, further apart than this, are two."""
CLEARLY_NEARER_M = 0.5
AT_END_M = 0.5
"""A cross-aisle this near to an aisle's end does not cut it."""


@dataclass(frozen=True, kw_only=True)
class Lane:
    """One aisle as numbered: its pieces, from `entry` to `far`, world metres.

    `zone` counts the groups of parallel lanes and `number` the lanes of a zone, both from 0. `breaks_m` are the
    distances from the entry at which a cross-aisle begins another block.
    """

    aisles: tuple[Aisle, ...]
    entry: Point2
    far: Point2
    zone: int = 0
    number: int = 0
    breaks_m: tuple[float, ...] = ()

    @property
    def heading(self) -> Point2:
        """The unit vector from the entry to the other end."""
        length = math.dist(self.entry, self.far)
        return (self.far[0] - self.entry[0]) / length, (self.far[1] - self.entry[1]) / length

    def along_m(self, at: Point2) -> float:
        """How far from the entry a point lies, metres."""
        return _dot(self.heading, _minus(at, self.entry))

    def left_m(self, at: Point2) -> float:
        """How far a point lies to the left of who walks in, metres."""
        return _cross(self.heading, _minus(at, self.entry))

    def reversed(self) -> Lane:
        """The lane entered from its other end."""
        length = math.dist(self.entry, self.far)
        breaks = tuple(length - at for at in self.breaks_m[::-1])
        return replace(self, entry=self.far, far=self.entry, breaks_m=breaks)


def lanes_of(
    facility: Facility,
    scheme: Scheme,
    *,
    depot: Point2 | None = None,
    entries: Mapping[str, Point2] | None = None,
) -> tuple[Lane, ...]:
    """The lanes of a facility in the order in which `scheme` counts them.

    1. Aisles in line are one lane, unless the scheme gives each block's aisle a number of its own.
    2. Lanes that run in parallel on a level are a zone; zones count by level, then from the depot (the world's origin
       where 6 tells enough and there is no depot).
    3. All lanes of a zone are entered at the end that is nearer to `depot` (default the facility's).
    4. They count from the left or the right.
    5. With a serpentine, every second is entered from its other end.
    6. `entries` tells the mouth of aisles, by their id, whatever 3 and 5 say.

    Raises UndecidedError when the depot is unknown or as near to both ends, BadDataError for an unknown aisle.
    """
    told = entries or {}
    _check_entries(facility, told)
    groups = _parallel(_in_line(facility, scheme))  # 1, 2
    all_told = all(any(_is_told(lane, told) for lane in group) for group in groups)
    start = _depot(facility, depot, is_needed=not all_told)
    levels = [level.id for level in facility.levels]
    groups.sort(key=lambda group: (levels.index(group[0].aisles[0].level), _nearest_m(group, start)))
    lanes: list[Lane] = []
    for zone, group in enumerate(groups):
        entered = _entered(group, start, told)  # 3
        for number, lane in enumerate(_counted(entered, scheme)):  # 4
            turned = lane.reversed() if scheme.serpentine and number % 2 else lane  # 5
            lanes.append(replace(_as_told(turned, told), zone=zone, number=number))  # 6
    return tuple(lanes)


def _check_entries(facility: Facility, told: Mapping[str, Point2]) -> None:
    known = [aisle.id for aisle in facility.aisles if not aisle.cross]
    for aisle_id in told:
        if aisle_id not in known:
            raise BadDataError(f"entries: there is no aisle '{aisle_id}' (known: {', '.join(known[:5])} …)")


def _depot(facility: Facility, depot: Point2 | None, *, is_needed: bool) -> Point2:
    if depot is not None:
        return depot
    for station in facility.stations:
        if station.kind == "depot":
            return station.pose[0], station.pose[1]
    if is_needed:
        raise UndecidedError(
            f"facility '{facility.id}' has no depot, so the entry of its aisles is unknown: tell the depot or the "
            "entries"
        )
    return 0.0, 0.0


def _in_line(facility: Facility, scheme: Scheme) -> list[Lane]:
    """Aisles joined to lanes, each from its lower to its upper end along its own direction."""
    aisles = [aisle for aisle in facility.aisles if not aisle.cross and math.dist(aisle.p0, aisle.p1) > 0]
    runs: list[list[Aisle]] = []
    for aisle in aisles:
        joined = [] if scheme.blocks == "own_aisles" else [run for run in runs if _joins(run, aisle)]
        runs = [run for run in runs if run not in joined]
        runs.append([*(piece for run in joined for piece in run), aisle])
    return [_lane(facility, run) for run in runs]


def _joins(run: Sequence[Aisle], aisle: Aisle) -> bool:
    return any(_follows(piece, aisle) for piece in run)


def _follows(one: Aisle, other: Aisle) -> bool:
    """Whether two aisles lie in line, one behind the other with no more than a cross-aisle between."""
    along, across = _unit(one), _unit(other)
    if one.level != other.level or abs(_cross(along, across)) > math.sin(SAME_LINE_RAD):
        return False
    offset = max(abs(_cross(along, _minus(end, one.p0))) for end in (other.p0, other.p1))
    if offset > min(one.clear_width_m, other.clear_width_m) / 2:
        return False
    spans = [sorted(_dot(along, _minus(end, one.p0)) for end in (a.p0, a.p1)) for a in (one, other)]
    gap = max(spans[0][0], spans[1][0]) - min(spans[0][1], spans[1][1])
    return -AT_END_M < gap < WIDEST_CROSS_AISLE_M


def _lane(facility: Facility, run: Sequence[Aisle]) -> Lane:
    along = _unit(max(run, key=lambda aisle: math.dist(aisle.p0, aisle.p1)))
    ends = sorted((end for aisle in run for end in (aisle.p0, aisle.p1)), key=lambda end: _dot(along, end))
    lane = Lane(aisles=tuple(run), entry=ends[0], far=ends[-1])
    spans = sorted(tuple(sorted(lane.along_m(end) for end in (a.p0, a.p1))) for a in run)
    gaps = [(before[1] + after[0]) / 2 for before, after in pairwise(spans)]
    crossings = [
        at
        for at in _crossings(facility, lane)
        if any(low + AT_END_M < at < high - AT_END_M for low, high in spans)
    ]
    return replace(lane, breaks_m=tuple(sorted([*gaps, *crossings])))


def _crossings(facility: Facility, lane: Lane) -> Iterator[float]:
    """Where cross-aisles meet the lane's line, metres from its entry."""
    for cross in facility.aisles:
        if cross.cross and cross.level == lane.aisles[0].level:
            left = [lane.left_m(cross.p0), lane.left_m(cross.p1)]
            if min(left) < 0 < max(left):
                share = left[0] / (left[0] - left[1])
                ends = lane.along_m(cross.p0), lane.along_m(cross.p1)
                yield ends[0] + share * (ends[1] - ends[0])


def _parallel(lanes: Sequence[Lane]) -> list[list[Lane]]:
    """Groups of lanes on one level that run in parallel, each turned the way of the group's first."""
    groups: list[list[Lane]] = []
    for lane in lanes:
        for group in groups:
            same_level = group[0].aisles[0].level == lane.aisles[0].level
            if same_level and abs(_cross(group[0].heading, lane.heading)) < math.sin(SAME_HALL_RAD):
                group.append(lane if _dot(group[0].heading, lane.heading) > 0 else lane.reversed())
                break
        else:
            groups.append([lane])
    return groups


def _nearest_m(group: Sequence[Lane], depot: Point2) -> float:
    return min(math.dist(end, depot) for lane in group for end in (lane.entry, lane.far))


def _entered(group: Sequence[Lane], depot: Point2, told: Mapping[str, Point2]) -> list[Lane]:
    """The group turned so that its lanes are entered where most are told to be, or else nearer to the depot."""
    turns = [_as_told(lane, told).entry == lane.entry for lane in group if _is_told(lane, told)]
    if turns:
        forward = sum(turns) * 2 >= len(turns)
    else:
        low = float(np.mean([math.dist(lane.entry, depot) for lane in group]))
        high = float(np.mean([math.dist(lane.far, depot) for lane in group]))
        if abs(low - high) < CLEARLY_NEARER_M:
            raise UndecidedError(
                f"aisle '{group[0].aisles[0].id}' and its neighbours are as far from the depot at one end as at the "
                f"other ({low:.2f} m and {high:.2f} m): tell their entries"
            )
        forward = low < high
    return [lane if forward else lane.reversed() for lane in group]


def _counted(group: Sequence[Lane], scheme: Scheme) -> list[Lane]:
    """The group in counting order: block by block where blocks have aisles of their own, then across."""
    first = group[0]
    sign = -1.0 if scheme.aisles_from == "left" else 1.0
    ordered = sorted(group, key=lambda lane: first.along_m(lane.entry))
    rows: list[list[Lane]] = []
    for lane in ordered:
        behind = not rows or first.along_m(lane.entry) > min(first.along_m(other.far) for other in rows[-1])
        if behind and (scheme.blocks == "own_aisles" or not rows):
            rows.append([])
        rows[-1].append(lane)
    return [lane for row in rows for lane in sorted(row, key=lambda lane: sign * first.left_m(lane.entry))]


def _is_told(lane: Lane, told: Mapping[str, Point2]) -> bool:
    return any(aisle.id in told for aisle in lane.aisles)


def _as_told(lane: Lane, told: Mapping[str, Point2]) -> Lane:
    mouth = next((told[aisle.id] for aisle in lane.aisles if aisle.id in told), None)
    if mouth is None or math.dist(mouth, lane.entry) <= math.dist(mouth, lane.far):
        return lane
    return lane.reversed()


def _unit(aisle: Aisle) -> Point2:
    length = math.dist(aisle.p0, aisle.p1)
    return (aisle.p1[0] - aisle.p0[0]) / length, (aisle.p1[1] - aisle.p0[1]) / length


def _minus(a: Point2, b: Point2) -> Point2:
    return a[0] - b[0], a[1] - b[1]


def _dot(a: Point2, b: Point2) -> float:
    return a[0] * b[0] + a[1] * b[1]


def _cross(a: Point2, b: Point2) -> float:
    return a[0] * b[1] - a[1] * b[0]
