"""Walls from their outlines in plan: the line in their middle and how thick they are."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
import numpy.typing as npt
import shapely

from spatial.facility import Point2

Points: TypeAlias = npt.NDArray[np.float64]

STRAIGHT_M = 0.002
"""Corners that lie this near one line are on it."""

LEAST_SLENDERNESS = 1.5
"""A wall is longer than it is thick by this factor at least; what is stouter may be a column as well."""


def wall_of_outline(outline: npt.ArrayLike) -> tuple[Point2, Point2, float] | None:
    """The centre line `p0`, `p1` and the thickness of a wall whose outline (N, 2) is a thin rectangle, metres.

    1. The longest edge tells the direction; the corners at the two extremes across it are the wall's faces.
    2. Every other corner belongs to an end, beyond the stretch that both faces have in common: ends may be
       cut at an angle, mitred or pointed.
    3. The centre line goes as far as the outline does on it, so that the lines of two walls with a mitred
       corner meet there.

    The last corner may repeat the first. None for every other outline: an L, a ring, a bend, a taper, one
    that crosses itself, or one that is not longer than it is thick by LEAST_SLENDERNESS.
    """
    corners = np.asarray(outline, dtype=np.float64).reshape(-1, 2)
    polygon = shapely.Polygon(corners) if len(corners) >= 4 and np.isfinite(corners).all() else None
    if polygon is None or not polygon.is_valid or polygon.area == 0:
        return None
    start, along = _longest_edge(corners)
    across = np.array([-along[1], along[0]])
    u, v = (corners - start) @ along, (corners - start) @ across  # 1
    faces = [np.abs(v - side) <= STRAIGHT_M for side in (v.min(), v.max())]
    low, high = (float(v[face].mean()) for face in faces)
    thickness, middle = high - low, (high + low) / 2
    first, last = max(u[face].min() for face in faces), min(u[face].max() for face in faces)
    inner = (u > first + STRAIGHT_M) & (u < last - STRAIGHT_M) & ~(faces[0] | faces[1])
    if thickness <= 2 * STRAIGHT_M or last <= first or inner.any():  # 2
        return None
    ends = _crossings(u, v - middle)  # 3
    length = ends.max() - ends.min()
    if length < LEAST_SLENDERNESS * thickness:
        return None
    p0, p1 = (start + end * along + middle * across for end in (ends.min(), ends.max()))
    return (float(p0[0]), float(p0[1])), (float(p1[0]), float(p1[1])), thickness


def _longest_edge(corners: Points) -> tuple[Points, Points]:
    """Where the longest edge starts, and its direction; of equally long ones the first."""
    edges = np.roll(corners, -1, axis=0) - corners
    lengths = np.linalg.norm(edges, axis=1)
    longest = int(np.argmax(lengths >= lengths.max() - STRAIGHT_M / 2))
    return corners[longest], edges[longest] / lengths[longest]


def _crossings(u: Points, v: Points) -> Points:
    """Where the closed line through (u, v) crosses v = 0, as values of u."""
    u1, v1 = np.roll(u, -1), np.roll(v, -1)
    crosses = (v < 0) != (v1 < 0)
    share = v[crosses] / (v[crosses] - v1[crosses])
    return np.asarray(u[crosses] + share * (u1 - u)[crosses])
