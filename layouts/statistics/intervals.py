"""A figure with its interval: a mean, a paired difference, a share, a quantile.

The values of one call are independent of each other. Lead times of one shift are not: take the shift's own p95
as one value, and the mean of these over replications.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import bdtr, ndtri, stdtrit

CONFIDENCE = 0.95


@dataclass(frozen=True)
class Estimate:
    """A figure and the interval it lies in with probability `confidence`.

    An end that the data cannot give is infinite: one value alone has the interval (-inf, inf). `low` ≤ `value`
    ≤ `high`, `n` counts the values behind it; ValueError otherwise.
    """

    value: float
    low: float
    high: float
    n: int
    method: str
    confidence: float = CONFIDENCE

    def __post_init__(self) -> None:
        if not (self.low <= self.value <= self.high and math.isfinite(self.value)):
            raise ValueError(f"the value {self.value} must lie in its interval {self.low} to {self.high}")
        check_confidence(self.confidence)

    @property
    def half_width(self) -> float:
        """From the value to the farther end; infinite where an end is missing."""
        return max(self.value - self.low, self.high - self.value)

    def scaled(self, factor: float) -> Estimate:
        """The same figure in another unit, `factor` > 0 of it to one of this."""
        low, value, high = (factor * end for end in (self.low, self.value, self.high))
        return Estimate(value, low, high, self.n, self.method, self.confidence)

    def record(self) -> dict[str, float | int | str | None]:
        """As JSON holds it; a missing end is null."""
        low, high = (end if math.isfinite(end) else None for end in (self.low, self.high))
        return {
            "value": self.value,
            "low": low,
            "high": high,
            "confidence": self.confidence,
            "n": self.n,
            "method": self.method,
        }

    def text(self, unit: str = "") -> str:
        """`812 lines/h [95 %: 790 to 834], n = 30, Student t`, rounded to two digits of the half-width."""
        figure = f"{self._rounded(self.value)} {unit}".rstrip()
        return f"{figure} [{self._interval()}], n = {self.n}, {self.method}"

    def __str__(self) -> str:
        return self.text()

    def _interval(self) -> str:
        percent = f"{100 * self.confidence:.4g} %"
        match math.isfinite(self.low), math.isfinite(self.high):
            case False, False:
                return "no interval: n is too small"
            case True, False:
                return f"{percent}: {self._rounded(self.low)} or more, n is too small for an upper end"
            case False, True:
                return f"{percent}: {self._rounded(self.high)} or less, n is too small for a lower end"
        if self.low == self.high:
            return f"{percent}: no spread seen"
        return f"{percent}: {self._rounded(self.low)} to {self._rounded(self.high)}"

    def _rounded(self, number: float) -> str:
        sides = [side for side in (self.value - self.low, self.high - self.value) if 0 < side < math.inf]
        # no finer than a millionth of the value
        size, digits = (max(*sides, 1e-6 * abs(self.value)), 2) if sides else (abs(self.value) or 1.0, 4)
        decimals = digits - 1 - math.floor(math.log10(size))
        return f"{round(number, decimals) + 0.0:.{max(decimals, 0)}f}"  # + 0.0 makes -0.0 a 0.0


def mean_interval(values: Sequence[float], *, confidence: float = CONFIDENCE) -> Estimate:
    """The mean of independent, about normal `values` (n ≥ 1) with Student's t interval.

    Sums are exact before they are rounded, so the order of the values does not matter.
    """
    n = len(finite(values))
    if min(values) == max(values):  # no rounding may give equal values a spread
        value, half = float(values[0]), 0.0 if n > 1 else math.inf
    else:
        value = math.fsum(values) / n
        variance = math.fsum((one - value) ** 2 for one in values) / (n - 1)
        half = t_quantile(confidence, n - 1) * math.sqrt(variance / n)
    return Estimate(value, value - half, value + half, n, "Student t", confidence)


def paired_difference(
    values: Sequence[float], baseline: Sequence[float], *, confidence: float = CONFIDENCE
) -> Estimate:
    """The mean of `values` - `baseline`, pair by pair (n ≥ 1 of each), with Student's t interval."""
    if len(values) != len(baseline):
        raise ValueError(
            f"{len(values)} values and {len(baseline)} of the baseline are no pairs: give equal numbers"
        )
    return mean_interval(
        [one - other for one, other in zip(values, baseline, strict=True)], confidence=confidence
    )


def share_interval(count: int, n: int, *, confidence: float = CONFIDENCE) -> Estimate:
    """The share `count` / `n` of independent cases, 0 ≤ count ≤ n ≥ 1, with Wilson's interval (1927).

    "None" starts at exactly 0 and "all" ends at exactly 1.
    """
    if not 0 <= count <= n or n < 1:
        raise ValueError(f"{count} of {n} is no share: at least one case, and from none to all of them")
    share, z2 = count / n, normal_quantile(confidence) ** 2
    centre = (count + z2 / 2) / (n + z2)
    half = math.sqrt(z2 * (count * (1 - share) + z2 / 4)) / (n + z2)
    low = 0.0 if count == 0 else centre - half
    high = 1.0 if count == n else centre + half
    return Estimate(share, low, high, n, "Wilson", confidence)


def quantile_interval(values: Sequence[float], q: float, *, confidence: float = CONFIDENCE) -> Estimate:
    """The quantile 0 < q < 1 of independent `values` (n ≥ 1), with the interval between two of them.

    How many of n values fall below the quantile is binomial (n, q), whatever their distribution: the interval
    holds at least `confidence`, as much on either side. An end is infinite where n is too small for one: p95
    has an upper end from 72 values on. The value is linear between its neighbours.
    """
    if not 0 < q < 1:
        raise ValueError(f"q {q} must lie between 0 and 1")
    check_confidence(confidence)
    ordered = np.sort(finite(values))
    n = len(ordered)
    below = bdtr(np.arange(n + 1.0), n, q)  # P(at most k values lie below the quantile)
    first = int(np.searchsorted(below, (1 - confidence) / 2, side="right"))
    last = int(np.searchsorted(below, (1 + confidence) / 2)) + 1
    low = float(ordered[first - 1]) if first >= 1 else -math.inf
    high = float(ordered[last - 1]) if last <= n else math.inf
    value = min(max(float(np.quantile(ordered, q)), low), high)
    return Estimate(value, low, high, n, f"order statistics of p{100 * q:g}", confidence)


def t_quantile(confidence: float, degrees: int) -> float:
    """Student's t with P(|T| ≤ t) = `confidence`; infinite without a degree of freedom."""
    check_confidence(confidence)
    return float(stdtrit(degrees, (1 + confidence) / 2)) if degrees >= 1 else math.inf


def normal_quantile(confidence: float) -> float:
    """The z with P(|Z| ≤ z) = `confidence`."""
    check_confidence(confidence)
    return float(ndtri((1 + confidence) / 2))


def check_confidence(confidence: float) -> None:
    """Raise ValueError unless `confidence` is a probability between 0 and 1."""
    if not 0 < confidence < 1:
        raise ValueError(f"confidence {confidence} must lie between 0 and 1, such as 0.95")


def finite(values: Sequence[float]) -> Sequence[float]:
    """The values themselves; raises ValueError without any, or with one that is no finite number."""
    if len(values) == 0:
        raise ValueError("0 values have no mean or quantile: give at least one")
    for place, value in enumerate(values):
        if not math.isfinite(value):
            raise ValueError(f"value {place} is {value}: every value must be a finite number")
    return values
