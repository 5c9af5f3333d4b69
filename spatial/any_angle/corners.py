"""The corners that a taut string on the floor can bend about, and what is seen from where."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import shapely
from numba import njit
from scipy.spatial import KDTree
from shapely import MultiPolygon

from spatial.any_angle.sight import NONE, Edges, hides, hiding_edge

SLACK = 1e-6
"""Sine of the angle by which a line may miss being a tangent: more lines than needed never harm."""

ONE_WAY_RAD = 1e-12
"""Corners this close to one direction are in one line; those of a row of racks, after rounding, are closer."""


class Corners(NamedTuple):
    """Corners that jut into the floor: `xy` (V, 2), `arms` (V, 2, 2) the unit vectors along their two walls."""

    xy: npt.NDArray[np.float64]
    arms: npt.NDArray[np.float64]


class Lines(NamedTuple):
    """Straight free lines from S places, `start` (S + 1,): those of place s are `start[s]` … `start[s + 1]` − 1,
    to corner `to` (L,) at `length_m` (L,).
    """

    start: npt.NDArray[np.int64]
    to: npt.NDArray[np.int64]
    length_m: npt.NDArray[np.float64]


def corners_of(floor: MultiPolygon, grown: MultiPolygon) -> Corners:
    """The corners of `floor` where the floor takes more than half a turn.

    They are looked for on `grown`, the same floor grown by a hair, because there holes and parts that touch
    have become one, and then taken back to the vertex of `floor` they grew from.
    """
    found, arms = [], []
    for ring in shapely.get_rings(shapely.get_parts(shapely.orient_polygons(grown))):
        at = shapely.get_coordinates(ring)[:-1]
        back, ahead = np.roll(at, 1, axis=0) - at, np.roll(at, -1, axis=0) - at
        turn = back[:, 1] * ahead[:, 0] - back[:, 0] * ahead[:, 1]
        juts = turn < 0
        found.append(at[juts])
        both = np.stack([back, ahead], axis=1)[juts]
        arms.append(both / np.linalg.norm(both, axis=2, keepdims=True))
    vertices = shapely.get_coordinates(floor)
    _, nearest = KDTree(vertices).query(np.concatenate(found))
    return Corners(np.ascontiguousarray(vertices[nearest]), np.concatenate(arms))


def places_without_arms(xy: npt.NDArray[np.float64]) -> Corners:
    """Places (P, 2) from which every line counts as taut."""
    return Corners(np.ascontiguousarray(xy), np.zeros((len(xy), 2, 2)))


def lines_among(corners: Corners, edges: Edges) -> Lines:
    """The taut lines among all corners, each in both directions."""
    once = lines_between(corners, corners, edges, True)
    one = np.repeat(np.arange(len(corners.xy)), np.diff(once.start))
    tail, head = np.concatenate([one, once.to]), np.concatenate([once.to, one])
    order = np.lexsort((head, tail))
    start = np.searchsorted(tail[order], np.arange(len(corners.xy) + 1))
    return Lines(start, head[order], np.tile(once.length_m, 2)[order])


@njit(cache=True, nogil=True)
def lines_between(places: Corners, corners: Corners, edges: Edges, later: bool) -> Lines:
    """The free lines from `places` to `corners` that are taut at both ends; with `later`, to later rows only.

    Of corners in one line only the nearest has a line: the way to those behind leads over it.
    """
    start = np.zeros(len(places.xy) + 1, np.int64)
    to = np.zeros(len(corners.xy), np.int64)
    length_m = np.zeros(len(corners.xy))
    count = 0
    seen = np.zeros(len(corners.xy), np.int64)
    length = np.zeros(len(corners.xy))
    angle = np.zeros(len(corners.xy))
    for place in range(len(places.xy)):
        ax, ay = places.xy[place, 0], places.xy[place, 1]
        found = 0
        hidden_by = NONE
        for corner in range(place + 1 if later else 0, len(corners.xy)):
            bx, by = corners.xy[corner, 0], corners.xy[corner, 1]
            dx, dy = bx - ax, by - ay
            if not (_taut(corners, corner, dx, dy) and _taut(places, place, dx, dy)):
                continue
            if hidden_by == NONE or not hides(edges, hidden_by, ax, ay, bx, by):
                hidden_by = hiding_edge(edges, ax, ay, bx, by)
            if hidden_by == NONE:
                seen[found] = corner
                length[found] = np.sqrt(dx * dx + dy * dy)
                angle[found] = np.arctan2(dy, dx)
                found += 1
        nearest = _nearest_each_way(angle[:found], length[:found])
        while count + len(nearest) > len(to):
            to = np.concatenate((to, np.zeros(len(to), np.int64)))
            length_m = np.concatenate((length_m, np.zeros(len(length_m))))
        for at in nearest:
            to[count], length_m[count] = seen[at], length[at]
            count += 1
        start[place + 1] = count
    return Lines(start, to[:count].copy(), length_m[:count].copy())


@njit(cache=True, nogil=True)
def _nearest_each_way(
    angle: npt.NDArray[np.float64], length: npt.NDArray[np.float64]
) -> npt.NDArray[np.int64]:
    """The rows, in rising order, of the shortest line in each direction, and of all that have no length."""
    keep = length == 0.0
    nearest = NONE
    for row in np.argsort(angle):
        if keep[row]:
            continue
        if nearest != NONE and angle[row] - angle[nearest] <= ONE_WAY_RAD:
            if length[row] < length[nearest]:
                keep[nearest] = False
                keep[row] = True
                nearest = row
        else:
            keep[row] = True
            nearest = row
    rows: npt.NDArray[np.int64] = np.flatnonzero(keep)
    return rows


@njit(cache=True, nogil=True)
def _taut(corners: Corners, corner: int, dx: float, dy: float) -> bool:
    """Whether a string along (dx, dy) can bend about the corner: both its walls lie on one side."""
    arms = corners.arms
    slack = SLACK * (abs(dx) + abs(dy))
    one = dx * arms[corner, 0, 1] - dy * arms[corner, 0, 0]
    other = dx * arms[corner, 1, 1] - dy * arms[corner, 1, 0]
    taut: bool = (one >= -slack and other >= -slack) or (one <= slack and other <= slack)
    return taut
