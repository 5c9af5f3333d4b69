"""Lanes between the sides of rack rows, measured from what stands there for good."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from layouts.layout_file.found_blocks import WIDEST_FLUE_M
from layouts.layout_file.placement import Placement
from layouts.patches.beside import Box, Side, extent, frame_of, neighbours
from spatial.facility import Aisle, Facility, Obstacle, Point2, Rack
from spatial.floor.free_space import rack_footprint, rectangle

WIDEST_LANE_M = 8.0
"""What is further from a row's side is open floor, no lane."""

HEADROOM_M = 2.2
"""What begins higher does not narrow a lane."""

PERSON_M = 0.6
"""An obstacle that leaves less than this beside it blocks a lane, as in scans."""

TOUCH_M = 1e-3
STANDING_M2 = 0.01


@dataclass(frozen=True, kw_only=True)
class Floor:
    """One level: its outline, its rows, what else stands there for good with its names, and what can be moved."""

    level: str
    outline: shapely.Polygon
    racks: Mapping[str, Rack]
    fixed: Sequence[tuple[str, BaseGeometry]]
    movable: Sequence[tuple[str, BaseGeometry]]

    def standing_in(self, area: shapely.Polygon) -> list[tuple[str, BaseGeometry]]:
        """The connected parts of all that stands for good, and of the ground outside, within an area."""
        near = sorted(self._tree.query(area, predicate="intersects").tolist())
        inside = [(self._solids[i][0], area.intersection(self._solids[i][1])) for i in near]
        if self.outline:
            inside.append(("the wall", area.difference(self.outline)))
        return [(name, part) for name, whole in inside for part in shapely.get_parts(whole).tolist() if part]

    @cached_property
    def _solids(self) -> list[tuple[str, BaseGeometry]]:
        rows = [(f"rack {rack.id}", rack_footprint(rack)) for rack in self.racks.values()]
        return [*rows, *self.fixed]

    @cached_property
    def _tree(self) -> shapely.STRtree:
        return shapely.STRtree([shape for _, shape in self._solids])


def floors_of(facility: Facility, racks: Iterable[Rack], obstacles: Iterable[Obstacle]) -> dict[str, Floor]:
    """The floor of each level of a hall whose racks and obstacles may have changed."""
    rows, boxes = list(racks), list(obstacles)
    floors: dict[str, Floor] = {}
    for level in facility.levels:
        fixed: list[tuple[str, BaseGeometry]] = [
            (f"column {each.id}", rectangle(each.center, each.size_m, each.yaw_rad))
            for each in facility.columns
            if each.level == level.id
        ]
        fixed += [
            (f"wall {each.id}", shapely.LineString([each.p0, each.p1]))
            for each in facility.walls
            if each.level == level.id and each.p0 != each.p1
        ]
        here = [each for each in boxes if each.level == level.id and each.z0_m < HEADROOM_M]
        fixed += [(f"obstacle {each.id}", footprint(each)) for each in here if not each.movable]
        floors[level.id] = Floor(
            level=level.id,
            outline=shapely.make_valid(shapely.Polygon(level.outline, level.holes))
            if len(level.outline) > 2
            else shapely.Polygon(),
            racks={rack.id: rack for rack in rows if rack.level == level.id},
            fixed=fixed,
            movable=[(each.id, footprint(each)) for each in here if each.movable],
        )
    return floors


def footprint(obstacle: Obstacle) -> BaseGeometry:
    """An outline that crosses itself, as a recognised one may, stands for its hull."""
    drawn = shapely.Polygon(obstacle.footprint)
    return drawn if drawn.is_valid else drawn.convex_hull


@dataclass(frozen=True, kw_only=True)
class FoundLane:
    """A lane with the sides that face it; `p0` and `p1` run the way of its first row."""

    sides: frozenset[Side]
    racks: tuple[str, ...]
    p0: Point2
    p1: Point2
    clear_width_m: float


