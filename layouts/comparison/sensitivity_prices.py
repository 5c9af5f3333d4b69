"""At which price a saving turns into a loss, exactly: a year's saving is a straight line over every price."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from layouts.comparison.compare import Comparison
from layouts.comparison.money import money
from layouts.comparison.prices import Holdings, Prices
from layouts.statistics.intervals import Estimate

PRICES = {"labour_per_h": "h", "floor_per_m2_year": "m² and year", "vehicle_per_year": "vehicle and year"}
"""The prices that a year's saving rests on, and what they are for. Others are paid once and change no sign."""

Saves = Literal["saves", "costs more", "cannot decide"]


@dataclass(frozen=True, kw_only=True)
class PriceFlip:
    """A scenario's year against the baseline's over one price, the others as given.

    `today` is the price given, `verdict` what holds there. The interval of the saving holds 0 from `low` to `high`,
    None where it does so at no price; the verdict is `below` up to `low` and `above` from `high` on, None where
    there are no such prices: `low` is 0 or `high` infinite. `at` is where the mean saving is 0, None for no price.
    """

    name: str
    scenario: str
    unit: str
    today: float
    verdict: Saves
    low: float | None
    high: float | None
    at: float | None
    below: Saves | None
    above: Saves | None

    @property
    def flips(self) -> bool:
        """Whether some price turns the verdict into its opposite."""
        sides = {self.below, self.above} - {None}
        return {"saves", "costs more"} <= {self.verdict, *sides}


def price_flips(
    comparison: Comparison, prices: Prices, holdings: Mapping[str, Holdings]
) -> tuple[PriceFlip, ...]:
    """The break-even of every price for every scenario but the baseline.

    All rest on one number a scenario, the mean of the labour hours saved, whose interval is that of `money`: so all
    bands hold at once with the comparison's confidence. Raises what `money` raises.
    """
    found = []
    for name in PRICES:
        at_0, at_1 = (_savings(comparison, prices, holdings, name, price) for price in (0.0, 1.0))
        today = getattr(prices, name)
        for scenario, free in at_0.items():
            found.append(
                _flip(name, scenario, f"{prices.currency}/{PRICES[name]}", today, free, at_1[scenario])
            )
    return tuple(sorted(found, key=lambda flip: [*comparison.runs].index(flip.scenario)))


def _savings(
    comparison: Comparison, prices: Prices, holdings: Mapping[str, Holdings], name: str, price: float
) -> dict[str, Estimate]:
    priced = money(comparison, prices.model_copy(update={name: price}), holdings)
    return {cost.name: cost.saving for cost in priced.scenarios if cost.saving is not None}


def _flip(name: str, scenario: str, unit: str, today: float, at_0: Estimate, at_1: Estimate) -> PriceFlip:
    def verdict(price: float) -> Saves:
        low, high = (at_0_end + price * slope for at_0_end, slope in ends)
        return "saves" if low > 0 else "costs more" if high < 0 else "cannot decide"

    ends = ((at_0.low, at_1.low - at_0.low), (at_0.high, at_1.high - at_0.high))
    low, high = _band(ends)
    root = _root(at_0.value, at_1.value - at_0.value)
    return PriceFlip(
        name=name,
        scenario=scenario,
        unit=unit,
        today=today,
        verdict=verdict(today),
        low=low if low <= high else None,
        high=high if low <= high else None,
        at=root if 0 <= root < math.inf else None,
        below=verdict(low / 2) if 0 < low <= high else None,
        above=verdict(2 * high + 1) if low <= high < math.inf else None,
    )


def _band(ends: tuple[tuple[float, float], tuple[float, float]]) -> tuple[float, float]:
    """The prices from 0 on between which the interval holds 0; each end is an intercept and a slope."""
    (low, down), (high, up) = ends
    first, last = 0.0, math.inf
    for intercept, slope in ((low, down), (-high, -up)):
        # intercept + price × slope ≤ 0
        if slope > 0:
            last = min(last, _root(intercept, slope))
        elif slope < 0:
            first = max(first, _root(intercept, slope))
        elif intercept > 0:
            last = -math.inf
    return first, last


def _root(intercept: float, slope: float) -> float:
    return -intercept / slope + 0.0 if slope else math.inf  # + 0.0 makes -0.0 a 0.0
