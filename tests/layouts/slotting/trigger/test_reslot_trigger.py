"""The laws of the trigger: silence while demand is what it was, a word soon after it is not, and no flutter."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest

from layouts.slotting.problem import NOWHERE, TourUnits
from layouts.slotting.trigger.reslot_trigger import ReslotTrigger
from layouts.slotting.trigger.state import TriggerState
from spatial.errors import BadDataError

QUARTER = 65  # working days
TRIGGER = ReslotTrigger()


def fed(state, site, days, *, assignment=None, trigger=TRIGGER):
    """The state after days of tours, and how they went."""
    told = []
    for tours in days:
        told.append(
            trigger.after_day(
                state, site.problem, site.problem.now if assignment is None else assignment, tours
            )
        )
        state = told[-1].state
    return state, told


def test_stationary_demand_is_left_alone_for_two_hundred_quarters(make_site):
    """50 sites for a year each, half of them with days that differ by more than chance, and no time of quiet that
    would forbid a second one: at most one a quarter in at least 99 % of the quarters, and hardly any at all.
    """
    trigger, advised = replace(TRIGGER, quiet_days=1.0), []
    for seed in range(50):
        site = make_site(seed, 20)
        days = (site.day(20, uneven=0.1 if seed % 2 else 0.0) for _ in range(4 * QUARTER))
        state, _ = fed(trigger.begin(site.problem, days=60), site, days, trigger=trigger)
        advised += [sum(q * QUARTER < day <= (q + 1) * QUARTER for day in state.advised) for q in range(4)]
    assert np.mean(np.array(advised) <= 1) >= 0.99
    assert sum(advised) <= 2


def test_new_fast_movers_are_told_within_weeks(make_site):
    """A fifth of the fast movers is replaced, 200 tours a day."""
    lags = []
    for seed in range(12):
        site = make_site(100 + seed, 200)
        wanted = site.with_new_fast_movers(0.2)
        state = TRIGGER.begin(site.problem, days=60)
        for _ in range(40):
            told = TRIGGER.after_day(state, site.problem, site.problem.now, site.day(200, popularity=wanted))
            state = told.state
            if told.is_due:
                break
        lags.append(state.day)
    assert np.median(lags) <= 10
    assert max(lags) <= 30


def test_a_slow_season_does_not_flutter(make_site):
    """Volume falls to a fifth and comes back, in a year; what is wanted stays the same."""
    site = make_site(3, 100)
    season = 60 - 40 * np.cos(2 * np.pi * np.arange(4 * QUARTER) / (4 * QUARTER))
    days = (site.day(tours) for tours in season)
    state, _ = fed(TRIGGER.begin(site.problem, days=60), site, days)
    assert state.advised == ()


def test_advice_that_nobody_follows_is_given_once(make_site):
    site = make_site(4, 200)
    wanted = site.with_new_fast_movers(0.4)
    days = (site.day(200, popularity=wanted) for _ in range(150))
    state, _ = fed(TRIGGER.begin(site.problem, days=60), site, days)
    assert len(state.advised) == 1
    assert not state.is_armed


def test_followed_advice_arms_it_again_for_the_next_change(make_site):
    site = make_site(5, 200)
    assignment, advised = site.problem.now, []
    state = TRIGGER.begin(site.problem, days=60)
    for _ in range(3):
        site = replace(site, popularity=site.with_new_fast_movers(0.4))
        for _ in range(2 * QUARTER):
            told = TRIGGER.after_day(state, site.problem, assignment, site.day(200))
            state = told.state
            if told.is_due:
                advised.append(state.day)
                assignment = site.slotted_by(state.visits_a_day)
                state = TRIGGER.reslotted(state)
    assert {int((day - 1) // (2 * QUARTER)) for day in advised} == {0, 1, 2}
    assert min(np.diff(advised)) > 91


def test_timid_re_slots_of_a_bad_slotting_are_asked_for_once_a_quarter(make_site):
    """Demand is stationary and much is to be gained, but each re-slot swaps five pairs only."""
    site = make_site(6, 200)
    timid = ReslotTrigger(quiet_days=QUARTER)
    assignment = site.rng.permutation(200)
    state = timid.begin(site.problem, days=60)
    for _ in range(4 * QUARTER):
        told = timid.after_day(state, site.problem, assignment, site.day(200))
        state = told.state
        if told.is_due:
            swaps = site.rng.permutation(200)[:10].reshape(5, 2)
            assignment = assignment.copy()
            assignment[swaps] = assignment[swaps[:, ::-1]]
            state = timid.reslotted(state)
    assert len(state.advised) in (3, 4)
    assert min(np.diff(state.advised)) > QUARTER


def test_days_one_by_one_through_json_are_all_at_once(make_site):
    site = make_site(6, 60)
    wanted = site.with_new_fast_movers(0.4)
    days = [site.day(60, popularity=wanted) for _ in range(40)]
    start = TRIGGER.begin(site.problem, days=60)
    at_once, told = fed(start, site, days)
    state, lines = start, []
    for tours in days:
        state = TriggerState.of_record(json.loads(json.dumps(state.record())))
        day = TRIGGER.after_day(state, site.problem, site.problem.now, tours)
        state = day.state
        lines.append(day.text())
    assert state == at_once
    assert lines == [each.text() for each in told]
    assert len(at_once.advised) == 1


def test_weeks_tell_what_days_tell(make_site):
    site = make_site(7, 200)
    wanted = site.with_new_fast_movers(0.4)
    state = TRIGGER.begin(site.problem, days=60)
    for _ in range(12):
        week = [site.day(200, popularity=wanted) for _ in range(7)]
        sizes = np.concatenate([np.diff(day.start) for day in week])
        tours = TourUnits(
            start=np.concatenate(([0], np.cumsum(sizes))),
            unit=np.concatenate([day.unit for day in week]),
            weight=np.ones(len(sizes)),
        )
        state = TRIGGER.after_day(state, site.problem, site.problem.now, tours, days=7).state
    assert len(state.advised) == 1
    assert state.day == 84


def test_a_day_without_tours_only_passes(make_site):
    site = make_site(8, 20)
    state = TRIGGER.begin(site.problem, days=60)
    none = TourUnits(start=np.zeros(1, np.int64), unit=np.zeros(0, np.int64), weight=np.zeros(0))
    assert TRIGGER.after_day(state, site.problem, site.problem.now, none).state == replace(state, day=1.0)


def test_new_skus_join_and_old_ones_leave(make_site):
    site = make_site(9, 20)
    state = TRIGGER.begin(site.problem, days=60)
    renamed = replace(site.problem, sku=("NEW", *site.problem.sku[1:]))
    after = TRIGGER.after_day(state, renamed, renamed.now, site.day(20)).state
    assert set(after.visits_a_day) == set(renamed.sku)


def test_a_unit_without_a_place_is_no_hindrance(make_site):
    site = make_site(10, 50)
    shuffled = site.rng.permutation(200)
    shuffled[np.argmax(site.problem.visits)] = NOWHERE
    told = TRIGGER.after_day(TRIGGER.begin(site.problem, days=60), site.problem, shuffled, site.day(50))
    assert told.swaps > 0
    assert told.saved_s > 0


def test_what_makes_no_sense_is_refused(make_site):
    with pytest.raises(ValueError, match="must be below 1, which"):
        ReslotTrigger(low=1.5)
    with pytest.raises(ValueError, match="payback_days 0 must be above 0"):
        ReslotTrigger(payback_days=0)
    with pytest.raises(BadDataError, match="begin a new one"):
        TriggerState.of_record({"schema": "something else"})
