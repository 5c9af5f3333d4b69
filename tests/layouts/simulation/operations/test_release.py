"""Tours start when the release policy lets them: times worked out by hand, 10 s a line and 5 s to hand over."""

from __future__ import annotations

import pytest

from spatial.errors import BadDataError

LINES = [[("A", "00-00-0", 1)], [("B", "01-00-0", 1)], [("C", "02-00-0", 1)], [("D", "03-00-0", 1)]]
"""Four tours of one line, each in an aisle of its own."""


def test_at_once_two_pickers_take_the_tours_in_turn(hall, shift_of, play_shift) -> None:
    shown = play_shift(shift_of(hall(), LINES), pickers=2)
    assert shown.played.ending == "finished"
    assert shown.done_s("T1", "T2", "T3", "T4") == [15, 15, 30, 30]


def test_at_once_pays_no_heed_to_when_orders_came_in(hall, shift_of, play_shift, orders_named) -> None:
    orders = orders_named("A", "B", "C", "D", released={"A": "500"})
    shown = play_shift(shift_of(hall(), LINES), pickers=2, orders=orders)
    assert shown.done_s("T1", "T4") == [15, 30]
    assert shown.program.orders["A"].released_s == 0


def test_waveless_tours_start_when_the_last_of_their_orders_is_in(
    hall, shift_of, play_shift, orders_named
) -> None:
    lines = [[("A", "00-00-0", 1), ("B", "00-01-0", 1)], [("C", "01-00-0", 1)]]
    orders = orders_named("A", "B", "C", released={"A": "20", "B": "100", "C": "-60"})
    shown = play_shift(shift_of(hall(), lines), {"release": {"policy": "waveless"}}, orders=orders, pickers=2)
    assert shown.job("T1") == (100, pytest.approx(125))
    assert shown.job("T2") == (0, pytest.approx(15))
    assert [shown.program.orders[order].released_s for order in "ABC"] == [20, 100, -60]


def test_orders_that_come_in_at_dates_need_the_start_of_the_shift(
    hall, shift_of, play_shift, orders_named
) -> None:
    orders = orders_named("A", "B", "C", "D", released={"A": "2026-11-27T06:01:00Z"})
    with pytest.raises(BadDataError, match="starts_at"):
        play_shift(shift_of(hall(), LINES), {"release": {"policy": "waveless"}}, orders=orders)


def test_waves_at_fixed_times_take_what_is_in_by_then(hall, shift_of, play_shift, orders_named) -> None:
    orders = orders_named("A", "B", "C", "D", released={"B": "1", "C": "600", "D": "601"})
    operations = {"release": {"policy": "waves", "wave_every_s": 600}}
    shown = play_shift(shift_of(hall(), LINES), operations, orders=orders, pickers=4)
    assert [shown.job(f"T{k}")[0] for k in (1, 2, 3, 4)] == [0, 600, 600, 1200]


def test_a_wave_is_released_when_the_one_before_is_done(hall, shift_of, play_shift, orders_named) -> None:
    lines = [[("A", "00-00-0", 1), ("A", "00-01-0", 1)], *LINES[1:]]
    orders = orders_named("A", "B", "C", "D", wave={"A": "1", "B": "1", "C": "2", "D": "2"})
    operations = {"release": {"policy": "waves"}}
    shown = play_shift(shift_of(hall(), lines), operations, orders=orders, pickers=4)
    assert [shown.job(f"T{k}")[0] for k in (1, 2)] == [0, 0]
    assert [shown.job(f"T{k}")[0] for k in (3, 4)] == [pytest.approx(25)] * 2


def test_waves_by_the_orders_need_one(hall, shift_of, play_shift, orders_named) -> None:
    with pytest.raises(BadDataError, match="column 'wave'"):
        play_shift(
            shift_of(hall(), LINES), {"release": {"policy": "waves"}}, orders=orders_named("A", "B", "C", "D")
        )


def test_a_full_aisle_lets_later_tours_to_others_go_first(hall, shift_of, play_shift) -> None:
    lines = [[("A", "00-00-0", 1)], [("B", "00-01-0", 1)], [("C", "01-00-0", 1)]]
    shown = play_shift(shift_of(hall(), lines), {"release": {"aisle_cap": 1}}, pickers=2)
    assert [shown.job(f"T{k}")[0] for k in (1, 2, 3)] == [0, pytest.approx(15), 0]


@pytest.mark.parametrize("cap", [1, 2])
def test_tours_under_way_in_an_aisle_stay_below_its_cap(busy, play_shift, cap) -> None:
    shown = play_shift(busy, {"release": {"aisle_cap": cap}}, pickers=6)
    assert shown.played.ending == "finished"
    aisles = {
        tour.id: {busy.graph.aisle_of[pick.location] for stop in tour.stops for pick in stop.picks}
        for tour in busy.plan.tours
    }
    most = 0
    for tour in busy.plan.tours:
        at_s = shown.job(tour.id)[0]
        for aisle in aisles[tour.id]:
            active = [
                other
                for other in aisles
                if aisle in aisles[other] and shown.job(other)[0] <= at_s < shown.job(other)[1]
            ]
            most = max(most, len(active))
    assert most == cap


def test_planned_orders_must_be_among_those_given(hall, shift_of, play_shift, orders_named) -> None:
    with pytest.raises(ValueError, match="order 'B' is planned"):
        play_shift(shift_of(hall(), LINES), orders=orders_named("A"))
