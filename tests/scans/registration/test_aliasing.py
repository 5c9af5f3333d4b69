"""A pose a bay off is never accepted; the right one is, where something tells."""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from scans.registration.alias_rows import RowDirection
from scans.registration.alias_sight import PosedPoints
from scans.registration.aliasing import AliasVerdict, check_aliasing
from scans.registration.known_points import KnownPoint

PITCH_M = 2.8
LONG: dict[str, Any] = {"widths_m": (2.7,) * 10, "length_m": 36.0}
MIDDLE = (16.0, 20.0)  # of the long aisle, neither end of which is within SHORT_M
NEAR = (16.0, 17.5)
SHORT_M = 8.0


@pytest.mark.parametrize(
    ("fill", "bays"),
    [
        ("empty", 0),
        ("empty", 1),
        ("empty", -2),
        ("full", 0),
        ("full", -1),
        ("full", 2),
        ("mixed", 0),
        ("mixed", 1),
    ],
)
def test_where_row_ends_and_walls_are_seen_only_the_right_pose_is_unique(
    ask: Callable[..., AliasVerdict], fill: str, bays: int
) -> None:
    found = ask((9.0, 14.0), bays, hall={"fill": fill, "yaw_deg": 17.0 + 100 * bays}, loads_count=True)
    assert found.verdict == ("ambiguous" if bays else "unique"), found.as_text()
    if bays:
        best = found.competing[0]
        assert best.bays == -bays
        assert best.distance_m == pytest.approx(abs(bays) * PITCH_M, abs=0.05)
        assert best.log_ratio < -found.needed_log_ratio


@pytest.mark.parametrize(("fill", "bays"), list(itertools.product(("empty", "full"), (0, 1))))
def test_in_the_middle_of_a_long_aisle_nothing_tells(
    ask: Callable[..., AliasVerdict], fill: str, bays: int
) -> None:
    found = ask(MIDDLE, bays, hall=LONG | {"fill": fill}, look={"range_m": SHORT_M}, loads_count=True)
    assert found.verdict == "ambiguous"
    assert {shift.bays for shift in found.competing} == {1, -1, 2, -2}


def test_an_irregular_fill_tells_on_the_same_day_alone(ask: Callable[..., AliasVerdict]) -> None:
    hall, look = LONG | {"fill": "mixed"}, {"range_m": SHORT_M}
    assert ask(NEAR, hall=hall, look=look, loads_count=True).verdict == "unique"
    assert ask(NEAR, 1, hall=hall, look=look, loads_count=True).verdict == "ambiguous"
    assert ask(NEAR, hall=hall, look=look, restocked=True).verdict == "ambiguous"
    assert ask(NEAR, hall=hall, look=look, restocked=True, loads_count=True).verdict == "ambiguous"


def test_ends_tell_though_all_was_restocked(ask: Callable[..., AliasVerdict]) -> None:
    assert ask((9.0, 14.0), hall={"fill": "mixed"}, restocked=True).verdict == "unique"
    assert ask((9.0, 14.0), 1, hall={"fill": "mixed"}, restocked=True).verdict == "ambiguous"


@pytest.mark.parametrize("bays", [0, 1])
def test_one_control_point_decides(ask: Callable[..., AliasVerdict], bays: int, aisle_hall: Any) -> None:
    hall = aisle_hall(**LONG)
    mark = np.array([*hall.place(18.0, 4.0), 0.0])
    moving = mark + bays * PITCH_M * hall.along + [0.008, -0.005, 0.004]
    known = KnownPoint("P1", moving=tuple(moving), fixed=tuple(mark), sigma_m=0.01)
    found = ask(MIDDLE, bays, hall=LONG, look={"range_m": SHORT_M}, known_points=[known])
    assert found.verdict == ("ambiguous" if bays else "unique"), found.as_text()
    assert found.evidence[-1].kind == "control_point"
    if bays:
        assert found.competing[0].bays == -1


def test_the_answer_as_text_and_as_json(ask: Callable[..., AliasVerdict]) -> None:
    found = ask((9.0, 14.0), 1, hall={"fill": "empty"})
    assert re.match(
        r"ambiguous: a shift by -1 bay \(2\.\d\d m\) along 17\.0° explains what does not repeat, the pose does not\n"
        r"  against -1 bay .*: ln ratio -\d+\.\d; wall 0:\d+",
        found.as_text(),
    )
    told = json.loads(json.dumps(found.as_json(), allow_nan=False))
    assert told["verdict"] == "ambiguous"
    assert told["competing"][0]["bays"] == -1
    assert told["competing"][0]["log_ratio"] < -told["needed_log_ratio"]


def test_too_little_is_said(see: Callable[..., PosedPoints], aisle_hall: Callable[..., Any]) -> None:
    few = PosedPoints(np.zeros((3, 3)))
    found = check_aliasing(few, few, [RowDirection(0.0, (2.8,))])
    assert (found.verdict, found.shifts) == ("ambiguous", ())
    assert "3 points, below 500" in found.reason
    json.dumps(found.as_json(), allow_nan=False)
    hall = aisle_hall()
    apart = check_aliasing(
        see(hall, (9.0,)), see(hall, (14.0,), by=(200.0, 0.0, 0.0)), [RowDirection(0.3, (2.8,))]
    )
    assert apart.verdict == "ambiguous"


def test_bad_options_are_named(see: Callable[..., PosedPoints], aisle_hall: Callable[..., Any]) -> None:
    side = see(aisle_hall(), (9.0,))
    with pytest.raises(ValueError, match=r"false_acceptance 1.5 is not between 0 and 1"):
        check_aliasing(side, side, false_acceptance=1.5)
    with pytest.raises(ValueError, match="most_bays 0 is below 1"):
        check_aliasing(side, side, most_bays=0)


@pytest.mark.parametrize("spread_m", [10.0, 0.01])
def test_a_bare_floor_and_a_lone_spot_are_no_evidence(spread_m: float) -> None:
    floor = np.random.default_rng(0).uniform(0.0, spread_m, (2000, 3)) * [1.0, 1.0, 1e-3]
    found = check_aliasing(PosedPoints(floor), PosedPoints(floor), [RowDirection(0.0, (2.8,))])
    assert found.verdict == "ambiguous"
    assert "0 points in common" in found.reason
    assert check_aliasing(PosedPoints(floor), PosedPoints(floor)).verdict == "ambiguous"
