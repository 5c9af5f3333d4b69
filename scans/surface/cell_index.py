"""Which number a cell of a sparse grid has, looked up by its place."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from numba import njit

Ints = npt.NDArray[np.int64]

NOWHERE = -1


class CellIndex(NamedTuple):
    """Keys of cells and their numbers in a table with open addressing; its length is a power of 2."""

    keys: Ints
    numbers: Ints


def cell_index(keys: Ints) -> CellIndex:
    """The index of the different `keys` (C,), 0 or more."""
    size = 1 << max(4, int(2 * len(keys)).bit_length())
    index = CellIndex(np.full(size, NOWHERE, np.int64), np.full(size, NOWHERE, np.int64))
    _fill(index, keys)
    return index


@njit(cache=True)
def _fill(index: CellIndex, keys: Ints) -> None:
    mask = len(index.keys) - 1
    for number in range(len(keys)):
        slot = _slot(keys[number], mask)
        while index.keys[slot] != NOWHERE:
            slot = (slot + 1) & mask
        index.keys[slot], index.numbers[slot] = keys[number], number


@njit(cache=True, inline="always")
def number_of(index: CellIndex, key: int) -> int:
    """The number of the cell with this key, NOWHERE if there is none."""
    mask = len(index.keys) - 1
    slot = _slot(key, mask)
    while index.keys[slot] != key:
        if index.keys[slot] == NOWHERE:
            return NOWHERE
        slot = (slot + 1) & mask
    return int(index.numbers[slot])


@njit(cache=True, inline="always")
def _slot(key: int, mask: int) -> int:
    """Fibonacci hashing (Knuth, The Art of Computer Programming 3, 6.4)."""
    return int((np.uint64(key) * np.uint64(11400714819323198485)) >> np.uint64(20)) & mask
