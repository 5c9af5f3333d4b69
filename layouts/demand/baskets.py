"""What is in each order: lines, SKUs that go together, pieces."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from layouts.demand.assortment import Assortment
from layouts.demand.counts import Spread, places_at
from layouts.demand.doubles import part_doubles
from layouts.statistics.common_numbers import stream

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

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


class DayOfDemand:
    """What is wanted on one day, ready to draw from; `family_factors` (F,) are multiples of the families' shares.

    `sold` counts the SKUs that can be drawn; `largest_share` is that of the most wanted.
    """

    def __init__(self, assortment: Assortment, family_factors: Floats, day: int) -> None:
        is_sold = (assortment.first_day <= day) & (day <= assortment.last_day)
        weights = assortment.shares * family_factors[assortment.family] * is_sold
        families, largest = np.zeros((2, len(assortment.together)))
        np.add.at(families, assortment.family, weights)
        np.maximum.at(largest, assortment.family, weights)
        self._family, self._together = assortment.family, assortment.together
        self._weights, self._is_sold = weights, weights > 0
        self._families = np.cumsum(families)
        self._free = np.cumsum(weights * (1 - assortment.together[assortment.family]))
        # so many lines of a family can an order have, if each SKU is to have its share of them
        room = np.divide(families, largest, out=np.ones(len(families)), where=largest > 0)
        self._room = np.maximum(np.floor(room * (1 - 1e-9)), 1).astype(np.int64)
        self.sold = int(self._is_sold.sum())
        self.largest_share = float(weights.max() / weights.sum()) if self.sold else 0.0

    def block(self, lines_of: Spread, pieces_of: Spread, *, seed: int, day: int, number: int) -> Baskets:
        """The baskets of BLOCK orders, the number-th block of a day, with so many lines and pieces a line.

        1. An order's first line is of a family by its share; each further one is of that family too with probability
           `together`. Their SKUs are a systematic sample of the family in random order, so that none comes twice and
           each has its share (Madow 1949, Annals of Mathematical Statistics 20, 333-354).
        2. All other lines are of any SKU, by its share times 1 - together: whoever leaves families comes to them in
           proportion. So of all lines every SKU has its share.
        3. Doubles among these are exchanged within the block. Blocks are drawn whole and lines come in random turn,
           so the shares hold whatever part of a block is wanted, and a larger part holds all of a smaller one.
        """

        def random(purpose: str) -> np.random.Generator:
            return stream(seed, agent=day, replication=number, purpose=f"demand {purpose}")

        lines = lines_of.at(random("lines").random(BLOCK))
        first = np.concatenate([[0], np.cumsum(lines)])
        order_of = np.repeat(np.arange(BLOCK), lines)
        rank = np.arange(len(order_of)) - first[order_of]
        family = places_at(self._families, random("family").random(BLOCK))
        stays = random("together").random(len(order_of)) < self._together[family[order_of]]
        stays[first[:-1]] = True
        wanted = np.bincount(order_of, stays, minlength=BLOCK).astype(np.int64)
        kept = np.minimum(wanted, self._room[family])
        is_kept = rank < kept[order_of]
        sku = np.empty(len(order_of), np.int64)
        sku[is_kept] = self._within(family, kept, random("family SKUs"))
        sku[~is_kept] = places_at(self._free, random("SKUs").random(len(order_of))[~is_kept])
        doubles = random("doubles")
        pool = doubles.permutation(np.flatnonzero(~is_kept))
        taken = part_doubles(sku, first, order_of, doubles.permutation(len(pool)), pool, self._is_sold)
        pieces = pieces_of.at(random("pieces").random(len(order_of)))
        strays = wanted - kept + np.bincount(order_of[taken], minlength=BLOCK)
        return Baskets(lines, sku, pieces, strays)

    def _within(self, family: Ints, kept: Ints, random: np.random.Generator) -> Ints:
        """`kept` SKUs of each order's family: as many equidistant points on the SKUs' shares laid end to end."""
        laid = np.argsort(self._family + random.random(len(self._family)))
        ends = np.concatenate([[0.0], np.cumsum(self._weights[laid])])
        start = np.searchsorted(self._family[laid], np.arange(len(self._together) + 1))
        low, high = ends[start[family]], ends[start[family + 1]]
        order_of = np.repeat(np.arange(len(kept)), kept)
        rank = np.arange(len(order_of)) - np.repeat(np.cumsum(kept) - kept, kept)
        part = (rank + random.random(len(kept))[order_of]) / kept[order_of]
        points = low[order_of] + part * (high - low)[order_of]
        places = np.searchsorted(ends[1:], points, side="right")
        skus: Ints = laid[np.clip(places, start[family][order_of], start[family + 1][order_of] - 1)]
        return skus
