"""How wide the floor is around an edge, and how exactly that is known."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
import numpy.typing as npt
import shapely
from shapely import STRtree

from spatial.floor.free_space import FreeSpace, Solid
from spatial.navigation.pick_spots import boundary_segments

SIDE_SLACK = 1.25
"""The wider side of a lane is looked for up to this many times the clearance of the narrower one."""

SIDE_SLACK_M = 0.05
"""And this much farther: a lane lies that close to the middle."""

SURE_SIGMAS = 2.0
"""Of two faces the farther one may be the nearer one if that many of its sigmas bring it there."""

_Sides: TypeAlias = npt.NDArray[np.float64]


def clear_widths(lines: npt.NDArray[np.object_], space: FreeSpace) -> npt.NDArray[np.float64]:
    """The distance of each line (E,) to what is nearest on its left plus that on its right, metres.

    A side with nothing nearby counts as far as the other one: the width is never overstated.
    """
    border = boundary_segments(space.clear)
    tree = STRtree(border)
    (near, _), nearest = tree.query_nearest(lines, all_matches=False, return_distance=True)
    clearance = np.zeros(len(lines))
    clearance[near] = nearest
    reach = SIDE_SLACK * clearance + SIDE_SLACK_M
    line, segment = tree.query(lines, predicate="dwithin", distance=reach)
    sides = np.full((2, len(lines)), np.inf)
    for side in (0, 1):
        part = _on_side(lines[line], border[segment], side)
        away = shapely.distance(lines[line], part)
        beside = away <= reach[line]  # nothing on this side: NaN
        np.minimum.at(sides[side], line[beside], away[beside])
    return np.asarray(np.where(np.isfinite(sides).all(axis=0), sides.sum(axis=0), 2 * clearance))


def width_sigmas(lines: npt.NDArray[np.object_], space: FreeSpace) -> npt.NDArray[np.float64]:
    """One standard deviation of each clear width (E,): the root sum of squares of its two sides, metres.

    A side is the nearest solid there; where that may be one of several, the least exactly known counts. A
    side that is only the edge of the seen floor adds nothing.
    """
    sides = np.zeros((2, len(lines)))
    if not space.solids:
        return np.zeros(len(lines))
    solids = np.array([solid.footprint for solid in space.solids], dtype=object)
    tree = STRtree(solids)
    (near, _), nearest = tree.query_nearest(lines, all_matches=False, return_distance=True)
    clearance = np.zeros(len(lines))
    clearance[near] = nearest
    line, solid = tree.query(lines, predicate="dwithin", distance=SIDE_SLACK * clearance + SIDE_SLACK_M)
    ways = shapely.get_coordinates(shapely.shortest_line(lines[line], solids[solid])).reshape(-1, 2, 2)
    distance = np.linalg.norm(ways[:, 1] - ways[:, 0], axis=1)
    sigma = _sigma_at(space.solids, solid, ways[:, 1])
    left = _is_left(lines[line], ways)
    for side in (0, 1):
        here = left == (side == 0)
        first = np.full(len(lines), np.inf)
        np.minimum.at(first, line[here], distance[here])
        here &= distance - SURE_SIGMAS * sigma <= first[line]
        np.maximum.at(sides[side], line[here], sigma[here])
    return np.asarray(np.hypot(sides[0], sides[1]))


def _on_side(
    lines: npt.NDArray[np.object_], segments: npt.NDArray[np.object_], side: int
) -> npt.NDArray[np.object_]:
    """The part of each segment (P,) to the left (0) or right (1) of its line; empty if there is none."""
    ends = shapely.get_coordinates(lines).reshape(-1, 2, 2)
    corner = shapely.get_coordinates(segments).reshape(-1, 2, 2)
    ahead = ends[:, 1] - ends[:, 0]
    height = (1 - 2 * side) * np.stack([_cross(ahead, corner[:, k] - ends[:, 0]) for k in (0, 1)], axis=1)
    outside = height < 0
    crosses = outside[:, 0] != outside[:, 1]
    share = height[:, 0] / np.where(crosses, height[:, 0] - height[:, 1], 1.0)
    crossing = corner[:, 0] + share[:, None] * (corner[:, 1] - corner[:, 0])
    parts = shapely.linestrings(np.where(outside[:, :, None], crossing[:, None], corner))
    parts[outside.all(axis=1)] = shapely.LineString()
    return np.asarray(parts)


def _is_left(lines: npt.NDArray[np.object_], ways: npt.NDArray[np.float64]) -> npt.NDArray[np.bool_]:
    ends = shapely.get_coordinates(lines).reshape(-1, 2, 2)
    return np.asarray(_cross(ends[:, 1] - ends[:, 0], ways[:, 1] - ways[:, 0]) > 0)


def _sigma_at(
    solids: tuple[Solid, ...], rows: npt.NDArray[np.int64], points: npt.NDArray[np.float64]
) -> npt.NDArray[np.float64]:
    """Sigma of a solid's face (P,) at a point of it: that of its place and that of its heading."""
    place = np.array([solid.sigma_m for solid in solids])[rows]
    yaw = np.array([solid.yaw_sigma_rad for solid in solids])[rows]
    arm = np.linalg.norm(points - np.array([solid.center for solid in solids])[rows], axis=1)
    return np.asarray(np.hypot(place, yaw * arm))


def _cross(a: npt.NDArray[np.float64], b: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    return a[:, 0] * b[:, 1] - a[:, 1] * b[:, 0]
