"""When a limit will be met, if the trend goes on: an interval, or the answer that no trend is shown."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.stats import norm

from layouts.asset_health.baseline import effective_size
from spatial.errors import UndecidedError

Array = NDArray[np.float64]

BLOCKS = 60
"""Readings are thinned to so many medians: pairs grow with the square."""
FEWEST = 8


@dataclass(frozen=True)
class Trend:
    """A straight line through readings: `slope` per second with its interval, `level` at the last reading."""

    slope: float
    slope_low: float
    slope_high: float
    level: float
    effective_size: float

    @property
    def is_shown(self) -> bool:
        """Whether the interval of the slope leaves zero out."""
        return self.slope_low > 0 or self.slope_high < 0


@dataclass(frozen=True)
class TimeToLimit:
    """Seconds from the last reading until the limit is met; `high_s` None: perhaps never."""

    best_s: float
    low_s: float
    high_s: float | None


def find_trend(times_s: ArrayLike, values: ArrayLike, *, confidence: float = 0.95) -> Trend:
    """The slope as the median of all pairs' slopes (Theil 1950), its interval by Kendall's variance (Sen 1968).

    `times_s` (N,) ascending, `values` (N,). Where what is left beside the line hangs together, the variance grows by
    N over the effective size. Raises UndecidedError for fewer than 8 readings or no time between them.
    """
    return _line_through(*_thinned(times_s, values), confidence)


def _line_through(times: Array, levels: Array, confidence: float) -> Trend:
    n = len(times)
    if n < FEWEST or times[0] == times[-1]:
        raise UndecidedError(f"{n} readings at times of their own are fewer than {FEWEST}: wait for more")
    first, second = np.triu_indices(n, k=1)
    apart = times[second] - times[first]
    slopes = np.sort((levels[second] - levels[first])[apart > 0] / apart[apart > 0])
    slope = float(np.median(slopes))
    worth = effective_size(n, _persistence(levels - slope * times))
    variance = n * (n - 1) * (2 * n + 5) / 18 * n / worth
    reach = float(norm.ppf((1 + confidence) / 2)) * variance**0.5
    low = int(np.floor((len(slopes) - reach) / 2))
    high = int(np.ceil((len(slopes) + reach) / 2))
    return Trend(
        slope=slope,
        slope_low=float(slopes[low]) if low >= 0 else -np.inf,
        slope_high=float(slopes[high]) if high < len(slopes) else np.inf,
        level=_level(times, levels, slope),
        effective_size=worth,
    )


def time_to_limit(
    times_s: ArrayLike, values: ArrayLike, *, limit: float, confidence: float = 0.95
) -> TimeToLimit | None:
    """How long until the line through the readings meets `limit`; None if no trend towards it is shown.

    The interval takes the line at both ends of the slope's interval, each through the median of its residuals. A
    limit that is met already is met in 0 s. Raises UndecidedError as `find_trend` does.
    """
    times, levels = _thinned(times_s, values)
    trend = _line_through(times, levels, confidence)
    if not trend.is_shown or (limit - trend.level) * trend.slope < 0:
        return None
    waits = [
        _wait(limit, _level(times, levels, slope), slope)
        for slope in (trend.slope, trend.slope_low, trend.slope_high)
    ]
    ends = [wait for wait in waits if np.isfinite(wait)]
    return TimeToLimit(waits[0], min(ends), max(waits) if len(ends) == len(waits) else None)


def _wait(limit: float, level: float, slope: float) -> float:
    return max(0.0, (limit - level) / slope) if np.isfinite(slope) else np.inf


def _level(times: Array, levels: Array, slope: float) -> float:
    if not np.isfinite(slope):
        return np.nan
    return float(np.median(levels - slope * times))


def _persistence(residuals: Array) -> float:
    deviations = residuals - residuals.mean()
    total = float(deviations @ deviations)
    if total == 0.0:
        return 0.0
    n = len(deviations)
    raw = float(deviations[1:] @ deviations[:-1]) / total
    return min(0.95, max(0.0, (n * raw + 1) / (n - 4)))


def _thinned(times_s: ArrayLike, readings: ArrayLike) -> tuple[Array, Array]:
    """Medians of at most BLOCKS even blocks, in order, at seconds from the last reading; what does not fill a block
    is left out at the old end.
    """
    times, values = np.asarray(times_s, dtype=np.float64), np.asarray(readings, dtype=np.float64)
    times = times - times[-1] if len(times) else times
    size = -(-len(times) // BLOCKS)
    if size <= 1:
        return times, values
    rest = len(times) % size
    return (
        np.asarray(np.median(times[rest:].reshape(-1, size), axis=1)),
        np.asarray(np.median(values[rest:].reshape(-1, size), axis=1)),
    )
