"""How much is wanted on a usual day: weekdays taken out, the level followed, and how far days lie off it.

A series `y` (n,) begins on phase `phase` of a cycle of m places (7 days; 1 for weeks); its expectation on day t is
level(t) × `factors`[(phase + t) % m], 0 where nobody works.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
from numba import njit

Floats = npt.NDArray[np.float64]

PRIOR_EVENTS = 20.0
"""The cycle of all SKUs counts as much as so many orders of the SKU's own."""
RECENT = 364
"""Errors and weekdays are those of so many last buckets."""
BURN_IN = 14
ALPHAS = np.array([0.01, 0.03, 0.06, 0.1, 0.2, 0.35])


@njit(cache=True)
def own_factors(y: Floats, phase: int, pooled: Floats) -> Floats:
    """The SKU's own cycle (m,), of mean 1, drawn to that of all SKUs `pooled` (m,) the more, the less it was ordered.

    Orders on a place are Poisson and its factor has a Gamma prior with the mean of all: the posterior's mean. An
    order's size is the ratio of variance to mean about the place's mean, as of compound Poisson demand.
    """
    cycle = len(pooled)
    sums, days, total, squares = np.zeros(cycle), np.zeros(cycle), 0.0, 0.0
    for t in range(max(0, len(y) - RECENT), len(y)):
        place = (phase + t) % cycle
        sums[place] += y[t]
        days[place] += 1
        total += y[t]
        squares += y[t] * y[t]
    if total <= 0 or cycle == 1:
        return pooled.copy()
    usual = total / days.sum()
    for place in range(cycle):
        squares -= sums[place] ** 2 / max(1.0, days[place])
    prior = PRIOR_EVENTS * max(1.0, squares / total)
    factors, added = np.empty(cycle), 0.0
    for place in range(cycle):
        factors[place] = (sums[place] + prior * pooled[place]) / (usual * days[place] + prior)
        added += factors[place]
    for place in range(cycle):
        factors[place] *= cycle / added
    return factors


@njit(cache=True)
def start_level(y: Floats, phase: int, factors: Floats) -> float:
    """The mean level of the first four weeks."""
    wanted = worked = 0.0
    for t in range(min(28, len(y))):
        wanted += y[t]
        worked += factors[(phase + t) % len(factors)]
    return wanted / worked if worked > 0 else 0.0


@njit(cache=True)
def smooth(
    y: Floats, phase: int, factors: Floats, alpha: float, beta: float, damping: float, path: Floats
) -> tuple[float, float]:
    """The last level and trend; `path` (n,) gets what was expected of each day the day before.

    Exponential smoothing with additive errors and a damped trend (Hyndman et al. 2008, Forecasting with Exponential
    Smoothing, table 2.1), of the level of a day's mean: where little is expected an error says little.
    """
    cycle = len(factors)
    level, trend = start_level(y, phase, factors), 0.0
    for t in range(len(y)):
        factor = factors[(phase + t) % cycle]
        level = max(0.0, level + damping * trend)
        path[t] = level * factor
        error = y[t] - path[t]
        level += alpha * error
        trend = damping * trend + beta * error
    return max(0.0, level), trend


@njit(cache=True)
def best_alpha(y: Floats, phase: int, factors: Floats, share: float, damping: float, path: Floats) -> float:
    """The alpha of ALPHAS whose one-day errors have the least squares; beta is `share` of it."""
    best, least = 0.0, math.inf
    for alpha in ALPHAS:
        smooth(y, phase, factors, alpha, share * alpha, damping, path)
        squares = 0.0
        for t in range(min(BURN_IN, len(y) // 2), len(y)):
            squares += (y[t] - path[t]) ** 2
        if squares < least:
            best, least = float(alpha), squares
    return best


@njit(cache=True)
def spread(y: Floats, path: Floats) -> tuple[float, float, float]:
    """Three ways to tell how far days lie off what was expected, by moments over the RECENT days.

    The ratio of variance to mean (as orders of several pieces have it), the a of variance = mean + a mean² (as a
    level that comes and goes has it), and the mean square itself.
    """
    squares = means = over = means2 = 0.0
    first = max(min(BURN_IN, len(y) // 2), len(y) - RECENT)
    for t in range(first, len(y)):
        error2 = (y[t] - path[t]) ** 2
        squares += error2
        means += path[t]
        over += error2 - path[t]
        means2 += path[t] * path[t]
    ratio = max(1.0, squares / means) if means > 0 else 1.0
    return ratio, max(0.0, over / means2) if means2 > 0 else 0.0, squares / max(1, len(y) - first)
