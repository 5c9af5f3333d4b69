"""Columns from their sections in plan."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import shapely

from layouts.drawings.dxf.things import Box, Thing, box_of

SIZE_M = (0.05, 3.0)
ROUND = 0.002
"""The distances of a round section's points from its middle differ by this share at most."""


def find_columns(things: Sequence[Thing]) -> tuple[list[tuple[Box, Thing]], list[Thing]]:
    """Columns as boxes, and things that are too small or too large for a column.

    A section within another, as the hatch of a column or the steel in its cladding, belongs to that column.
    """
    found: list[tuple[Box, Thing]] = []
    left: list[Thing] = []
    for thing in things:
        box = _round_box(thing) or box_of(thing.ground)
        fits = box is not None and SIZE_M[0] <= box.size[1] and box.size[0] <= SIZE_M[1]
        if box is not None and fits:
            found.append((box, thing))
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


def _without_inner(found: Sequence[tuple[Box, Thing]]) -> list[tuple[Box, Thing]]:
    polygons = np.array([box.polygon().buffer(0.005, join_style="mitre") for box, _ in found], dtype=object)
    tree = shapely.STRtree(polygons)
    kept: list[tuple[Box, Thing]] = []
    outer_of: dict[int, int] = {}
    order = sorted(range(len(found)), key=lambda k: (-round(found[k][0].size[0] * found[k][0].size[1], 6), k))
    for k in order:
        around = [
            i
            for i in tree.query(found[k][0].polygon(), predicate="covered_by").tolist()
            if i != k and i in outer_of and outer_of[i] == i
        ]
        outer_of[k] = min(around, default=k)
    for k, (box, thing) in enumerate(found):
        if outer_of[k] == k:
            inner = [found[i][1] for i in range(len(found)) if i != k and outer_of[i] == k]
            shapes = (*thing.shapes, *(shape for other in inner for shape in other.shapes))
            kept.append((box, replace(thing, shapes=shapes)))
    return kept
