"""Shortest routes over a navigation graph, by Dijkstra on compiled arrays."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from spatial.navigation.nav_graph import NavGraph

Route = tuple[int, ...]

_NO_NODE = -9999


@dataclass(frozen=True, kw_only=True, eq=False)
class Distances:
    """Shortest lengths among K chosen nodes of a graph with N nodes.

    `nodes` (K,) are node indices in rising order, `length_m` (K, K) is symmetric and infinite where there is
    no way, `before` (K, N) is the node before each node on the way from a chosen one: 4·K·N bytes.
    """

    nodes: npt.NDArray[np.int64]
    length_m: npt.NDArray[np.float64]
    before: npt.NDArray[np.int32]

    def rows(self, nodes: Sequence[int]) -> npt.NDArray[np.int64]:
        """The rows (n,) of these graph nodes; KeyError names one that was not among the chosen."""
        wanted = np.asarray(nodes, np.int64)
        found = np.searchsorted(self.nodes, wanted)
        unknown = np.append(self.nodes, -1)[found] != wanted
        if unknown.any():
            raise KeyError(int(wanted[unknown][0]))
        return found


def shortest_distances(graph: NavGraph, nodes: Sequence[int]) -> Distances:
    """Lengths and routes between all pairs of `nodes`; a node named twice counts once."""
    chosen = np.unique(np.asarray(nodes, np.int64))
    if len(chosen) and not (chosen[0] >= 0 and chosen[-1] < len(graph.xy)):
        raise ValueError(f"nodes must be in 0 … {len(graph.xy) - 1}, got {chosen[0]} … {chosen[-1]}")
    if len(chosen) == 0:
        return Distances(
            nodes=chosen, length_m=np.empty((0, 0)), before=np.empty((0, len(graph.xy)), np.int32)
        )
    length, before = dijkstra(_matrix(graph), directed=False, indices=chosen, return_predecessors=True)
    among = length[:, chosen]
    return Distances(nodes=chosen, length_m=np.minimum(among, among.T), before=before.astype(np.int32))


def shortest_route(distances: Distances, start: int, end: int) -> Route:
    """The node sequence of a shortest way from the chosen node `start` to any node `end`.

    Raises ValueError when there is no way.
    """
    before = distances.before[distances.rows([start])[0]]
    route = [end]
    while route[-1] != start:
        previous = int(before[route[-1]])
        if previous == _NO_NODE:
            raise ValueError(f"there is no way from node {start} to node {end}")
        route.append(previous)
    return tuple(reversed(route))


def path_polyline(graph: NavGraph, route: Sequence[int]) -> npt.NDArray[np.float64]:
    """The path (M, 2) of a route in metres, one point a node."""
    polyline: npt.NDArray[np.float64] = graph.xy[np.asarray(route, np.int64)]
    return polyline


def path_length(polyline: npt.NDArray[np.float64]) -> float:
    """The length of a path (M, 2) in metres; 0 for a single point."""
    return float(np.linalg.norm(np.diff(polyline, axis=0), axis=1).sum())


def _matrix(graph: NavGraph) -> csr_array:
    tail, head = graph.edges.T
    shape = (len(graph.xy), len(graph.xy))
    return csr_array((graph.length_m, (tail, head)), shape=shape)
