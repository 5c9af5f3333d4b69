"""The dynamic program over any network: step by step, every state of its frontier at its least length."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from numba import njit

from layouts.tours.exact.frontier_state import (
    CLOSED,
    EMPTY,
    ILLEGAL,
    NONE,
    WAYS,
    leave,
    use_stretch,
    visit,
)
from layouts.tours.exact.interning import empty_index, find_or_add
from layouts.tours.exact.network.elimination import LEAVE, STRETCH, Program


class Swept(NamedTuple):
    """The least length, infinite when more than the allowed states were met, the largest number of states at once,
    and the way in which the shortest tour uses each stretch (K,).
    """

    length_m: float
    states: int
    way: npt.NDArray[np.int64]


@njit(cache=True)
def sweep_network(program: Program, ways: npt.NDArray[np.float64], most_states: int, bound_m: float) -> Swept:
    """Decide every stretch of `program`; `ways` (K, WAYS) are the lengths of each way to use a stretch.

    At most `most_states` states may live at once. What is longer than `bound_m`, which must not be less than the
    shortest tour's length, is left out.
    """
    steps = len(program.kind)
    last, rest_m = what_is_ahead(program, ways)
    keys, length = np.empty(1, np.int64), np.zeros(1)
    keys[0] = EMPTY
    came_from, opened = np.empty(1024, np.int32), np.zeros(steps + 1, np.int64)
    best, best_step, best_state = bound_m, -1, -1
    peak, count = 1, 1
    for step in range(steps):
        kind, slot = program.kind[step], program.slot[step]
        choices = WAYS if kind == STRETCH else 1
        room = count * choices
        new_keys, new_length = np.empty(room, np.int64), np.full(room, np.inf)
        origin = np.empty(room, np.int32)
        index = empty_index(2 * room)
        known = 0
        for state in range(count):
            for way in range(choices):
                extra = 0.0
                if kind == STRETCH:
                    extra = ways[program.stretch[step], way]
                    if extra == np.inf:
                        continue
                    there = use_stretch(keys[state], slot, program.far_slot[step], way)
                elif kind == LEAVE:
                    there = leave(keys[state], slot)
                else:
                    there = visit(keys[state], slot)
                total = length[state] + extra
                if there == CLOSED and step >= last and total < best:
                    best, best_step, best_state = total, step, state
                if there < 0 or total + rest_m[step + 1] > best:
                    continue
                at = find_or_add(index, new_keys, known, there)
                known = max(known, at + 1)
                if total < new_length[at]:
                    new_length[at] = total
                    origin[at] = state * WAYS + way
        if known > most_states:
            return Swept(np.inf, known, np.full(len(ways), ILLEGAL))
        keys, length, count = new_keys[:known], new_length[:known], known
        peak = max(peak, count)
        opened[step + 1] = opened[step] + known
        while opened[step + 1] > len(came_from):
            longer = np.empty(2 * len(came_from), np.int32)
            longer[: len(came_from)] = came_from
            came_from = longer
        came_from[opened[step] : opened[step + 1]] = origin[:known]
        if count == 0:
            break
    used = np.full(len(ways), NONE)
    state = best_state
    for step in range(best_step - 1, -1, -1):
        before = came_from[opened[step] + state]
        if program.kind[step] == STRETCH:
            used[program.stretch[step]] = before % WAYS
        state = before // WAYS
    return Swept(best if best_step >= 0 else np.inf, peak, used)


@njit(cache=True)
def what_is_ahead(program: Program, ways: npt.NDArray[np.float64]) -> tuple[int, npt.NDArray[np.float64]]:
    """The last step that something is required in, and for each step (T + 1,) a length that all from it on take."""
    steps = len(program.kind)
    rest_m = np.zeros(steps + 1)
    last = -1
    for step in range(steps - 1, -1, -1):
        rest_m[step] = rest_m[step + 1]
        requires = program.kind[step] != LEAVE
        if program.kind[step] == STRETCH:
            lengths = ways[program.stretch[step]]
            rest_m[step] += np.min(lengths)
            requires = lengths[NONE] == np.inf
        if requires and last < 0:
            last = step
    return last, rest_m
