"""Energy: weights that are true are found, a lasting excess is told, assets that are well are left alone."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from layouts.energy.readings import AssetReadings, Readings
from layouts.energy.tell import AssetEnergy, tell_energy, totals

FIRST = datetime(2026, 5, 4, tzinfo=UTC)


def asset(seed: int, count: int, *, leak_from: int | None = None, name: str = "belt") -> AssetReadings:
    """10 kWh an hour, 0.05 a pick, 0.3 of scatter; a leak is 0.6 kWh an hour, two deviations."""
    random = np.random.default_rng(seed)
    picks = random.integers(0, 200, count).astype(np.float64)
    kwh = 10 + 0.05 * picks + random.normal(0, 0.3, count)
    if leak_from is not None:
        kwh[leak_from:] += 0.6
    starts = tuple(FIRST + timedelta(hours=number) for number in range(count))
    return AssetReadings(asset=name, zone="Z", line="L", starts=starts, kwh=kwh, work=picks[:, None])


def told_of(*assets: AssetReadings, **more: float) -> tuple[AssetEnergy, ...]:
    return tell_energy(Readings(assets=assets, drivers=("pick",)), **more)


def test_what_a_pick_costs_is_found_within_four_deviations() -> None:
    (told,) = told_of(asset(1, 400))
    assert told.per_unit["pick"] == pytest.approx(0.05, abs=4 * 0.3 / 58 / 200**0.5)
    assert told.idle_kwh == pytest.approx(10, abs=4 * 2 * 0.3 / 200**0.5)


def test_a_lasting_excess_is_told_with_what_it_costs() -> None:
    for seed in range(10):
        (told,) = told_of(asset(seed, 500, leak_from=300))
        late = [alarm for alarm in told.alarms if alarm.start >= FIRST + timedelta(hours=300)]
        assert late[0].start <= FIRST + timedelta(hours=315)
        assert late[0].excess_kwh / late[0].intervals == pytest.approx(0.6, abs=0.15)


def test_assets_that_are_well_alarm_no_more_often_than_was_wished() -> None:
    """One in 1,000 of 40 times 1,000 intervals is wished: more than 58 come less than once in 200 such tests."""
    alarms = sum(len(told_of(asset(100 + seed, 1200), run_length=1000)[0].alarms) for seed in range(40))
    assert alarms <= 58


def test_too_few_readings_and_work_that_tells_nothing_are_not_judged() -> None:
    few, idle = asset(1, 100, name="few"), asset(2, 400, name="idle")
    idle.work[:] = 7
    told = told_of(few, idle)
    assert "100 readings" in told[0].why_not
    assert "constant" in told[1].why_not
    assert all(each.idle_kwh is None and not each.alarms for each in told)


def test_totals_are_those_of_the_assets() -> None:
    told = told_of(asset(1, 50, name="a"), asset(2, 50, name="b"))
    assert totals(told, "zone") == {"Z": pytest.approx(told[0].kwh + told[1].kwh)}
