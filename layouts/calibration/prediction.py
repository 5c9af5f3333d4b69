"""In which interval the next value lies, by values alike it: what a forecast of a day says of each key figure."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

from layouts.statistics.intervals import check_confidence, finite


class PredictionInterval(NamedTuple):
    """From `low` to `high`, which holds the next value with probability `level` before any of them is known.

    `expected` is the mean of the values: the middle of the interval is another where they are skewed.
    """

    low: float
    expected: float
    high: float
    level: float


def prediction_interval(values: Sequence[float], *, level: float = 0.95) -> PredictionInterval:
    """The interval from the k-th smallest to the k-th largest of n `values`, for one more that is drawn as they were.

    The next value is as likely to fall into each of the n + 1 gaps between them, whatever their distribution, so the
    interval holds it with probability 1 - 2 k / (n + 1) (Wilks 1941), and more often where values are equal. k is
    the greatest that gives `level`, at least 1: fewer than 39 values cannot give 95 %, and the level told is the
    one that they do give. Raises ValueError for fewer than two values, and for one that is not finite.

    It is no interval of the mean, as `mean_interval` gives: that shrinks with n, and days do not.
    """
    check_confidence(level)
    n = len(finite(values))
    if n < 2:
        raise ValueError(f"{n} value has no spread: give at least two")
    ordered = sorted(values)
    k = max(1, math.floor((1 - level) / 2 * (n + 1) + 1e-9))
    return PredictionInterval(ordered[k - 1], math.fsum(values) / n, ordered[n - k], 1 - 2 * k / (n + 1))
