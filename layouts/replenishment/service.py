"""The service and the stock that a policy has in the long run, from theory."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from layouts.replenishment.demand_ahead import DemandAhead
from layouts.replenishment.laws import Floats
from layouts.replenishment.policy import Policy, positions


class LeadTime(NamedTuple):
    """Days from an order to its goods: `days` (K,), whole, with their `shares` (K,)."""

    days: tuple[int, ...]
    shares: tuple[float, ...] = (1.0,)

    @property
    def mean(self) -> float:
        """Days in the mean."""
        return float(np.dot(self.days, self.shares))


class LongRun(NamedTuple):
    """`fill_rate`: the share of demand met at once from stock. `on_hand`: pieces there at the end of a day, in the
    mean. `orders_per_day`; pieces `spoilt_per_day`.
    """

    fill_rate: float
    on_hand: float
    orders_per_day: float
    spoilt_per_day: float = 0.0


def long_run(policy: Policy, demand: DemandAhead, lead: LeadTime) -> LongRun:
    """What a policy comes to when what is short is owed, not lost.

    An order at the start of a day is there at the start of the day `lead` later. Of the position y after a review,
    what is owed k days of demand later is E(D_k − y)⁺. The days that this review answers for begin when its order is
    there and end when the next one's is: on them E(D_{L+T} − y)⁺ − E(D_L − y)⁺ comes to be owed, of a demand of T
    days (Silver, Pyke and Thomas 2017, 7.9; Hadley and Whitin 1963, 5-2). Exact for independent days; with lead times
    that vary, for orders that do not overtake each other.
    """
    days = policy.review_days
    if demand.per_day <= 0:
        return LongRun(1.0, max(0.0, policy.up_to), 0.0)
    at = positions(policy, demand.over(days))
    levels = policy.order_at + at.above
    owed_more, on_hand = 0.0, 0.0
    for wait, share in zip(lead.days, lead.shares, strict=True):
        before = _owed(demand, wait, levels, at.shares)
        after = [_owed(demand, wait + k, levels, at.shares) for k in range(1, days + 1)]
        owed_more += share * (after[-1] - before)
        left = [
            float(levels @ at.shares) - demand.per_day * (wait + k) + owed
            for k, owed in enumerate(after, start=1)
        ]
        on_hand += share * float(np.mean(left))
    fill_rate = 1.0 - owed_more / (demand.per_day * days)
    return LongRun(min(1.0, max(0.0, fill_rate)), on_hand, at.orders / days)


def _owed(demand: DemandAhead, days: float, levels: Floats, shares: Floats) -> float:
    """The mean of what is owed after so many days of demand on these positions."""
    return float(demand.over(days).short(levels) @ shares)
