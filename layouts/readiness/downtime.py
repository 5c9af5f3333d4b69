"""Where downtime costs most: failures and repairs of each asset, what a year of them costs, and how sure that is."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from scipy.special import gammaincinv

from layouts.readiness.site_tables import SiteTables
from layouts.statistics.intervals import CONFIDENCE, Estimate, mean_interval, t_quantile

YEAR_H = 8_766.0
FEWEST = 3
"""With fewer failures an interval spans more than a factor of ten."""


@dataclass(frozen=True, kw_only=True)
class Bottleneck:
    """An asset and what its downtime costs. What the history cannot tell is None, and `reason` says why."""

    asset: str
    kind: str
    failures: int
    observed_h: float
    mtbf_h: Estimate | None = None
    mttr_h: Estimate | None = None
    down_h_per_year: Estimate | None = None
    cost_per_year: Estimate | None = None
    is_apart: bool = False
    """Whether its interval lies above that of the next one in the list."""
    reason: str = ""

    def to_record(self) -> dict[str, Any]:
        """Plain values, for JSON."""
        figures = ("mtbf_h", "mttr_h", "down_h_per_year", "cost_per_year")
        told = {name: getattr(self, name) for name in figures}
        return {
            "asset": self.asset,
            "kind": self.kind,
            "failures": self.failures,
            "observed_h": self.observed_h,
            **{name: each and each.record() for name, each in told.items()},
            "is_apart": self.is_apart,
            "verdict": "cannot decide" if self.reason else "ranked",
            "reason": self.reason,
        }


def failure_interval(failures: int, observed_h: float, *, confidence: float = CONFIDENCE) -> Estimate:
    """The mean time between failures [h] of `failures` ≥ 1 in `observed_h`, failures being a Poisson process.

    Its exact interval (Garwood 1936): n failures in T hours bound the rate by gamma quantiles of n and n + 1.
    """
    tail = (1 - confidence) / 2
    low = observed_h / float(gammaincinv(failures + 1, 1 - tail))
    high = observed_h / float(gammaincinv(failures, tail))
    return Estimate(observed_h / failures, low, high, failures, "Garwood", confidence)


def down_interval(
    repairs_h: Sequence[float], observed_h: float, *, confidence: float = CONFIDENCE
) -> Estimate:
    """The hours down in a year, of a compound Poisson process with these `repairs_h` (n ≥ 2) in `observed_h`.

    The variance of its sum S is estimated by the sum of squares, Σ x²; the interval is taken on the logarithm of S,
    which cannot fall below 0: S exp(± t √(Σ x²) / S), with Student's t of n - 1 degrees.
    """
    hours = np.asarray(repairs_h, np.float64)
    total, scale = float(hours.sum()), YEAR_H / observed_h
    reach = math.exp(t_quantile(confidence, len(hours) - 1) * float(np.sqrt(hours @ hours)) / total)
    value = scale * total
    return Estimate(value, value / reach, value * reach, len(hours), "compound Poisson", confidence)


def bottlenecks(site: SiteTables, *, as_of_s: float | None) -> tuple[Bottleneck, ...]:
    """Every asset of the tables of assets and downtime: those with a cost first, the dearest first; then those whose
    history or cost is missing, by name. No such tables give none.

    All are observed from the first failure of the table to `as_of_s`: an asset in use for less has failed more often
    than is told.
    """
    if not (site.has("assets", "asset") or site.has("downtime", "asset", "start")):
        return ()
    observed_h, repairs = _history(site, as_of_s)
    prices, kinds = _assets(site)
    names = sorted({*prices, *repairs})
    found = [
        _judged(name, kinds.get(name, ""), repairs.get(name, []), observed_h, prices.get(name))
        for name in names
    ]
    ranked = sorted((one for one in found if not one.reason), key=lambda one: (-_cost(one).value, one.asset))
    return (*_apart(ranked), *(one for one in found if one.reason))


def _cost(one: Bottleneck) -> Estimate:
    if one.cost_per_year is None:
        raise ValueError(f"asset '{one.asset}' has no cost: {one.reason}")
    return one.cost_per_year


def _apart(ranked: list[Bottleneck]) -> list[Bottleneck]:
    return [
        replace(one, is_apart=_cost(one).low > _cost(after).high) for one, after in itertools.pairwise(ranked)
    ] + ranked[-1:]


def _history(site: SiteTables, as_of_s: float | None) -> tuple[float, dict[str, list[float]]]:
    """The hours observed, and the hours that each repair took by asset; NaN for one that has not ended."""
    if not site.has("downtime", "asset", "start"):
        return 0.0, {}
    check = site.checks["downtime"]
    codes, names = site.codes("downtime", "asset")
    start = site.numbers("downtime", "start")
    end = site.numbers("downtime", "end") if site.has("downtime", "end") else np.full(len(start), np.nan)
    fine = check.clean & np.isfinite(start) & (codes >= 0)
    if as_of_s is not None:
        fine &= start <= as_of_s
    if not fine.any():
        return 0.0, {}
    until = np.nanmax([as_of_s if as_of_s is not None else -np.inf, *end[fine], *start[fine]])
    repairs: dict[str, list[float]] = {}
    for index in np.flatnonzero(fine):
        repairs.setdefault(names[codes[index]], []).append(float(end[index] - start[index]) / 3600)
    return float(until - start[fine].min()) / 3600, repairs


def _assets(site: SiteTables) -> tuple[dict[str, float], dict[str, str]]:
    """The cost of an hour down, NaN where it is not told, and the kind, by asset."""
    if not site.has("assets", "asset"):
        return {}, {}
    names = site.texts("assets", "asset")
    has_price, has_kind = site.has("assets", "cost_per_hour"), site.has("assets", "kind")
    prices = site.numbers("assets", "cost_per_hour") if has_price else np.full(len(names), np.nan)
    kinds = site.texts("assets", "kind") if has_kind else np.full(len(names), "", object)
    told = [index for index, name in enumerate(names) if isinstance(name, str)]
    return (
        {names[index]: float(prices[index]) for index in told},
        {names[index]: kinds[index] or "" for index in told},
    )


def _judged(
    name: str, kind: str, repairs_h: list[float], observed_h: float, price: float | None
) -> Bottleneck:
    ended = [hours for hours in repairs_h if math.isfinite(hours) and hours > 0]
    n = len(repairs_h)
    bare = Bottleneck(asset=name, kind=kind, failures=n, observed_h=observed_h)
    if not n:
        return replace(bare, reason="no failure of it is told: its history is missing, or it has not failed")
    if n < FEWEST or len(ended) < FEWEST or observed_h <= 0:
        few = min(n, len(ended))
        return replace(
            bare, reason=f"{few} repairs with an end are fewer than {FEWEST}: wait for more, or export more"
        )
    told = replace(
        bare,
        mtbf_h=failure_interval(n, observed_h),
        mttr_h=mean_interval(ended),
        down_h_per_year=down_interval(ended, observed_h),
    )
    if price is None or not price > 0:
        return replace(told, reason="no cost of an hour down is told: give assets.cost_per_hour")
    hours = down_interval(ended, observed_h)
    return replace(told, cost_per_year=hours.scaled(price))
