"""Energy beside the work done: what an asset uses for it while it is well, and when it begins to use more or less.

1. The first `learn` intervals of an asset give kWh = a + b · work by least squares.
2. What that leaves over, interval by interval, is judged as any reading of an asset is: how it scatters is learnt in
   the same intervals, and a CUSUM tells a lasting shift, at one false alarm in `run_length` intervals.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

import numpy as np

from layouts.asset_health.monitor import HealthMemory, HealthSettings, take_reading
from layouts.energy.readings import AssetReadings, Floats, Readings


@dataclass(frozen=True, kw_only=True)
class Alarm:
    """From `start` on, for `intervals`, an asset used `excess_kwh` more than its work explains."""

    start: datetime
    intervals: int
    excess_kwh: float


@dataclass(frozen=True, kw_only=True)
class AssetEnergy:
    """What an asset used, and per unit of each driver; `why_not` tells why it is not judged, empty if it is."""

    of: AssetReadings
    kwh: float
    idle_kwh: float | None
    per_unit: Mapping[str, float]
    alarms: tuple[Alarm, ...]
    why_not: str


def tell_energy(
    readings: Readings, *, learn: int = 200, run_length: float = 10_000
) -> tuple[AssetEnergy, ...]:
    """Each asset in turn. Raises ValueError for a `learn` below 30, as HealthSettings does."""
    settings = HealthSettings(baseline_size=learn, run_length=run_length)
    return tuple(_asset(asset, readings.drivers, settings) for asset in readings.assets)


def totals(told: tuple[AssetEnergy, ...], group: str) -> dict[str, float]:
    """kWh by `zone` or `line`, by name; assets of none are under the empty name."""
    names = sorted({getattr(each.of, group) for each in told})
    return {name: sum(each.kwh for each in told if getattr(each.of, group) == name) for name in names}


def _asset(of: AssetReadings, drivers: tuple[str, ...], settings: HealthSettings) -> AssetEnergy:
    kwh, learn = float(of.kwh.sum()), settings.baseline_size
    known = AssetEnergy(of=of, kwh=kwh, idle_kwh=None, per_unit={}, alarms=(), why_not="")
    if len(of.kwh) <= learn:
        return _unjudged(known, f"{len(of.kwh)} readings, {learn} are learnt from: wait, or learn from fewer")
    work = np.column_stack([np.ones(len(of.kwh)), of.work])
    weights, _, rank, _ = np.linalg.lstsq(work[:learn], of.kwh[:learn], rcond=None)
    if rank < work.shape[1]:
        return _unjudged(known, "its work is constant, or columns of it tell the same: leave one out")
    memory, spans = HealthMemory(), list[tuple[int, int]]()
    left_over = of.kwh - work @ weights
    for number, (start, value) in enumerate(zip(of.starts, left_over, strict=True)):
        take_reading(memory, round(start.timestamp() * 1000), float(value), settings)
        if memory.is_drifting:
            first = spans.pop()[0] if spans and spans[-1][1] == number else number
            spans.append((first, number + 1))
    if memory.baseline is None:
        return _unjudged(known, memory.still_learns)
    return AssetEnergy(
        of=of,
        kwh=kwh,
        idle_kwh=float(weights[0]),
        per_unit={name: float(each) for name, each in zip(drivers, weights[1:], strict=True)},
        alarms=tuple(_alarm(of, left_over, *span) for span in spans),
        why_not="",
    )


def _alarm(of: AssetReadings, left_over: Floats, first: int, end: int) -> Alarm:
    return Alarm(start=of.starts[first], intervals=end - first, excess_kwh=float(left_over[first:end].sum()))


def _unjudged(known: AssetEnergy, why: str) -> AssetEnergy:
    return AssetEnergy(of=known.of, kwh=known.kwh, idle_kwh=None, per_unit={}, alarms=(), why_not=why)
