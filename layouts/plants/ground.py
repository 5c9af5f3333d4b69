"""The floor of a plant: as drawn, or where nothing is drawn, the rectangle around all that stands there."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import shapely

from spatial.exchange.draft import Draft
from spatial.facility import Point2

WIDEST_M = 5_000.0
"""No plant is wider: beyond it the unit is wrong."""

MARGIN_M = 2.0
"""The rectangle goes this far beyond what it is drawn around."""

GAP_M = 0.1
"""Floors drawn up to the two sides of a wall, or by eye up to each other, leave gaps this wide at most."""

SHARPEST = 10.0
"""How far a corner may reach when gaps are closed, in widths of the gap: down to 11°."""

STRIP_M = 0.01
"""The width of the strip that joins two parts of a floor into one outline; no vehicle fits on it."""

Ring = tuple[Point2, ...]


@dataclass(frozen=True, kw_only=True)
class Ground:
    """An outline, counter-clockwise, the holes in it, and how many strips join its parts."""

    outline: Ring
    holes: tuple[Ring, ...] = ()
    strips: int = 0


def require_width(points: Iterable[Point2], draft: Draft, *, unit: str) -> None:
    """Fail where points lie farther apart than any plant is wide; `unit` says what the file is to be in."""
    corners = np.array(list(points), np.float64).reshape(-1, 2)
    if len(corners) and (wide := float(np.ptp(corners, axis=0).max())) > WIDEST_M:
        draft.fail("whole file", f"is {wide:.0f} m wide, no plant is wider than {WIDEST_M:.0f} m: {unit}")


def around(points: Sequence[Point2]) -> Ground:
    """The rectangle along the axes around `points`, MARGIN_M beyond them; around the origin for none."""
    corners = np.array(points or [(0.0, 0.0)], np.float64)
    (x0, y0), (x1, y1) = (corners.min(axis=0) - MARGIN_M).tolist(), (corners.max(axis=0) + MARGIN_M).tolist()
    return Ground(outline=((x0, y0), (x1, y0), (x1, y1), (x0, y1)))


def drawn_ground(
    floors: Sequence[shapely.Polygon],
    holes: Sequence[shapely.Polygon],
    lifts: Sequence[shapely.Polygon] = (),
) -> Ground | None:
    """The union of `floors` less `holes` as one outline; None where that leaves no floor.

    1. Gaps between floors up to GAP_M are closed, then holes are cut.
    2. Cabins and sills of lifts are floor, whatever is cut there.
    3. Parts that lie farther apart are joined by strips, each between the two points that are nearest.
    """
    floor = shapely.difference(_closed(_union(floors)), _union(holes))  # 1
    if lifts and not floor.is_empty:
        floor = _closed(shapely.union_all([floor, *lifts]))  # 2
    parts = [part for part in shapely.get_parts(floor) if part.area > 0]
    if not parts:
        return None
    whole, *rest = sorted(parts, key=lambda part: -part.area)  # 3
    while rest:
        nearest = min(rest, key=whole.distance)
        rest.remove(nearest)
        strip = shapely.shortest_line(whole, nearest).buffer(STRIP_M / 2, cap_style="square")
        whole = shapely.union_all([whole, nearest, strip])
    polygon = shapely.orient_polygons(whole)
    return Ground(
        outline=_ring(polygon.exterior),
        holes=tuple(map(_ring, polygon.interiors)),
        strips=len(parts) - 1,
    )


def _closed(floor: shapely.Geometry) -> shapely.Geometry:
    """The floor grown and shrunk by half a gap: its corners stay where they are."""
    grown = floor.buffer(GAP_M / 2, join_style="mitre", mitre_limit=SHARPEST)
    return grown.buffer(-GAP_M / 2, join_style="mitre", mitre_limit=SHARPEST)


def _union(polygons: Sequence[shapely.Polygon]) -> shapely.Geometry:
    return shapely.union_all([shapely.make_valid(polygon) for polygon in polygons])


def _ring(ring: shapely.LinearRing) -> Ring:
    return tuple((float(x), float(y)) for x, y in shapely.get_coordinates(ring)[:-1])
