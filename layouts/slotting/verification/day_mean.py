"""Means over days as clusters: what the lines of one day have in common widens the interval as it must."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from layouts.statistics.intervals import CONFIDENCE, Estimate, t_quantile

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class DayMean:
    """A figure, the `variance` of its error, and the `degrees` of freedom of that; `n` clusters lie behind it.

    With one cluster the variance is infinite and the degrees are 0.
    """

    value: float
    variance: float
    degrees: float
    n: int
    method: str

    def minus(self, other: DayMean) -> DayMean:
        """The difference from an independent figure; degrees by Welch (1947) and Satterthwaite (1946)."""
        total = self.variance + other.variance
        if min(self.degrees, other.degrees) < 1:
            degrees = 0.0
        elif total == 0:
            degrees = self.degrees + other.degrees
        else:
            degrees = total**2 / (self.variance**2 / self.degrees + other.variance**2 / other.degrees)
        return DayMean(
            value=self.value - other.value,
            variance=total,
            degrees=degrees,
            n=self.n + other.n,
            method="Welch",
        )

    def times(self, factor: float) -> DayMean:
        """The same figure in another unit."""
        return DayMean(
            value=self.value * factor,
            variance=self.variance * factor**2,
            degrees=self.degrees,
            n=self.n,
            method=self.method,
        )

    def estimate(self, confidence: float = CONFIDENCE) -> Estimate:
        """With its interval; without ends where one cluster is all there is."""
        half = math.inf
        if self.degrees >= 1:
            half = _t(confidence, self.degrees) * math.sqrt(self.variance)
        return Estimate(self.value, self.value - half, self.value + half, self.n, self.method, confidence)

    def record(self) -> dict[str, float | int | str | None]:
        """As JSON holds it, to be read by `DayMean.of_record`."""
        return {
            "value": self.value,
            "variance": self.variance if math.isfinite(self.variance) else None,
            "degrees": self.degrees,
            "n": self.n,
            "method": self.method,
        }

    @staticmethod
    def of_record(record: dict[str, float | int | str | None]) -> DayMean:
        """What `record` wrote."""
        variance = record["variance"]
        return DayMean(
            value=float(record["value"] or 0.0),
            variance=math.inf if variance is None else float(variance),
            degrees=float(record["degrees"] or 0.0),
            n=int(record["n"] or 0),
            method=str(record["method"]),
        )


def ratio_by_cluster(total: Floats, size: Floats, cluster: npt.NDArray[np.int64], *, said: str) -> DayMean:
    """Sum of `total` (N,) over that of `size` (N,), of which the rows of one `cluster` (N,) are no independent ones.

    The ratio estimator of Cochran (1977), Sampling Techniques, 3rd ed., ch. 6: its variance is that of the
    residuals total − ratio × size, summed by cluster. ValueError without any size.
    """
    if not size.sum() > 0:
        raise ValueError("a ratio over nothing: give at least one row with a size")
    _, own = np.unique(cluster, return_inverse=True)
    totals, sizes = np.bincount(own, weights=total), np.bincount(own, weights=size)
    n = len(totals)
    value = float(totals.sum() / sizes.sum())
    residual = totals - value * sizes
    variance = math.inf if n < 2 else float(n / (n - 1) * residual @ residual / sizes.sum() ** 2)
    return DayMean(
        value=value, variance=variance, degrees=n - 1.0, n=n, method=f"ratio over {said}, Student t"
    )


def _t(confidence: float, degrees: float) -> float:
    """Student's t between whole degrees too, linear in their inverses; Welch's are hardly ever whole."""
    low = math.floor(degrees)
    if degrees == low or low < 1:
        return t_quantile(confidence, int(low))
    share = (1 / low - 1 / degrees) / (1 / low - 1 / (low + 1))
    return (1 - share) * t_quantile(confidence, low) + share * t_quantile(confidence, low + 1)
