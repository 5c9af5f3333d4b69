"""A plan against points: what was planted is found with an honest sigma, and nothing where nothing was."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from scans.deviation.beams import BeamFit, RackBeams, look_for_beams
from scans.deviation.finding import Finding, judge
from scans.deviation.plan_against_scan import DeviationLimits, plan_against_scan
from scans.deviation.plumb import leans, parse_plumb_limit
from scans.deviation.rack_refit import RackFit, refit_rack
from scans.deviation.seen_points import SeenPoints
from spatial.facility import Facility, Obstacle, Rack

Maker = Callable[..., Facility]
Scanner = Callable[..., SeenPoints]

EXACT = DeviationLimits(registration_sigma_m=0.0)
"""Generated scans have no registration error."""


def fails(found: tuple[Finding, ...]) -> list[tuple[str, object]]:
    return [(one.type, one.place.get("rack")) for one in found if one.verdict == "fail"]


def fitted(rack: Rack, seen: SeenPoints) -> RackFit:
    fit = refit_rack(rack, seen)
    assert fit is not None
    return fit


@pytest.fixture(scope="module")
def plan(hall_of: Maker) -> Facility:
    return hall_of()


def test_a_hall_built_as_planned_has_no_finding(plan: Facility, scan_of: Scanner) -> None:
    found = plan_against_scan(plan, scan_of(plan), EXACT)
    assert fails(found) == []
    assert {one.type for one in found if one.verdict == "pass"} >= {
        "rack_moved", "rack_turned", "beam_height", "beam_missing", "aisle_narrowed", "aisle_blocked",
    }  # fmt: skip


@pytest.mark.parametrize(("along", "across"), [(0.0, 0.03), (-0.03, 0.0), (0.05, -0.05), (0.1, 0.0)])
def test_a_moved_rack_is_found_with_its_shift(
    plan: Facility, shift: Maker, scan_of: Scanner, along: float, across: float
) -> None:
    seen = scan_of(shift(plan, "R0", along_m=along, across_m=across))
    fit = fitted(plan.racks[0], seen)
    assert abs(fit.along_m - along) < 3 * fit.along_sigma_m
    assert abs(fit.across_m - across) < max(3 * fit.across_sigma_m, 0.001)
    assert judge(fit.by_m, fit.sigma_m, 0.02) == "fail"
    assert judge(fitted(plan.racks[1], seen).by_m, 0.0, 0.02) == "pass"


def test_a_turn_of_half_a_degree_is_found(plan: Facility, shift: Maker, scan_of: Scanner) -> None:
    fit = fitted(plan.racks[1], scan_of(shift(plan, "R1", turn_deg=0.5)))
    assert math.degrees(fit.turn_rad) == pytest.approx(0.5, abs=3 * math.degrees(fit.turn_sigma_rad))
    assert fit.turn_sigma_rad < 0.001


def test_a_missing_beam_is_told_only_where_it_is_known_where_the_scanner_stood(
    plan: Facility, scan_of: Scanner
) -> None:
    built = replace(plan, racks=(replace(plan.racks[0], missing_beams=((1, 0),)), plan.racks[1]))
    seen, blind = (look_for_beams(plan.racks[0], scan_of(built, knows_eyes=known)) for known in (True, False))
    places = [(b, t) for b in range(3) for t in range(2)]
    assert [place for place in places if seen.is_there(*place) is False] == [(1, 0)]
    assert blind.is_there(1, 0) is None
    assert all(blind.is_there(*place) is not False for place in places)


def test_a_beam_that_nothing_shows_cannot_be_decided(plan: Facility, scan_of: Scanner) -> None:
    seen = scan_of(plan, stations=((7.0, 9.5),))  # behind R1, which hides nearly all of R0's face from there
    beams = look_for_beams(plan.racks[0], seen)
    told = [beams.is_there(b, t) for b in range(3) for t in range(2)]
    assert False not in told


def test_a_lower_tier_is_found_to_the_millimetre(plan: Facility, scan_of: Scanner) -> None:
    rack = plan.racks[0]
    lower = replace(rack, tiers=(rack.tiers[0], replace(rack.tiers[1], z_m=rack.tiers[1].z_m - 0.08)))
    found = plan_against_scan(plan, scan_of(replace(plan, racks=(lower, plan.racks[1]))), EXACT)
    assert fails(found) == [("beam_height", "R0")]
    height = next(one for one in found if one.verdict == "fail")
    assert height.place["tier_index"] == 1
    assert "bay" not in height.place
    assert height.by_m == pytest.approx(-0.08, abs=0.004)


def test_a_missing_rack_and_a_box_that_blocks_are_found(
    plan: Facility, scan_of: Scanner, stack: Callable[..., Obstacle]
) -> None:
    built = replace(
        plan,
        racks=plan.racks[:1],
        locations=tuple(one for one in plan.locations if one.rack == "R0"),
        obstacles=(stack("X", 6.0, 5.1, 0.8, 1.9, 1.0),),
    )
    found = plan_against_scan(plan, scan_of(built), EXACT)
    assert {"rack_missing", "obstacle_added", "aisle_blocked"} == {name for name, _ in fails(found)}
    box = next(one for one in found if one.type == "obstacle_added")
    assert box.by_m == pytest.approx(1.9, abs=0.2)
    blocked = next(one for one in found if one.type == "aisle_blocked")
    assert blocked.place == {"aisle": "A0"}
    assert blocked.more["blocked_by"] == [box.place["obstacle"]]


def test_a_leaning_upright_is_told_and_judged_by_the_limit_of_the_user(
    plan: Facility, scan_of: Scanner
) -> None:
    """All points are sheared about the floor by 3 mm/m along and 7 mm/m across the rows."""
    seen = scan_of(plan)
    rack = plan.racks[0]
    c, s = math.cos(rack.yaw_rad), math.sin(rack.yaw_rad)
    points = seen.points.copy()
    points[:, :2] += points[:, 2:] * (0.003 * np.array([c, s]) + 0.007 * np.array([-s, c]))
    fit = fitted(rack, replace(seen, points=points))
    told = list(leans(fit, None))
    assert told
    assert all(one.verdict is None for one in told)
    for one in told:
        if "lean_across_mm_per_m" in one.more:
            sigma = one.more["lean_across_sigma_mm_per_m"]
            assert one.more["lean_across_mm_per_m"] == pytest.approx(7.0, abs=3.5 * sigma)
    assert any("lean_along_mm_per_m" in one.more for one in told)
    assert "fail" in {one.verdict for one in leans(fit, parse_plumb_limit("1/200"))}
    assert "fail" not in {one.verdict for one in leans(fit, parse_plumb_limit("12mm/m"))}


def test_two_beams_that_disagree_tell_no_height_of_their_tier() -> None:
    apart = {(0, 0): BeamFit(-0.05, 0.001, 0.8), (1, 0): BeamFit(0.05, 0.001, 0.8)}
    places = np.zeros((2, 1))
    assert RackBeams(apart, places, places).tier_shift(0) is None
    near = apart | {(1, 0): BeamFit(-0.04, 0.001, 0.8)}
    whole = RackBeams(near, places, places).tier_shift(0)
    assert whole is not None
    assert whole.shift_m == pytest.approx(-0.045)


@pytest.mark.parametrize("text", ["", "1/0", "0", "-3", "200", "1/200m"])
def test_a_lean_limit_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="lean"):
        parse_plumb_limit(text)


def test_the_record_has_the_form_of_findings_json() -> None:
    one = Finding(
        type="beam_missing", verdict="fail", text="t", place={"rack": "2", "bay": 10, "tier_index": 2}
    )
    assert one.record() == {
        "type": "beam_missing", "rack": "2", "bay": 10, "tier_index": 2, "verdict": "fail", "text": "t",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("by", "sigma", "verdict"),
    [(0.03, 0.002, "fail"), (0.0, 0.002, "pass"), (0.019, 0.002, "cannot_decide"), (0.03, 0.02, "cannot_decide"),
     (0.03, math.inf, "cannot_decide")],
)  # fmt: skip
def test_a_verdict_needs_a_difference_beyond_limit_and_chance(by: float, sigma: float, verdict: str) -> None:
    assert judge(by, sigma, 0.02) == verdict
    assert judge(-by, sigma, 0.02) == verdict
