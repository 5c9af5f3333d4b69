"""One block and the places in it as bits, so that the places of a batch are the bitwise or of its orders'."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from numba import njit

from layouts.tours.parallel_aisles import ParallelAisles, Picks

WORD = 52
"""Bits a word: as many as a float64 holds exactly, which is how the highest one is found."""

BIT_OF = np.full(67, -1)
BIT_OF[[pow(2, bit, 67) for bit in range(WORD)]] = np.arange(WORD)
"""The powers of two differ modulo 67, a prime that 2 generates."""


class Block(NamedTuple):
    """One block with A aisles and its distinct places, those of an aisle numbered from the front.

    `at_m` (A, P): where they are; `front_half` (A, W): the bits of those up to the middle; `aisle_m` (A,);
    `front_m`, `back_m` (A,): where the aisles meet the two cross-aisles; `depot`: its aisle, `depot_m` away;
    `is_rectangle`: all aisles are as long as each other, both cross-aisles alike.
    """

    at_m: npt.NDArray[np.float64]
    front_half: npt.NDArray[np.int64]
    aisle_m: npt.NDArray[np.float64]
    front_m: npt.NDArray[np.float64]
    back_m: npt.NDArray[np.float64]
    depot: int
    depot_m: float
    is_rectangle: bool


def block_of(warehouse: ParallelAisles, orders: Sequence[Picks]) -> tuple[Block, npt.NDArray[np.int64]]:
    """The block that `warehouse` is, and the bits (N, A, W) of the places of each of `orders`.

    A depot on the back cross-aisle turns the block round. ValueError for more than one block, no orders, or a
    place outside the warehouse.
    """
    if warehouse.blocks != 1:
        raise ValueError(f"the warehouse has {warehouse.blocks} blocks: these lengths are for one")
    if not orders:
        raise ValueError("there are no orders: give at least one")
    aisles, aisle_m = warehouse.aisles, warehouse.aisle_m[0]
    turned = warehouse.depot[0] == 1
    where = []
    for picks in orders:
        picks.within(warehouse)
        where.append(aisle_m[picks.aisle] - picks.offset_m if turned else picks.offset_m)
    every_aisle, every_m = np.concatenate([p.aisle for p in orders]), np.concatenate(where)
    places = [np.unique(every_m[every_aisle == aisle]) for aisle in range(aisles)]
    words = max(1, -(-max(map(len, places)) // WORD))
    at_m = np.zeros((aisles, words * WORD))
    half = np.zeros((aisles, words * WORD), bool)
    for aisle, metres in enumerate(places):
        at_m[aisle, : len(metres)] = metres
        half[aisle, : len(metres)] = metres <= aisle_m[aisle] / 2
    marks = np.zeros((len(orders), aisles, words * WORD), bool)
    for order, (picks, metres) in enumerate(zip(orders, where, strict=True)):
        for aisle, metre in zip(picks.aisle, metres, strict=True):
            marks[order, aisle, np.searchsorted(places[aisle], metre)] = True
    cross_m = np.concatenate([np.zeros((2, 1)), np.cumsum(warehouse.cross_m, axis=1)], axis=1)
    block = Block(
        at_m=at_m,
        front_half=pack_bits(half),
        aisle_m=aisle_m.astype(np.float64),
        front_m=cross_m[1 if turned else 0],
        back_m=cross_m[0 if turned else 1],
        depot=warehouse.depot[1],
        depot_m=float(warehouse.depot_m),
        is_rectangle=bool(np.ptp(aisle_m) == 0 and (warehouse.cross_m[0] == warehouse.cross_m[1]).all()),
    )
    return block, pack_bits(marks)


def pack_bits(marks: npt.NDArray[np.bool_]) -> npt.NDArray[np.int64]:
    """Bits (…, W) from flags (…, W · WORD)."""
    words = marks.reshape(*marks.shape[:-1], -1, WORD).astype(np.int64)
    packed: npt.NDArray[np.int64] = (words << np.arange(WORD)).sum(axis=-1)
    return packed


@njit(cache=True)
def holds(words: npt.NDArray[np.int64]) -> bool:
    """Whether any place is marked in the words (W,) of an aisle."""
    union = 0
    for word in words:
        union |= word
    return union != 0


@njit(cache=True)
def lowest_bit(word: int) -> int:
    """The number of the lowest bit of a word that has one."""
    bit: int = BIT_OF[(word & -word) % 67]
    return bit


@njit(cache=True)
def highest_bit(word: int) -> int:
    """The number of the highest bit of a word that has one."""
    return math.frexp(float(word))[1] - 1
