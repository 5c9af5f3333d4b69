"""Which element of one facility is which of the other, by name where the place agrees, else by place."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt
import shapely
from scipy.optimize import linear_sum_assignment
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from layouts.diff.placed import Placed

Pairs = list[tuple[int, int]]
Gains = Callable[[Placed, Placed], float]

GROWN_M = 0.25
"""Footprints are compared with this much more on each side, so that thin things can overlap."""

SAME_OVERLAP = 0.5
"""Share of the union that both footprints cover from which on they are one place."""


def match_elements(
    a: Sequence[Placed], b: Sequence[Placed], *, reach_m: float, named_reach_m: float
) -> Pairs:
    """Pairs of indices (into `a`, into `b`) of elements of one kind and level, in rising order.

    1. One name in one place: the footprints share half of their union.
    2. Other name, same place: the assignment with the greatest sum of shared parts.
    3. One name within `named_reach_m`, where names mean something: at least half of those that kept their
       place, by 1 and 2, kept their name.
    4. Same sort and about the same size within `reach_m`: the assignment with the least sum of distances.

    Each pair is of one rule only, the first that gives it. Exchanging the sides gives the same pairs.
    """
    if _order(b) < _order(a):  # ties of an assignment fall the same way from both sides
        swapped = match_elements(b, a, reach_m=reach_m, named_reach_m=named_reach_m)
        return sorted((j, i) for i, j in swapped)
    pairs = [(i, j) for i, j in _named(a, b, []) if _shared_part(a[i], b[j]) >= SAME_OVERLAP]  # 1
    kept_name = len(pairs)
    pairs += _assigned(a, b, pairs, GROWN_M, _same_place)  # 2
    if 2 * kept_name >= len(pairs):  # 3
        pairs += [(i, j) for i, j in _named(a, b, pairs) if _distance(a[i], b[j]) <= named_reach_m]
    pairs += _assigned(a, b, pairs, reach_m, lambda one, other: _nearness(one, other, reach_m))  # 4
    return sorted(pairs)


def _order(side: Sequence[Placed]) -> list[tuple[object, ...]]:
    return [(one.id, one.center, one.yaw_rad, one.length_m, one.depth_m) for one in side]


def _left(side: Sequence[Placed], taken: set[int]) -> list[int]:
    return [i for i in range(len(side)) if i not in taken]


def _named(a: Sequence[Placed], b: Sequence[Placed], pairs: Pairs) -> Pairs:
    left = {b[j].id: j for j in _left(b, {j for _, j in pairs})}
    return [(i, left[a[i].id]) for i in _left(a, {i for i, _ in pairs}) if a[i].id in left]


def _assigned(a: Sequence[Placed], b: Sequence[Placed], pairs: Pairs, grown_m: float, gain: Gains) -> Pairs:
    """The best one-to-one choice among what is left; only footprints grown by `grown_m` that touch count."""
    rows, columns = _left(a, {i for i, _ in pairs}), _left(b, {j for _, j in pairs})
    if not rows or not columns:
        return []
    tree = shapely.STRtree([_footprint(b[j], grown_m) for j in columns])
    hits = tree.query([_footprint(a[i], grown_m) for i in rows], predicate="intersects").T
    gains = {
        (int(r), int(c)): value for r, c in hits if (value := gain(a[rows[int(r)]], b[columns[int(c)]])) > 0
    }
    return [(rows[r], columns[c]) for r, c in _greatest_sum(gains, len(rows), len(columns))]


def _greatest_sum(gains: dict[tuple[int, int], float], rows: int, columns: int) -> Pairs:
    """The assignment with the greatest sum, one connected part of the candidates after the other."""
    if not gains:
        return []
    edges = np.array(sorted(gains), dtype=np.int64)
    graph = coo_array((np.ones(len(edges)), (edges[:, 0], rows + edges[:, 1])), shape=(rows + columns,) * 2)
    part: npt.NDArray[np.int32] = connected_components(graph, directed=False)[1][edges[:, 0]]
    chosen: Pairs = []
    for which in np.unique(part):
        own = edges[part == which]
        r, c = np.unique(own[:, 0]), np.unique(own[:, 1])
        table = np.array([[gains.get((int(i), int(j)), 0.0) for j in c] for i in r])
        chosen += [
            (int(r[i]), int(c[j]))
            for i, j in zip(*linear_sum_assignment(table, maximize=True), strict=True)
            if table[i, j] > 0
        ]
    return chosen


def _footprint(one: Placed, grown_m: float) -> shapely.Polygon:
    return shapely.Polygon(one.corners(grown_m))


def _shared_part(one: Placed, other: Placed) -> float:
    """Area of the intersection over that of the union, in 0 … 1."""
    p, q = _footprint(one, GROWN_M), _footprint(other, GROWN_M)
    shared = p.intersection(q).area
    return float(shared / (p.area + q.area - shared))


def _same_place(one: Placed, other: Placed) -> float:
    part = _shared_part(one, other)
    return part if part >= SAME_OVERLAP else 0.0


def _distance(one: Placed, other: Placed) -> float:
    return math.dist(one.center, other.center)


def _nearness(one: Placed, other: Placed, reach_m: float) -> float:
    """1 … 2 for the same sort and half the same size within reach, more for nearer and less turned; else 0."""
    distance = _distance(one, other)
    shared = min(one.length_m, other.length_m) * min(one.depth_m, other.depth_m)
    union = one.length_m * one.depth_m + other.length_m * other.depth_m - shared
    if one.what != other.what or distance > reach_m or shared < SAME_OVERLAP * union:
        return 0.0
    turn = abs(math.remainder(other.yaw_rad - one.yaw_rad, min(one.period_rad, other.period_rad)))
    return 2.0 - 0.8 * distance / reach_m - 0.2 * turn / math.pi
