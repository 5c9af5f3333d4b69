"""The records of a log as one series for each sensor and channel, or each vehicle, in order of time."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from layouts.readiness.site_tables import SiteTables
from layouts.readiness.value_checks import believable

REGULAR = 0.9
"""A series is even if so many of its steps lie within half and one and a half times the usual one."""


class Series(NamedTuple):
    """`rows` (K,) are indices in the table, in order of time; `times_s` (K,) since 1970."""

    name: str
    channel: str | None
    rows: npt.NDArray[np.int64]
    times_s: npt.NDArray[np.float64]

    @property
    def usual_step_s(self) -> float | None:
        """The median step where steps are even, None where they are not, or are fewer than 10."""
        steps = np.diff(self.times_s)
        steps = steps[steps > 0]
        if len(steps) < 10:
            return None
        usual = float(np.median(steps))
        even = (steps >= 0.5 * usual) & (steps <= 1.5 * usual)
        return usual if even.mean() >= REGULAR else None


def series_of(site: SiteTables, table: str, now_s: float | None) -> Iterator[Series]:
    """Each sensor's or vehicle's records at believable times, by channel where there are; none of no table."""
    who = "sensor" if table == "readings" else "agent"
    if not site.has(table, who, "time"):
        return
    codes, names = site.codes(table, who)
    times = site.numbers(table, "time")
    is_by_channel = site.has(table, "channel")
    channel, channels = site.codes(table, "channel") if is_by_channel else (np.zeros_like(codes), [])
    fine = np.flatnonzero(believable(times, now_s) & (codes >= 0))
    order = fine[np.lexsort((times[fine], channel[fine], codes[fine]))]
    key = codes[order] * (len(channels) + 1) + channel[order] + 1
    for rows in np.split(order, np.flatnonzero(np.diff(key)) + 1):
        if len(rows):
            its = channels[channel[rows[0]]] if is_by_channel and channel[rows[0]] >= 0 else None
            yield Series(names[codes[rows[0]]], its, rows, times[rows])
