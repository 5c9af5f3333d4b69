"""The place farthest from an exit, in closed form, and what is not known of it."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from layouts.rules.limits import DEFAULT_LIMITS, Limits
from layouts.rules.walked import walked_m
from layouts.rules.ways_out import GAP_SHARE, ways_out
from spatial.any_angle.floor_paths import floor_paths
from spatial.facility import Level, Station
from spatial.floor.agents import PICKER

WALKED_M = math.hypot(7.7, 7.4) + 0.3
STRAIGHT_M = math.hypot(7.7, 7.7)
BETWEEN_M = GAP_SHARE * DEFAULT_LIMITS.floor_step_m


def out(facility: Any, **limits: Any) -> list[Any]:
    return list(ways_out(facility, [PICKER], Limits(**limits)))


def test_in_an_empty_hall_it_is_the_corner(room: Any, door: Any, only: Any) -> None:
    found = out(room(10, 8, doors=(door(2.0),)))
    # a body 0.3 m from the walls; on foot it steps straight out of the door
    assert only(found, "escape_walked").value == pytest.approx(WALKED_M)
    assert only(found, "escape_straight").value == pytest.approx(STRAIGHT_M)
    for each in found:
        assert (each.at, each.elements) == (pytest.approx((9.7, 7.7)), ("L0", "X1"))


def test_round_a_row_it_is_walked_not_flown(room: Any, door: Any, rack: Any, only: Any) -> None:
    # a row from the left wall to x = 8 leaves 2 m; the way to (0.3, 7.7) bends at (8.3, 2.7) and (8.3, 4.3)
    found = out(room(10, 8, doors=(door(2.0),), racks=(rack(0, 3, 8, 4),)))
    walked = 0.3 + math.hypot(6.3, 2.4) + 1.6 + math.hypot(8, 3.4)
    assert only(found, "escape_walked").value == pytest.approx(walked)
    assert only(found, "escape_straight").value == pytest.approx(STRAIGHT_M)


@pytest.mark.parametrize(
    ("spare", "kind", "verdict"),
    [
        (-0.01, "planned", "fail"),
        (BETWEEN_M - 0.01, "planned", "cannot_decide"),
        (BETWEEN_M + 0.01, "planned", "pass"),
        (-0.09, "as_built", "cannot_decide"),
        (-0.11, "as_built", "fail"),
        (BETWEEN_M + 0.09, "as_built", "cannot_decide"),
        (BETWEEN_M + 0.11, "as_built", "pass"),
    ],
)
def test_each_side_of_the_limit(
    spare: float, kind: str, verdict: str, room: Any, door: Any, only: Any
) -> None:
    hall = room(10, 8, kind=kind, doors=(door(2.0),))
    found = out(hall, escape_walked_m=WALKED_M + spare, escape_straight_m=STRAIGHT_M + spare)
    assert [f.verdict for f in found] == [verdict, verdict]


def test_a_plan_without_an_exit_fails_and_a_scan_may_have_missed_it(room: Any, door: Any, only: Any) -> None:
    gate = (door(5.0, 3.0, kind="dock_door"),)
    for hall, verdict in (
        (room(doors=gate), "fail"),
        (room(doors=gate, kind="as_built"), "cannot_decide"),
        (room(walls=False), "cannot_decide"),
    ):
        found = only(out(hall), "escape_walked")
        assert (found.verdict, found.value, found.quantity) == (verdict, 0.0, "exits")
    assert [f.verdict for f in out(room(doors=gate), exit_kinds=("dock_door",))] == ["pass", "pass"]


def test_a_level_without_an_outline_is_not_decided(room: Any, door: Any) -> None:
    hall = room(doors=(door(2.0),), levels=(Level(id="L0", elevation_m=0.0, outline=()),))
    assert [f.verdict for f in out(hall)] == ["cannot_decide"]


def test_a_window_is_no_exit(room: Any, door: Any) -> None:
    hall = room(doors=(replace(door(2.0), z0_m=0.9),))
    assert [f.verdict for f in out(hall)] == ["fail"]


def test_a_part_shut_off_counts_where_somebody_works(room: Any, door: Any, rack: Any) -> None:
    shut = room(10, 8, doors=(door(2.0),), racks=(rack(0, 5, 10, 6),))
    assert [f.verdict for f in out(shut)] == ["pass", "pass"]
    works = replace(shut, stations=(Station(id="S", level="L0", kind="pack", pose=(5.0, 7.0, 0.0)),))
    assert sorted(f.verdict for f in out(works)) == ["fail", "pass", "pass"]


def test_a_gap_too_narrow_for_a_body_is_no_way(room: Any, door: Any, rack: Any, only: Any) -> None:
    def row(gap: float) -> Any:
        return room(10, 8, doors=(door(2.0),), racks=(rack(0, 3, 5, 4), rack(5 + gap, 3, 9, 4, name="R2")))

    through, round_about = (only(out(row(gap)), "escape_walked").value for gap in (0.62, 0.58))
    assert through < round_about - 2


@pytest.mark.parametrize(
    ("stack", "verdict"), [((1.6, 0.0, 2.4, 1.0), "fail"), ((3.0, 0.0, 4.0, 1.0), "pass")]
)
def test_a_door_with_a_stack_before_it_is_no_way_out(
    stack: tuple[float, ...], verdict: str, room: Any, door: Any, box: Any
) -> None:
    found = out(room(10, 8, doors=(door(2.0),), obstacles=(box(*stack),)))
    assert {f.verdict for f in found} == {verdict}


def test_the_walk_to_the_nearest_of_many_is_that_of_single_paths() -> None:
    floor = shapely.box(0, 0, 20, 12).difference(
        shapely.union_all([shapely.box(2, 3, 17, 4), shapely.box(4, 6, 20, 7), shapely.box(8, 9, 9, 12)])
    )
    paths = floor_paths(floor)
    ends = np.array([(1.0, 0.0), (20.0, 9.0)])
    random = np.random.default_rng(0)
    drawn = random.uniform((0, 0), (20, 12), (60, 2))
    places = drawn[shapely.contains_xy(floor, drawn)]
    beyond = np.array([0.0, 2.5])
    single = [
        min(paths.length(place, end) + more for end, more in zip(ends, beyond, strict=True))
        for place in places
    ]
    assert walked_m(paths, ends, beyond, places) == pytest.approx(single, abs=1e-9)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.floats(1, 9), st.floats(1, 9), st.floats(1, 7))
def test_one_exit_more_is_never_farther(
    room: Any, door: Any, rack: Any, only: Any, first: float, second: float, x1: float
) -> None:
    def farthest(*middles: float) -> float:
        doors = tuple(door(middle, name=f"X{k}") for k, middle in enumerate(middles))
        return float(only(out(room(10, 8, doors=doors, racks=(rack(0, 3, x1, 4),))), "escape_walked").value)

    assert farthest(first, second) <= farthest(first) + 1e-9


def test_places_closer_together_change_no_decision(room: Any, door: Any, rack: Any) -> None:
    hall = room(10, 8, doors=(door(2.0),), racks=(rack(0, 3, 8, 4),))
    for limit in (14.0, 16.0, 16.9, 18.0):
        coarse, fine = (
            [f.verdict for f in out(hall, escape_walked_m=limit, floor_step_m=step)] for step in (0.5, 0.1)
        )
        assert all(a in ("cannot_decide", b) for a, b in zip(coarse, fine, strict=True))
