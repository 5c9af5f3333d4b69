"""Quantiles of demand, which comes in whole pieces: of a negative binomial, of a sample, of scaled errors.

Each kernel writes a row (WIDTH,): the Q quantiles, each the least number that is reached with at least the level's
probability, then what the distribution itself says of the first and of the last of them: the probabilities of less
than the first, of no more than the first, and the same of the last.

A band of whole numbers cannot hold exactly 90 %: with few pieces it holds more. So the edges are told: `held` counts
a value on an edge by the share of the edge's probability that 90 % takes (Czado, Gneiting and Held 2009, "Predictive
model assessment for count data", eq. 2). In expectation that is 90 % where the distribution is right.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
from numba import njit
from scipy.special import ndtri

Floats = npt.NDArray[np.float64]

LEVELS: Floats = np.arange(1, 20) / 20
"""0.05 … 0.95: the band of the first to the last holds 90 %."""
NORMAL: Floats = ndtri(LEVELS)
BAND = float(LEVELS[-1] - LEVELS[0])
MIDDLE = len(LEVELS) // 2
LAST = len(LEVELS) - 1
WIDTH = len(LEVELS) + 4

COUNTED = 500.0
"""Distributions with larger means are scaled down to this one: their steps are hardly seen."""


@njit(cache=True)
def count_row(mean: float, variance: float, row: Floats) -> None:
    """The negative binomial of that mean and variance; Poisson where the variance is no larger than the mean."""
    if mean < 1e-9:
        nothing_row(row)
        return
    if mean <= COUNTED:
        _counted(mean, variance, row)
    elif variance > mean * mean / COUNTED:
        scale = mean / COUNTED
        _counted(COUNTED, variance / scale**2, row)
        for place in range(len(LEVELS)):
            row[place] = math.floor(row[place] * scale + 0.5)
    else:
        for place in range(len(LEVELS)):
            row[place] = max(0.0, math.ceil(mean + NORMAL[place] * math.sqrt(variance) - 0.5))
        row[LAST + 1 : LAST + 3] = LEVELS[0]
        row[LAST + 3 :] = LEVELS[LAST]


@njit(cache=True)
def _counted(mean: float, variance: float, row: Floats) -> None:
    """By the recursion of the probabilities: p(k + 1) = p(k) (k + r) q / (k + 1), or p(k) mean / (k + 1)."""
    is_poisson = variance <= mean * (1 + 1e-9)
    size = 0.0 if is_poisson else mean * mean / (variance - mean)
    ratio = mean if is_poisson else mean / (size + mean)
    each = math.exp(-mean) if is_poisson else math.exp(-size * math.log1p(mean / size))
    total, number = each, 0
    for place in range(len(LEVELS)):
        while total < LEVELS[place] - 1e-12 and number < 10_000_000:
            each *= (ratio if is_poisson else (number + size) * ratio) / (number + 1)
            number += 1
            total += each
        row[place] = number
        if place == 0 or place == LAST:
            edge = LAST + (1 if place == 0 else 3)
            row[edge], row[edge + 1] = total - each, min(1.0, total)


@njit(cache=True)
def sample_row(ordered: Floats, zero: float, row: Floats) -> None:
    """0 with probability `zero`, else one of rising values (n,), n at least 1.

    The value of level τ is the ⌈τ (n + 1)⌉-th: of n + 1 exchangeable values the last is no larger than it with
    probability τ or more (Vovk, Gammerman and Shafer 2005, Algorithmic Learning in a Random World, 2.2).
    """
    count = len(ordered)
    for place in range(len(LEVELS)):
        level = (LEVELS[place] - zero) / max(1e-12, 1 - zero)
        number = min(count, math.ceil(level * (count + 1) - 1e-9))
        row[place] = 0.0 if number < 1 else max(0.0, ordered[number - 1])
    _edges(ordered, zero, row)


@njit(cache=True)
def error_row(mean: float, unit: float, ordered: Floats, row: Floats) -> None:
    """`mean` and past errors, rising (n,), in units of `unit`, to whole numbers from 0."""
    values = np.empty(len(ordered))
    for place in range(len(ordered)):
        values[place] = max(0.0, math.floor(mean + unit * ordered[place] + 0.5))
    sample_row(values, 0.0, row)


@njit(cache=True)
def _edges(ordered: Floats, zero: float, row: Floats) -> None:
    """What a sample says of the first and the last quantile."""
    for at, edge in ((row[0], LAST + 1), (row[LAST], LAST + 3)):
        below = to = 0
        for value in ordered:
            below += max(0.0, value) < at
            to += max(0.0, value) <= at
        row[edge] = (zero if at > 0 else 0.0) + (1 - zero) * below / len(ordered)
        row[edge + 1] = zero + (1 - zero) * to / len(ordered)


@njit(cache=True)
def nothing_row(row: Floats) -> None:
    """0 for sure."""
    row[: LAST + 1] = 0.0
    row[LAST + 1] = row[LAST + 3] = 0.0
    row[LAST + 2] = row[LAST + 4] = 1.0


@njit(cache=True)
def held(value: float, row: Floats) -> tuple[float, float, float]:
    """Whether the band holds a value; the same with edges counted by their share; what the band itself claims."""
    first, last = row[0], row[LAST]
    claimed = row[LAST + 4] - row[LAST + 1]
    if value < first or value > last:
        return 0.0, 0.0, claimed
    share = 1.0
    if first == last:
        share = BAND / claimed if claimed > BAND else 1.0
    elif value == first and row[LAST + 2] > row[LAST + 1]:
        share = (row[LAST + 2] - LEVELS[0]) / (row[LAST + 2] - row[LAST + 1])
    elif value == last and row[LAST + 4] > row[LAST + 3]:
        share = (LEVELS[LAST] - row[LAST + 3]) / (row[LAST + 4] - row[LAST + 3])
    return 1.0, min(1.0, max(0.0, share)), claimed


@njit(cache=True)
def pinball(value: float, row: Floats) -> float:
    """The mean pinball loss of the row's quantiles (Koenker and Bassett 1978, eq. 3.1), in the value's unit."""
    total = 0.0
    for place in range(len(LEVELS)):
        over = value - row[place]
        total += over * LEVELS[place] if over >= 0 else over * (LEVELS[place] - 1)
    return total / len(LEVELS)
