"""When orders come in, when they are due, and in which wave they are."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt

from layouts.demand.counts import places_at
from layouts.demand.spec import WEEKDAYS, DemandSpec

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

HOUR_S = 3600


def seconds_at(hours: Mapping[int, float], uniform: Floats) -> Floats:
    """Seconds of the day at which orders come in, by inversion of the profile of its hours.

    Given their number, the points of a Poisson process are independent with its rate as density (Çınlar 1975,
    Introduction to Stochastic Processes, 4.7).
    """
    named = np.array([hour for hour in sorted(hours) if hours[hour] > 0])
    cumulated = np.cumsum([hours[hour] for hour in named.tolist()])
    target = uniform * cumulated[-1]
    places = places_at(cumulated, uniform)
    within = 1 - (cumulated[places] - target) / np.diff(cumulated, prepend=0.0)[places]
    seconds: Floats = (named[places] + np.clip(within, 0.0, 1 - 1e-9)) * HOUR_S
    return seconds


def utc_texts(spec: DemandSpec, date: dt.date, seconds: Floats) -> list[str]:
    """ISO 8601 in UTC with milliseconds, of seconds of a local day.

    Clocks that are put on an hour skip one, whose times become those an hour later.
    """
    midnight = dt.datetime.combine(date, dt.time())
    offsets = [_offset(spec, midnight + dt.timedelta(hours=hour)).total_seconds() for hour in range(24)]
    since = np.floor(1000 * (seconds - np.array(offsets)[(seconds // HOUR_S).astype(np.int64)]))
    texts = np.datetime_as_string(np.datetime64(midnight, "ms") + since.astype("timedelta64[ms]"), unit="ms")
    return [f"{text}Z" for text in texts.tolist()]


def utc_text(spec: DemandSpec, date: dt.date, time: dt.time) -> str:
    """The same of one local time."""
    local = dt.datetime.combine(date, time)
    return f"{(local - _offset(spec, local)).isoformat(timespec='milliseconds')}Z"


def next_cut_offs(spec: DemandSpec, date: dt.date, seconds: Floats) -> tuple[list[str], list[str]]:
    """When orders that come in at `seconds` of a local day are due, and their waves; empty texts without cut-offs.

    An order goes with the first cut-off that is not before it, on a day that is worked on.
    """
    if not spec.cut_offs:
        return [""] * len(seconds), [""] * len(seconds)
    following = date + dt.timedelta(days=1)
    while WEEKDAYS[following.weekday()] not in spec.works_on:
        following += dt.timedelta(days=1)
    to_come = [(following, spec.cut_offs[0])]
    ats: list[float] = []
    if WEEKDAYS[date.weekday()] in spec.works_on:
        to_come = [*((date, each) for each in spec.cut_offs), *to_come]
        ats = [each.at.hour * HOUR_S + each.at.minute * 60 + each.at.second for each in spec.cut_offs]
    dues = [utc_text(spec, day + dt.timedelta(days=each.days_later), each.due) for day, each in to_come]
    waves = [f"{day} {each.wave}" if each.wave else "" for day, each in to_come]
    places = np.searchsorted(ats, seconds, side="left").tolist()
    return [dues[place] for place in places], [waves[place] for place in places]


def _offset(spec: DemandSpec, local: dt.datetime) -> dt.timedelta:
    return local.replace(tzinfo=ZoneInfo(spec.time_zone)).utcoffset() or dt.timedelta()
