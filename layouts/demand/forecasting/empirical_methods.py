"""Methods that take the past as it was: the same day a season ago, and all recent days of the same weekday."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from numba import njit

from layouts.demand.forecasting.quantiles import error_row, nothing_row, sample_row
from layouts.demand.forecasting.rates import RECENT

Floats = npt.NDArray[np.float64]

ALIKE = 20
"""So many last days of a weekday are taken as what that weekday may bring."""
ALIKE_LONG = 52


@njit(cache=True)
def seasonal_naive(y: Floats, season: int, rows: Floats) -> None:
    """As much as `season` buckets before, with the errors that had over RECENT buckets: what is to be beaten.

    Beyond one season ahead the last whole season is repeated, and errors are those of as many seasons.
    """
    count = len(y)
    seasons = (len(rows) + season - 1) // season
    for ahead in range(1, seasons + 1):
        lag = ahead * season
        first = max(lag, count - RECENT)
        errors = np.sort(y[first:] - y[first - lag : count - lag]) if first < count else np.zeros(1)
        for h in range((ahead - 1) * season, min(len(rows), lag)):
            error_row(y[count + h - lag] if count + h >= lag else 0.0, 1.0, errors, rows[h])


@njit(cache=True)
def same_weekday(y: Floats, phase: int, factors: Floats, alike: int, rows: Floats) -> None:
    """The last `alike` days of the same weekday, each as likely as the other."""
    count, cycle = len(y), len(factors)
    for h in range(len(rows)):
        last = count - 1 - (cycle - 1 - h % cycle) if cycle > 1 else count - 1
        values = np.empty(alike)
        used = 0
        while used < alike and last - used * cycle >= 0:
            values[used] = y[last - used * cycle]
            used += 1
        if used == 0 or factors[(phase + count + h) % cycle] <= 0:
            nothing_row(rows[h])
        else:
            sample_row(np.sort(values[:used]), 0.0, rows[h])
