"""Staff work when they are on duty, at what they do, as fast as they are."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from layouts.simulation.operations.settings import Operations
from layouts.simulation.operations.staffing import StaffGroup
from spatial.floor.agents import PICKER

LINES = [[(order, f"0{row}-00-0", 1)] for row, order in enumerate("ABCD")]


def test_nobody_begins_before_or_after_his_duty(hall, shift_of, play_shift) -> None:
    staff = [{"from_s": 20, "until_s": 40}, {"from_s": 7}]
    shown = play_shift(shift_of(hall(), LINES), {"staff": staff})
    # P02 begins at 7, 22, …; P01 at 20 and at 35, before 40, and finishes that
    assert [(span.agent, round(span.start_s)) for span in shown.works("pick")] == [
        ("P02", 7),
        ("P01", 20),
        ("P02", 22),
        ("P01", 35),
    ]


def test_who_is_off_duty_takes_no_job_that_comes_later(hall, shift_of, play_shift, orders_named) -> None:
    orders = orders_named(*"ABCD", released=dict.fromkeys("ABCD", "100"))
    operations = {"staff": [{"until_s": 50}, {}], "release": {"policy": "waveless"}}
    shown = play_shift(shift_of(hall(), LINES), operations, orders=orders)
    assert shown.done_s("T1", "T2", "T3", "T4") == [115, 130, 145, 160]
    assert {span.agent for span in shown.works()} == {"P02"}


def test_a_break_begins_when_the_job_is_done(hall, shift_of, play_shift) -> None:
    shown = play_shift(shift_of(hall(), LINES), {"staff": [{"breaks": [{"at_s": 20, "for_s": 100}]}]})
    rest = shown.works("break")
    assert [(round(span.start_s), round(span.end_s)) for span in rest] == [(30, 130)]
    assert shown.done_s("T1", "T2", "T3", "T4") == [15, 30, 145, 160]


def test_nobody_works_in_a_break(busy, play_shift) -> None:
    breaks = [{"at_s": 300, "for_s": 200}, {"at_s": 900, "for_s": 100}]
    shown = play_shift(busy, {"staff": [{"count": 3, "breaks": breaks}, {"count": 2, "from_s": 100}]})
    rests = shown.works("break")
    assert len(rests) == 6
    for span in shown.works():
        for rest in rests:
            if span != rest and span.agent == rest.agent:
                assert span.end_s <= rest.start_s or span.start_s >= rest.end_s


def test_groups_do_only_what_they_do_and_the_preferred_first(hall, shift_of, play_shift) -> None:
    operations = {
        "staff": [{"name": "packer", "does": ["pack"]}, {"does": ["pick"]}, {"does": ["pack", "pick"]}],
        "packing": {"order_s": 20, "line_s": 0, "seats": 5},
    }
    shown = play_shift(shift_of(hall(), LINES), operations)
    assert {span.agent for span in shown.works("pick")} == {"P01", "P02"}
    assert {span.agent for span in shown.works("pack")} == {"packer 01", "P02"}
    # both have picked at 15: the packer takes A, and P02, who prefers to pack, B. P01 has picked C at 30, for the
    # packer at 35, and D at 45, for P02, for whom nothing was left to pick
    assert shown.done_s("pack A", "pack B", "pack C", "pack D") == [35, 35, 55, 65]


def test_performance_shortens_every_kind_of_work(hall, shift_of, play_shift) -> None:
    shown = play_shift(shift_of(hall(), LINES[:1]), {"staff": [{"performance": 1.25}]})
    assert shown.done_s("T1") == [12]


def test_performance_shortens_the_way(hall, shift_of, play_shift) -> None:
    shift = shift_of(hall(), LINES[:1], agent=PICKER)
    usual, fast = (play_shift(shift, {"staff": [{"performance": p}]}).done_s("T1")[0] for p in (1, 2))
    assert usual == pytest.approx(shift.plan.tours[0].length_m / 1.2 + 15, abs=0.001)
    assert fast == pytest.approx(usual / 2, abs=0.001)


def test_agents_of_other_classes_walk_their_own_lanes(busy, play_shift) -> None:
    staff = [{"count": 2}, {"agent": "cart", "count": 2}, {"agent": "reach_truck", "count": 1}]
    shown = play_shift(busy, {"staff": staff})
    assert shown.played.ending == "finished"
    assert shown.program.classes == ("picker", "picker", "cart", "cart", "reach_truck")
    assert shown.program.vehicles == (False, False, False, False, True)
    lines = [
        (pick.order, pick.location) for tour in busy.plan.tours for stop in tour.stops for pick in stop.picks
    ]
    assert sorted((span.order, span.location) for span in shown.works("pick")) == sorted(lines)
    assert len({span.agent for span in shown.works("pick")}) == 5


def test_only_vehicles_lose_time_when_they_stop_on_the_way(busy, play_shift) -> None:
    shown = play_shift(busy, {"staff": [{}, {"agent": "reach_truck"}]})
    # 2.5 m/s, up by 0.4 m/s² and down by 0.6 m/s²
    assert shown.program.crew.restart_s.tolist() == [0, pytest.approx(2.5 / 0.8 + 2.5 / 1.2)]


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"from_s": 10, "until_s": 10}, "must be after from_s"),
        ({"until_s": 10, "breaks": [{"at_s": 10, "for_s": 1}]}, "off duty"),
        ({"breaks": [{"at_s": 5, "for_s": 1}, {"at_s": 4, "for_s": 1}]}, "in the order"),
        ({"does": ["pick", "pick"]}, "twice"),
        ({"performance": 0}, "greater than or equal"),
        ({"agent": "horse"}, "no agent class 'horse'"),
    ],
)
def test_a_group_that_makes_no_sense_is_refused(settings, said) -> None:
    with pytest.raises(ValidationError, match=said):
        StaffGroup.model_validate(settings)


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"staff": [{"does": ["pack"]}]}, "nobody in staff does 'pick'"),
        ({"shipping": {"trucks_s": [0]}}, "shipping needs packing"),
        ({"packing": {"buffer_orders": 3}}, "may wait for 'pack'"),
        (
            {"packing": {"buffer_orders": 3}, "staff": [{"does": ["pick"]}, {"does": ["pack", "pick"]}]},
            "may wait for 'pack'",
        ),
        (
            {"replenishment": {"capacity_pieces": 9, "low_pieces": 2, "bring_pieces": 5}, "staff": [{}]},
            "may wait for 'replenish'",
        ),
    ],
)
def test_staff_that_could_wait_for_themselves_are_refused(settings, said) -> None:
    with pytest.raises(ValidationError, match=said):
        Operations.model_validate(settings)
