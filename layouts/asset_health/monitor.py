"""Watching one channel of one asset: learn how it reads while well, then a chart, then when a limit will be met."""

from __future__ import annotations

from dataclasses import dataclass

import msgspec

from layouts.asset_health.baseline import FEWEST, Baseline, learn_baseline
from layouts.asset_health.charts import Cusum, Ewma
from layouts.asset_health.run_length import Chart, limit_for
from layouts.asset_health.trend import TimeToLimit, time_to_limit
from spatial.errors import UndecidedError

CAP = 2.0
"""A sum grows to so many limits at most, so that after a repair it falls in a time one can wait for."""
LONGEST_LEARNING = 4
"""Readings that teach nothing (a drift, a dead sensor) are dropped, oldest first, beyond so many baselines."""


@dataclass(frozen=True, kw_only=True)
class HealthSettings:
    """`run_length` readings pass per false alarm, on average; `tuning` is a CUSUM's slack or an EWMA's weight.

    `limit`, in the channel's unit, is where the asset must stop; a trend that meets it within `horizon_s` is told.
    """

    chart: Chart = "cusum"
    tuning: float = 0.5
    run_length: float = 10_000
    baseline_size: int = 200
    limit: float | None = None
    horizon_s: float = 7 * 86_400
    trend_size: int = 240
    trend_every: int = 10

    def __post_init__(self) -> None:
        if self.baseline_size < FEWEST:
            raise ValueError(
                f"baseline_size {self.baseline_size} is below {FEWEST}: learn from more readings"
            )

    def chart_limit(self, baseline: Baseline) -> float:
        """What the chart's height is held against, with what that baseline may be wrong by."""
        return limit_for(
            self.chart,
            self.tuning,
            run_length=self.run_length,
            baseline_size=self.baseline_size,
            persistence=baseline.persistence,
        )


class HealthMemory(msgspec.Struct):
    """What is kept of one asset's channel: times in milliseconds, values in the channel's unit."""

    times_ms: list[int] = msgspec.field(default_factory=list)
    values: list[float] = msgspec.field(default_factory=list)
    baseline: Baseline | None = None
    chart_limit: float = 0.0
    up: float = 0.0
    down: float = 0.0
    mean: float = 0.0
    count: int = 0
    is_drifting: bool = False
    meets_limit: TimeToLimit | None = None
    still_learns: str = "no reading yet"


def take_reading(memory: HealthMemory, at_ms: int, value: float, settings: HealthSettings) -> None:
    """Take the next reading in; `at_ms` is after those before."""
    before = memory.values[-1] if memory.values else value
    memory.times_ms.append(at_ms)
    memory.values.append(value)
    memory.count += 1
    if memory.baseline is None:
        _learn(memory, settings)
        return
    _chart(memory, memory.baseline.surprise(value, before), settings)
    surplus = len(memory.values) - settings.trend_size
    if surplus > 0:
        del memory.times_ms[:surplus], memory.values[:surplus]
    if settings.limit is not None and memory.count % settings.trend_every == 0:
        memory.meets_limit = _meeting(memory, settings)


def _learn(memory: HealthMemory, settings: HealthSettings) -> None:
    size = settings.baseline_size
    if len(memory.values) < size:
        memory.still_learns = f"{len(memory.values)} of {size} readings"
        return
    try:
        memory.baseline = learn_baseline(memory.values[-size:])
        memory.chart_limit = settings.chart_limit(memory.baseline)
    except UndecidedError as error:
        memory.still_learns = str(error)
        surplus = len(memory.values) - LONGEST_LEARNING * size
        if surplus > 0:
            del memory.times_ms[:surplus], memory.values[:surplus]


def _chart(memory: HealthMemory, surprise: float, settings: HealthSettings) -> None:
    limit = memory.chart_limit
    if settings.chart == "cusum":
        sums = Cusum(memory.up, memory.down).then(surprise, reference=settings.tuning)
        memory.up, memory.down = min(sums.up, CAP * limit), min(sums.down, CAP * limit)
    else:
        memory.mean = Ewma(memory.mean).then(surprise, weight=settings.tuning).mean
    height = chart_height(memory, settings)
    memory.is_drifting = height > limit or (memory.is_drifting and height > limit / 2)


def chart_height(memory: HealthMemory, settings: HealthSettings) -> float:
    """What the chart shows now, to be held against `memory.chart_limit`."""
    if settings.chart == "cusum":
        return Cusum(memory.up, memory.down).height
    return Ewma(memory.mean).height(weight=settings.tuning)


def _meeting(memory: HealthMemory, settings: HealthSettings) -> TimeToLimit | None:
    """When the limit is met, if that is within the horizon and the limit is on the far side of the baseline."""
    if settings.limit is None or memory.baseline is None:
        return None
    start = memory.times_ms[0]
    try:
        meeting = time_to_limit(
            [(at - start) / 1000 for at in memory.times_ms], memory.values, limit=settings.limit
        )
    except UndecidedError:
        return None
    return meeting if meeting is not None and meeting.best_s <= settings.horizon_s else None
