"""How much is asked for within a number of days: a law of demand, with what is short beyond a level of stock."""

from __future__ import annotations

import math
from functools import lru_cache
from typing import NamedTuple, Protocol

import numpy as np
import numpy.typing as npt
from scipy.special import ndtr
from scipy.stats import nbinom, poisson

Floats = npt.NDArray[np.floating]

NORMAL_FROM = 4.0
"""Demand whose mean is so many standard deviations or more is normal: below 0 lies less than 0.004 %."""


class Law(Protocol):
    """A law of the demand of some days, in pieces; `step` is its grid: 1 where pieces are counted."""

    @property
    def mean(self) -> float:
        """Pieces in the mean."""

    @property
    def sd(self) -> float:
        """Their standard deviation."""

    @property
    def step(self) -> float:
        """Of the grid of `masses`."""

    def short(self, level: npt.ArrayLike) -> Floats:
        """The mean of max(0, demand − level), its loss function."""

    def masses(self, count: int) -> Floats:
        """The probabilities (count,) of 0, 1, 2 … steps; a law without pieces gives those nearest to a step."""


class Normal(NamedTuple):
    """Mean and standard deviation."""

    mean: float
    sd: float

    @property
    def step(self) -> float:
        """Fine beside the spread."""
        return self.sd / 32.0

    def short(self, level: npt.ArrayLike) -> Floats:
        """σ (φ(z) − z (1 − Φ(z))) with z = (level − μ) / σ (Silver, Pyke and Thomas 2017, appendix II)."""
        z = (np.asarray(level, np.float64) - self.mean) / self.sd
        lost: Floats = self.sd * (np.exp(-z * z / 2) / math.sqrt(2 * math.pi) - z * ndtr(-z))
        return np.maximum(lost, 0.0)

    def masses(self, count: int) -> Floats:
        """What is below half a step counts as none."""
        edges = (np.arange(count) + 0.5) * self.step
        below: Floats = ndtr((edges - self.mean) / self.sd)
        return np.diff(below, prepend=0.0)


class Counted(NamedTuple):
    """Whole pieces: negative binomial, or Poisson where the variance is not above the mean."""

    mean: float
    sd: float

    @property
    def step(self) -> float:
        """A piece."""
        return 1.0

    @property
    def _shape(self) -> tuple[float, float] | None:
        """Size and probability of the negative binomial with this mean and variance; None for Poisson."""
        variance = self.sd**2
        if variance <= self.mean * (1 + 1e-9):
            return None
        p = self.mean / variance
        return self.mean * p / (1 - p), p

    def short(self, level: npt.ArrayLike) -> Floats:
        """Linear between whole levels, for which E(D − y − 1)⁺ = E(D − y)⁺ − P(D > y), and E(D)⁺ is the mean."""
        level = np.asarray(level, np.float64)
        whole = np.arange(2.0 ** math.ceil(math.log2(max(2.0, level.max(initial=0.0) + 2))))
        lost: Floats = np.interp(level, whole, _short(self, len(whole))) + np.maximum(-level, 0.0)
        return lost

    def above(self, whole: Floats) -> Floats:
        """P(D > y) at whole levels."""
        if self.mean <= 0:
            return np.zeros(len(whole))
        shape = self._shape
        above: Floats = poisson.sf(whole, self.mean) if shape is None else nbinom.sf(whole, *shape)
        return above

    def masses(self, count: int) -> Floats:
        """Of 0, 1, 2 … pieces."""
        whole = np.arange(count)
        if self._shape is None:
            masses: Floats = poisson.pmf(whole, self.mean)
        else:
            masses = nbinom.pmf(whole, *self._shape)
        return masses


@lru_cache(maxsize=256)
def _short(law: Counted, count: int) -> Floats:
    """What is short at 0, 1, 2 … pieces."""
    steps = np.cumsum(law.above(np.arange(count - 1.0)))
    return np.maximum(law.mean - np.concatenate([[0.0], steps]), 0.0)


def law_of(mean: float, sd: float) -> Law:
    """The law of demand with this mean and standard deviation: normal where it is far from 0, else of whole pieces.

    Raises ValueError for numbers that are no mean and standard deviation.
    """
    if not (math.isfinite(mean) and math.isfinite(sd)) or mean < 0 or sd < 0:
        raise ValueError(f"mean {mean} and standard deviation {sd} must be numbers of 0 or more")
    if sd > 0 and mean >= NORMAL_FROM * sd:
        return Normal(mean, sd)
    return Counted(mean, sd)
