"""Those with a lift go up to what is higher than a hand reaches; people pick from the floor up."""

from __future__ import annotations

from dataclasses import replace

import pytest

from layouts.simulation.operations.heights import working_heights
from spatial.floor.agents import ORDER_PICKER

LOW, HIGH = [[("A", "00-00-0", 1)]], [[("A", "00-00-2", 1)]]


def test_what_stands_above_a_hand_has_the_height_of_its_beam(hall) -> None:
    heights = working_heights(hall(tiers=3))
    assert [heights[f"00-00-{tier}"] for tier in range(4)] == [0, 0, 3.0, 4.5]


def test_people_need_no_longer_for_what_is_high(hall, shift_of, play_shift) -> None:
    facility = hall(tiers=3)
    assert play_shift(shift_of(facility, HIGH)).done_s("T1") == play_shift(shift_of(facility, LOW)).done_s(
        "T1"
    )


def test_an_order_picker_lifts_on_its_way(hall, shift_of, play_shift) -> None:
    facility = hall(tiers=3, aisle_m=4.0, bays=12)
    far = [[("A", "03-11-2", 1)]]
    shift = shift_of(facility, far, agent=ORDER_PICKER)
    low = play_shift(shift_of(facility, [[("A", "03-11-0", 1)]], agent=ORDER_PICKER))
    # 3 m at 0.3 m/s are over before the way is
    assert play_shift(shift).done_s("T1") == low.done_s("T1")


def test_a_reach_truck_lifts_when_it_stands(hall, shift_of, play_shift) -> None:
    facility = hall(tiers=3, aisle_m=4.0)
    operations = {"staff": [{"agent": "reach_truck"}]}
    low, high = (play_shift(shift_of(facility, lines), operations).done_s("T1")[0] for lines in (LOW, HIGH))
    # 3 m up and 3 m down at 0.4 m/s
    assert high - low == pytest.approx(15, abs=0.001)


def test_heights_at_one_stop_are_lifted_between(hall, shift_of, play_shift) -> None:
    facility = hall(tiers=3, aisle_m=4.0)
    shift = shift_of(facility, [[("A", "00-00-0", 1), ("A", "00-00-3", 1), ("A", "00-00-2", 1)]])
    tour = shift.plan.tours[0]
    picks = tuple(pick for stop in tour.stops for pick in stop.picks)
    together = replace(tour, stops=(tour.stops[0]._replace(picks=picks),), legs=(tour.legs[0], tour.legs[-1]))
    one_stop = replace(shift, plan=replace(shift.plan, tours=(together,)))
    operations = {"staff": [{"agent": "reach_truck"}]}
    stops, stop = play_shift(shift, operations), play_shift(one_stop, operations)
    # up by 4.5 m, down by 1.5 m
    assert [span.end_s - span.start_s for span in stop.works("lift")] == pytest.approx([11.25, 3.75])
    assert stop.done_s("T1") == stops.done_s("T1")
