"""The walk of tours over a floor in pieces: what is taken and given back at which metre of which leg.

Rules, numbered as in the code:
1. A leg is a row of steps: pieces of edges, and the nodes between them, on each of which one holds certain resources.
2. Before an intersection is taken, everything one needs up to its exit is: nobody stops in it for a cell beyond.
3. A stop is made beside the intersection: it is given back where a leg ends.
4. At a border one takes what is new, waiting with what one has, and then gives back what is old. Sections come first,
   then cells in the order of the way, so that one waits for who is ahead, then intersections and lifts.
5. With release at the start the cell behind is given back as soon as the next is granted.
6. A section is entered in the direction of all moves in it; alone, where these lead both ways or nowhere.
7. At its end a tour gives everything back.

The same source runs compiled and, with NUMBA_DISABLE_JIT=1, as plain Python, with equal results.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from numba import njit

from layouts.simulation.engine.tape import ENTER, GIVE, INTO, LEAVE, MOVE, NOBODY, OUT, TAKE
from layouts.simulation.traffic.floor_pieces import AS_BEFORE, FloorPieces, Ints

SEAT, SECTION, CROSSING = range(3)
"""What a resource is to the walk: a cell, seat or lift; a section; an intersection."""

MOST_HELD = 16
"""Resources that are held at once at most: two sections, a few cells, an intersection and a lift."""

_ROOM = 4 * MOST_HELD
_SAME_AREA, _TORN = -2, -2


class _Steps(NamedTuple):
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
def walk(
    floor: FloorPieces,
    role: Ints,
    lane: Ints,
    nodes: Ints,
    leg_at: Ints,
    tour_at: Ints,
    at_start: bool,
    is_slowed: bool,
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.float64], Ints, int]:
    """Rows (I, 3) of instruction, argument a and argument b; their stretch of the leg (I, 2) in metres; the first row
    of each leg (L + 1,); and the first leg with two nodes that no edge joins, or NOBODY.

    Tour t has the legs `tour_at[t]` …, leg i the nodes `nodes[leg_at[i]:leg_at[i + 1]]`. `role` and `lane` (R,) say
    of each resource what it is, and the lane of a cell or NOBODY.
    """
    rows, metres, count = np.empty((1024, 3), np.int64), np.empty((1024, 2)), 0
    first_row = np.zeros(len(leg_at), np.int64)
    steps = _room_for_steps(floor, leg_at)
    held = np.empty(MOST_HELD, np.int64)
    entered = np.zeros(len(role), np.int64)
    senses = np.zeros(len(role), np.int64)
    for tour in range(len(tour_at) - 1):
        holds, dropped = 0, NOBODY
        for leg in range(tour_at[tour], tour_at[tour + 1]):
            first_row[leg] = count
            last = _fill_steps(steps, floor, nodes, leg_at[leg], leg_at[leg + 1])
            if last == _TORN:
                return rows[:count], metres[:count], first_row, leg
            _fill_needs(steps, floor, role, last)
            area, moved, here = NOBODY, 0.0, 0.0
            for i in range(last + 1):
                if count + _ROOM > len(rows):
                    rows, metres = _longer(rows, metres)
                wanted, wants = steps.need[i], steps.needs[i]
                # 5. the cell behind is not taken again
                if dropped != NOBODY:
                    if _has(wanted, wants, dropped) and _other_cell(wanted, wants, dropped, lane) != NOBODY:
                        wants = _without(wanted, wants, dropped)
                    else:
                        dropped = NOBODY
                new_area = area if steps.state_area[i] == _SAME_AREA else steps.state_area[i]
                if not _are_same(wanted, wants, held, holds) or new_area != area:
                    # 4. take, then give back
                    if here > moved:
                        count = _move(rows, metres, count, leg, area if is_slowed else NOBODY, moved, here)
                        moved = here
                    first, end = _cells(wanted, wants, lane)
                    turns = _next_sense(steps.sense, i, last) < 0
                    for k in range(wants):
                        j = first + end - 1 - k if turns and first <= k < end else k
                        if not _has(held, holds, wanted[j]):
                            if at_start and lane[wanted[j]] != NOBODY:
                                behind = _other_cell(wanted, wants, wanted[j], lane)
                                if behind != NOBODY and _has(held, holds, behind):
                                    dropped = behind
                            if role[wanted[j]] == SECTION:
                                entered[wanted[j]], senses[wanted[j]] = count, 0
                            op = ENTER if role[wanted[j]] == SECTION else TAKE
                            count = _note(rows, metres, count, op, wanted[j], here)
                    if dropped != NOBODY and _has(wanted, wants, dropped):
                        wants = _without(wanted, wants, dropped)
                    count = _give_back(
                        rows, metres, count, held, holds, wanted, wants, role, entered, senses, here
                    )
                    holds = wants
                    held[:wants] = wanted[:wants]
                    if new_area != area:
                        if area != NOBODY:
                            count = _note(rows, metres, count, OUT, area, here)
                        if new_area != NOBODY:
                            count = _note(rows, metres, count, INTO, new_area, here)
                        area = new_area
                # 6. the direction of the move
                if steps.section[i] != NOBODY and steps.to_m[i] > here and steps.sense[i] != 0:
                    senses[steps.section[i]] |= 1 if steps.sense[i] > 0 else 2
                here = steps.to_m[i]
            if count + _ROOM > len(rows):
                rows, metres = _longer(rows, metres)
            if here > moved:
                count = _move(rows, metres, count, leg, area if is_slowed else NOBODY, moved, here)
            if area != NOBODY:
                count = _note(rows, metres, count, OUT, area, here)
            # 7. the end of the tour
            if leg == tour_at[tour + 1] - 1:
                count = _give_back(rows, metres, count, held, holds, held, 0, role, entered, senses, here)
    first_row[-1] = count
    return rows[:count], metres[:count], first_row, NOBODY


@njit(cache=True)
def _room_for_steps(floor: FloorPieces, leg_at: Ints) -> _Steps:
    nodes, pieces = 1, 1
    for leg in range(len(leg_at) - 1):
        nodes = max(nodes, leg_at[leg + 1] - leg_at[leg])
    for edge in range(len(floor.length_m)):
        pieces = max(pieces, floor.piece_start[edge + 1] - floor.piece_start[edge])
    most = nodes * (pieces + 1)
    return _Steps(
        np.empty(most),
        np.empty(most, np.int64),
        np.empty(most, np.int64),
        np.empty(most, np.int64),
        np.empty(most, np.int64),
        np.empty((most, MOST_HELD), np.int64),
        np.empty(most, np.int64),
    )


@njit(cache=True)
def _fill_steps(steps: _Steps, floor: FloorPieces, nodes: Ints, start: int, end: int) -> int:
    """1. The steps of the leg along `nodes[start:end]`; the last of them, NOBODY for none, _TORN where no edge is."""
    last, at = NOBODY, 0.0
    for k in range(start, end):
        if k > start:
            edge, is_ahead = _edge(floor, nodes[k - 1], nodes[k])
            if edge == NOBODY:
                return _TORN
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
            steps.sense[last], steps.state_area[last] = 0, _SAME_AREA
    return last


@njit(cache=True)
def _fill_needs(steps: _Steps, floor: FloorPieces, role: Ints, last: int) -> None:
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
                    size = _put(steps.need[i], size, steps.need[i + 1, j])
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


@njit(cache=True)
def _has(some: Ints, size: int, one: int) -> bool:
    for j in range(size):  # noqa: SIM110 - numba
        if some[j] == one:
            return True
    return False


@njit(cache=True)
def _are_same(some: Ints, size: int, others: Ints, count: int) -> bool:
    if size != count:
        return False
    for j in range(size):  # noqa: SIM110 - numba
        if some[j] != others[j]:
            return False
    return True


@njit(cache=True)
def _put(some: Ints, size: int, one: int) -> int:
    """Insert into rising numbers, once; the new size."""
    if _has(some, size, one):
        return size
    j = size
    while j > 0 and some[j - 1] > one:
        some[j] = some[j - 1]
        j -= 1
    some[j] = one
    return size + 1


@njit(cache=True)
def _without(some: Ints, size: int, one: int) -> int:
    kept = 0
    for j in range(size):
        if some[j] != one:
            some[kept] = some[j]
            kept += 1
    return kept


@njit(cache=True)
def _other_cell(some: Ints, size: int, cell: int, lane: Ints) -> int:
    """Another cell of the same lane among some resources, or NOBODY."""
    for j in range(size):
        if some[j] != cell and lane[some[j]] == lane[cell]:
            return int(some[j])
    return NOBODY


@njit(cache=True)
def _cells(some: Ints, size: int, lane: Ints) -> tuple[int, int]:
    """Where the cells are among rising resources: behind the sections, before what is not in lanes."""
    first = 0
    while first < size and lane[some[first]] == NOBODY:
        first += 1
    end = first
    while end < size and lane[some[end]] != NOBODY:
        end += 1
    return first, end


@njit(cache=True)
def _next_sense(step_sense: Ints, step: int, last: int) -> int:
    """The way along its lane that the agent goes on from a step of its leg."""
    for i in range(step, last + 1):
        if step_sense[i] != 0:
            return int(step_sense[i])
    return 0


@njit(cache=True)
def _note(rows: Ints, metres: npt.NDArray[np.float64], count: int, op: int, a: int, at: float) -> int:
    rows[count, 0], rows[count, 1], rows[count, 2] = op, a, NOBODY
    metres[count, 0], metres[count, 1] = at, at
    return count + 1


@njit(cache=True)
def _move(
    rows: Ints, metres: npt.NDArray[np.float64], count: int, leg: int, area: int, start: float, end: float
) -> int:
    rows[count, 0], rows[count, 1], rows[count, 2] = MOVE, leg, area
    metres[count, 0], metres[count, 1] = start, end
    return count + 1


@njit(cache=True)
def _give_back(
    rows: Ints,
    metres: npt.NDArray[np.float64],
    count: int,
    held: Ints,
    holds: int,
    wanted: Ints,
    wants: int,
    role: Ints,
    entered: Ints,
    senses: Ints,
    at: float,
) -> int:
    """Give back what is held and no longer wanted, cells before sections, whose direction is known by now."""
    for j in range(holds - 1, -1, -1):
        if not _has(wanted, wants, held[j]):
            if role[held[j]] == SECTION:
                sense = senses[held[j]]
                rows[entered[held[j]], 2] = 1 if sense == 1 else -1 if sense == 2 else 0
                count = _note(rows, metres, count, LEAVE, held[j], at)
            else:
                count = _note(rows, metres, count, GIVE, held[j], at)
    return count


@njit(cache=True)
def _longer(
    rows: Ints, metres: npt.NDArray[np.float64]
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.float64]]:
    more_rows = np.empty((2 * len(rows), 3), np.int64)
    more_metres = np.empty((2 * len(rows), 2))
    more_rows[: len(rows)] = rows
    more_metres[: len(rows)] = metres
    return more_rows, more_metres
