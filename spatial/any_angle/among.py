"""Shortest paths in the open plane among obstacles."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
import numpy.typing as npt
import shapely
from shapely import Polygon

from spatial.any_angle.floor_paths import FloorPaths, floor_paths

Outline = Sequence[Sequence[float]]

MARGIN_M = 1.0


def paths_among(obstacles: Iterable[Outline], points: npt.ArrayLike) -> FloorPaths:
    """The plane around `obstacles`, each an outline of at least three corners (x, y), for paths between `points`.

    Walking along an obstacle, and between two that touch in a corner, is allowed. An outline that crosses
    itself stands for its convex hull, as an obstacle's footprint does. A shortest path never leaves the
    convex hull of points and obstacles, so the floor ends a little beyond it. Raises ValueError without any point.
    """
    places = np.asarray(points, np.float64).reshape(-1, 2)
    if len(places) == 0:
        raise ValueError("there are no points to find paths between: give at least one")
    solid = shapely.union_all([_solid(outline) for outline in obstacles])
    x0, y0, x1, y1 = shapely.total_bounds([solid, shapely.MultiPoint(places)])
    around = shapely.box(x0 - MARGIN_M, y0 - MARGIN_M, x1 + MARGIN_M, y1 + MARGIN_M)
    return floor_paths(around.difference(solid))


def lengths_among(obstacles: Iterable[Outline], points: npt.ArrayLike) -> npt.NDArray[np.float64]:
    """The shortest lengths (n, n) among `points` (n, 2) around `obstacles`; infinite to and from inside of one."""
    places = np.asarray(points, np.float64).reshape(-1, 2)
    if len(places) == 0:
        return np.zeros((0, 0))
    everyone = range(len(places))
    return np.asarray(paths_among(obstacles, places).distances(places).submatrix(everyone), np.float64)


def _solid(outline: Outline) -> Polygon:
    drawn = Polygon(outline)
    return drawn if drawn.is_valid else drawn.convex_hull
