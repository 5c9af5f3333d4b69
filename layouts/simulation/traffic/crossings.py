"""Intersections: where lanes meet on the open floor, with room for one vehicle."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.sparse import coo_array, csr_array
from scipy.sparse.csgraph import connected_components, dijkstra

from spatial.navigation.nav_graph import NavGraph

LEAST_LANES = 3
"""An intersection is where so many lanes meet."""

_ROUNDING_M = 1e-6


@dataclass(frozen=True, kw_only=True, eq=False)
class Crossings:
    """The intersections of a graph: each node's (N,) or −1, and the metres (N,) to the nearest junction of it.

    `nodes[c]` are the junctions of intersection c; it reaches `reach_m` along the lanes from each.
    """

    of_node: npt.NDArray[np.int64]
    away_m: npt.NDArray[np.float64]
    nodes: tuple[tuple[int, ...], ...]
    reach_m: float


def crossings(graph: NavGraph, is_met: npt.NDArray[np.bool_], *, reach_m: float) -> Crossings:
    """The intersections of a graph at nodes that `is_met` (N,) marks: inside lanes it is cells that keep order.

    Junctions less than twice `reach_m` apart are one intersection: no vehicle finds room between them. A dead end of
    one edge as short is no lane: it is the way to a place beside one.
    """
    count = len(graph.xy)
    tail, head = graph.edges.T
    degree = np.bincount(graph.edges.ravel(), minlength=count)
    on_floor = graph.link < 0
    leads_on = on_floor & ((degree[graph.edges] > 1).all(axis=1) | (graph.length_m >= 2 * reach_m))
    lanes = np.bincount(graph.edges[leads_on].ravel(), minlength=count)
    junctions = np.flatnonzero((lanes >= LEAST_LANES) & is_met)
    if len(junctions) == 0:
        return Crossings(of_node=np.full(count, -1), away_m=np.full(count, np.inf), nodes=(), reach_m=reach_m)
    walk = csr_array((graph.length_m[on_floor], (tail[on_floor], head[on_floor])), shape=(count, count))
    away, _, source = dijkstra(
        walk, directed=False, indices=junctions, min_only=True, limit=2 * reach_m, return_predecessors=True
    )
    known = on_floor & (source[tail] >= 0) & (source[head] >= 0)
    near = known & (away[tail] + graph.length_m + away[head] < 2 * reach_m + _ROUNDING_M)
    joined = coo_array((np.ones(near.sum()), (source[tail[near]], source[head[near]])), shape=(count, count))
    _, piece = connected_components(joined, directed=False)
    _, number = np.unique(piece[junctions], return_inverse=True)
    crossing_of_piece = np.full(count, -1)
    crossing_of_piece[piece[junctions]] = number
    inside = (source >= 0) & (away < reach_m - _ROUNDING_M)
    return Crossings(
        of_node=np.where(inside, crossing_of_piece[piece[np.maximum(source, 0)]], -1),
        away_m=away,
        nodes=tuple(tuple(junctions[number == c].tolist()) for c in range(int(number.max()) + 1)),
        reach_m=reach_m,
    )
