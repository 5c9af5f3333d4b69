"""Where more of something stops being worth it: the knee of a curve, its best point, and its turn downwards.

Each comparison is a weighted sum of the curve's levels, decided by the interval of that sum. Where many are made,
intervals are widened (Bonferroni), so that the whole answer is wrong with probability 1 - `confidence` at most.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from layouts.statistics.curve import Curve, Floats
from layouts.statistics.intervals import CONFIDENCE, check_confidence

SHARE = 0.2
"""An added unit is worth it while it brings this share of what the first one brought."""


@dataclass(frozen=True, kw_only=True)
class Knee:
    """The last unit worth adding: up to `x` each added unit brings its share, the next one does not.

    Only a "knee" has an `x`. "not reached" says that even the last step brings its share, "no gain" that the first
    unit makes things worse. "cannot decide" leaves the knee between `low` and `high`; `high` is None where it may
    lie beyond the curve.
    """

    answer: Literal["knee", "not reached", "no gain", "cannot decide"]
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
            case "no gain":
                return f"no knee: beyond {self.low:g} the first added unit brings nothing, or makes it worse"
        where = f"{self.low:g} or more" if self.high is None else f"from {self.low:g} to {self.high:g}"
        return f"knee: cannot decide, {where}, where an added unit falls below {worth}: replicate more"


def find_knee(curve: Curve, *, share: float = SHARE, confidence: float = CONFIDENCE) -> Knee:
    """Where the gain of an added unit first falls under `share` (0 < share < 1) of the first unit's gain.

    1. The gain of step i is (y[i+1] - y[i]) / (x[i+1] - x[i]), per added unit.
    2. The first step's gain must be shown above 0; if it is shown below, or is 0 in
       every run, there is no knee to look for.
    3. A later step brings enough if its gain minus `share` × the first step's is shown above 0. Steps are asked in
       turn until one is not shown to: it is wrongly passed only where the very step of the knee fools its
       interval, so these need not be widened.
    4. A step brings too little if the same difference is shown below 0. The first such step is looked for among
       all, so these intervals are widened.
    5. The knee is x[i] of the first step not shown to bring enough, if it is shown to bring too little.
    """
    if not 0 < share < 1:
        raise ValueError(f"share {share} must lie between 0 and 1, such as {SHARE}")
    x, steps = curve.x, range(len(curve.x) - 1)
    gains = [_gain(x, step) for step in steps]
    asked = [gains[0], *(gain - share * gains[0] for gain in gains[1:])]
    each = _each(confidence, len(steps))
    enough = [curve.sum_of(weights, confidence).low > 0 for weights in asked]
    too_little = [curve.sum_of(weights, each).high < 0 for weights in asked]
    low = next((x[step] for step in steps if not enough[step]), x[-1])
    high = next((x[step] for step in steps if too_little[step]), None) if enough[0] else None
    first = curve.sum_of(gains[0], confidence)
    if too_little[0] or first.low == first.high == 0:
        return Knee(answer="no gain", x=None, low=low, high=None, share=share)
    if all(enough):
        return Knee(answer="not reached", x=None, low=low, high=None, share=share)
    if low == high:
        return Knee(answer="knee", x=low, low=low, high=high, share=share)
    return Knee(answer="cannot decide", x=None, low=low, high=high, share=share)


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
        open_ends = f": cannot decide, from {self.low:g} to {self.high:g}"
        turn = "no turn" if self.down_by is None else f"a turn by {self.down_by:g}"
        return f"best{open_ends if self.x is None else f' at {self.x:g}'}; {turn} for the worse shown"


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
