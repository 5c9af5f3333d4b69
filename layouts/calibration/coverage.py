"""Foretold against what came: how often the intervals held, which is a key figure of the twin itself.

A model is validated only by days that it was not fitted to. The share of intervals that held has an interval of its
own (Wilson 1927), and few days decide nothing.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from scipy.special import bdtr, bdtrc

from layouts.calibration.fit import Estimate

Z = 1.959964
REFUTES = 0.025
"""Fewer, or more, intervals that held than a true model has this seldom refute one."""
DECIDES = 0.2
"""An interval of the share wider than this, to either side, decides nothing."""

Verdict = Literal["holds", "too narrow", "too wide", "cannot decide"]


@dataclass(frozen=True, kw_only=True)
class Forecast:
    """A key figure foretold for a day as `low` to `high` at `level`, and what came of it.

    `expected` is its mean as foretold; the middle of the interval where that was not told.
    """

    kpi: str
    day: str
    low: float
    high: float
    actual: float
    level: float = 0.95
    expected: float | None = None

    @property
    def middle(self) -> float:
        """What came is on average this, if nothing biases the forecast."""
        return (self.low + self.high) / 2 if self.expected is None else self.expected

    @property
    def held(self) -> bool:
        """Whether what came lies inside, ends included."""
        return self.low <= self.actual <= self.high


@dataclass(frozen=True, kw_only=True)
class Coverage:
    """How often the intervals of one key figure held: `share` of `days` days, where `level` of them should.

    `bias` is the mean of what came against what was expected, as a share of that.
    """

    kpi: str
    level: float
    share: Estimate
    days: int
    bias: float
    verdict: Verdict


@dataclass(frozen=True, kw_only=True)
class Validation:
    """Whether the model may be called validated, and why."""

    is_validated: bool
    reason: str
    coverages: tuple[Coverage, ...]


def wilson(held: int, days: int) -> Estimate:
    """The share of `days` that held, with its 95 % interval (Wilson 1927)."""
    if days < 1:
        return Estimate(math.nan, 0.0, 1.0)
    share, z2 = held / days, Z * Z
    middle = (share + z2 / (2 * days)) / (1 + z2 / days)
    half = Z / (1 + z2 / days) * math.sqrt(share * (1 - share) / days + z2 / (4 * days * days))
    return Estimate(share, max(0.0, middle - half), min(1.0, middle + half))


def coverages(forecasts: Iterable[Forecast]) -> tuple[Coverage, ...]:
    """That of each key figure and level, in order of name."""
    groups: dict[tuple[str, float], list[Forecast]] = {}
    for forecast in forecasts:
        groups.setdefault((forecast.kpi, forecast.level), []).append(forecast)
    return tuple(_coverage(*key, group) for key, group in sorted(groups.items()))


def _coverage(kpi: str, level: float, forecasts: Sequence[Forecast]) -> Coverage:
    held, days = sum(forecast.held for forecast in forecasts), len(forecasts)
    share = wilson(held, days)
    biases = [(each.actual - each.middle) / abs(each.middle) for each in forecasts if each.middle != 0]
    return Coverage(
        kpi=kpi,
        level=level,
        share=share,
        days=days,
        bias=sum(biases) / len(biases) if biases else 0.0,
        verdict=verdict_of(
            held, days, level=level, has_width=any(each.low < each.high for each in forecasts)
        ),
    )


def verdict_of(held: int, days: int, *, level: float, has_width: bool = True) -> Verdict:
    """What `held` of `days` intervals say of their level, by the binomial tails: Wilson's bounds refute too soon.

    On one or two days they call a true model too narrow in 5 to 10 of 100 cases; here it is wronged in no more than
    2.5 to either side, however few the days. Intervals without width, as of a share that is always 1, could not be
    narrower.
    """
    if bdtr(held, days, level) <= REFUTES:
        return "too narrow"
    if has_width and bdtrc(held - 1, days, level) <= REFUTES:
        return "too wide"
    return "holds" if level - wilson(held, days).low <= DECIDES else "cannot decide"


def validate(forecasts: Sequence[Forecast], *, fitted_days: Iterable[str]) -> Validation:
    """Whether forecasts of days that the model has not seen held as often as they should."""
    found = coverages(forecasts)
    seen = sorted({forecast.day for forecast in forecasts} & set(fitted_days))
    if not forecasts:
        return Validation(
            is_validated=False, reason="nothing was foretold: give days to test on", coverages=found
        )
    if seen:
        reason = (
            f"{len(seen)} of the days tested were fitted to as well ({seen[0]} the first): "
            "keep days back from the fit, and test on those"
        )
        return Validation(is_validated=False, reason=reason, coverages=found)
    for verdict, told in (
        ("too narrow", "its intervals are too narrow for"),
        ("too wide", "its intervals are too wide for"),
        ("cannot decide", "too few days were tested to decide about"),
    ):
        names = [coverage.kpi for coverage in found if coverage.verdict == verdict]
        if names:
            return Validation(is_validated=False, reason=f"{told} {', '.join(names)}", coverages=found)
    days = min(coverage.days for coverage in found)
    reason = f"its intervals held as often as they should on at least {days} days that it was not fitted to"
    return Validation(is_validated=True, reason=reason, coverages=found)
