from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from layouts.wms.times import fitting_forms, times

BERLIN = ZoneInfo("Europe/Berlin")
INSTANTS = st.datetimes(datetime(1990, 1, 2), datetime(2099, 12, 30)).map(
    lambda time: time.replace(microsecond=time.microsecond // 1000 * 1000, tzinfo=UTC)
)
ZONES = st.sampled_from(
    ["Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "America/St_Johns", "UTC"]
)


def utc_ms(time):
    return (time - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(milliseconds=1)


def read(text, form, **more):
    return times(pa.array([text]), form, **more)


@given(INSTANTS, st.integers(-14 * 60, 14 * 60))
def test_iso_times_with_any_offset_are_the_instants_that_python_reads(time, minutes):
    text = time.astimezone(timezone(timedelta(minutes=minutes))).isoformat()
    assert read(text, "iso").utc_ms.tolist() == [utc_ms(datetime.fromisoformat(text))]


@given(INSTANTS, ZONES)
def test_local_times_are_the_instant_unless_they_came_twice(time, name):
    zone = ZoneInfo(name)
    local = time.astimezone(zone)
    text = local.replace(tzinfo=None).isoformat(sep=" ", timespec="milliseconds")
    plain, earlier, later = (
        read(text, "local", zone=zone, ambiguous=which) for which in (None, "earlier", "later")
    )
    assert not (plain.in_gap | plain.malformed | plain.unreal | plain.outside).any()
    assert utc_ms(time) in (earlier.utc_ms[0], later.utc_ms[0])
    assert plain.ambiguous[0] == (earlier.utc_ms[0] != later.utc_ms[0])
    if not plain.ambiguous[0]:
        assert plain.utc_ms[0] == utc_ms(time)


@given(INSTANTS)
def test_epochs_are_the_instant(time):
    ms = utc_ms(time)
    assert read(str(ms), "epoch_ms").utc_ms.tolist() == [ms]
    assert read(str(ms // 1000), "epoch_s").utc_ms.tolist() == [ms // 1000 * 1000]
    assert read(f"{ms // 1000}.{ms % 1000:03d}", "epoch_s").utc_ms.tolist() == [ms]


def test_clocks_of_berlin_skip_an_hour_in_march_and_repeat_one_in_october():
    texts = pa.array([f"2026-03-29 0{h}:30" for h in (1, 2, 3)] + [f"2026-10-25 0{h}:30" for h in (1, 2, 3)])
    found = times(texts, "local", zone=BERLIN)
    assert found.in_gap.tolist() == [False, True, False, False, False, False]
    assert found.ambiguous.tolist() == [False, False, False, False, True, False]
    earlier, later = (times(texts, "local", zone=BERLIN, ambiguous=which) for which in ("earlier", "later"))
    hour = 3_600_000
    assert np.subtract(later.utc_ms, earlier.utc_ms).tolist() == [0, 0, 0, 0, hour, 0]
    assert earlier.utc_ms[4] - earlier.utc_ms[3] == hour


def test_clocks_of_newfoundland_changed_a_minute_after_midnight():
    texts = pa.array(["2008-03-09 00:00:59", "2008-03-09 00:01", "2008-03-09 01:00:59", "2008-03-09 01:01"])
    found = times(texts, "local", zone=ZoneInfo("America/St_Johns"))
    assert found.in_gap.tolist() == [False, True, True, False]


@pytest.mark.parametrize(
    ("text", "form", "fault"),
    [
        ("2026-02-29T00:00:00Z", "iso", "unreal"),
        ("2028-02-29T00:00:00Z", "iso", None),
        ("2026-13-01T00:00:00Z", "iso", "unreal"),
        ("2026-00-01T00:00:00Z", "iso", "unreal"),
        ("2026-01-01T00:00:60Z", "iso", "unreal"),
        ("2026-01-01T00:00:00+15:00", "iso", "unreal"),
        ("2026-01-01T00:00:00", "iso", "malformed"),
        ("31.12.2026", "dmy", None),
        ("12/31/2026 7:05", "mdy", None),
        ("31/12/2026", "mdy", "unreal"),
        ("1772438400", "epoch_ms", "malformed"),
        ("9999999999", "epoch_s", "outside"),
        ("", "iso", "empty"),
    ],
)
def test_each_text_has_one_fault_or_none(text, form, fault):
    found = read(text, form, zone=BERLIN)
    flags = ("empty", "malformed", "unreal", "in_gap", "ambiguous", "outside")
    assert [flag for flag in flags if getattr(found, flag)[0]] == ([fault] if fault else [])


@pytest.mark.parametrize(
    ("texts", "forms"),
    [
        (["2026-01-01T00:00:00Z", ""], ("iso",)),
        (["2026-01-01", "2026-01-01 10:00"], ("local",)),
        (["1/2/2026"], ("dmy", "mdy")),
        (["1/2/2026", "13/2/2026"], ("dmy",)),
        (["1/2/2026", "2/13/2026"], ("mdy",)),
        (["1.2.2026"], ("dmy",)),
        (["1772438400"], ("epoch_s",)),
        (["1772438400123"], ("epoch_ms",)),
        (["soon"], ()),
        (["", ""], ()),
    ],
)
def test_forms_that_fit(texts, forms):
    assert fitting_forms(pa.array(texts)) == forms


def test_local_times_need_a_zone():
    with pytest.raises(ValueError, match="give their zone"):
        read("2026-01-01", "local")
