"""The dynamic program where lanes are one-way: every state of the frontier at its least length."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from numba import njit

from layouts.tours.exact.frontier_state import AGAINST, CLOSED, NONE, ONCE
from layouts.tours.exact.interning import empty_index, find_or_add
from layouts.tours.exact.network.elimination import LEAVE, STRETCH, Program
from layouts.tours.exact.network.network_sweep import what_is_ahead
from layouts.tours.exact.one_way.one_way_state import (
    OVERFULL,
    empty_state,
    leave_one_way,
    surplus_bits,
    use_one_way,
    visit_one_way,
)

CHOICES = AGAINST + 1


class OneWaySwept(NamedTuple):
    """The least length (infinite without a tour), what any tour of larger surplus takes at least, the largest
    number of states at once, and for each stretch (K,) the way it is used and how many times.
    """

    length_m: float
    beyond_m: float
    states: int
    way: npt.NDArray[np.int64]
    times: npt.NDArray[np.int64]


@njit(cache=True)
def sweep_one_way(
    program: Program, ways: npt.NDArray[np.float64], most_surplus: int, bound_m: float, most_states: int
) -> OneWaySwept:
    """Decide every stretch of `program`; `ways` (K, CHOICES) are the lengths of each way to use a stretch.

    No vertex gets a surplus above `most_surplus`. What is longer than `bound_m` is left out. With more than
    `most_states` states at once nothing is known: no tour, and beyond 0 m.
    """
    steps = len(program.kind)
    last, rest_m = what_is_ahead(program, ways)
    keys, length = np.empty(1, np.int64), np.zeros(1)
    bits = surplus_bits(program.width)
    keys[0] = empty_state(program.width)
    opened = np.zeros(steps + 1, np.int64)
    came_from = np.empty(1024, np.int64)
    most_times = 2 * most_surplus
    best, best_step, best_state, beyond = bound_m, -1, -1, np.inf
    count = peak = 1
    for step in range(steps):
        kind, slot = program.kind[step], program.slot[step]
        choices = CHOICES if kind == STRETCH else 1
        room = count * (choices + 2 * most_times)
        new_keys, new_length = np.empty(room, np.int64), np.full(room, np.inf)
        origin = np.empty(room, np.int64)
        index = empty_index(2 * room)
        known = 0
        for state in range(count):
            for way in range(choices):
                extra = ways[program.stretch[step], way] if kind == STRETCH else 0.0
                if extra == np.inf:
                    continue
                often = most_times + 1 if kind == STRETCH and way in (ONCE, AGAINST) else 1
                for times in range(1, often + 1):
                    total = length[state] + times * extra
                    if total + rest_m[step + 1] > best:
                        break
                    if kind == STRETCH:
                        far = program.far_slot[step]
                        moved = -times if way == AGAINST else times
                        there = use_one_way(keys[state], slot, far, way, moved, most_surplus, bits)
                    elif kind == LEAVE:
                        there = leave_one_way(keys[state], slot, bits)
                    else:
                        there = visit_one_way(keys[state], slot)
                    if there == OVERFULL:
                        beyond = min(beyond, total + rest_m[step + 1])
                        break
                    if there == CLOSED and step >= last and total < best:
                        best, best_step, best_state = total, step, state
                    if there < 0:
                        continue
                    at = find_or_add(index, new_keys, known, there)
                    known = max(known, at + 1)
                    if total < new_length[at]:
                        new_length[at] = total
                        origin[at] = (state * CHOICES + way) * (most_times + 2) + times
        if known > most_states:
            return OneWaySwept(np.inf, 0.0, known, np.full(len(ways), NONE), np.ones(len(ways), np.int64))
        peak = max(peak, known)
        keys, length, count = new_keys[:known], new_length[:known], known
        opened[step + 1] = opened[step] + known
        while opened[step + 1] > len(came_from):
            longer = np.empty(2 * len(came_from), np.int64)
            longer[: len(came_from)] = came_from
            came_from = longer
        came_from[opened[step] : opened[step + 1]] = origin[:known]
    used, used_times = np.full(len(ways), NONE), np.ones(len(ways), np.int64)
    state = best_state
    for step in range(best_step - 1, -1, -1):
        before = came_from[opened[step] + state]
        if program.kind[step] == STRETCH:
            used[program.stretch[step]] = before // (most_times + 2) % CHOICES
            used_times[program.stretch[step]] = before % (most_times + 2)
        state = before // (most_times + 2) // CHOICES
    return OneWaySwept(best if best_step >= 0 else np.inf, beyond, peak, used, used_times)
