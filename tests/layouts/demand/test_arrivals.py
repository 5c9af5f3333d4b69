"""Arrivals follow the profile of the hours; due times and waves follow the cut-offs; texts are UTC."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import chisquare, kstest

from layouts.demand.arrivals import next_cut_offs, seconds_at, utc_text, utc_texts
from layouts.demand.spec import DemandSpec

BERLIN = DemandSpec(time_zone="Europe/Berlin")


def test_hours_come_by_their_profile_and_are_even_within() -> None:
    hours = {6: 1.0, 7: 0.0, 8: 3.0, 20: 0.5}
    seconds = seconds_at(hours, np.random.default_rng(4).random(50_000))
    hour = (seconds // 3600).astype(int)
    assert set(hour.tolist()) == {6, 8, 20}
    assert (
        chisquare(
            [(hour == 6).sum(), (hour == 8).sum(), (hour == 20).sum()],
            [50_000 * w / 4.5 for w in (1, 3, 0.5)],
        ).pvalue
        > 1e-3
    )
    assert kstest((seconds % 3600) / 3600, "uniform").pvalue > 1e-3


@given(
    st.dictionaries(st.integers(0, 23), st.floats(0, 9), min_size=1).filter(lambda d: any(d.values())),
    st.floats(0, 1),
)
def test_times_are_in_hours_that_are_named(hours: dict[int, float], uniform: float) -> None:
    (seconds,) = seconds_at(hours, np.array([min(uniform, 1 - 2**-53)]))
    assert hours.get(int(seconds // 3600), 0) > 0


def test_texts_are_utc_of_local_times_in_summer_and_winter() -> None:
    noon = np.array([12 * 3600 + 0.25])
    assert utc_texts(BERLIN, dt.date(2026, 1, 5), noon) == ["2026-01-05T11:00:00.250Z"]
    assert utc_texts(BERLIN, dt.date(2026, 7, 5), noon) == ["2026-07-05T10:00:00.250Z"]
    assert utc_text(BERLIN, dt.date(2026, 7, 5), dt.time(0, 30)) == "2026-07-04T22:30:00.000Z"
    # on the day that clocks are put on, 02:30 does not exist
    spring = utc_texts(BERLIN, dt.date(2026, 3, 29), np.array([1.5, 2.5, 3.5]) * 3600)
    assert spring == ["2026-03-29T00:30:00.000Z", "2026-03-29T01:30:00.000Z", "2026-03-29T01:30:00.000Z"]


CUT = DemandSpec.model_validate(
    {
        "time_zone": "Europe/Berlin",
        "cut_offs": [
            {"at": "10:00", "due": "12:00", "wave": "am"},
            {"at": "15:00", "due": "09:00", "days_later": 1},
        ],
    }
)


def test_an_order_goes_with_the_next_cut_off() -> None:
    friday, hours = dt.date(2026, 11, 27), np.array([9.0, 10.0, 10.01, 15.0, 15.01])
    due, wave = next_cut_offs(CUT, friday, hours * 3600)
    assert due == [
        *["2026-11-27T11:00:00.000Z"] * 2,
        *["2026-11-28T08:00:00.000Z"] * 2,
        "2026-11-30T11:00:00.000Z",
    ]
    assert wave == ["2026-11-27 am", "2026-11-27 am", "", "", "2026-11-30 am"]
    due, wave = next_cut_offs(CUT, dt.date(2026, 11, 28), hours * 3600)
    assert set(due) == {"2026-11-30T11:00:00.000Z"}
    assert set(wave) == {"2026-11-30 am"}
    assert next_cut_offs(BERLIN, friday, hours) == ([""] * 5, [""] * 5)


@given(st.dates(dt.date(2026, 1, 1), dt.date(2026, 12, 31)), st.floats(0, 86399))
def test_nothing_is_due_before_it_comes_in(date: dt.date, seconds: float) -> None:
    due, _ = next_cut_offs(CUT, date, np.array([seconds]))
    midnight = dt.datetime.combine(date, dt.time(), ZoneInfo("Europe/Berlin"))
    assert dt.datetime.fromisoformat(due[0]) >= midnight + dt.timedelta(seconds=seconds)
