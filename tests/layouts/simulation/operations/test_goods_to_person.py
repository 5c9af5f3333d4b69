"""Robots bring racks to a station: one at a time at each seat, and no rack is in two places."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest

from layouts.plan_scenario import plan_scenario
from layouts.scenario import Scenario

LINES = [[("A", "00-00-0", 1), ("A", "01-00-0", 1)], [("B", "00-00-0", 1)], [("C", "02-00-0", 1)]]
ROBOT = {"agent": "goods_to_person"}


def test_each_rack_is_lifted_brought_picked_from_and_put_back(hall, shift_of, play_shift) -> None:
    operations = {"staff": [ROBOT], "goods_to_person": {"lift_s": 4}}
    shown = play_shift(shift_of(hall(aisle_m=4.0), LINES), operations)
    assert shown.played.ending == "finished"
    first = [span for span in shown.works() if span.job == "T1"]
    assert [(span.what, span.place) for span in first] == [
        ("lift", "R0/0/1"),
        ("pick", "goods to person at DEPOT"),
        ("lift", "R0/0/1"),
        ("lift", "R1/0/1"),
        ("pick", "goods to person at DEPOT"),
        ("lift", "R1/0/1"),
    ]
    assert [span.end_s - span.start_s for span in first] == pytest.approx([4, 10, 4, 4, 10, 4])


def test_the_way_with_a_rack_is_slower(hall, shift_of, play_shift) -> None:
    lift, pick, down = play_shift(shift_of(hall(aisle_m=4.0), LINES[:1]), {"staff": [ROBOT]}).works()[:3]
    out_s, loaded_s, back_s = lift.start_s, pick.start_s - lift.end_s, down.start_s - pick.end_s
    assert loaded_s == pytest.approx(back_s)
    assert loaded_s > out_s


def test_a_rack_is_fetched_when_it_is_back(hall, shift_of, play_shift) -> None:
    shown = play_shift(shift_of(hall(aisle_m=4.0), LINES), {"staff": [{**ROBOT, "count": 3}]})
    lifts = [span for span in shown.works("lift") if span.place == "R0/0/1"]
    assert [span.job for span in lifts] == ["T1", "T1", "T2", "T2"]


def test_nobody_is_brought_more_racks_at_once_than_there_are_seats(busy, play_shift) -> None:
    shown = play_shift(busy, {"staff": [{**ROBOT, "count": 4}], "goods_to_person": {"seats": 1}})
    assert shown.played.ending == "finished"
    picks = shown.works("pick")
    assert len(picks) == sum(len(stop.picks) for tour in busy.plan.tours for stop in tour.stops)
    for one, other in pairwise(picks):
        assert one.end_s <= other.start_s + 1e-9


def test_people_and_robots_pick_from_one_list(hall, play_shift) -> None:
    scenario = Scenario(site=Path("."), synthetic_orders=60, pickers=5, batch_lines=6)
    busy = plan_scenario(hall(rows=4, bays=4, aisle_m=4.0, cross_m=4.0), scenario)
    shown = play_shift(busy, {"staff": [{"count": 2}, {**ROBOT, "count": 2}]})
    assert shown.played.ending == "finished"
    lines = [
        (pick.order, pick.location) for tour in busy.plan.tours for stop in tour.stops for pick in stop.picks
    ]
    assert sorted((span.order, span.location) for span in shown.works("pick")) == sorted(lines)
    assert len({span.agent for span in shown.works("pick")}) == 4
