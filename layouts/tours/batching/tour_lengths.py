"""The length of the tour of a batch, compiled: a policy in one block, the shortest tour among parallel aisles of any
number of blocks, or a good tour over a length table.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from numba import njit

from layouts.tours.batching.aisle_lengths import Aisles, aisles_length, aisles_of, marked
from layouts.tours.batching.table_tour import table_length
from layouts.tours.parallel_aisles import ParallelAisles, Picks
from layouts.tours.policies.block_bits import WORD, Block, block_of, pack_bits
from layouts.tours.policies.block_lengths import (
    COMBINED,
    OPTIMAL,
    RETURN,
    block_length,
    block_policy,
    least_block_length,
)

AISLES, TABLE = OPTIMAL + 1, OPTIMAL + 2
"""The policy numbers of shortest tours in several blocks, and of tours over a length table."""


class CompiledTours(NamedTuple):
    """`policy` says which of the three is meant: one block, aisles, or the table (S, S) of lengths between stops.

    In the table row 0 is where tours start and row 1 where they end; the bits of a batch then stand for rows.
    """

    policy: int
    block: Block
    aisles: Aisles
    table_m: npt.NDArray[np.float64]


@njit(cache=True)
def tour_length(tours: CompiledTours, bits: npt.NDArray[np.int64]) -> float:
    """Metres of the tour through the places `bits` (A, W)."""
    if tours.policy == AISLES:
        return aisles_length(tours.aisles, bits)
    if tours.policy == TABLE:
        stops = marked(bits[0])
        return table_length(tours.table_m, stops, len(stops))
    return block_length(tours.policy, tours.block, bits)


@njit(cache=True)
def floor_length(tours: CompiledTours, bits: npt.NDArray[np.int64]) -> float:
    """A length that no tour through these places and any others is below; 0 where there is only a table."""
    if tours.policy == TABLE:
        return 0.0
    if tours.policy == AISLES:
        return aisles_length(tours.aisles, bits)
    return least_block_length(tours.policy, tours.block, bits)


@njit(cache=True)
def is_own_floor(tours: CompiledTours) -> bool:
    """Whether tours never become shorter as places join, so that `floor_length` is `tour_length`."""
    if tours.policy in (AISLES, RETURN, OPTIMAL):
        return True
    return tours.policy not in (TABLE, COMBINED) and tours.block.is_rectangle


def block_tours(
    warehouse: ParallelAisles, orders: Sequence[Picks], *, policy: str
) -> tuple[CompiledTours, npt.NDArray[np.int64]]:
    """Tours in one block under the policy of that name, and the bits (N, A, W) of the orders."""
    block, bits = block_of(warehouse, orders)
    return CompiledTours(block_policy(policy), block, _no_aisles(), np.zeros((2, 2))), bits


def aisle_tours(
    warehouse: ParallelAisles, orders: Sequence[Picks]
) -> tuple[CompiledTours, npt.NDArray[np.int64]]:
    """The shortest tours in any number of blocks, and the bits (N, 1, W) of the orders."""
    aisles, bits = aisles_of(warehouse, orders)
    return CompiledTours(AISLES, _no_block(), aisles, np.zeros((2, 2))), bits


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
    tours = CompiledTours(TABLE, _no_block(), _no_aisles(), np.asarray(table_m, np.float64))
    return tours, pack_bits(marks)


def _no_block() -> Block:
    return block_of(*_nowhere())[0]


def _no_aisles() -> Aisles:
    return aisles_of(*_nowhere())[0]


def _nowhere() -> tuple[ParallelAisles, list[Picks]]:
    here = Picks(aisle=np.zeros(1, np.int64), block=np.zeros(1, np.int64), offset_m=np.zeros(1))
    return ParallelAisles(aisle_m=np.zeros((1, 1)), cross_m=np.zeros((2, 0))), [here]
