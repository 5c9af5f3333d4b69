"""Methods that follow a level: exponential smoothing and Theta."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
from numba import njit

from layouts.demand.forecasting.quantiles import count_row, error_row, nothing_row
from layouts.demand.forecasting.rates import BURN_IN, RECENT, best_alpha, smooth, spread

Floats = npt.NDArray[np.float64]

DAMPING, TREND_SHARE = 0.97, 0.05


@njit(cache=True)
def ets(y: Floats, phase: int, factors: Floats, rows: Floats) -> None:
    """Exponential smoothing with a damped trend; negative binomial with variance = mean + a mean² + the level's own.

    The level's variance grows by alpha² of an error's with each day ahead (Hyndman et al. 2008, table 6.1).
    """
    path = np.empty(len(y))
    alpha = best_alpha(y, phase, factors, TREND_SHARE, DAMPING, path)
    level, trend = smooth(y, phase, factors, alpha, TREND_SHARE * alpha, DAMPING, path)
    _, a, square = spread(y, path)
    for h in range(len(rows)):
        level = max(0.0, level + DAMPING ** (h + 1) * trend)
        factor = factors[(phase + len(y) + h) % len(factors)]
        mean = level * factor
        count_row(mean, mean + a * mean * mean + h * alpha**2 * square * factor**2, rows[h])


@njit(cache=True)
def theta(y: Floats, phase: int, factors: Floats, rows: Floats) -> None:
    """Smoothing with half the slope of a line as drift (Hyndman and Billah 2003, eq. 7), and the band of its errors.

    Errors are those of one day ahead in units of the root of what was expected, as counts spread.
    """
    count, cycle = len(y), len(factors)
    path = np.empty(count)
    alpha = best_alpha(y, phase, factors, 0.0, 1.0, path)
    level, _ = smooth(y, phase, factors, alpha, 0.0, 1.0, path)
    drift = 0.5 * _slope(y, phase, factors)
    first = max(min(BURN_IN, count // 2), count - RECENT)
    errors = np.empty(count - first)
    used = 0
    for t in range(first, count):
        if factors[(phase + t) % cycle] > 0:
            errors[used] = (y[t] - path[t]) / math.sqrt(path[t] + 0.01)
            used += 1
    ordered = np.sort(errors[:used])
    settled = (1 - (1 - alpha) ** count) / alpha
    for h in range(len(rows)):
        factor = factors[(phase + count + h) % cycle]
        mean = max(0.0, level + drift * (h + settled)) * factor
        if factor <= 0 or used == 0:
            nothing_row(rows[h])
        else:
            error_row(mean, math.sqrt((mean + 0.01) * (1 + h * alpha**2)), ordered, rows[h])


@njit(cache=True)
def _slope(y: Floats, phase: int, factors: Floats) -> float:
    """b of the line a + b t whose product with the factors has the least squares to y."""
    ww = wt = tt = wy = ty = 0.0
    for t in range(len(y)):
        w = factors[(phase + t) % len(factors)]
        ww += w * w
        wt += w * w * t
        tt += w * w * t * t
        wy += w * y[t]
        ty += w * t * y[t]
    under = ww * tt - wt * wt
    return (ww * ty - wt * wy) / under if under > 0 else 0.0
