"""No SKU twice in an order, and every SKU with its share of the lines: doubles are exchanged, not drawn anew."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from numba import njit

Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]


@njit(cache=True)
def part_doubles(sku: Ints, pieces: Ints, first: Ints, order_of: Ints, pool: Ints, is_sold: Flags) -> Flags:
    """Change `sku` and `pieces` (L,) in place so that no order has a SKU twice; returns which lines (L,) took
    another.

    Lines first[o] … first[o + 1] are of order o, and `order_of` (L,) is that order. `pool` are the lines that may be
    changed, in a random order; no two others of an order have the same SKU.

    1. Lines of the pool come in turn.
    2. One whose SKU its order has already exchanges it with the next of the pool where neither order then has a SKU
       twice. So every SKU keeps its lines; to draw anew would take lines from the most wanted.
    3. Where there is none, it takes the next SKU that is sold and not in the order.
    """
    taken = np.zeros(len(sku), np.bool_)
    for place, line in enumerate(pool):
        if not _is_double(sku, first, order_of, line, sku[line]):
            continue
        is_parted = False
        for step in range(1, len(pool)):
            other = pool[(place + step) % len(pool)]
            if (
                order_of[other] != order_of[line]
                and not _is_double(sku, first, order_of, line, sku[other])
                and not _is_double(sku, first, order_of, other, sku[line])
            ):
                sku[line], sku[other] = sku[other], sku[line]
                pieces[line], pieces[other] = pieces[other], pieces[line]
                is_parted = True
                break
        if not is_parted:
            taken[line] = True
            for step in range(1, len(is_sold)):
                wanted = (sku[line] + step) % len(is_sold)
                if is_sold[wanted] and not _is_double(sku, first, order_of, line, wanted):
                    sku[line] = wanted
                    break
    return taken


@njit(cache=True)
def _is_double(sku: Ints, first: Ints, order_of: Ints, line: int, wanted: int) -> bool:
    """Whether the order of a line has a SKU in another line."""
    order = order_of[line]
    has = False
    for other in range(first[order], first[order + 1]):
        has |= other != line and sku[other] == wanted
    return has
