"""The steps of a leg: the pieces of floor and the nodes that it leads over, and what one needs on each.

Rules, numbered as in `walk`:
1. A leg is a row of steps: pieces of edges, and the nodes between them, on each of which one holds certain resources.
2. Before an intersection is taken, everything one needs up to its exit is: nobody stops in it for a cell beyond.
3. A stop is made beside the intersection: it is given back where a leg ends.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from numba import njit

from layouts.simulation.engine.tape import NOBODY
from layouts.simulation.traffic.few_resources import MOST_HELD, put
from layouts.simulation.traffic.floor_pieces import AS_BEFORE, FloorPieces, Ints

SEAT, SECTION, CROSSING = range(3)
"""What a resource is to the walk: a cell, seat or lift; a section; an intersection."""

SAME_AREA, TORN = -2, -2
"""The area of a step that keeps it; instead of the last step of a leg, where no edge joins two of its nodes."""


class Steps(NamedTuple):
    """The steps of a leg: the metre each leads to, its state and area, its section and the way along its lane; and
    what is needed on it, `need[:needs]`, rising.
    """

    to_m: npt.NDArray[np.float64]
    state: Ints
    state_area: Ints
    section: Ints
    sense: Ints
    need: Ints
    needs: Ints


@njit(cache=True)
def room_for_steps(floor: FloorPieces, leg_at: Ints) -> Steps:
    """Arrays for the steps of any of the legs, the longest over the edges in most pieces."""
    nodes, pieces = 1, 1
    for leg in range(len(leg_at) - 1):
        nodes = max(nodes, leg_at[leg + 1] - leg_at[leg])
    for edge in range(len(floor.length_m)):
        pieces = max(pieces, floor.piece_start[edge + 1] - floor.piece_start[edge])
    most = nodes * (pieces + 1)
    return Steps(
        np.empty(most),
        np.empty(most, np.int64),
        np.empty(most, np.int64),
        np.empty(most, np.int64),
        np.empty(most, np.int64),
        np.empty((most, MOST_HELD), np.int64),
        np.empty(most, np.int64),
    )


@njit(cache=True)
def fill_steps(steps: Steps, floor: FloorPieces, nodes: Ints, start: int, end: int) -> int:
    """1. The steps of the leg along `nodes[start:end]`; the last of them, NOBODY for none, TORN where no edge is."""
    last, at = NOBODY, 0.0
    for k in range(start, end):
        if k > start:
            edge, is_ahead = _edge(floor, nodes[k - 1], nodes[k])
            if edge == NOBODY:
                return TORN
            sense = floor.edge_sense[edge] if is_ahead else -floor.edge_sense[edge]
            low, high = floor.piece_start[edge], floor.piece_start[edge + 1]
            for j in range(high - low):
                piece = low + j if is_ahead else high - 1 - j
                section, state = floor.piece_section[piece], floor.piece_state[piece]
                if (
                    last == NOBODY
                    or steps.state[last] != state
                    or steps.section[last] != section
                    or steps.sense[last] != sense
                ):
                    last += 1
                    steps.state[last], steps.section[last], steps.sense[last] = state, section, sense
                    steps.state_area[last] = floor.area[state]
                if is_ahead:
                    steps.to_m[last] = at + floor.piece_to[piece]
                elif piece > low:
                    steps.to_m[last] = at + floor.length_m[edge] - floor.piece_to[piece - 1]
                else:
                    steps.to_m[last] = at + floor.length_m[edge]
            at += floor.length_m[edge]
        state = floor.node_state[nodes[k]]
        is_between = k < end - 1 and last != NOBODY
        if state != AS_BEFORE and not (is_between and _is_alike(floor, steps.state[last], state)):
            last += 1
            steps.to_m[last], steps.state[last], steps.section[last] = at, state, NOBODY
            steps.sense[last], steps.state_area[last] = 0, SAME_AREA
    return last


@njit(cache=True)
def fill_needs(steps: Steps, floor: FloorPieces, role: Ints, last: int) -> None:
    """2. and 3. What is needed on each step of a leg, from its end to its start."""
    for i in range(last, -1, -1):
        size, crosses = 0, False
        for j in range(floor.held_start[steps.state[i]], floor.held_start[steps.state[i] + 1]):
            is_crossing = role[floor.held[j]] == CROSSING
            if not (is_crossing and i == last):
                steps.need[i, size] = floor.held[j]
                size += 1
                crosses = crosses or is_crossing
        if crosses:
            for j in range(steps.needs[i + 1]):
                if role[steps.need[i + 1, j]] != CROSSING and size < MOST_HELD:
                    size = put(steps.need[i], size, steps.need[i + 1, j])
        steps.needs[i] = size


@njit(cache=True)
def _edge(floor: FloorPieces, tail: int, head: int) -> tuple[int, bool]:
    """The edge between two nodes and whether its own tail comes first."""
    for k in range(floor.near_start[tail], floor.near_start[tail + 1]):
        if floor.near_node[k] == head:
            return floor.near_edge[k], floor.near_ahead[k]
    return NOBODY, False


@njit(cache=True)
def _is_alike(floor: FloorPieces, one: int, other: int) -> bool:
    """Whether two states hold the same; an agent at a node is in the area it was in."""
    size = floor.held_start[one + 1] - floor.held_start[one]
    if size != floor.held_start[other + 1] - floor.held_start[other]:
        return False
    for j in range(size):  # noqa: SIM110 - numba
        if floor.held[floor.held_start[one] + j] != floor.held[floor.held_start[other] + j]:
            return False
    return True
