"""An aisle is wide enough to drive through, turn round and pass in."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from layouts.rules.aisle_width import aisle_width
from layouts.rules.limits import DEFAULT_LIMITS, Limits
from spatial.facility import Aisle, Facility
from spatial.floor.agents import CART, FORKLIFT, MOBILE_ROBOT, PICKER, REACH_TRUCK

EVERYWHERE = Limits(pass_in="every_aisle")


def one_aisle(width: float, *, sigma: float = 0.0, kind: Any = "planned", cross: bool = False) -> Facility:
    aisle = Aisle(
        id="A1", level="L0", p0=(0.0, 0.0), p1=(10.0, 0.0), clear_width_m=width, sigma_m=sigma, cross=cross
    )
    return Facility(id="F", name="F", kind=kind, aisles=(aisle,))


# The needs in closed form: 2 · 0.9 + 2 · 0.25; 2 · 1.75; 4 · 0.9 + 0.4 of the reach truck.
@pytest.mark.parametrize(
    ("rule", "needed"), [("aisle_width", 2.3), ("aisle_turning", 3.5), ("aisle_passing", 4.0)]
)
def test_a_reach_truck_on_each_side_of_its_needs(rule: str, needed: float, only: Any) -> None:
    for width, sigma, verdict in (
        (needed, 0.0, "pass"),
        (needed - 0.01, 0.0, "fail"),
        (needed + 0.03, 0.02, "cannot_decide"),
        (needed - 0.03, 0.02, "cannot_decide"),
        (needed + 0.05, 0.02, "pass"),
        (needed - 0.05, 0.02, "fail"),
    ):
        found = only(aisle_width(one_aisle(width, sigma=sigma), [REACH_TRUCK], EVERYWHERE), rule)
        assert (found.limit, found.verdict) == (pytest.approx(needed), verdict)


def test_people_need_a_side_aisle_and_more_to_pass(only: Any) -> None:
    found = list(aisle_width(one_aisle(1.0), [PICKER], EVERYWHERE))
    assert only(found, "aisle_width").limit == 0.75
    assert only(found, "aisle_width").verdict == "pass"
    assert only(found, "aisle_passing").limit == 1.25
    assert only(found, "aisle_passing").verdict == "fail"


def test_a_cart_wider_than_a_side_aisle_needs_its_own_width(only: Any) -> None:
    found = only(aisle_width(one_aisle(0.85), [CART], DEFAULT_LIMITS), "aisle_width")
    assert (found.limit, found.verdict, found.source) == (0.9, "fail", "width of agent 'cart'")


def test_who_turns_on_the_spot_needs_no_circle() -> None:
    rules = {f.rule for f in aisle_width(one_aisle(9.0), [PICKER, MOBILE_ROBOT], DEFAULT_LIMITS)}
    assert rules == {"aisle_width"}


def test_only_the_aisles_asked_for_are_turned_and_passed_in() -> None:
    limits = Limits(turn_in="cross_aisles", pass_in="nowhere")
    for cross, rules in ((False, ["aisle_width"]), (True, ["aisle_width", "aisle_turning"])):
        assert [f.rule for f in aisle_width(one_aisle(3.0, cross=cross), [FORKLIFT], limits)] == rules


def test_a_measured_aisle_without_sigma_has_that_of_the_limits(only: Any) -> None:
    found = only(aisle_width(one_aisle(2.31, kind="as_built"), [REACH_TRUCK], DEFAULT_LIMITS), "aisle_width")
    assert (found.sigma, found.verdict) == (0.05, "cannot_decide")


@given(st.floats(0.1, 6), st.floats(0, 3), st.floats(0, 0.5))
def test_a_wider_aisle_never_turns_pass_into_fail(width: float, more: float, sigma: float) -> None:
    order = ("fail", "cannot_decide", "pass")
    narrow = one_aisle(width, sigma=sigma, cross=True)
    wide = replace(narrow, aisles=(replace(narrow.aisles[0], clear_width_m=width + more),))
    agents = [PICKER, CART, REACH_TRUCK]
    pairs = zip(
        aisle_width(narrow, agents, DEFAULT_LIMITS), aisle_width(wide, agents, DEFAULT_LIMITS), strict=True
    )
    for one, other in pairs:
        assert order.index(one.verdict) <= order.index(other.verdict)
