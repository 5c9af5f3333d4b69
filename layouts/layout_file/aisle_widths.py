"""How wide the lanes of a layout are: measured from what stands there, not taken from what was wished."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from layouts.layout_file.block_rows import Strip
from layouts.layout_file.layout_fault import LayoutFault
from layouts.layout_file.placement import Placement
from spatial.facility import Aisle, Point2

NARROWEST_CROSS_AISLE_M = 0.6
"""A gap before or behind a block that is narrower is no lane: the rows end at a wall there."""

AISLE_END_M = 0.5
"""A cross-aisle ends so far before the wall."""

TOUCH_M = 1e-3
"""What reaches no deeper into a lane than this stands beside it."""

SAME_LANE_SHARE = 0.5
"""Two strips that share more than this part of the smaller one are the same lane."""


@dataclass(frozen=True)
class Solids:
    """What stands on a floor or is open in it: its outline, and footprints with the names that errors give them."""

    outline: shapely.Polygon
    footprints: Sequence[BaseGeometry]
    names: Sequence[str]
    beyond: str
    """What errors call the ground outside the outline."""

    def within(self, area: shapely.Polygon) -> list[tuple[str, BaseGeometry]]:
        """The connected parts of solids, and of the ground outside the outline, that lie in `area`."""
        near = sorted(self._tree.query(area, predicate="intersects").tolist())
        inside = [(self.names[i], area.intersection(self.footprints[i])) for i in near]
        inside.append((self.beyond, area.difference(self.outline)))
        return [(name, part) for name, whole in inside for part in shapely.get_parts(whole).tolist() if part]

    @cached_property
    def _tree(self) -> shapely.STRtree:
        return shapely.STRtree(self.footprints)


def measured_aisles(strips: Iterable[Strip], solids: Solids) -> tuple[list[Aisle], list[LayoutFault]]:
    """The lanes that are free in `strips` of one floor, and a fault for each rack aisle that something fills.

    1. A lane is the widest straight way through the strip that nothing stands in, along its whole length.
    2. A cross-aisle goes on to both sides as far as it is free.
    3. Strips that share most of their ground are one lane: the wider of them.
    """
    aisles: list[Aisle] = []
    faults: list[LayoutFault] = []
    for strip in strips:
        inside = solids.within(_area(strip.start, 0.0, strip.length_m, 0.0, strip.width_m))
        low_m, high_m = _widest(_gaps(inside, strip.start, 1, strip.width_m))
        if strip.is_cross:
            if high_m - low_m >= NARROWEST_CROSS_AISLE_M:
                _add(aisles, _cross_aisle(strip, solids, low_m, high_m))
        elif high_m - low_m <= TOUCH_M:
            faults.append(LayoutFault(("blocks", strip.block), _no_lane(strip, inside)))
        else:
            _add(aisles, _aisle(strip, 0.0, strip.length_m, low_m, high_m))
    return aisles, faults


def _area(start: Placement, x0: float, x1: float, y0: float, y1: float) -> shapely.Polygon:
    return shapely.Polygon(start.box(x0, y0, x1, y1))


def _gaps(
    parts: Iterable[tuple[str, BaseGeometry]], start: Placement, axis: int, high_m: float, low_m: float = 0.0
) -> list[Point2]:
    """The stretches of an axis of the frame between `low_m` and `high_m` that no part covers; (low, low) if none."""
    spans = []
    for _, part in parts:
        along = [start.local(at)[axis] for at in shapely.get_coordinates(part).tolist()]
        if max(along) - min(along) > TOUCH_M:
            spans.append((min(along), max(along)))
    gaps, reached_m = [(low_m, low_m)], low_m
    for first, last in (*sorted(spans), (high_m, high_m)):
        if first > reached_m:
            gaps.append((reached_m, first))
        reached_m = max(reached_m, last)
    return gaps


def _widest(gaps: Iterable[Point2]) -> Point2:
    return max(gaps, key=lambda gap: gap[1] - gap[0])


def _cross_aisle(strip: Strip, solids: Solids, low_m: float, high_m: float) -> Aisle:
    far_m = (
        2 * float(np.linalg.norm(np.ptp(shapely.get_coordinates(solids.outline), axis=0))) + strip.length_m
    )
    band = _area(strip.start, -far_m, far_m, low_m + TOUCH_M, high_m - TOUCH_M)
    gaps = _gaps(solids.within(band), strip.start, 0, far_m, -far_m)
    around = (gap for gap in gaps if gap[0] <= strip.length_m / 2 <= gap[1])
    first_m, last_m = next(around, (0.0, strip.length_m))
    end_m = min(AISLE_END_M, (last_m - first_m) / 4)
    return _aisle(strip, first_m + end_m, last_m - end_m, low_m, high_m)


def _aisle(strip: Strip, first_m: float, last_m: float, low_m: float, high_m: float) -> Aisle:
    middle_m = (low_m + high_m) / 2
    return Aisle(
        id=strip.id,
        level=strip.level,
        p0=strip.start.point(first_m, middle_m),
        p1=strip.start.point(last_m, middle_m),
        clear_width_m=round(high_m - low_m, 6),
        racks=strip.racks,
        cross=strip.is_cross,
    )


def _add(aisles: list[Aisle], aisle: Aisle) -> None:
    """Append, or join with the same lane seen from another block."""
    for i, other in enumerate(aisles):
        if other.cross == aisle.cross and _is_same_lane(other, aisle):
            wider = aisle if aisle.clear_width_m > other.clear_width_m else other
            racks = tuple(dict.fromkeys((*other.racks, *aisle.racks)))
            aisles[i] = replace(wider, id=other.id, racks=racks)
            return
    aisles.append(aisle)


def _is_same_lane(one: Aisle, other: Aisle) -> bool:
    a, b = _ground(one), _ground(other)
    along = np.subtract(one.p1, one.p0), np.subtract(other.p1, other.p0)
    sine = along[0][0] * along[1][1] - along[0][1] * along[1][0]
    is_parallel = abs(sine) <= 0.1 * float(np.linalg.norm(along[0]) * np.linalg.norm(along[1]))
    return is_parallel and bool(a.intersection(b).area > SAME_LANE_SHARE * min(a.area, b.area))


def _ground(aisle: Aisle) -> shapely.Polygon:
    line = shapely.LineString([aisle.p0, aisle.p1])
    return shapely.buffer(line, aisle.clear_width_m / 2, cap_style="flat")


def _no_lane(strip: Strip, inside: Sequence[tuple[str, BaseGeometry]]) -> str:
    filling, _ = max(inside, key=lambda part: float(part[1].area), default=("nothing", None))
    return (
        f"aisle {strip.id} ({strip.width_m:g} m) is filled by {filling}, clear width 0 is not above 0 m: "
        "move one of the two, or begin or end the rows with a single one at a wall"
    )
