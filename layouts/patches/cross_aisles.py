"""Cross-aisles of a patched hall: those that something changed beside, and those that changes open."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import replace

import shapely
from shapely.geometry.base import BaseGeometry

from layouts.layout_file.aisle_widths import AISLE_END_M, NARROWEST_CROSS_AISLE_M
from layouts.layout_file.placement import Placement
from layouts.patches.aisle_lanes import SAME_M
from layouts.patches.draft import Lane
from layouts.patches.lanes import TOUCH_M, Floor, blocked_anew, free_between, spans, widest_way
from spatial.facility import Aisle, Point2

NEAR_M = 0.05
"""What stood so close to a lane bounded it."""

FURTHEST_M = 12.0
"""Floor that was cleared beside a cross-aisle belongs to it up to the next thing, if that is within this."""

FAR_M = 1000.0


def cross_aisle_again(
    aisle: Aisle, before: Floor, floor: Floor, gone: Iterable[BaseGeometry]
) -> Aisle | None:
    """A cross-aisle of the base along its old axis; None where too little is left of it.

    It loses what stands in it now and did not `before`, and wins what is free on a side where something bounded it
    that is `gone` from there. Its sides move by as much as what bounds them, so that measured widths stay measured.
    """
    length_m, half = math.dist(aisle.p0, aisle.p1), aisle.clear_width_m / 2
    if length_m == 0 or half == 0:
        return aisle
    frame = Placement(aisle.p0, math.atan2(aisle.p1[1] - aisle.p0[1], aisle.p1[0] - aisle.p0[0]))
    left = shapely.Polygon(frame.box(0.0, half, length_m, half + NEAR_M))
    right = shapely.Polygon(frame.box(0.0, -half - NEAR_M, length_m, -half))
    bounded = list(gone)
    reach = [FURTHEST_M * any(each.intersects(side) for each in bounded) for side in (right, left)]
    area = shapely.Polygon(frame.box(0.0, -half - reach[0], length_m, half + reach[1]))
    was, now = (_sides(each, area, frame, half, reach) for each in (before, floor))
    low_m, high_m = now[0] - was[0] - half, now[1] - was[1] + half
    if high_m - low_m < NARROWEST_CROSS_AISLE_M:
        return None
    if max(abs(low_m + half), abs(high_m - half)) > SAME_M:
        aisle = _between(aisle, frame, (0.0, length_m), (low_m, high_m))
    racks = tuple(name for name in aisle.racks if name in floor.racks)
    return blocked_anew(replace(aisle, racks=racks), floor)


def _sides(
    floor: Floor, area: shapely.Polygon, frame: Placement, half: float, reach: Sequence[float]
) -> Point2:
    """Between what a cross-aisle of half a width is free, as far as that `reach` goes beyond it on either side."""
    gaps = free_between(spans(floor.standing_in(area), frame, 1), -half - reach[0], half + reach[1])
    low_m, high_m = max(gaps, key=lambda gap: min(gap[1], half) - max(gap[0], -half), default=(0.0, 0.0))
    is_open = (low_m <= -half - reach[0], high_m >= half + reach[1])
    return -half if is_open[0] else low_m, half if is_open[1] else high_m


def opened_aisle(lane: Lane, floor: Floor) -> tuple[Aisle | None, tuple[str, ...]]:
    """The cross-aisle that a change opens, None where it is filled; and what takes from its width."""
    half, along_m = lane.width_m / 2, (0.0, lane.length_m)
    across_m = widest_way(lane.start, along_m, (-half, half), floor)
    area = shapely.Polygon(lane.start.box(TOUCH_M, -half + TOUCH_M, lane.length_m - TOUCH_M, half - TOUCH_M))
    standing = tuple(dict.fromkeys(name for name, _ in floor.standing_in(area)))
    if across_m[1] - across_m[0] < NARROWEST_CROSS_AISLE_M:
        return None, standing
    if lane.goes_on:
        along_m = _as_far_as_free(lane, across_m, floor)
    aisle = Aisle(
        id=lane.id, level=lane.level, p0=(0.0, 0.0), p1=(0.0, 0.0), clear_width_m=lane.width_m, cross=True
    )
    return blocked_anew(_between(aisle, lane.start, along_m, across_m), floor), standing


def _between(aisle: Aisle, frame: Placement, along_m: Point2, across_m: Point2) -> Aisle:
    middle_m = (across_m[0] + across_m[1]) / 2
    return replace(
        aisle,
        p0=frame.point(along_m[0], middle_m),
        p1=frame.point(along_m[1], middle_m),
        clear_width_m=round(across_m[1] - across_m[0], 6),
    )


def _as_far_as_free(lane: Lane, across_m: Point2, floor: Floor) -> Point2:
    """From where to where a lane can go on, AISLE_END_M before what ends it."""
    band = shapely.Polygon(lane.start.box(-FAR_M, across_m[0] + TOUCH_M, FAR_M, across_m[1] - TOUCH_M))
    gaps = free_between(spans(floor.standing_in(band), lane.start, 0), -FAR_M, FAR_M)
    whole = (0.0, lane.length_m)
    first_m, last_m = next((gap for gap in gaps if gap[0] <= lane.length_m / 2 <= gap[1]), whole)
    if max(-first_m, last_m) >= FAR_M:
        return whole  # nothing ends it: the floor has no outline
    end_m = min(AISLE_END_M, (last_m - first_m) / 4)
    return first_m + end_m, last_m - end_m
