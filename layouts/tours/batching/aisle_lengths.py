"""The shortest tour of a batch among parallel aisles of any number of blocks, for other kernels."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from numba import njit

from layouts.tours.exact.aisles.aisle_sweep import optimal_length
from layouts.tours.exact.aisles.aisle_tables import AisleTables, aisle_tables
from layouts.tours.parallel_aisles import ParallelAisles, Picks
from layouts.tours.policies.block_bits import WORD, lowest_bit, pack_bits


class Aisles(NamedTuple):
    """A warehouse, as in ParallelAisles, and its P distinct places, as in Picks; `tables` for its cross-aisles."""

    aisle_m: npt.NDArray[np.float64]
    cross_m: npt.NDArray[np.float64]
    depot_cross: int
    depot_aisle: int
    depot_m: float
    place_aisle: npt.NDArray[np.int64]
    place_block: npt.NDArray[np.int64]
    place_offset_m: npt.NDArray[np.float64]
    tables: AisleTables


def aisles_of(warehouse: ParallelAisles, orders: Sequence[Picks]) -> tuple[Aisles, npt.NDArray[np.int64]]:
    """The aisles with the places of all orders, and the bits (N, 1, W) of those of each.

    ValueError for no orders, a place outside the warehouse, or more cross-aisles than there are tables for.
    """
    if not orders:
        raise ValueError("there are no orders: give at least one")
    for picks in orders:
        picks.within(warehouse)
    every = [np.stack([picks.aisle, picks.block, picks.offset_m], axis=1) for picks in orders]
    places, place_of = np.unique(np.concatenate(every), axis=0, return_inverse=True)
    marks = np.zeros((len(orders), 1, max(1, -(-len(places) // WORD)) * WORD), bool)
    order_of = np.repeat(np.arange(len(orders)), [len(each) for each in every])
    marks[order_of, 0, place_of] = True
    aisles = Aisles(
        aisle_m=warehouse.aisle_m.astype(np.float64),
        cross_m=warehouse.cross_m.astype(np.float64),
        depot_cross=warehouse.depot[0],
        depot_aisle=warehouse.depot[1],
        depot_m=float(warehouse.depot_m),
        place_aisle=places[:, 0].astype(np.int64),
        place_block=places[:, 1].astype(np.int64),
        place_offset_m=np.ascontiguousarray(places[:, 2]),
        tables=aisle_tables(warehouse.blocks + 1),
    )
    return aisles, pack_bits(marks)


@njit(cache=True)
def aisles_length(aisles: Aisles, bits: npt.NDArray[np.int64]) -> float:
    """Metres of the shortest tour through the places `bits` (1, W); 0 for none."""
    places = marked(bits[0])
    if len(places) == 0:
        return 0.0
    length_m: float = optimal_length(
        aisles.aisle_m,
        aisles.cross_m,
        aisles.depot_cross,
        aisles.depot_aisle,
        aisles.place_aisle[places],
        aisles.place_block[places],
        aisles.place_offset_m[places],
        aisles.tables,
    )
    return length_m + 2 * aisles.depot_m


@njit(cache=True)
def marked(words: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """The numbers of the bits that are set in words (W,), rising."""
    found = np.empty(len(words) * WORD, np.int64)
    count = 0
    for word in range(len(words)):
        left = words[word]
        while left != 0:
            found[count] = word * WORD + lowest_bit(left)
            left &= left - 1
            count += 1
    return found[:count]