def lane_at(side: Side, floor: Floor) -> FoundLane | None:
    """The lane that a row's side faces; None where that is open floor, or nothing but a flue.

    1. Sides that see each other across, one after the other, bound one lane; it runs along the longest row.
    2. It is as long as they are together, and as wide as the widest straight way that nothing fixed stands in.
    """
    near, far = _bounding(side, floor)  # 1
    first = max((*near, *far), key=lambda each: (floor.racks[each[0]].length_m, each))
    if first in far:
        near, far = far, near
    rack, towards = floor.racks[first[0]], first[1]
    frame = frame_of(rack)
    nearer = [extent(floor.racks[name], frame) for name, _ in near]
    farther = [extent(floor.racks[name], frame) for name, _ in far]
    edge_m = towards * rack.depth_m / 2
    reach_m = max(
        (abs((box[2] if towards > 0 else box[3]) - edge_m) for box in farther), default=WIDEST_LANE_M
    )
    across_m = (edge_m, edge_m + reach_m) if towards > 0 else (edge_m - reach_m, edge_m)
    along_m, gap = _longest(nearer, farther or nearer, across_m, frame, floor)  # 2
    is_open = not far and gap[1] - gap[0] >= WIDEST_LANE_M - TOUCH_M
    if is_open or gap[1] - gap[0] < (TOUCH_M if far else WIDEST_FLUE_M):
        return None
    middle_m = (gap[0] + gap[1]) / 2
    facing = frozenset(each for each in (*near, *far) if each[1] in floor.racks[each[0]].faces)
    bounding = {name for name, _ in facing}
    return FoundLane(
        sides=facing,
        racks=tuple(name for name in floor.racks if name in bounding),
        p0=frame.point(along_m[0], middle_m),
        p1=frame.point(along_m[1], middle_m),
        clear_width_m=round(gap[1] - gap[0], 6),
    )


def _longest(
    near: Sequence[Box], far: Sequence[Box], across_m: Point2, frame: Placement, floor: Floor
) -> tuple[Point2, Point2]:
    """From where to where a lane runs and what is free across it: as long as all its rows, unless something beyond
    the stretch that rows of both sides stand along makes it narrower.
    """
    starts = (min(box[0] for box in near), min(box[0] for box in far))
    ends = (max(box[1] for box in near), max(box[1] for box in far))
    whole, core = (min(starts), max(ends)), (max(starts), min(ends))
    wide, narrow = (widest_way(frame, along_m, across_m, floor) for along_m in (core, whole))
    return (whole, narrow) if narrow[1] - narrow[0] > wide[1] - wide[0] - TOUCH_M else (core, wide)


def _bounding(side: Side, floor: Floor) -> tuple[list[Side], list[Side]]:
    """The sides on the one and on the other side of a lane."""
    groups: tuple[list[Side], list[Side]] = ([side], [])
    waiting = [(side, 0)]
    while waiting:
        (name, towards), group = waiting.pop()
        for near in neighbours(floor.racks[name], towards, floor.racks, within_m=WIDEST_LANE_M):
            if near.gap_m <= WIDEST_LANE_M and near.side not in groups[1 - group]:
                groups[1 - group].append(near.side)
                waiting.append((near.side, 1 - group))
    return groups


def widest_way(frame: Placement, along_m: Point2, across_m: Point2, floor: Floor) -> Point2:
    """The widest stretch across that is free all along a rectangle of a frame; of no width if there is none."""
    area = shapely.Polygon(frame.box(along_m[0] + TOUCH_M, across_m[0], along_m[1] - TOUCH_M, across_m[1]))
    gaps = free_between(spans(floor.standing_in(area), frame, 1), *across_m)
    return max(gaps, key=lambda gap: gap[1] - gap[0], default=(across_m[0], across_m[0]))


def spans(parts: Iterable[tuple[str, BaseGeometry]], frame: Placement, axis: int) -> list[Point2]:
    """What each part covers of an axis of the frame."""
    found = []
    for _, part in parts:
        at = [frame.local(point)[axis] for point in shapely.get_coordinates(part).tolist()]
        found.append((min(at), max(at)))
    return found


def free_between(covered: Iterable[Point2], low_m: float, high_m: float) -> list[Point2]:
    """The stretches between two ends that no span covers."""
    gaps: list[Point2] = []
    reached_m = low_m
    for first_m, last_m in (*sorted(covered), (high_m, high_m)):
        if first_m > reached_m:
            gaps.append((reached_m, first_m))
        reached_m = max(reached_m, last_m)
    return gaps


def blocked_anew(aisle: Aisle, floor: Floor) -> Aisle:
    """The aisle with what blocks it now; one that is called blocked without a reason stays so."""
    by = _blocking(aisle.p0, aisle.p1, aisle.clear_width_m, floor)
    return replace(aisle, blocked=bool(by) or (aisle.blocked and not aisle.blocked_by), blocked_by=by)


def _blocking(p0: Point2, p1: Point2, width_m: float, floor: Floor) -> tuple[str, ...]:
    """The movable things that leave a person no way past them in a lane."""
    frame = Placement(p0, math.atan2(p1[1] - p0[1], p1[0] - p0[0]))
    lane = shapely.Polygon(frame.box(0.0, -width_m / 2, math.dist(p0, p1), width_m / 2))
    found = []
    for name, shape in floor.movable:
        part = shape.intersection(lane)
        if part.area < STANDING_M2:
            continue
        across = np.array([frame.local(at)[1] for at in shapely.get_coordinates(part).tolist()])
        if width_m / 2 + max(-float(across.max()), float(across.min())) < PERSON_M:
            found.append(name)
    return tuple(found)
