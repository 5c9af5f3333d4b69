"""Which sides of rack rows face an aisle, and which rows stand back to back."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import shapely

from layouts.drawings.dxf.racks import RackRow

FLUE_M = 0.6
"""Rows closer than this stand back to back."""

AISLE_M = 0.7
"""With less free floor before it, a side faces no aisle."""


def sides_of(
    rows: Sequence[RackRow], solids: Sequence[shapely.Geometry]
) -> list[tuple[tuple[int, ...], int | None]]:
    """For each row the sides (+1 left of its axis, −1 right) that face free floor, and its mate's index."""
    grounds = np.array([row.box.polygon() for row in rows], dtype=object)
    tree, others = shapely.STRtree(grounds), shapely.STRtree(list(solids))
    found: list[tuple[tuple[int, ...], int | None]] = []
    for i, row in enumerate(rows):
        faces, mate = [], None
        for side in (1, -1):
            beside = _strip(row, side, FLUE_M)
            mates = [j for j in tree.query(beside, predicate="intersects").tolist() if j != i]
            near = [j for j in sorted(mates) if _is_along(row, rows[j], grounds[j], beside)]
            if near:
                mate = near[0]
            elif not len(others.query(_strip(row, side, AISLE_M), predicate="intersects")):
                faces.append(side)
        found.append((tuple(faces) or (1,), mate))
    return [
        (faces, mate if mate is not None and found[mate][1] == i else None)
        for i, (faces, mate) in enumerate(found)
    ]


def _strip(row: RackRow, side: int, width: float) -> shapely.Polygon:
    """The floor beside a row, without its ends and a hand's breadth of what may lean on it."""
    length, depth = row.box.size
    c, s = math.cos(row.box.yaw), math.sin(row.box.yaw)
    near, far = side * (depth / 2 + 0.001), side * (depth / 2 + width)
    u = max(length / 2 - 0.3, length / 4)
    corners = np.array([(-u, near), (u, near), (u, far), (-u, far)])
    return shapely.Polygon(corners @ np.array([[c, s], [-s, c]]) + row.box.center)


def _is_along(row: RackRow, other: RackRow, ground: shapely.Polygon, strip: shapely.Polygon) -> bool:
    """Whether another row runs beside this one along most of the shorter of them."""
    if abs(math.sin(row.box.yaw - other.box.yaw)) > 0.01:
        return False
    c, s = math.cos(row.box.yaw), math.sin(row.box.yaw)
    u = (shapely.get_coordinates(ground.intersection(strip)) - row.box.center) @ np.array([c, s])
    return bool(np.ptp(u) >= 0.5 * min(row.box.size[0], other.box.size[0]) if len(u) else False)
