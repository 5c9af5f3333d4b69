"""The length of the tour of a batch, compiled: a policy in one block, or a good tour over a length table."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from numba import njit

from layouts.tours.parallel_aisles import ParallelAisles, Picks
from layouts.tours.policies.block_lengths import (
    OPTIMAL,
    Block,
    block_length,
    block_of,
    block_policy,
    least_block_length,
)

TABLE = OPTIMAL + 1
"""The policy number of tours over a length table."""


class CompiledTours(NamedTuple):
    """`policy` says which of the two is meant: one block, or the table (S, S) of lengths between stops.

    In the table row 0 is where tours start and row 1 where they end; the bits of a batch then stand for rows.
    """

    policy: int
    block: Block
    table_m: npt.NDArray[np.float64]


@njit(cache=True)
def tour_length(tours: CompiledTours, bits: npt.NDArray[np.int64]) -> float:
    """Metres of the tour through the places `bits` (A, W)."""
    return block_length(tours.policy, tours.block, bits)


@njit(cache=True)
def floor_length(tours: CompiledTours, bits: npt.NDArray[np.int64]) -> float:
    """A length that no tour through these places and any others is below."""
    return least_block_length(tours.policy, tours.block, bits)


def block_tours(
    warehouse: ParallelAisles, orders: Sequence[Picks], *, policy: str
) -> tuple[CompiledTours, npt.NDArray[np.int64]]:
    """Tours in one block under the policy of that name, and the bits (N, A, W) of the orders."""
    block, bits = block_of(warehouse, orders)
    return CompiledTours(block_policy(policy), block, np.zeros((2, 2))), bits
