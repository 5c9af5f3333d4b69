"""Batches worth keeping, each once."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from numba import njit


class Pool(NamedTuple):
    """Distinct batches: `members` (P, K) padded with N, `length_m` (P,), `mark` (P,), `used` (1,) of them.

    `slot` (H,) is a hash table over the batches by mark, the exclusive or of their members' `key` (N,).
    """

    members: npt.NDArray[np.int16]
    length_m: npt.NDArray[np.float64]
    mark: npt.NDArray[np.int64]
    used: npt.NDArray[np.int64]
    slot: npt.NDArray[np.int64]
    key: npt.NDArray[np.int64]


def new_pool(batches: int, *, width: int, key: npt.NDArray[np.int64]) -> Pool:
    """An empty pool of at most that many batches of at most `width` orders."""
    return Pool(
        members=np.full((batches, width), len(key), np.int16),
        length_m=np.zeros(batches),
        mark=np.zeros(batches, np.int64),
        used=np.zeros(1, np.int64),
        slot=np.full(4 * batches, -1, np.int64),
        key=key,
    )


@njit(cache=True)
def keep(pool: Pool, members: npt.NDArray[np.int64], count: int, length_m: float) -> int:
    """The row of a batch in the pool, where it is added if new; −1 for an empty one and when the pool is full."""
    if count == 0:
        return -1
    mark = 0
    for at in range(count):
        mark ^= pool.key[members[at]]
    place = mark % len(pool.slot)
    while pool.slot[place] >= 0:
        if pool.mark[pool.slot[place]] == mark:
            known: int = pool.slot[place]
            return known
        place = (place + 1) % len(pool.slot)
    row: int = pool.used[0]
    if row == len(pool.length_m):
        return -1
    pool.slot[place] = row
    pool.mark[row] = mark
    pool.length_m[row] = length_m
    for at in range(count):
        pool.members[row, at] = members[at]
    pool.used[0] += 1
    return row
