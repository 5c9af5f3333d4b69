"""The cheapest policy of a SKU that reaches a service."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from layouts.replenishment.demand_ahead import DemandAhead
from layouts.replenishment.policy import KINDS, Kind, Policy
from layouts.replenishment.service import LeadTime, LongRun, long_run

DAYS_A_YEAR = 365.0
MOST_DOUBLINGS = 60


@dataclass(frozen=True, kw_only=True)
class Terms:
    """How a SKU is bought and kept.

    `unit_cost` a piece, `order_cost` an order, in one currency; `holding_per_year` the share of its cost that keeping
    a piece for a year costs. Orders are multiples of `pack`, at least `at_least`. `life_days`: days from arrival
    until a piece may not be sold any more, None for what keeps; `life_sd_days` how arrivals differ.
    """

    lead: LeadTime
    unit_cost: float = 1.0
    order_cost: float = 10.0
    holding_per_year: float = 0.2
    pack: float = 1.0
    at_least: float = 0.0
    life_days: int | None = None
    life_sd_days: float = 0.0

    @property
    def holding_per_day(self) -> float:
        """Of a piece."""
        return self.unit_cost * self.holding_per_year / DAYS_A_YEAR

    def cost_per_day(self, run: LongRun) -> float:
        """Of keeping, ordering and spoiling."""
        return (
            run.on_hand * self.holding_per_day
            + run.orders_per_day * self.order_cost
            + run.spoilt_per_day * self.unit_cost
        )


class Tuned(NamedTuple):
    """A `policy`, what it comes to in theory, and its cost a day."""

    policy: Policy
    expected: LongRun
    cost_per_day: float


def cheapest(
    demand: DemandAhead, terms: Terms, *, service: float, review_days: int = 1, kinds: Sequence[Kind] = KINDS
) -> Tuned:
    """The cheapest of the best of each kind; ties go to the first kind. `service` is a fill rate below 1."""
    found = [best_of_kind(kind, demand, terms, service=service, review_days=review_days) for kind in kinds]
    return min(found, key=lambda each: each.cost_per_day)


def best_of_kind(
    kind: Kind, demand: DemandAhead, terms: Terms, *, service: float, review_days: int = 1
) -> Tuned:
    """The policy of a kind with the economic order quantity and the lowest level that reaches `service`.

    Raises ValueError for a service that no stock reaches.
    """
    if not 0 < service < 1:
        raise ValueError(
            f"a service of {service:.1%} cannot be tuned for: choose one above 0 % and below 100 %"
        )
    policy = Policy(kind, 0.0, order_quantity(demand, terms, review_days=review_days), review_days)
    step = 1.0 if kind == "reorder-point" else terms.pack

    def at(steps: int) -> LongRun:
        return long_run(replace(policy, order_at=steps * step), demand, terms.lead)

    low = -math.ceil(policy.quantity / step) - 1
    high = max(1, math.ceil(demand.per_day * (terms.lead.mean + review_days) / step))
    for _ in range(MOST_DOUBLINGS):
        if at(high).fill_rate >= service:
            break
        low, high = high, 2 * high
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if at(middle).fill_rate >= service else (middle, high)
    chosen = replace(policy, order_at=high * step)
    expected = at(high)
    return Tuned(chosen, expected, terms.cost_per_day(expected))


def order_quantity(demand: DemandAhead, terms: Terms, *, review_days: int = 1) -> float:
    """Harris' quantity √(2 K λ / h) (1913), not below what a review interval asks for, and at most half of what is
    sold within a shelf life; in whole packs, as many as must be taken.
    """
    quantity = math.sqrt(2 * terms.order_cost * demand.per_day / terms.holding_per_day)
    quantity = max(quantity, demand.per_day * review_days)
    if terms.life_days is not None:
        quantity = min(quantity, demand.per_day * terms.life_days / 2)
    quantity = max(quantity, terms.at_least, terms.pack)
    return math.ceil(quantity / terms.pack - 1e-9) * terms.pack
