"""Shortest routes over a navigation graph, by Dijkstra on compiled arrays."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
from numba import njit
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from spatial.navigation.joined_routes import JoinedRoutes, Route
from spatial.navigation.nav_graph import NavGraph

_NO_NODE = -9999


@dataclass(frozen=True, kw_only=True, eq=False)
class Ways:
    """Best ways from each of K chosen nodes of a graph with N nodes.

    `nodes` (K,) are node indices in rising order, `before` (K, N) is the node before each node on the way
    from a chosen one: 4·K·N bytes.
    """

    nodes: npt.NDArray[np.int64]
    before: npt.NDArray[np.int32]

    @cached_property
    def _row_of(self) -> npt.NDArray[np.int64]:
        """The row of node n at n + 1, −1 where it was not chosen; at both ends what is no node."""
        row_of = np.full(self.before.shape[1] + 2, -1)
        row_of[self.nodes + 1] = np.arange(len(self.nodes))
        return row_of

    def rows(self, nodes: Sequence[int]) -> npt.NDArray[np.int64]:
        """The rows (n,) of these graph nodes; KeyError names one that was not among the chosen."""
        wanted = np.asarray(nodes, np.int64)
        rows: npt.NDArray[np.int64] = self._row_of.take(wanted + 1, mode="clip")
        if -1 in rows:
            raise KeyError(int(wanted[rows.argmin()]))
        return rows


@dataclass(frozen=True, kw_only=True, eq=False)
class Distances(Ways):
    """Shortest ways: `length_m` (K, K) from row to column, infinite where there is no way; symmetric unless
    the graph has one-way edges.
    """

    length_m: npt.NDArray[np.float64]


@dataclass(frozen=True, kw_only=True, eq=False)
class Times(Ways):
    """Fastest ways: `time_s` (K, K) from row to column, infinite where there is no way; symmetric unless the
    graph has one-way edges.
    """

    time_s: npt.NDArray[np.float64]


def shortest_distances(graph: NavGraph, nodes: Sequence[int]) -> Distances:
    """Lengths and routes between all pairs of `nodes`, by the rules; a node named twice counts once."""
    chosen, length, before = _best_ways(graph, graph.length_m, nodes)
    return Distances(nodes=chosen, length_m=length, before=before)


def shortest_times(graph: NavGraph, nodes: Sequence[int]) -> Times:
    """Seconds and routes of the fastest ways: speed limits and the time of lifts count, lengths do not."""
    chosen, time, before = _best_ways(graph, graph.time_s, nodes)
    return Times(nodes=chosen, time_s=time, before=before)


def lengths_from(graph: NavGraph, nodes: Sequence[int]) -> npt.NDArray[np.float64]:
    """Metres (K, N) of the shortest ways from each of `nodes` to every node of the graph, by the rules."""
    return _lengths(_matrix(graph, graph.length_m), nodes, directed=graph.is_one_way)


def lengths_to(graph: NavGraph, nodes: Sequence[int]) -> npt.NDArray[np.float64]:
    """Metres (K, N) of the shortest ways to each of `nodes` from every node of the graph, by the rules."""
    return _lengths(csr_array(_matrix(graph, graph.length_m).T), nodes, directed=graph.is_one_way)


def _lengths(matrix: csr_array, nodes: Sequence[int], *, directed: bool) -> npt.NDArray[np.float64]:
    lengths: npt.NDArray[np.float64] = dijkstra(
        matrix, directed=directed, indices=np.asarray(nodes, np.int64)
    )
    return lengths


def shortest_route(ways: Ways, start: int, end: int) -> Route:
    """The node sequence of a best way from the chosen node `start` to any node `end`.

    Raises ValueError when there is no way.
    """
    return routes_over(ways, [start, end], is_halt=[True])[0]


def routes_over(ways: Ways, nodes: Sequence[int], *, is_halt: Sequence[bool]) -> JoinedRoutes:
    """The best way over `nodes` (n,) in turn, all but the last of them chosen, in a route to each halt.

    `is_halt` (n − 1,) is of all nodes but the first, and true of the last. Raises ValueError when there is no way,
    KeyError for what is no node.
    """
    if not 0 <= nodes[-1] < ways.before.shape[1]:
        raise KeyError(nodes[-1])
    stations = np.array(nodes, np.int64)
    found, at = _routes_over(ways.before, ways.rows(nodes[:-1]), stations, np.array(is_halt, np.bool_))
    if not len(found):
        torn = int(at[0])
        raise ValueError(f"there is no way from node {nodes[torn]} to node {nodes[torn + 1]}")
    return JoinedRoutes(found, at)


@njit(cache=True)
def _routes_over(
    before: npt.NDArray[np.int32],
    rows: npt.NDArray[np.int64],
    stations: npt.NDArray[np.int64],
    is_halt: npt.NDArray[np.bool_],
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """The nodes of all routes, and where each begins and the last one ends; where there is no way from a station
    to the next, no nodes and the number of that station.
    """
    size, halts = 1, 0
    for leg in range(len(rows)):
        node = stations[leg + 1]
        while node != stations[leg]:
            node = before[rows[leg], node]
            if node == _NO_NODE:
                return np.empty(0, np.int64), np.full(1, leg, np.int64)
            size += 1
        halts += is_halt[leg]
    nodes, at = np.empty(size + halts - 1, np.int64), np.zeros(halts + 1, np.int64)
    nodes[0] = stations[0]
    end, halt = 1, 0
    for leg in range(len(rows)):
        node, first = stations[leg + 1], end
        while node != stations[leg]:
            nodes[end] = node
            node = before[rows[leg], node]
            end += 1
        nodes[first:end] = nodes[first:end][::-1].copy()
        if is_halt[leg]:
            halt += 1
            at[halt] = end
            if leg + 1 < len(rows):
                nodes[end] = stations[leg + 1]
                end += 1
    return nodes, at


def path_polyline(graph: NavGraph, route: Sequence[int]) -> npt.NDArray[np.float64]:
    """The path (M, 2) of a route in metres, one point a node."""
    polyline: npt.NDArray[np.float64] = graph.xy[np.asarray(route, np.int64)]
    return polyline


def path_length(polyline: npt.NDArray[np.float64]) -> float:
    """The length of a path (M, 2) in metres; 0 for a single point."""
    return float(np.linalg.norm(np.diff(polyline, axis=0), axis=1).sum())


def _best_ways(
    graph: NavGraph, cost: npt.NDArray[np.float64], nodes: Sequence[int]
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.float64], npt.NDArray[np.int32]]:
    """The chosen nodes (K,), the least cost (K, K) among them and the node before each node (K, N)."""
    count = len(graph.xy)
    chosen = np.unique(np.asarray(nodes, np.int64))
    if len(chosen) == 0:
        return chosen, np.empty((0, 0)), np.empty((0, count), np.int32)
    if not (chosen[0] >= 0 and chosen[-1] < count):
        raise ValueError(f"nodes must be in 0 … {count - 1}, got {chosen[0]} … {chosen[-1]}")
    directed = graph.is_one_way
    total, before = dijkstra(
        _matrix(graph, cost), directed=directed, indices=chosen, return_predecessors=True
    )
    among = total[:, chosen]
    if not directed:
        among = np.minimum(among, among.T)
    return chosen, among, before.astype(np.int32, copy=False)


def _matrix(graph: NavGraph, cost: npt.NDArray[np.float64]) -> csr_array:
    """The cost of every edge, from tail to head; where any is one-way, from head to tail too."""
    tail, head = graph.edges.T
    shape = (len(graph.xy), len(graph.xy))
    if not graph.is_one_way:
        return csr_array((cost, (tail, head)), shape=shape)
    there, back = graph.direction >= 0, graph.direction <= 0
    ends = np.concatenate([tail[there], head[back]]), np.concatenate([head[there], tail[back]])
    return csr_array((np.concatenate([cost[there], cost[back]]), ends), shape=shape)
