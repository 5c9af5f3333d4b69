"""SKUs that are bought together more often than chance does."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_array, triu
from scipy.special import pdtrc

Ints = npt.NDArray[np.int64]

LEAST_ORDERS = 3
"""A pair is told from so many orders on."""

ERROR = 0.05
"""The chance that any pair is told where there is nothing but chance (Bonferroni over all pairs)."""


@dataclass(frozen=True, kw_only=True)
class Pair:
    """Two SKUs, the more wanted first, in `orders` orders together, where chance alone would give `expected`.

    `lift` is the share of the orders with both, over the product of the shares with each.
    """

    sku: str
    other: str
    orders: int
    expected: float
    lift: float


def pairs_together(order: Ints, sku: Ints, names: Sequence[str]) -> tuple[Pair, ...]:
    """The pairs whose orders are more than chance gives, the surest first; lines (L,) are of an order and a SKU each.

    By chance a pair comes together in proportion to the lines of both, in as many pairs of lines as the orders have:
    Poisson with mean c₁ c₂ Σ n (n - 1) / (Σ n)², n being the lines of an order.
    """
    counts = np.bincount(sku, minlength=len(names))
    sizes = np.bincount(order).astype(np.float64)
    often = counts[sku] >= LEAST_ORDERS
    shape = (len(sizes), len(names))
    basket = csr_array((np.ones(often.sum(), np.int32), (order[often], sku[often])), shape=shape)
    together = triu(basket.T @ basket, k=1).tocoo()
    enough = together.data >= LEAST_ORDERS
    one, other, seen = (part[enough].astype(np.int64) for part in (*together.coords, together.data))
    expected = counts[one] * counts[other] * (sizes @ (sizes - 1) / sizes.sum() ** 2)
    chance = pdtrc(seen - 1, expected)
    kinds = np.count_nonzero(counts >= LEAST_ORDERS)
    is_sure = chance * kinds * (kinds - 1) / 2 < ERROR
    lift = len(sizes) * seen / (counts[one] * counts[other])
    surest = np.lexsort((other, one, -seen / expected, chance))
    return tuple(
        Pair(
            sku=names[one[place]],
            other=names[other[place]],
            orders=int(seen[place]),
            expected=float(expected[place]),
            lift=float(lift[place]),
        )
        for place in surest.tolist()
        if is_sure[place]
    )


def chance_lift(lines: Ints) -> float:
    """The lift of SKUs that have nothing to do with each other, in orders of so many lines (N,).

    It is 1 only where the lines of orders are Poisson: large orders bring SKUs together by themselves.
    """
    total = float(lines.sum())
    return float(len(lines) * (lines @ (lines - 1)) / total**2)
