"""Footprints of any facility as a layout has them: rectangles where they nearly are, corners elsewhere."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import shapely

from spatial.facility import Point2

RECTANGLE_SHARE = 0.99
"""A footprint that fills so much of the narrowest rectangle about it is that rectangle."""

SAME_M = 0.005
"""Outlines of floors that are nowhere further apart are the same."""


def shape_of(corners: Sequence[Point2], *, exactly: bool = False) -> dict[str, Any]:
    """The keys of a shape with these corners, in the layout's frame: at_m and size_m, or outline_m.

    Nearly a rectangle is one, `exactly` only where it is so to SAME_M.
    """
    footprint = shapely.Polygon(corners)
    around = shapely.minimum_rotated_rectangle(footprint)
    is_area = isinstance(around, shapely.Polygon) and around.area > 0
    fits = is_same(corners, around.exterior.coords[:-1]) if is_area and exactly else is_area
    if not fits or footprint.area < RECTANGLE_SHARE * around.area:
        return {"outline_m": tuple(mm(at) for at in footprint.exterior.coords[:-1])}
    (x0, y0), (x1, y1), (x2, y2) = around.exterior.coords[:3]
    heading_deg = round(math.degrees(math.remainder(math.atan2(y1 - y0, x1 - x0), math.pi)), 2)
    sides_m = mm((math.hypot(x1 - x0, y1 - y0), math.hypot(x2 - x1, y2 - y1)))
    if abs(heading_deg) > 45:
        heading_deg = round(math.remainder(heading_deg + 90, 180), 2)
        sides_m = sides_m[::-1]
    said: dict[str, Any] = {"at_m": mm((around.centroid.x, around.centroid.y)), "size_m": sides_m}
    if heading_deg:
        said["heading_deg"] = heading_deg
    return said


def is_same(one: Sequence[Point2], other: Sequence[Point2]) -> bool:
    """Whether two outlines are nowhere further apart than SAME_M."""
    a, b = shapely.Polygon(one).exterior, shapely.Polygon(other).exterior
    return bool(shapely.hausdorff_distance(a, b, densify=0.1) <= SAME_M)


def mm(at: Sequence[float]) -> Point2:
    """Rounded to the millimetre, with no negative zero."""
    return round(at[0], 3) + 0.0, round(at[1], 3) + 0.0
