"""A curve with intervals: a figure at several settings, such as lines/h over pickers."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from layouts.statistics.intervals import Estimate, mean_interval, t_quantile

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class Curve:
    """Levels of a figure over x, such as lines/h over pickers.

    `x` rises strictly and has at least 3 points. `runs` (P, R), where given, are the values of R ≥ 2 common
    replications at each of P points; sums are then compared replication by replication. Without them the levels
    count as independent of each other, which widens the intervals of common random numbers but breaks none.
    ValueError otherwise.
    """

    x: tuple[float, ...]
    levels: tuple[Estimate, ...]
    runs: Floats | None = None
    larger_is_better: bool = True

    def __post_init__(self) -> None:
        if len(self.x) < 3 or len(self.x) != len(self.levels):
            raise ValueError(
                f"{len(self.x)} x and {len(self.levels)} levels: give as many of each, at least 3"
            )
        if any(after <= before for before, after in pairwise(self.x)):
            raise ValueError(f"x {', '.join(map(str, self.x))} must rise strictly")

    def sum_of(self, weights: Floats, confidence: float) -> Estimate:
        """The sum of the levels times `weights` (P,), or its negative where less is better."""
        weights = weights if self.larger_is_better else -weights
        if self.runs is not None:
            totals = (weights[:, np.newaxis] * self.runs).sum(axis=0)
            return mean_interval(totals.tolist(), confidence=confidence)
        return _independent_sum(self.levels, weights, confidence)


def curve_of_runs(
    x: Sequence[float], runs: Sequence[Sequence[float]], *, larger_is_better: bool = True
) -> Curve:
    """The curve of common replications: `runs[i][r]` is the figure at `x[i]` in replication r."""
    levels = tuple(mean_interval(values) for values in runs)
    if len({level.n for level in levels}) > 1 or any(level.n < 2 for level in levels):
        raise ValueError(
            f"runs of {', '.join(str(level.n) for level in levels)} values: give equal numbers, at least 2"
        )
    table = np.asarray(runs, dtype=np.float64)
    return Curve(x=tuple(x), levels=levels, runs=table, larger_is_better=larger_is_better)


def _independent_sum(levels: Sequence[Estimate], weights: Floats, confidence: float) -> Estimate:
    """The weighted sum of independent estimates, each side's distances added in squares.

    Zou and Donner (2008), "Construction of confidence limits about effect measures: a general approach",
    Statistics in Medicine 27, 1693-1702. Each level's interval is brought to `confidence` by quantiles of
    Student's t.
    """
    value, down, up = 0.0, 0.0, 0.0
    used = [(level, float(weight)) for level, weight in zip(levels, weights, strict=True) if weight]
    for level, weight in used:
        value += weight * level.value
        wider = (
            t_quantile(confidence, level.n - 1) / t_quantile(level.confidence, level.n - 1)
            if level.n > 1
            else 1.0
        )
        sides = (level.value - level.low, level.high - level.value)
        lower, upper = sides if weight > 0 else sides[::-1]
        down += (weight * wider * lower) ** 2
        up += (weight * wider * upper) ** 2
    n = min(level.n for level, _ in used)
    return Estimate(
        value, value - math.sqrt(down), value + math.sqrt(up), n, "sum of independent estimates", confidence
    )
