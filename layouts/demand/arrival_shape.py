"""When orders came in: on which days of the week, at which hours, how evenly from day to day."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, kw_only=True, eq=False)
class Arrivals:
    """`by_day` (D,) are the orders of each day from `first_day` on, also of those without any.

    `by_hour` (24,) are those of each hour of the day; None where all are told at midnight, so by their date alone.
    """

    first_day: dt.date
    by_day: Ints
    by_hour: Ints | None

    def by_weekday(self) -> list[Ints]:
        """The orders of the days of each weekday, Monday first."""
        start = self.first_day.weekday()
        return [self.by_day[(weekday - start) % 7 :: 7] for weekday in range(7)]

    @property
    def day_to_day(self) -> float | None:
        """The deviation of a day's demand from its weekday's mean, over that mean, beside Poisson's chance.

        None where no weekday comes twice. The variance of counts about m is m + (day_to_day × m)².
        """
        excess = squares = 0.0
        for days in self.by_weekday():
            if len(days) > 1 and days.any():
                mean, variance = days.mean(), days.var(ddof=1)
                weight = len(days) - 1
                excess += weight * (variance - mean)
                squares += weight * (mean**2 - variance / len(days))
        return math.sqrt(max(excess, 0.0) / squares) if squares > 0 else None


def arrivals_of(dates: Sequence[dt.datetime]) -> Arrivals | None:
    """Those of local times; None of none."""
    if not dates:
        return None
    first = min(dates).date()
    days = np.array([date.toordinal() for date in dates]) - first.toordinal()
    hours = np.bincount([date.hour for date in dates], minlength=24)
    is_dated_only = all(date.time() == dt.time() for date in dates)
    return Arrivals(first_day=first, by_day=np.bincount(days), by_hour=None if is_dated_only else hours)
