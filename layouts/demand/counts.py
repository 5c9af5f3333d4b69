"""Whole numbers from 1 as they spread: lines of an order, pieces of a line."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.optimize import brentq

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

EVEN = 1e-9
"""Means that differ by less are the same."""

STEEPEST = 700.0
"""Of the logarithm of a geometric ratio: beyond it one of the ends has all."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Spread:
    """Rising `numbers` (K,) from 1 on and their `shares` (K,), above 0 and summing to 1."""

    numbers: Ints
    shares: Floats

    @staticmethod
    def of(values: Ints) -> Spread:
        """That of measured values, at least one."""
        numbers, counts = np.unique(values, return_counts=True)
        return Spread(numbers=numbers.astype(np.int64), shares=counts / len(values))

    @property
    def mean(self) -> float:
        """The mean number."""
        return float(self.shares @ self.numbers)

    @property
    def single(self) -> float:
        """The share of ones."""
        return float(self.shares[0]) if self.numbers[0] == 1 else 0.0

    @property
    def most(self) -> int:
        """The largest number."""
        return int(self.numbers[-1])

    def at(self, uniform: Floats) -> Ints:
        """The numbers that uniform values in [0, 1) stand for, by inversion."""
        return self.numbers[places_at(np.cumsum(self.shares), uniform)]

    def quantile(self, share: float) -> int:
        """The least number that `share` of them do not exceed."""
        place = int(np.searchsorted(np.cumsum(self.shares), share - 1e-12))
        return int(self.numbers[min(place, len(self.numbers) - 1)])


def places_at(cumulated: Floats, uniform: Floats) -> Ints:
    """The places at which uniform values in [0, 1) lie on cumulated weights; none of weight 0."""
    last = np.searchsorted(cumulated, cumulated[-1], side="left")
    places = np.searchsorted(cumulated, uniform * cumulated[-1], side="right")
    clipped: Ints = np.minimum(places, last)
    return clipped


def geometric_spread(mean: float, single: float | None, most: int) -> Spread:
    """Numbers from 1 to `most` whose mean is exactly `mean`.

    `single` is the share of 1, a geometric series is over the others; None has one series over all. ValueError where
    no such series has the mean.
    """
    low = 1.0 if single is None else 2 - single
    high = float(most) if single is None else single + max(most, 2) * (1 - single)
    if (most < 2 and single not in (None, 1)) or not low - EVEN <= mean <= high + EVEN:
        ones = "" if single is None else f"single {single:g} and "
        raise ValueError(
            f"mean {mean:g} cannot be with {ones}most {most}, which give {low:g} to {high:g}: change one of them"
        )
    numbers = np.arange(1, most + 1)
    shares = np.zeros(most)
    if single is None:
        shares += _series(numbers, mean)
    elif single < 1:
        shares[1:] = (1 - single) * _series(numbers[1:], (mean - single) / (1 - single))
        shares[0] = single
    else:
        shares[0] = 1.0
    return Spread(numbers=numbers[shares > 0], shares=shares[shares > 0])


def _series(numbers: Ints, mean: float) -> Floats:
    """The geometric series over the numbers that has the mean."""

    def series(log_ratio: float) -> Floats:
        weights = np.exp(log_ratio * (numbers - numbers[-1 if log_ratio > 0 else 0]))
        normed: Floats = weights / weights.sum()
        return normed

    def excess(log_ratio: float) -> float:
        return float(series(log_ratio) @ numbers) - mean

    if excess(-STEEPEST) >= 0:
        return series(-STEEPEST)
    if excess(STEEPEST) <= 0:
        return series(STEEPEST)
    return series(brentq(excess, -STEEPEST, STEEPEST, xtol=1e-14))
