"""Columns from their sections in plan."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import shapely

from layouts.drawings.dxf.things import Box, Thing, box_of

SIZE_M = (0.05, 3.0)
WITHIN_M = 0.005
ROUND = 0.002
"""The distances of a round section's points from its middle differ by this share at most."""


def find_columns(things: Sequence[Thing]) -> tuple[list[Box], list[Thing]]:
    """Columns, and things that are too small or too large for one.

    A section within another, as the hatch of a column or the steel in its cladding, belongs to that column.
    """
    found: list[Box] = []
    left: list[Thing] = []
    for thing in things:
        box = _round_box(thing) or box_of(thing.ground)
        if box is not None and SIZE_M[0] <= box.size[1] and box.size[0] <= SIZE_M[1]:
            found.append(box)
        else:
            left.append(thing)
    return _without_inner(found), left


def _round_box(thing: Thing) -> Box | None:
    """The square around a circle, turned as the world is."""
    corners = shapely.get_coordinates(thing.ground.convex_hull)
    if len(corners) < 12:
        return None
    center = np.asarray(shapely.get_coordinates(thing.ground.convex_hull.centroid)[0])
    radii = np.linalg.norm(corners - center, axis=1)
    if np.ptp(radii) > max(ROUND * radii.max(), 1e-6):
        return None
    across = float(2 * radii.mean())
    return Box(center=center, size=(across, across), yaw=0.0)


def _without_inner(boxes: Sequence[Box]) -> list[Box]:
    """Boxes that lie in no larger one; of equal ones the first."""
    polygons = np.array([box.polygon() for box in boxes], dtype=object)
    if not len(polygons):
        return []
    tree = shapely.STRtree(shapely.buffer(polygons, WITHIN_M, join_style="mitre"))
    inner, outer = tree.query(polygons, predicate="covered_by")
    areas = np.round(shapely.area(polygons), 6)
    smaller = (areas[inner] < areas[outer]) | ((areas[inner] == areas[outer]) & (inner > outer))
    dropped = set(inner[smaller].tolist())
    return [box for k, box in enumerate(boxes) if k not in dropped]
