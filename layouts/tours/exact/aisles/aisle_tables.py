"""Every state of a warehouse's cross-aisles and where each step leads, worked out once a process."""

from __future__ import annotations

from functools import cache
from math import comb
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from numba import njit

from layouts.tours.exact.frontier_state import (
    EMPTY,
    ILLEGAL,
    NONE,
    WAYS,
    degree,
    leave,
    use_stretch,
)
from layouts.tours.exact.interning import empty_index, find_or_add

MOST_CROSS_AISLES = 8
"""Tables for more would fill the memory: the states grow fivefold with each."""


class AisleTables(NamedTuple):
    """S states of n cross-aisles; state 0 is the empty one. A tuple, for the kernels.

    `after` (n − 1, S, WAYS) is the state after the stretch from cross-aisle b to b + 1 is used in some way;
    `left` (n, S) the one after the junction at cross-aisle b is left behind; ILLEGAL and CLOSED are no states.
    `degree` (n, S) is UNTOUCHED, ODD or EVEN.
    """

    after: npt.NDArray[np.int32]
    left: npt.NDArray[np.int32]
    degree: npt.NDArray[np.int8]


@cache
def aisle_tables(cross_aisles: int) -> AisleTables:
    """The tables for that many cross-aisles; ValueError unless 2 … MOST_CROSS_AISLES."""
    if not 2 <= cross_aisles <= MOST_CROSS_AISLES:
        raise ValueError(f"{cross_aisles} cross-aisles: tables are for 2 … {MOST_CROSS_AISLES}")
    return AisleTables(*_closure(cross_aisles, _state_count(cross_aisles)))


def _state_count(cross_aisles: int) -> int:
    """Components do not cross, and each holds an even number of odd junctions: on k touched junctions that makes
    the little Schröder numbers 1, 1, 3, 11, 45, 197 …
    """
    schroeder = [1, 1]
    for k in range(2, cross_aisles + 1):
        schroeder.append((3 * (2 * k - 1) * schroeder[-1] - (k - 2) * schroeder[-2]) // (k + 1))
    return sum(comb(cross_aisles, k) * schroeder[k] for k in range(cross_aisles + 1))


@njit(cache=True)
def _closure(
    cross_aisles: int, count: int
) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.int32], npt.NDArray[np.int8]]:
    """All that can be reached from EMPTY, in the order it is found."""
    states = np.empty(count, np.int64)
    index = empty_index(2 * count)
    after = np.full((cross_aisles - 1, count, WAYS), ILLEGAL, np.int32)
    left = np.full((cross_aisles, count), ILLEGAL, np.int32)
    degrees = np.zeros((cross_aisles, count), np.int8)
    known = 1
    states[0] = EMPTY
    find_or_add(index, states, 0, EMPTY)
    at = 0
    while at < known:
        state = states[at]
        for slot in range(cross_aisles):
            degrees[slot, at] = degree(state, slot)
            there = leave(state, slot)
            if there >= 0:
                left[slot, at] = find_or_add(index, states, known, there)
                known = max(known, left[slot, at] + 1)
            else:
                left[slot, at] = there
        for block in range(cross_aisles - 1):
            for way in range(NONE, WAYS):
                there = use_stretch(state, block, block + 1, way)
                if there >= 0:
                    after[block, at, way] = find_or_add(index, states, known, there)
                    known = max(known, after[block, at, way] + 1)
        at += 1
    return after, left, degrees
