"""How much of a SKU is asked for over a time to come, from past order lines, with what chance alone does to it."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import NamedTuple

from scipy.stats import nbinom


class Demand(NamedTuple):
    """`lines` orders of a SKU within `days`: their quantities add up to `total`, their squares to `squares`.

    Orders come by chance, one independent of the other (compound Poisson). Seasons and promotions are not in it.
    """

    lines: int
    days: float
    total: float
    squares: float

    @property
    def per_day(self) -> float:
        """The mean rate."""
        return self.total / self.days

    def expected(self, days: float) -> float:
        """What is asked for in so many days, in the mean."""
        return self.per_day * days

    def interval(self, days: float, share: float = 0.95) -> tuple[float, float]:
        """What is asked for in so many days lies within these, with probability `share`."""
        return self._quantile(days, (1 - share) / 2), self._quantile(days, (1 + share) / 2)

    def suffices(self, days: float, service: float = 0.95) -> float:
        """So much covers so many days with probability `service`."""
        return self._quantile(days, service)

    def _quantile(self, days: float, probability: float) -> float:
        """Of the next total, given the past one.

        With quantities alike the past count n in T days is Poisson and its rate, from Jeffreys' prior, is Gamma
        (n + ½, T); the next count in t days is then negative binomial with size n + ½ and p = T / (T + t) (Gelman et
        al., Bayesian Data Analysis, 3rd ed., 2.6). Quantities that differ are taken as so many alike ones of size
        Σq²/Σq, which keeps mean and variance of the compound Poisson total.
        """
        size = self.squares / self.total if self.total > 0 else 1.0
        count = self.total / size
        return float(size * nbinom.ppf(probability, count + 0.5, self.days / (self.days + days)))


def demand_of(lines: Iterable[tuple[int, float]], *, from_ms: int, until_ms: int) -> Demand:
    """The demand of order lines (time [ms], quantity) with from_ms ≤ time < until_ms.

    Raises ValueError for a span that is empty: without a time there is no rate.
    """
    if until_ms <= from_ms:
        raise ValueError(f"until_ms {until_ms} is not after from_ms {from_ms}: give a span of past orders")
    within = [quantity for at_ms, quantity in lines if from_ms <= at_ms < until_ms and quantity > 0]
    days = (until_ms - from_ms) / 86_400_000
    return Demand(len(within), days, math.fsum(within), math.fsum(quantity**2 for quantity in within))
