"""The floor's outline: the ring of walls where they close, the hull of the floor seen where they do not."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
import shapely
from shapely import MultiPoint, Polygon

from scans.groups import occupied_cells
from scans.recognition.building.walls import WallLine

_CELL_M = 0.25
_RING_SHARE = 0.95


def floor_outline(walls: tuple[WallLine, ...], floor_xy: npt.NDArray[np.float64]) -> Polygon:
    """Counter-clockwise polygon of the floor inside the walls.

    `floor_xy` (N, 2) are points of the floor. The walls' ring is taken if it is simple and holds 95 % of the
    floor; else the concave hull of the floor's cells, clipped to the inner side of each wall.
    """
    seen = ((occupied_cells(floor_xy, _CELL_M) + 0.5) * _CELL_M).astype(np.float64)
    ring = _ring(walls)
    if ring is not None and ring.is_valid:
        reach = ring.buffer(_CELL_M * math.sqrt(0.5))  # a cell that a wall cuts is inside
        if float(shapely.contains_xy(reach, seen).mean()) >= _RING_SHARE:
            return shapely.orient_polygons(ring)
    inside = np.ones(len(seen), np.bool_)
    for wall in walls:
        station = (seen - wall.p0) @ wall.along
        beside = (station > 0) & (station < wall.length_m)
        inside &= ~(beside & (wall.depths(seen) < 0) & (wall.depths(seen) > -3.0))
    hull = shapely.concave_hull(MultiPoint(seen[inside]), ratio=0.08).buffer(_CELL_M / 2, join_style="mitre")
    return shapely.orient_polygons(shapely.simplify(_largest(hull), 0.1))


def _largest(shape: shapely.Geometry) -> Polygon:
    return max(shapely.get_parts(shape), key=lambda p: p.area)


def _ring(walls: tuple[WallLine, ...]) -> Polygon | None:
    """The polygon whose corners are where neighbouring walls meet, going around the hall."""
    if len(walls) < 3:
        return None
    middle = np.mean([(w.p0 + w.p1) / 2 for w in walls], axis=0)
    around = sorted(walls, key=lambda w: math.atan2(*reversed(((w.p0 + w.p1) / 2 - middle).tolist())))
    corners: list[npt.NDArray[np.float64]] = []
    for wall, after in zip(around, [*around[1:], around[0]], strict=True):
        sine = float(wall.along[0] * after.along[1] - wall.along[1] * after.along[0])
        if abs(sine) < math.sin(math.radians(10)):  # the wall goes on, a step aside
            corners += [wall.p1, after.p0]
            continue
        gap = after.p0 - wall.p0
        reach = float(gap[0] * after.along[1] - gap[1] * after.along[0]) / sine
        corners.append(wall.p0 + wall.along * reach)
    return Polygon(corners)
