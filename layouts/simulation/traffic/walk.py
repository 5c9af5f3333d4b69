"""The walk of tours over a floor in pieces: what is taken and given back at which metre of which leg.

Rules, numbered as in the code:
1. to 3. are those of `steps`: what one needs on each step of a leg.
4. At a border one takes what is new, waiting with what one has, and then gives back what is old. Sections come first,
   then cells in the order of the way, so that one waits for who is ahead, then intersections and lifts.
5. With release at the start the cell behind is given back as soon as the next is granted.
6. A section is entered in the direction of all moves in it; alone, where these lead both ways or nowhere.
7. At its end a tour gives everything back.

The same source runs compiled and, with NUMBA_DISABLE_JIT=1, as plain Python, with equal results.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from numba import njit

from layouts.simulation.engine.tape import ENTER, GIVE, INTO, LEAVE, MOVE, NOBODY, OUT, TAKE
from layouts.simulation.traffic.few_resources import MOST_HELD, are_same, has, other_cell, without
from layouts.simulation.traffic.floor_pieces import FloorPieces, Ints
from layouts.simulation.traffic.steps import (
    SAME_AREA,
    SECTION,
    TORN,
    fill_needs,
    fill_steps,
    room_for_steps,
)

_ROOM = 4 * MOST_HELD


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
    steps = room_for_steps(floor, leg_at)
    held = np.empty(MOST_HELD, np.int64)
    entered = np.zeros(len(role), np.int64)
    senses = np.zeros(len(role), np.int64)
    for tour in range(len(tour_at) - 1):
        holds, dropped = 0, NOBODY
        for leg in range(tour_at[tour], tour_at[tour + 1]):
            first_row[leg] = count
            last = fill_steps(steps, floor, nodes, leg_at[leg], leg_at[leg + 1])
            if last == TORN:
                return rows[:count], metres[:count], first_row, leg
            fill_needs(steps, floor, role, last)
            area, moved, here = NOBODY, 0.0, 0.0
            for i in range(last + 1):
                if count + _ROOM > len(rows):
                    rows, metres = _longer(rows, metres)
                wanted, wants = steps.need[i], steps.needs[i]
                # 5. the cell behind is not taken again
                if dropped != NOBODY:
                    if has(wanted, wants, dropped) and other_cell(wanted, wants, dropped, lane) != NOBODY:
                        wants = without(wanted, wants, dropped)
                    else:
                        dropped = NOBODY
                new_area = area if steps.state_area[i] == SAME_AREA else steps.state_area[i]
                if not are_same(wanted, wants, held, holds) or new_area != area:
                    # 4. take, then give back
                    if here > moved:
                        count = _move(rows, metres, count, leg, area if is_slowed else NOBODY, moved, here)
                        moved = here
                    first, end = _cells(wanted, wants, lane)
                    turns = _next_sense(steps.sense, i, last) < 0
                    for k in range(wants):
                        j = first + end - 1 - k if turns and first <= k < end else k
                        if not has(held, holds, wanted[j]):
                            if at_start and lane[wanted[j]] != NOBODY:
                                behind = other_cell(wanted, wants, wanted[j], lane)
                                if behind != NOBODY and has(held, holds, behind):
                                    dropped = behind
                            if role[wanted[j]] == SECTION:
                                entered[wanted[j]], senses[wanted[j]] = count, 0
                            op = ENTER if role[wanted[j]] == SECTION else TAKE
                            count = _note(rows, metres, count, op, wanted[j], here)
                    if dropped != NOBODY and has(wanted, wants, dropped):
                        wants = without(wanted, wants, dropped)
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
        if not has(wanted, wants, held[j]):
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
