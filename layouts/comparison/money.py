"""What a year costs in each scenario, what it saves against the baseline, and when that pays for the change."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from layouts.comparison.compare import Comparison
from layouts.comparison.prices import Holdings, Prices
from layouts.statistics.intervals import Estimate, mean_interval, paired_difference
from layouts.what_if.play_points import require
from spatial.errors import UndecidedError

LABOUR = "lines_per_labour_hour"

Answer = Literal["pays back", "never", "cannot decide"]


@dataclass(frozen=True, kw_only=True)
class Payback:
    """When a year's saving has paid what the change costs once.

    It "pays back" where the saving's interval lies above 0: `years` then has an interval. It does "never" where that
    lies at 0 or below, and otherwise it "cannot decide"; `earliest_years` is then the shortest the interval allows.
    """

    answer: Answer
    years: Estimate | None = None
    earliest_years: float | None = None


@dataclass(frozen=True, kw_only=True)
class Cost:
    """One scenario: what a year costs in all and in its parts, in every replication too (`runs`).

    `saving` is the baseline's year less this one, pair by pair; None for the baseline, as `payback`. `once` is what
    the change costs.
    """

    name: str
    runs: tuple[float, ...]
    year: Estimate
    labour: Estimate
    floor: float
    vehicles: float
    once: float
    saving: Estimate | None
    payback: Payback | None


@dataclass(frozen=True, kw_only=True)
class Money:
    """The costs of all scenarios for the same work of `lines_per_year`; savings and paybacks hold all at once."""

    prices: Prices
    lines_per_year: float
    scenarios: tuple[Cost, ...]


def money(comparison: Comparison, prices: Prices, holdings: Mapping[str, Holdings]) -> Money:
    """Price a comparison; `holdings` tells what each scenario has.

    1. The work of a year is the same in all: `lines_per_year`, or the baseline's mean rate × the hours.
    2. A year costs labour (lines / lines per labour hour, replication by replication), floor and vehicles.
    3. The change costs racks for the locations beyond the baseline's, and the moves, once.
    4. A year's saving is paired, with an interval as wide as that of the verdicts; the payback is once / saving.

    Prices are taken to be certain, and nothing is discounted. Raises ValueError for a scenario without holdings or
    a comparison without lines per hour, UndecidedError where a replication picked nothing.
    """
    if lacking := [name for name in comparison.runs if name not in holdings]:
        raise ValueError(f"no holdings of {lacking[0]}: give those of every scenario")
    base = comparison.baseline
    require(["lines_per_hour", LABOUR], comparison.figures, comparison.left_out)
    rate = comparison.levels[base]["lines_per_hour"].value
    lines = prices.lines_per_year or rate * prices.hours_per_year
    parts = {
        name: _Parts(
            labour=_labour(name, runs[LABOUR], lines * prices.labour_per_h * holdings[name].paid_share),
            floor=holdings[name].floor_m2 * prices.floor_per_m2_year,
            vehicles=holdings[name].vehicles * prices.vehicle_per_year,
            once=0.0 if name == base else _once(holdings[name], holdings[base], prices),
        )
        for name, runs in comparison.runs.items()
    }
    costs = tuple(_cost(name, each, parts[base], comparison) for name, each in parts.items())
    return Money(prices=prices, lines_per_year=lines, scenarios=costs)


def payback(saving: Estimate, *, once: float) -> Payback:
    """The years that a year's `saving` takes to pay `once` ≥ 0; the ends of its interval are those of the saving's.

    What costs nothing pays back at once, in 0 years, where it saves. Raises ValueError for once below 0.
    """
    if not 0 <= once < float("inf"):
        raise ValueError(f"once {once} must be at least 0: what the change costs")
    if saving.low > 0:
        low, value, high = (once / each for each in (saving.high, saving.value, saving.low))
        years = Estimate(value, low, high, saving.n, "once / saving", saving.confidence)
        return Payback(answer="pays back", years=years)
    if saving.high <= 0:
        return Payback(answer="never")
    return Payback(answer="cannot decide", earliest_years=once / saving.high)


@dataclass(frozen=True, kw_only=True)
class _Parts:
    labour: tuple[float, ...]
    floor: float
    vehicles: float
    once: float

    @property
    def year(self) -> tuple[float, ...]:
        return tuple(labour + self.floor + self.vehicles for labour in self.labour)


def _labour(name: str, lines_per_labour_hour: tuple[float, ...], priced: float) -> tuple[float, ...]:
    if min(lines_per_labour_hour) <= 0:
        raise UndecidedError(
            f"{name} picked nothing in a replication, so a line has no cost: simulate longer"
        )
    return tuple(priced / each for each in lines_per_labour_hour)


def _once(own: Holdings, base: Holdings, prices: Prices) -> float:
    racks = max(0, own.positions - base.positions) * prices.rack_per_position
    return racks + (prices.moves_once if own.moves else 0.0)


def _cost(name: str, own: _Parts, base: _Parts, comparison: Comparison) -> Cost:
    saving = None
    if own is not base:
        saving = paired_difference(base.year, own.year, confidence=comparison.each_confidence)
    return Cost(
        name=name,
        runs=own.year,
        year=mean_interval(own.year, confidence=comparison.confidence),
        labour=mean_interval(own.labour, confidence=comparison.confidence),
        floor=own.floor,
        vehicles=own.vehicles,
        once=own.once,
        saving=saving,
        payback=None if saving is None else payback(saving, once=own.once),
    )
