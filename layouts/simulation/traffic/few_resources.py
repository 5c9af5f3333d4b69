"""A few resources as rising numbers at the start of an array: what an agent holds or needs."""

from __future__ import annotations

from numba import njit

from layouts.simulation.engine.tape import NOBODY
from layouts.simulation.traffic.floor_pieces import Ints

MOST_HELD = 16
"""Resources that are held at once at most: two sections, a few cells, an intersection and a lift."""


@njit(cache=True)
def has(some: Ints, size: int, one: int) -> bool:
    """Whether one of the first `size` numbers is `one`."""
    for j in range(size):  # noqa: SIM110 - numba
        if some[j] == one:
            return True
    return False


@njit(cache=True)
def are_same(some: Ints, size: int, others: Ints, count: int) -> bool:
    """Whether the first `size` numbers are the first `count` others."""
    if size != count:
        return False
    for j in range(size):  # noqa: SIM110 - numba
        if some[j] != others[j]:
            return False
    return True


@njit(cache=True)
def put(some: Ints, size: int, one: int) -> int:
    """Insert into rising numbers, once; the new size."""
    if has(some, size, one):
        return size
    j = size
    while j > 0 and some[j - 1] > one:
        some[j] = some[j - 1]
        j -= 1
    some[j] = one
    return size + 1


@njit(cache=True)
def without(some: Ints, size: int, one: int) -> int:
    """Drop a number; the new size."""
    kept = 0
    for j in range(size):
        if some[j] != one:
            some[kept] = some[j]
            kept += 1
    return kept


@njit(cache=True)
def other_cell(some: Ints, size: int, cell: int, lane: Ints) -> int:
    """Another cell of the same lane among some resources, or NOBODY."""
    for j in range(size):
        if some[j] != cell and lane[some[j]] == lane[cell]:
            return int(some[j])
    return NOBODY
