"""Orders as arrays, a block at a time, and how doubles among them are parted."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from layouts.demand.doubles import part_doubles
from layouts.statistics.common_numbers import stream

Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

BLOCK = 1024
"""So many orders are drawn at once, and lines exchanged among them, however few of them are wanted."""


class Baskets(NamedTuple):
    """Orders: `lines` (B,) counts theirs, whose `sku` (L,) and `pieces` (L,) follow order by order.

    `strays` (B,) counts lines that are not as shares and families ask for, because an order has no SKU twice.
    """

    lines: Ints
    sku: Ints
    pieces: Ints
    strays: Ints


Draw = Callable[[int], Baskets]
"""Draws the baskets of BLOCK orders: the number-th block of a day, the same whenever it is drawn."""


def block_stream(seed: int, day: int, number: int, purpose: str) -> np.random.Generator:
    """The random numbers of a block of a day for one purpose."""
    return stream(seed, agent=day, replication=number, purpose=f"demand {purpose}")


def exchange_doubles(
    sku: Ints, pieces: Ints, lines: Ints, is_free: Flags, is_sold: Flags, random: np.random.Generator
) -> Ints:
    """Part the doubles of a block among its free lines, in random turn; returns each order's (B,) strays."""
    order_of = np.repeat(np.arange(len(lines)), lines)
    pool = random.permutation(np.flatnonzero(is_free))
    taken = part_doubles(sku, pieces, firsts(lines), order_of, pool, is_sold)
    return np.bincount(order_of[taken], minlength=len(lines))


def firsts(lines: Ints) -> Ints:
    """The first line of each of B orders, and the end (B + 1,)."""
    return np.concatenate([[0], np.cumsum(lines)])
