"""Orders as compiled searches see them, and the lengths of their batches, remembered.

A batch goes by its mark, the exclusive or of its orders' random keys (Zobrist 1970): an order joins or leaves in one
step. Marks have 62 bits: that two batches of a search share one is as good as impossible.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from numba import njit

from layouts.tours.batching.tour_lengths import CompiledTours, tour_length

REMEMBERED = 1 << 20
"""Lengths that are remembered; a power of two."""


class Orders(NamedTuple):
    """N orders: `size` (N,), `group` (N,), `bits` (N, A, W), `key` (N,), and the `capacity` of a batch."""

    size: npt.NDArray[np.float64]
    group: npt.NDArray[np.int64]
    bits: npt.NDArray[np.int64]
    key: npt.NDArray[np.int64]
    capacity: float


class Memo(NamedTuple):
    """Lengths of batches by mark: `mark` and `length_m` (REMEMBERED,), the newer in place of the older."""

    mark: npt.NDArray[np.int64]
    length_m: npt.NDArray[np.float64]


def new_memo() -> Memo:
    """A memo of the batch of no orders."""
    return Memo(np.zeros(REMEMBERED, np.int64), np.zeros(REMEMBERED))


@njit(cache=True)
def recalled(memo: Memo, mark: int) -> float:
    """The length of the batch with that mark; −1 where it is not remembered."""
    place = mark & (len(memo.mark) - 1)
    if memo.mark[place] != mark:
        return -1.0
    length_m: float = memo.length_m[place]
    return length_m


@njit(cache=True)
def measured(
    orders: Orders,
    tours: CompiledTours,
    memo: Memo,
    mark: int,
    members: npt.NDArray[np.int64],
    count: int,
    bits: npt.NDArray[np.int64],
) -> float:
    """The length of the batch `members[:count]`, which is remembered under its mark; `bits` (A, W) is for work."""
    gather(orders, members, count, bits)
    length_m: float = tour_length(tours, bits)
    place = mark & (len(memo.mark) - 1)
    memo.mark[place] = mark
    memo.length_m[place] = length_m
    return length_m


@njit(cache=True)
def gather(orders: Orders, members: npt.NDArray[np.int64], count: int, bits: npt.NDArray[np.int64]) -> None:
    """Fill `bits` (A, W) with the places of the batch `members[:count]`."""
    bits[:] = 0
    for at in range(count):
        order = members[at]
        for aisle in range(bits.shape[0]):
            for word in range(bits.shape[1]):
                bits[aisle, word] |= orders.bits[order, aisle, word]
