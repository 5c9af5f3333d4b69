"""What passes through an aisle with things in it, in closed form."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from layouts.rules.blocked_aisles import blocked_aisles, passage_m
from layouts.rules.limits import DEFAULT_LIMITS
from spatial.facility import Aisle, Level
from spatial.floor.agents import FORKLIFT, PICKER, REACH_TRUCK

STEP_M = 3.0 / 2**14
LANE = Aisle(id="A1", level="L0", p0=(0.0, 1.5), p1=(10.0, 1.5), clear_width_m=3.0)
OPEN = shapely.box(-5, -5, 15, 8)


def floor(*boxes: tuple[float, float, float, float]) -> shapely.MultiPolygon:
    left = OPEN.difference(shapely.union_all([shapely.box(*b) for b in boxes]))
    return shapely.MultiPolygon(shapely.get_parts(left).tolist())


@pytest.mark.parametrize(
    ("boxes", "passage"),
    [
        ((), 3.0),
        (((4, 0, 5, 1),), 2.0),
        (((4, 0, 5, 1), (4, 2.5, 5, 3)), 1.5),
        (((4, 1, 5, 2.2),), 1.0),
        (((4, 0, 5, 3),), 0.0),
        (((-1, 0, 0.3, 2),), 1.0),
        (((-1, 0, -0.001, 3),), 3.0),
        # a slalom: the disc passes between the corners (4, 1.5) and (4.8, 1.5)
        (((3, 0, 4, 1.5), (4.8, 1.5, 6, 3)), 0.8),
    ],
)
def test_the_widest_disc_in_closed_form(boxes: Any, passage: float) -> None:
    assert passage_m(LANE, floor(*boxes)) == pytest.approx(passage, abs=STEP_M + 1e-5)


def test_an_aisle_shorter_than_it_is_wide_is_free() -> None:
    assert passage_m(replace(LANE, p1=(1.0, 1.5)), floor()) == 3.0


def test_an_aisle_that_ends_at_a_wall_is_free_up_to_it() -> None:
    assert passage_m(LANE, floor((10, -5, 11, 8))) == pytest.approx(3.0)


def test_an_aisle_without_length_or_width_lets_nothing_pass() -> None:
    assert passage_m(replace(LANE, p1=LANE.p0), floor()) == 0.0
    assert passage_m(replace(LANE, clear_width_m=0.0), floor()) == 0.0


boxes = st.tuples(st.floats(0, 9), st.floats(0, 2.5), st.floats(0.1, 2), st.floats(0.1, 2)).map(
    lambda b: (b[0], b[1], b[0] + b[2], b[1] + b[3])
)


@settings(max_examples=25, deadline=None)
@given(st.lists(boxes, max_size=3), boxes)
def test_one_thing_more_never_widens_the_passage(there: Any, more: Any) -> None:
    assert passage_m(LANE, floor(*there, more)) <= passage_m(LANE, floor(*there)) + STEP_M


def test_who_passes_a_stack_and_who_does_not(room: Any, box: Any, only: Any) -> None:
    hall = room(10, 3, aisles=(LANE,), obstacles=(box(4, 0, 5, 1.1, name="STACK"),))
    for agent, verdict in ((PICKER, "pass"), (REACH_TRUCK, "pass"), (FORKLIFT, "fail")):
        found = only(blocked_aisles(hall, [agent], DEFAULT_LIMITS), "blocked_aisle")
        assert (found.verdict, found.elements) == (verdict, ("A1", "STACK"))
        assert found.value == pytest.approx(1.9, abs=2 * STEP_M)
    assert "STACK in it): clear the aisle" in found.message


@pytest.mark.parametrize(
    ("left", "verdict"), [(1.69, "fail"), (1.71, "cannot_decide"), (1.89, "cannot_decide"), (1.91, "pass")]
)
def test_as_built_what_stands_there_is_known_to_its_sigma(
    left: float, verdict: str, room: Any, box: Any, only: Any
) -> None:
    lane = replace(LANE, sigma_m=0.01)
    hall = room(10, 3, kind="as_built", aisles=(lane,), obstacles=(box(4, 0, 5, 3 - left),))
    found = only(blocked_aisles(hall, [REACH_TRUCK], DEFAULT_LIMITS), "blocked_aisle")
    assert (found.verdict, found.sigma) == (verdict, pytest.approx((0.01**2 + 0.05**2) ** 0.5))


def test_floor_that_was_not_seen_is_not_decided(room: Any, box: Any, only: Any) -> None:
    seen = Level(id="L0", elevation_m=0.0, outline=((0.0, 0.0), (6.0, 0.0), (6.0, 3.0), (0.0, 3.0)))
    half = room(10, 3, kind="as_built", aisles=(LANE,), levels=(seen,))
    found = only(blocked_aisles(half, [PICKER], DEFAULT_LIMITS), "blocked_aisle")
    assert found.verdict == "cannot_decide"
    assert "not seen" in found.message
    shut = replace(half, obstacles=(box(3, 0, 4, 3),))
    assert only(blocked_aisles(shut, [PICKER], DEFAULT_LIMITS), "blocked_aisle").verdict == "fail"


def test_a_level_without_an_outline_is_not_decided(room: Any, only: Any) -> None:
    bare = room(10, 3, aisles=(LANE,), levels=(Level(id="L0", elevation_m=0.0, outline=()),))
    found = only(blocked_aisles(bare, [PICKER], DEFAULT_LIMITS), "blocked_aisle")
    assert (found.verdict, found.value) == ("cannot_decide", None)


def test_what_the_facility_calls_blocked_is(room: Any, only: Any) -> None:
    hall = room(10, 3, aisles=(replace(LANE, blocked=True, blocked_by=("O9",)),))
    found = only(blocked_aisles(hall, [PICKER], DEFAULT_LIMITS), "blocked_aisle")
    assert (found.verdict, found.elements) == ("fail", ("A1", "O9"))
