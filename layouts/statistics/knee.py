"""Where more of something stops being worth it: the knee of a curve, its best point, and its turn downwards.

Every question is a weighted sum of the curve's levels and is answered by the interval of that sum. A question
asks about all points, so each interval is widened (Bonferroni) until all hold at once with `confidence`: an
answer that is not "cannot decide" is wrong at most that seldom.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

import numpy as np
import numpy.typing as npt

from layouts.statistics.intervals import CONFIDENCE, Estimate, check_confidence, mean_interval, t_quantile

Floats = npt.NDArray[np.float64]
SHARE = 0.2
"""An added unit is worth it while it brings this share of what the first one brought."""


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
            return mean_interval([float(total) for total in weights @ self.runs], confidence=confidence)
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


@dataclass(frozen=True, kw_only=True)
class Knee:
    """The last unit worth adding: up to `x` each added unit brings its share, the next one does not.

    Only a "knee" has an `x`. "not reached" says that even the last step brings its share. "cannot decide" leaves
    the knee between `low` and `high`; `high` is None where it may lie beyond the curve.
    """

    answer: Literal["knee", "not reached", "cannot decide"]
    x: float | None
    low: float
    high: float | None
    share: float

    def __str__(self) -> str:
        worth = f"{100 * self.share:g} % of what the first unit brought"
        match self.answer:
            case "knee":
                return f"knee at {self.x:g}: beyond it an added unit brings less than {worth}"
            case "not reached":
                return f"no knee up to {self.low:g}: every added unit brings at least {worth}"
        where = (
            f"lies from {self.low:g} to {self.high:g}"
            if self.high is not None
            else f"is {self.low:g} or more"
        )
        return f"knee: cannot decide, it {where} (below {worth}): replicate more"


def find_knee(curve: Curve, *, share: float = SHARE, confidence: float = CONFIDENCE) -> Knee:
    """Where the gain of an added unit first falls under `share` (0 < share < 1) of the first unit's gain.

    1. The gain of step i is (y[i+1] - y[i]) / (x[i+1] - x[i]), per added unit.
    2. The first step must gain: without that, shown beyond its interval, nothing can be decided.
    3. Each later step's gain minus `share` × the first step's is shown to be below 0, or above, or neither.
    4. The knee is x[i] of the first step shown below, if all steps before it are shown above.
    """
    if not 0 < share < 1:
        raise ValueError(f"share {share} must lie between 0 and 1, such as {SHARE}")
    x, steps = curve.x, range(len(curve.x) - 1)
    gains = [_gain(x, step) for step in steps]
    asked = [gains[0], *(gain - share * gains[0] for gain in gains[1:])]
    excess = [curve.sum_of(weights, _each(confidence, len(steps))) for weights in asked]
    at_first = next((x[step] for step in steps if excess[step].low <= 0), x[-1])
    at_last = next((x[step] for step in steps if excess[step].high < 0), None)
    if excess[0].low <= 0:
        at_last = None
    if at_first == x[-1]:
        return Knee(answer="not reached", x=None, low=at_first, high=None, share=share)
    if at_first == at_last:
        return Knee(answer="knee", x=at_first, low=at_first, high=at_last, share=share)
    return Knee(answer="cannot decide", x=None, low=at_first, high=at_last, share=share)


@dataclass(frozen=True, kw_only=True)
class Peak:
    """The best point of a curve, and by where the curve has turned down.

    Only a "best" has an `x`; "cannot decide" leaves the best between `low` and `high`. `down_by` is the first x
    beyond the best mean whose level is shown to be worse than it; None where no turn is shown.
    """

    answer: Literal["best", "cannot decide"]
    x: float | None
    low: float
    high: float
    down_by: float | None

    def __str__(self) -> str:
        best = (
            f"best at {self.x:g}"
            if self.x is not None
            else f"best: cannot decide from {self.low:g} to {self.high:g}"
        )
        turn = (
            "no turn for the worse shown"
            if self.down_by is None
            else f"turned for the worse by {self.down_by:g}"
        )
        return f"{best}; {turn}"


def find_peak(curve: Curve, *, confidence: float = CONFIDENCE) -> Peak:
    """The point with the best level, among the points of the curve.

    1. The leader has the best mean; each other point is compared with it. The data choose the leader, so all
       pairs of points count as asked.
    2. The points not shown to be worse may each be the best; it is decided where the leader alone is left.
    """
    x = curve.x
    sign = 1.0 if curve.larger_is_better else -1.0
    leader = max(range(len(x)), key=lambda point: sign * curve.levels[point].value)
    each = _each(confidence, len(x) * (len(x) - 1) // 2)
    unit = np.eye(len(x))
    is_worse = [
        point != leader and curve.sum_of(unit[point] - unit[leader], each).high < 0 for point in range(len(x))
    ]
    open_x = [at for at, worse in zip(x, is_worse, strict=True) if not worse]
    down_by = next((x[point] for point in range(leader + 1, len(x)) if is_worse[point]), None)
    only = x[leader] if len(open_x) == 1 else None
    return Peak(
        answer="cannot decide" if only is None else "best",
        x=only,
        low=open_x[0],
        high=open_x[-1],
        down_by=down_by,
    )


def _gain(x: Sequence[float], step: int) -> Floats:
    """The weights (P,) whose sum is the gain per added unit from point `step` to the next."""
    weights = np.zeros(len(x))
    weights[step : step + 2] = np.array([-1.0, 1.0]) / (x[step + 1] - x[step])
    return weights


def _each(confidence: float, questions: int) -> float:
    """The confidence of each of some intervals, for all to hold at once (Bonferroni)."""
    check_confidence(confidence)
    return 1 - (1 - confidence) / questions


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
