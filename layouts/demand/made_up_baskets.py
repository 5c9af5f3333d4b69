"""What is in made-up orders: lines, SKUs that go together, pieces."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from layouts.demand.assortment import Assortment, made_up_assortment
from layouts.demand.baskets import BLOCK, Baskets, Draw, block_stream, exchange_doubles, firsts
from layouts.demand.counts import Spread, geometric_spread, places_at
from layouts.demand.demand_source import Demand
from layouts.demand.family_samples import sample_families
from layouts.demand.spec import DemandSpec
from spatial.errors import BadDataError

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


def made_up_demand(spec: DemandSpec) -> Demand:
    """What `spec` asks for, like no other orders."""
    assortment = made_up_assortment(spec)
    lines = geometric_spread(spec.lines.mean, spec.lines.single, spec.lines.most)
    pieces = geometric_spread(spec.pieces.mean, spec.pieces.single, spec.pieces.most)

    def draw_on(day: int, family_factors: Floats) -> Draw:
        made_up = MadeUpDay(assortment, lines, pieces, family_factors, seed=spec.seed, day=day)
        _check_room(made_up, lines, f"day {day + 1}")
        return made_up

    return Demand(
        spec=spec,
        skus=assortment.skus,
        family=assortment.family,
        family_shares=assortment.family_shares,
        draw_on=draw_on,
    )


class MadeUpDay:
    """What is wanted on one day, ready to draw from; `family_factors` (F,) are multiples of the families' shares.

    `sold` counts the SKUs that can be drawn; `largest_share` is that of the most wanted.
    """

    def __init__(
        self,
        assortment: Assortment,
        lines: Spread,
        pieces: Spread,
        family_factors: Floats,
        *,
        seed: int,
        day: int,
    ) -> None:
        is_sold = (assortment.first_day <= day) & (day <= assortment.last_day)
        weights = assortment.shares * family_factors[assortment.family] * is_sold
        families, largest = np.zeros((2, assortment.families))
        np.add.at(families, assortment.family, weights)
        np.maximum.at(largest, assortment.family, weights)
        self._together = assortment.together
        self._lines, self._pieces, self._seed, self._day = lines, pieces, seed, day
        self._weights, self._is_sold = weights, weights > 0
        self._start = np.searchsorted(assortment.family, np.arange(assortment.families + 1))
        self._cumulated, self._families = np.cumsum(weights), np.cumsum(families)
        # so many lines of a family can an order have, if each SKU is to have its share of them
        room = np.divide(families, largest, out=np.ones(len(families)), where=largest > 0)
        self._room = np.maximum(np.floor(room * (1 - 1e-9)), 1).astype(np.int64)
        self.sold = int(self._is_sold.sum())
        self.largest_share = float(weights.max() / weights.sum()) if self.sold else 0.0

    def __call__(self, number: int) -> Baskets:
        """Draw a block.

        1. An order's first line is of a family by its share; each further one is of that family too with probability
           `together`. Their SKUs are sampled from the family so that none comes twice and each has its share.
        2. All other lines are of any SKU, by its share.
        3. Doubles among these are exchanged within the block. Blocks are drawn whole and lines come in random turn,
           so the shares hold whatever part of a block is wanted, and a larger part holds all of a smaller one.
        """

        def random(purpose: str) -> np.random.Generator:
            return block_stream(self._seed, self._day, number, purpose)

        lines = self._lines.at(random("lines").random(BLOCK))
        first, order_of = firsts(lines), np.repeat(np.arange(BLOCK), lines)
        rank = np.arange(len(order_of)) - first[order_of]
        family = places_at(self._families, random("family").random(BLOCK))
        stays = random("together").random(len(order_of)) < self._together
        stays[first[:-1]] = True
        wanted = np.bincount(order_of, stays, minlength=BLOCK).astype(np.int64)
        kept = np.minimum(wanted, self._room[family])
        is_kept = rank < kept[order_of]
        sku = np.empty(len(order_of), np.int64)
        sku[is_kept] = sample_families(family, kept, self._start, self._weights, random("family SKUs"))
        sku[~is_kept] = places_at(self._cumulated, random("SKUs").random(len(order_of))[~is_kept])
        pieces = self._pieces.at(random("pieces").random(len(order_of)))
        taken = exchange_doubles(sku, pieces, lines, ~is_kept, self._is_sold, random("doubles"))
        return Baskets(lines, sku, pieces, wanted - kept + taken)


def _check_room(made_up: MadeUpDay, lines: Spread, day: str) -> None:
    """An order has no SKU twice, so there must be enough, and none can be in more than every order."""
    if made_up.sold < lines.most:
        raise BadDataError(
            f"on {day} {made_up.sold} SKUs are sold, but an order has up to {lines.most} lines, each of another: "
            "lower lines.most, new or ending, or raise skus"
        )
    if made_up.largest_share * lines.mean > 1:
        raise BadDataError(
            f"on {day} one SKU makes {made_up.largest_share:.1%} of the lines, of which an order has "
            f"{lines.mean:.2f}, so it would be in more than every order: raise skus, or lower abc.share_of_lines "
            "or lines.mean"
        )
