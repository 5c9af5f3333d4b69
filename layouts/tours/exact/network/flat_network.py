"""An undirected network of nodes and edges in flat arrays."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from numba import njit

NO_EDGE = -1


class Network(NamedTuple):
    """N nodes and E edges, each `tail` (E,), `head` (E,), `length_m` (E,); a tuple, for the kernels.

    The edges at node n are at[start[n] : start[n + 1]].
    """

    tail: npt.NDArray[np.int64]
    head: npt.NDArray[np.int64]
    length_m: npt.NDArray[np.float64]
    start: npt.NDArray[np.int64]
    at: npt.NDArray[np.int64]


def network_of(edges: npt.NDArray[np.int64], length_m: npt.NDArray[np.float64], nodes: int) -> Network:
    """The network of `edges` (E, 2) among nodes 0 … nodes − 1; arguments must have been checked."""
    tail, head = np.ascontiguousarray(edges[:, 0]), np.ascontiguousarray(edges[:, 1])
    ends = np.concatenate((tail, head))
    start = np.zeros(nodes + 1, np.int64)
    np.cumsum(np.bincount(ends, minlength=nodes), out=start[1:])
    return Network(tail, head, length_m, start, np.argsort(ends, kind="stable") % max(len(tail), 1))


@njit(cache=True)
def reachable(network: Network, origin: int) -> npt.NDArray[np.bool_]:
    """Which nodes (N,) can be reached from `origin`."""
    reached = np.zeros(len(network.start) - 1, np.bool_)
    reached[origin] = True
    queue = np.empty(len(reached), np.int64)
    queue[0] = origin
    done, known = 0, 1
    while done < known:
        node = queue[done]
        done += 1
        for half in range(network.start[node], network.start[node + 1]):
            there = other_end(network, network.at[half], node)
            if not reached[there]:
                reached[there] = True
                queue[known] = there
                known += 1
    return reached


@njit(cache=True)
def degrees(network: Network, alive: npt.NDArray[np.bool_]) -> npt.NDArray[np.int64]:
    """How many ends of edges that are `alive` (E,) each node has (N,)."""
    degree = np.zeros(len(network.start) - 1, np.int64)
    for edge in range(len(alive)):
        if alive[edge]:
            degree[network.tail[edge]] += 1
            degree[network.head[edge]] += 1
    return degree


@njit(cache=True)
def next_edge(network: Network, alive: npt.NDArray[np.bool_], node: int, past: int) -> int:
    """An edge at `node` that is alive and not the edge `past`."""
    for half in range(network.start[node], network.start[node + 1]):
        edge = network.at[half]
        if alive[edge] and edge != past:
            return int(edge)
    return NO_EDGE


@njit(cache=True)
def other_end(network: Network, edge: int, node: int) -> int:
    """The node at the other end of `edge`."""
    return int(network.tail[edge] + network.head[edge] - node)
