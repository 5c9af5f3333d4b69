"""The demand of a SKU over days to come: its mean, and how far forecasts of it have been off."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from layouts.replenishment.laws import Law, law_of

Floats = npt.NDArray[np.float64]

WEEK = 7
FEWEST_SPANS = 8
"""So many forecasts tell their error over a span; with fewer, that of a day is carried over."""


@dataclass(frozen=True)
class DemandAhead:
    """`per_day` pieces; `sd_by_span` (K,) is the standard deviation over 1, 2 … K days, carried on as the root."""

    per_day: float
    sd_by_span: tuple[float, ...]

    def over(self, days: float) -> Law:
        """The law over so many days, 0 or more."""
        return law_of(self.per_day * days, self._sd(days))

    def _sd(self, days: float) -> float:
        told = self.sd_by_span
        if days <= 0:
            return 0.0
        if days >= len(told):
            return told[-1] * math.sqrt(days / len(told))
        return float(np.interp(days, np.arange(len(told) + 1), [0.0, *told]))


def independent_days(per_day: float, sd: float) -> DemandAhead:
    """Days that know nothing of each other."""
    return DemandAhead(per_day, (sd,))


def demand_ahead(daily: npt.NDArray[np.floating], *, span: int, window: int = 56) -> DemandAhead:
    """What the last days `daily` (D,) say of up to `span` days to come.

    The forecast of a span is the mean of the `window` days before it. Its error is measured from rolling origins: the
    spread of what came over 1 … `span` days less what was foretold, so that weekdays, trends and drifts that the mean
    does not know are part of the safety stock, and days that hang together are too. Never less than independent days
    about their weekday's mean have, nor than Poisson counts. Raises ValueError for fewer than two days.
    """
    if len(daily) < 2 or span < 1:
        raise ValueError(
            f"{len(daily)} days of demand and a span of {span}: expected two days and one at least"
        )
    recent = daily[-window:].astype(np.float64)
    per_day = float(recent.mean())
    of_a_day = max(_spread_about_weekdays(recent), math.sqrt(per_day))
    sums = np.concatenate([[0.0], np.cumsum(daily, dtype=np.float64)])
    told = min(window, len(daily) // 2)
    sds: list[float] = []
    for days in range(1, span + 1):
        origins = np.arange(told, len(daily) - days + 1)
        spread = of_a_day * math.sqrt(days)
        if len(origins) // days >= FEWEST_SPANS:
            foretold = (sums[origins] - sums[origins - told]) * (days / told)
            came = sums[origins + days] - sums[origins]
            spread = max(spread, float(np.sqrt(np.mean((came - foretold) ** 2))))
        sds.append(max(spread, sds[-1] if sds else 0.0))
    return DemandAhead(per_day, tuple(sds))


def _spread_about_weekdays(daily: Floats) -> float:
    """The standard deviation about the mean of each weekday, from two weeks on."""
    days = len(daily)
    if days < 2 * WEEK:
        return float(daily.std(ddof=1))
    weekday = np.arange(days) % WEEK
    means = np.bincount(weekday, daily) / np.bincount(weekday)
    return math.sqrt(float(np.sum((daily - means[weekday]) ** 2)) / (days - WEEK))
