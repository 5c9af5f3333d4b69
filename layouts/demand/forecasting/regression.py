"""A regression of counts: weekday, season of the year, trend, and what is told of days, as promotions and weather.

Quasi-Poisson with a log link (McCullagh and Nelder 1989, Generalized Linear Models, 6.2) and normal priors on the
coefficients, so that a SKU that is hardly ever ordered keeps the cycle of all SKUs and no more.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
from numba import njit

from layouts.demand.forecasting.quantiles import count_row
from layouts.demand.forecasting.rates import spread

Floats = npt.NDArray[np.float64]

YEAR_DAYS = 365.25
HARMONICS = 2
SEASONED_DAYS = 540.0
"""A season of the year is fitted to histories of so many days or more."""
CONSTANT_PRECISION = 1e-6
YEAR_PRECISION, TREND_PRECISION, TOLD_PRECISION = 6.0, 12.0, 1.0
"""One over the priors' variances: of a harmonic, of a year's growth, of what is told at its most beside its least."""
ROUNDS = 6
LEVEL_MEMORY = 0.97
"""After the fit, the level of the last weeks corrects it: a day counts this much of the next one."""
LEVEL_DAYS = 150
LEVEL_PRECISION = 40.0
"""One over the prior variance of that correction."""
LARGEST = 30.0
"""Of a logarithm, whatever the rounds come through."""
STEEPEST = 3.0
"""No day's factor may be more than e³ times the largest that the history's own days had."""


@njit(cache=True)
def regression(y: Floats, phase: int, factors: Floats, day: Floats, told: Floats, rows: Floats) -> None:
    """`day` (n + H,) are days since some 1 January, `told` (n + H, R) what is known of each bucket.

    1. The design is a constant, a trend, harmonics of the year, and `told` less its mean in units of its range;
       log(factors) is an offset.
    2. Penalised least squares, reweighted ROUNDS times; the ratio of variance to mean is fitted beside.
    3. The level of the last weeks corrects the fit, as the posterior mean of a Gamma variable about 1.
    4. Each row is a negative binomial: variance = mean + a mean², and the coefficients' own variance.
    """
    count, cycle = len(y), len(factors)
    x, penalty = _design(count, day, told)
    beta, root, mean = _fit(y, phase, factors, x, penalty)
    ratio, a, _ = spread(y, mean)
    wanted = expected = LEVEL_PRECISION * ratio
    for t in range(max(0, count - LEVEL_DAYS), count):
        weight = LEVEL_MEMORY ** (count - 1 - t)
        wanted += weight * y[t]
        expected += weight * mean[t]
    level = wanted / expected
    steepest = STEEPEST
    for t in range(count):
        steepest = max(steepest, STEEPEST + _dot(x[t], beta))
    for h in range(len(rows)):
        row = x[count + h]
        rate = math.exp(min(steepest, _dot(row, beta))) * level * factors[(phase + count + h) % cycle]
        half = _forward(root, row)
        count_row(rate, rate + (a + min(1.0, _dot(half, half))) * rate * rate, rows[h])


@njit(cache=True)
def _design(count: int, day: Floats, told: Floats) -> tuple[Floats, Floats]:
    """The rows (n + H, p), and the precision (p,) of each coefficient's prior."""
    harmonics = HARMONICS if day[count - 1] - day[0] >= SEASONED_DAYS else 0
    first = 2 + 2 * harmonics
    p = first + told.shape[1]
    x, penalty = np.empty((len(day), p)), np.full(p, TOLD_PRECISION)
    penalty[0], penalty[1] = CONSTANT_PRECISION, TREND_PRECISION
    penalty[2:first] = YEAR_PRECISION
    for t in range(len(day)):
        x[t, 0], x[t, 1] = 1.0, (day[t] - day[count - 1]) / YEAR_DAYS
        for k in range(harmonics):
            angle = 2 * math.pi * (k + 1) * day[t] / YEAR_DAYS
            x[t, 2 + 2 * k], x[t, 3 + 2 * k] = math.cos(angle), math.sin(angle)
    for r in range(told.shape[1]):
        least = most = told[0, r]
        total = 0.0
        for t in range(count):
            least, most, total = min(least, told[t, r]), max(most, told[t, r]), total + told[t, r]
        for t in range(len(day)):
            x[t, first + r] = (told[t, r] - total / count) / (most - least) if most > least else 0.0
    return x, penalty


@njit(cache=True)
def _fit(y: Floats, phase: int, factors: Floats, x: Floats, penalty: Floats) -> tuple[Floats, Floats, Floats]:
    """The coefficients (p,), the root (p, p) of their information, and the means (n,)."""
    count, p, cycle = len(y), x.shape[1], len(factors)
    beta, score, ratio = np.zeros(p), np.empty(p), 1.0
    mean, information = np.empty(count), np.empty((p, p))
    wanted = worked = 1e-6
    for t in range(count):
        wanted += y[t]
        worked += factors[(phase + t) % cycle]
    beta[0] = math.log(wanted / worked)
    for _ in range(ROUNDS):
        for i in range(p):
            score[i] = -penalty[i] * beta[i]
            for j in range(p):
                information[i, j] = penalty[i] if i == j else 0.0
        squares = means = 0.0
        for t in range(count):
            row = x[t]
            mean[t] = factors[(phase + t) % cycle] * math.exp(min(_dot(row, beta), LARGEST))
            error = y[t] - mean[t]
            squares += error * error
            means += mean[t]
            for i in range(p):
                score[i] += row[i] * error / ratio
                weighted = row[i] * mean[t] / ratio
                for j in range(i + 1):
                    information[i, j] += weighted * row[j]
        _to_root(information)
        step = _backward(information, _forward(information, score))
        longest = 1.0
        for i in range(p):
            longest = max(longest, abs(step[i]))
        for i in range(p):
            beta[i] += step[i] / longest
        ratio = max(1.0, squares / means) if means > 0 else 1.0
    for t in range(count):
        mean[t] = factors[(phase + t) % cycle] * math.exp(min(_dot(x[t], beta), LARGEST))
    return beta, information, mean


@njit(cache=True)
def _dot(one: Floats, other: Floats) -> float:
    total = 0.0
    for i in range(len(one)):
        total += one[i] * other[i]
    return total


@njit(cache=True)
def _to_root(matrix: Floats) -> None:
    """The lower half of a positive definite matrix (p, p) becomes L of L Lᵀ (Cholesky)."""
    for i in range(len(matrix)):
        for j in range(i + 1):
            left = matrix[i, j]
            for k in range(j):
                left -= matrix[i, k] * matrix[j, k]
            matrix[i, j] = math.sqrt(max(left, 1e-12)) if i == j else left / matrix[j, j]


@njit(cache=True)
def _forward(root: Floats, right: Floats) -> Floats:
    """z of L z = right."""
    found = np.empty(len(right))
    for i in range(len(right)):
        left = right[i]
        for k in range(i):
            left -= root[i, k] * found[k]
        found[i] = left / root[i, i]
    return found


@njit(cache=True)
def _backward(root: Floats, right: Floats) -> Floats:
    """z of Lᵀ z = right."""
    found = np.empty(len(right))
    for i in range(len(right) - 1, -1, -1):
        left = right[i]
        for k in range(i + 1, len(right)):
            left -= root[k, i] * found[k]
        found[i] = left / root[i, i]
    return found
