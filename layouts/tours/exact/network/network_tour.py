"""Shortest tours on any undirected network whose frontier stays small, proven."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from layouts.tours.exact.closed_walk import closed_walk
from layouts.tours.exact.frontier_state import NONE, SLOTS
from layouts.tours.exact.network.elimination import narrow_order, sweep_program
from layouts.tours.exact.network.flat_network import NO_EDGE, Network, network_of, reachable
from layouts.tours.exact.network.network_sweep import sweep_network
from layouts.tours.exact.network.reduction import Leftover, settle, use_edges
from spatial.errors import UndecidedError

MOST_STATES = 200_000
"""States of the frontier that are held at once before a sweep is given up."""

Indices = npt.NDArray[np.int64]
Lengths = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True, kw_only=True, eq=False)
class NetworkTour:
    """A walk from the depot over all stops, back to it or on to another end.

    `order` (S,): the stops in the order they are first reached. `walk` (K,): the nodes passed; `leg_m` (K − 1,):
    the edges between them, their sum is `length_m`. `width` and `states` tell how hard it was: the widest frontier
    and the most of its states at once.
    """

    length_m: float
    order: Indices
    walk: Indices
    leg_m: Lengths
    width: int
    states: int


def optimal_network_tour(
    edges: Indices,
    length_m: Lengths,
    stops: Indices,
    *,
    depot: int,
    end: int | None = None,
    most_states: int = MOST_STATES,
) -> NetworkTour:
    """The shortest walk from `depot` over all `stops` (S,) to `end`, which is the depot unless told.

    `edges` (E, 2) are nodes, walked either way, `length_m` (E,) not negative; places along a lane are nodes of it.

    Raises ValueError for a length that is negative or not finite and for nodes that cannot be reached from the
    depot, UndecidedError where the frontier is wider than SLOTS or has more than `most_states` states at once.
    """
    end = depot if end is None else end
    visited = np.concatenate((stops, [depot, end])).astype(np.int64)
    network = _checked_network(edges, length_m, visited, depot, end)
    links = len(network.tail)
    alive = (network.tail != network.head) & reachable(network, depot)[network.tail]
    required = np.zeros(len(network.start) - 1, np.bool_)
    required[visited] = True
    kept = np.zeros_like(required)
    uses = np.zeros(links, np.int64)
    forced = NO_EDGE
    if end != depot:
        forced = links - 1
        kept[[depot, end]] = True
    left = settle(network, alive, required, kept, forced, uses)
    way, width, states = _decide(left, required, most_states)
    for stretch in np.flatnonzero(way != NONE).tolist():
        use_edges(network, left.stretches, stretch, way[stretch], required, uses)
    walked = np.repeat(np.arange(links), uses)
    legs = walked[closed_walk(network.tail[walked], network.head[walked], len(required), depot, False)]
    if end != depot:
        legs = _from_depot_to_end(legs, network, depot, forced)
    walk = _nodes(legs, network, depot)
    leg_m = network.length_m[legs]
    return NetworkTour(
        length_m=float(leg_m.sum()),
        order=_first_reached(walk, stops),
        walk=walk,
        leg_m=leg_m,
        width=width,
        states=states,
    )


def _checked_network(edges: Indices, length_m: Lengths, visited: Indices, depot: int, end: int) -> Network:
    """The network with, for an open tour, one last edge of no length from `end` back to `depot`."""
    edges = np.asarray(edges, np.int64).reshape(-1, 2)
    wrong = ~(np.isfinite(length_m) & (length_m >= 0))
    if wrong.any():
        raise ValueError(f"length_m {length_m[wrong][0]} of edge {int(wrong.argmax())}: expected 0 m or more")
    lowest = min(int(edges.min(initial=0)), int(visited.min()))
    if lowest < 0:
        raise ValueError(f"node {lowest}: expected node numbers from 0")
    nodes = int(max(edges.max(initial=0), visited.max())) + 1
    network = network_of(edges, np.asarray(length_m, np.float64), nodes)
    apart = visited[~reachable(network, depot)[visited]]
    if len(apart):
        raise ValueError(f"node {apart[0]} cannot be reached from the depot, node {depot}")
    if end == depot:
        return network
    return network_of(np.vstack((edges, [[depot, end]])), np.append(network.length_m, 0.0), nodes)


def _decide(left: Leftover, required: Flags, most_states: int) -> tuple[Indices, int, int]:
    """The way of every stretch, the width of the frontier and the most states at once."""
    if len(left.ways) == 0:
        return np.empty(0, np.int64), 0, 1
    junctions, ends = np.unique(
        np.concatenate((left.stretches.front, left.stretches.back)), return_inverse=True
    )
    front, back = np.split(ends, 2)
    order = narrow_order(front, back, len(junctions))
    if order is None:
        raise UndecidedError(
            f"the frontier of this network is wider than the {SLOTS} junctions that can be swept: "
            "plan the tour on the table of distances instead"
        )
    program = sweep_program(front, back, required[junctions], order)
    swept = sweep_network(program, left.ways, most_states, np.inf)
    if swept.length_m == np.inf:
        raise UndecidedError(
            f"the frontier of this network, {program.width} junctions wide, has more than {most_states} states: "
            "raise most_states or plan the tour on the table of distances instead"
        )
    return swept.way, program.width, swept.states


def _from_depot_to_end(legs: Indices, network: Network, depot: int, forced: int) -> Indices:
    """The round walk cut open at the forced edge and turned to start at the depot."""
    at = int(np.flatnonzero(legs == forced)[0])
    came_to_depot = _nodes(legs, network, depot)[at + 1] == depot
    opened = np.concatenate((legs[at + 1 :], legs[:at]))
    return opened if came_to_depot else opened[::-1]


def _nodes(legs: Indices, network: Network, origin: int) -> Indices:
    walk = [origin]
    for one, other in zip(network.tail[legs].tolist(), network.head[legs].tolist(), strict=True):
        walk.append(one + other - walk[-1])
    return np.array(walk, np.int64)


def _first_reached(walk: Indices, stops: Indices) -> Indices:
    """The stops sorted by where in the walk their node first comes; several at a node as they were given."""
    nodes, first = np.unique(walk, return_index=True)
    return np.argsort(first[np.searchsorted(nodes, stops)], kind="stable")
