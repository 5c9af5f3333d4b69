"""Floor that walkers share: stretches of cross-aisles and open floor, in which a crowd slows everybody down."""

from __future__ import annotations

from collections import defaultdict
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import shapely
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from shapely import STRtree

from spatial.navigation.nav_graph import NavGraph

LEAST_M2 = 10.0
"""A stretch smaller than this is part of one that it joins: a single person must not make a crowd."""


class Area(NamedTuple):
    """Its floor, and the middle of its longest edge."""

    area_m2: float
    level: int
    xy: tuple[float, float]


def walking_areas(
    graph: NavGraph, is_open: npt.NDArray[np.bool_]
) -> tuple[list[Area], npt.NDArray[np.int64]]:
    """The areas of a graph, and that of each edge (E,) or −1 for those that `is_open` (E,) does not mark.

    An area is a run of open edges between junctions, on one level; its size is the sum of length times clear width.
    """
    rows = np.flatnonzero(is_open)
    of_edge = np.full(len(graph.edges), -1)
    if len(rows) == 0:
        return [], of_edge
    edges = graph.edges[rows]
    run = _runs(edges, len(graph.xy))
    size = np.bincount(run, weights=graph.length_m[rows] * graph.clear_width_m[rows]).astype(np.float64)
    run = _merged(edges, run, size)
    _, first, number = np.unique(run, return_index=True, return_inverse=True)
    rank = np.argsort(np.argsort(first))[number]
    of_edge[rows] = rank
    return [_area(graph, rows[rank == k]) for k in range(len(first))], of_edge


def areas_alike(
    graph: NavGraph, is_open: npt.NDArray[np.bool_], like: NavGraph, of_edge: npt.NDArray[np.int64]
) -> npt.NDArray[np.int64]:
    """For each edge (E,) of another graph of the facility the area of the nearest edge of `like` within its width."""
    found = np.full(len(graph.edges), -1)
    for level in range(len(graph.levels)):
        rows = np.flatnonzero(is_open & (graph.level[graph.edges[:, 0]] == level))
        known = np.flatnonzero((of_edge >= 0) & (like.level[like.edges[:, 0]] == level))
        if len(rows) == 0 or len(known) == 0:
            continue
        tree = STRtree(shapely.linestrings(like.xy[like.edges[known]]))
        middles = shapely.points(graph.xy[graph.edges[rows]].mean(axis=1))
        (row, near), away = tree.query_nearest(middles, all_matches=False, return_distance=True)
        inside = away <= graph.clear_width_m[rows[row]] / 2
        found[rows[row[inside]]] = of_edge[known[near[inside]]]
    return found


def _runs(edges: npt.NDArray[np.int64], count: int) -> npt.NDArray[np.int64]:
    """The run (e,) of each edge: edges that meet where no third one does."""
    degree = np.bincount(edges.ravel(), minlength=count)
    flat = edges.ravel()
    order = np.argsort(flat, kind="stable")
    pairs = order[degree[flat[order]] == 2].reshape(-1, 2) // 2
    joined = coo_array((np.ones(len(pairs)), pairs.T), shape=(len(edges), len(edges)))
    return np.asarray(connected_components(joined, directed=False)[1], np.int64)


def _merged(
    edges: npt.NDArray[np.int64], run: npt.NDArray[np.int64], size: npt.NDArray[np.float64]
) -> npt.NDArray[np.int64]:
    """Runs (e,) in which each that is too small, the smallest first, has joined its smallest neighbour."""
    meets: defaultdict[int, set[int]] = defaultdict(set)
    for node, each in zip(edges.ravel().tolist(), np.repeat(run, 2).tolist(), strict=True):
        meets[node].add(each)
    near: defaultdict[int, set[int]] = defaultdict(set)
    for there in meets.values():
        for each in there:
            near[each] |= there
    members = {k: [k] for k in range(len(size))}
    of = list(range(len(size)))
    total = size.tolist()
    for each in np.argsort(size, kind="stable").tolist():
        here = of[each]
        others = sorted({of[k] for member in members[here] for k in near[member]} - {here})
        if total[here] >= LEAST_M2 or not others:
            continue
        into = min(others, key=lambda k: (total[k], k))
        total[into] += total[here]
        for member in members.pop(here):
            of[member] = into
            members[into].append(member)
    merged: npt.NDArray[np.int64] = np.array(of)[run]
    return merged


def _area(graph: NavGraph, rows: npt.NDArray[np.int64]) -> Area:
    longest = graph.edges[rows[np.argmax(graph.length_m[rows])]]
    x, y = graph.xy[longest].mean(axis=0).tolist()
    floor = float((graph.length_m[rows] * graph.clear_width_m[rows]).sum())
    return Area(floor, int(graph.level[longest[0]]), (x, y))
