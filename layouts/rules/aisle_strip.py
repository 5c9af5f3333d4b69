"""The floor of an aisle: its centre line, as wide as it is clear."""

from __future__ import annotations

import shapely
from shapely import LineString, Polygon

from spatial.facility import Aisle


def aisle_strip(aisle: Aisle, *, beyond_m: float = 0.0) -> Polygon:
    """The rectangle about the aisle's centre line, continued beyond both ends; empty without length or width."""
    line, half = LineString([aisle.p0, aisle.p1]), aisle.clear_width_m / 2
    if line.length == 0 or half <= 0:
        return Polygon()
    (x0, y0), (x1, y1) = aisle.p0, aisle.p1
    ux, uy = (x1 - x0) / line.length, (y1 - y0) / line.length
    a, b = (x0 - beyond_m * ux, y0 - beyond_m * uy), (x1 + beyond_m * ux, y1 + beyond_m * uy)
    nx, ny = -half * uy, half * ux
    return Polygon(
        [(a[0] - nx, a[1] - ny), (b[0] - nx, b[1] - ny), (b[0] + nx, b[1] + ny), (a[0] + nx, a[1] + ny)]
    )


def end_lines(aisle: Aisle) -> tuple[LineString, LineString]:
    """The lines across the aisle at its two ends, for one whose strip is not empty."""
    corners = shapely.get_coordinates(aisle_strip(aisle))
    return LineString(corners[[3, 0]]), LineString(corners[[1, 2]])
