"""The length of the tour of a batch, compiled: a policy in one block, or a good tour over a length table."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from numba import njit

from layouts.tours.batching.table_tour import table_length
from layouts.tours.parallel_aisles import ParallelAisles, Picks
from layouts.tours.policies.block_bits import WORD, Block, block_of, lowest_bit, pack_bits
from layouts.tours.policies.block_lengths import OPTIMAL, block_length, block_policy, least_block_length

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
    if tours.policy == TABLE:
        stops = np.zeros(len(tours.table_m), np.int64)
        count = 0
        for word in range(bits.shape[1]):
            left = bits[0, word]
            while left != 0:
                stops[count] = word * WORD + lowest_bit(left)
                left &= left - 1
                count += 1
        return table_length(tours.table_m, stops, count)
    return block_length(tours.policy, tours.block, bits)


@njit(cache=True)
def floor_length(tours: CompiledTours, bits: npt.NDArray[np.int64]) -> float:
    """A length that no tour through these places and any others is below; 0 where there is only a table."""
    if tours.policy == TABLE:
        return 0.0
    return least_block_length(tours.policy, tours.block, bits)


def block_tours(
    warehouse: ParallelAisles, orders: Sequence[Picks], *, policy: str
) -> tuple[CompiledTours, npt.NDArray[np.int64]]:
    """Tours in one block under the policy of that name, and the bits (N, A, W) of the orders."""
    block, bits = block_of(warehouse, orders)
    return CompiledTours(block_policy(policy), block, np.zeros((2, 2))), bits


def table_tours(
    table_m: npt.NDArray[np.float64], orders: Sequence[npt.NDArray[np.int64]]
) -> tuple[CompiledTours, npt.NDArray[np.int64]]:
    """Tours over a symmetric table (S, S), and the bits (N, 1, W) of the rows that each of `orders` wants.

    Tours start at row 0 and end at row 1, which orders do not name. ValueError for an order that does, or names
    a row outside the table.
    """
    marks = np.zeros((len(orders), 1, -(-len(table_m) // WORD) * WORD), bool)
    for order, rows in enumerate(orders):
        if len(rows) == 0 or rows.min() < 2 or rows.max() >= len(table_m):
            raise ValueError(
                f"order {order} names rows {rows}: expected one or more in 2 … {len(table_m) - 1}"
            )
        marks[order, 0, rows] = True
    nowhere = ParallelAisles(aisle_m=np.zeros((1, 1)), cross_m=np.zeros((2, 0)))
    nothing = Picks(aisle=np.zeros(1, np.int64), block=np.zeros(1, np.int64), offset_m=np.zeros(1))
    block, _ = block_of(nowhere, [nothing])
    return CompiledTours(TABLE, block, np.asarray(table_m, np.float64)), pack_bits(marks)
