"""What a shortest tour can be certain about before any program runs.

Rules, repeated until none applies:
1. A dead end is walked twice if something is required in it, and not at all otherwise.
2. Junctions are the nodes of three edges or more; what runs between two of them is one stretch.
3. A stretch from a junction back to itself is walked round, or from both ends up to its largest gap.
4. Of stretches side by side with nothing required in them only the shortest is of use.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from numba import njit

from layouts.tours.exact.frontier_state import BACK, BOTH, FRONT, NONE, ONCE, WAYS
from layouts.tours.exact.network.flat_network import NO_EDGE, Network, degrees, next_edge, other_end
from layouts.tours.exact.stretch import largest_gap, way_lengths


class Stretches(NamedTuple):
    """K runs of edges between junctions: `front` (K,), `back` (K,) nodes; run k is edge[start[k] : start[k + 1]],
    in order from its front.
    """

    front: npt.NDArray[np.int64]
    back: npt.NDArray[np.int64]
    start: npt.NDArray[np.int64]
    edge: npt.NDArray[np.int64]


class Leftover(NamedTuple):
    """What the rules cannot settle: K stretches and the lengths (K, WAYS) of the ways to use them."""

    stretches: Stretches
    ways: npt.NDArray[np.float64]


@njit(cache=True)
def settle(
    network: Network,
    alive: npt.NDArray[np.bool_],
    required: npt.NDArray[np.bool_],
    kept: npt.NDArray[np.bool_],
    forced: int,
    uses: npt.NDArray[np.int64],
) -> Leftover:
    """Apply the rules to the edges `alive` (E,), which must hang together, and the `required` nodes (N,).

    `alive` and `required` are brought to what is left, and walks of settled edges added to `uses` (E,). Nodes
    `kept` (N,) stay junctions. The edge `forced` between two of them, unless NO_EDGE, is to be walked once.
    """
    while True:
        cut_dead_ends(network, alive, required, uses)
        if np.sum(required) <= 1:
            alive[:] = False
        stretches = stretches_between_junctions(network, alive, required, kept)
        ways = _lengths_of_ways(network, stretches, required, forced)
        if not _settle_loops(network, stretches, ways, alive, required, uses) and not _drop_idle(
            stretches, ways, alive
        ):
            return Leftover(stretches, ways)


@njit(cache=True)
def cut_dead_ends(
    network: Network,
    alive: npt.NDArray[np.bool_],
    required: npt.NDArray[np.bool_],
    uses: npt.NDArray[np.int64],
) -> None:
    """Rule 1: clear `alive` (E,) of dead ends, count their walks in `uses` (E,), require (N,) where they join
    in place of them. Whoever is at the only required node goes nowhere.
    """
    nodes = len(network.start) - 1
    places = np.sum(required)
    degree = degrees(network, alive)
    for first in range(nodes):
        node = first
        while degree[node] == 1:
            edge = next_edge(network, alive, node, NO_EDGE)
            alive[edge] = False
            degree[node] = 0
            there = other_end(network, edge, node)
            degree[there] -= 1
            if required[node] and places > 1:
                uses[edge] += 2
                required[node] = False
                places -= required[there]
                required[there] = True
            node = there


@njit(cache=True)
def stretches_between_junctions(
    network: Network,
    alive: npt.NDArray[np.bool_],
    required: npt.NDArray[np.bool_],
    kept: npt.NDArray[np.bool_],
) -> Stretches:
    """Rule 2, with dead ends cut; the nodes `kept` (N,) are junctions whatever their degree.

    So is one required node, for a tour that meets no junction has no state.
    """
    nodes = len(network.start) - 1
    degree = degrees(network, alive)
    junction = kept | (degree >= 3)
    junction &= degree > 0
    if not (junction & required).any():
        for node in range(nodes):
            if required[node] and degree[node] > 0:
                junction[node] = True
                break
    taken = ~alive
    run = np.empty(len(alive), np.int64)
    front, back = np.empty(len(alive), np.int64), np.empty(len(alive), np.int64)
    start = np.zeros(len(alive) + 1, np.int64)
    stretches = count = 0
    for node in range(nodes):
        if not junction[node]:
            continue
        for half in range(network.start[node], network.start[node + 1]):
            edge = network.at[half]
            if taken[edge]:
                continue
            here = node
            while True:
                taken[edge] = True
                run[count] = edge
                count += 1
                here = other_end(network, edge, here)
                if junction[here]:
                    break
                edge = next_edge(network, alive, here, edge)
            front[stretches], back[stretches] = node, here
            stretches += 1
            start[stretches] = count
    return Stretches(front[:stretches], back[:stretches], start[: stretches + 1], run[:count])


@njit(cache=True)
def _settle_loops(
    network: Network,
    stretches: Stretches,
    ways: npt.NDArray[np.float64],
    alive: npt.NDArray[np.bool_],
    required: npt.NDArray[np.bool_],
    uses: npt.NDArray[np.int64],
) -> bool:
    """Rule 3; whether it applied."""
    applied = False
    for stretch in range(len(ways)):
        if stretches.front[stretch] != stretches.back[stretch]:
            continue
        applied = True
        way = int(np.argmin(ways[stretch]))
        if way != NONE:
            use_edges(network, stretches, stretch, way, required, uses)
            _require_front(network, stretches, stretch, required)
        _kill(stretches, stretch, alive)
    return applied


@njit(cache=True)
def _require_front(
    network: Network, stretches: Stretches, stretch: int, required: npt.NDArray[np.bool_]
) -> None:
    """Require the front of a settled stretch in place of all nodes in it."""
    node = stretches.front[stretch]
    for at in range(stretches.start[stretch], stretches.start[stretch + 1]):
        required[node] = False
        node = other_end(network, stretches.edge[at], node)
    required[stretches.front[stretch]] = True


@njit(cache=True)
def _drop_idle(stretches: Stretches, ways: npt.NDArray[np.float64], alive: npt.NDArray[np.bool_]) -> bool:
    """Rule 4; whether it applied."""
    nodes = max(stretches.front.max(), stretches.back.max()) + 1 if len(ways) else 0
    low = np.minimum(stretches.front, stretches.back)
    high = np.maximum(stretches.front, stretches.back)
    order = np.argsort(low * nodes + high, kind="mergesort")
    applied = False
    shortest = -1
    for at in range(len(order)):
        stretch = order[at]
        if ways[stretch, NONE] == np.inf:
            continue
        if shortest < 0 or low[stretch] != low[shortest] or high[stretch] != high[shortest]:
            shortest = stretch
            continue
        applied = True
        longer = stretch
        if ways[stretch, ONCE] < ways[shortest, ONCE]:
            longer, shortest = shortest, stretch
        _kill(stretches, longer, alive)
    return applied


@njit(cache=True)
def _kill(stretches: Stretches, stretch: int, alive: npt.NDArray[np.bool_]) -> None:
    for at in range(stretches.start[stretch], stretches.start[stretch + 1]):
        alive[stretches.edge[at]] = False


@njit(cache=True)
def _lengths_of_ways(
    network: Network, stretches: Stretches, required: npt.NDArray[np.bool_], forced: int
) -> npt.NDArray[np.float64]:
    ways = np.empty((len(stretches.front), WAYS))
    for stretch in range(len(ways)):
        length_m, offset_m, _ = _places_in(network, stretches, stretch, required)
        way_lengths(length_m, offset_m, ways[stretch])
        if stretches.edge[stretches.start[stretch]] == forced:
            ways[stretch] = np.inf
            ways[stretch, ONCE] = length_m
    return ways


@njit(cache=True)
def use_edges(
    network: Network,
    stretches: Stretches,
    stretch: int,
    way: int,
    required: npt.NDArray[np.bool_],
    uses: npt.NDArray[np.int64],
) -> None:
    """Add to `uses` (E,) how often each edge of a stretch is walked when it is used in a `way`, not NONE."""
    run = stretches.edge[stretches.start[stretch] : stretches.start[stretch + 1]]
    _, offset_m, edges_before = _places_in(network, stretches, stretch, required)
    gap_from, gap_to = 0, 0
    if way == FRONT:
        gap_from, gap_to = edges_before[-1], len(run)
    elif way == BACK:
        gap_from, gap_to = 0, edges_before[0]
    elif way == BOTH:
        gap = largest_gap(offset_m)
        gap_from, gap_to = edges_before[gap - 1], edges_before[gap]
    for at in range(len(run)):
        if not gap_from <= at < gap_to:
            uses[run[at]] += 1 if way == ONCE else 2


@njit(cache=True)
def _places_in(
    network: Network, stretches: Stretches, stretch: int, required: npt.NDArray[np.bool_]
) -> tuple[float, npt.NDArray[np.float64], npt.NDArray[np.int64]]:
    """The length of a stretch and, for the required nodes between its ends, their offset and the edges before."""
    run = stretches.edge[stretches.start[stretch] : stretches.start[stretch + 1]]
    offset_m, edges_before = np.empty(len(run)), np.empty(len(run), np.int64)
    node = stretches.front[stretch]
    length_m, count = 0.0, 0
    for at in range(len(run)):
        if at > 0 and required[node]:
            offset_m[count], edges_before[count] = length_m, at
            count += 1
        length_m += network.length_m[run[at]]
        node = other_end(network, run[at], node)
    return length_m, offset_m[:count], edges_before[:count]
