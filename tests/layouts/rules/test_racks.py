"""What racks must keep: reach, loads, air above them and room between them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from layouts.rules.back_to_back import back_to_back
from layouts.rules.limits import DEFAULT_LIMITS, Limits
from layouts.rules.pick_reach import pick_reach
from layouts.rules.tier_loads import tier_loads
from layouts.rules.top_loads import top_loads
from spatial.errors import BadDataError
from spatial.facility import Level, Location, Rack, Tier
from spatial.floor.agents import FORKLIFT, MOBILE_ROBOT, ORDER_PICKER, PICKER, REACH_TRUCK

LIFTS = Limits(lift_height_m={"reach_truck": 6.0})


def with_sigma(rack: Rack, sigma_m: float) -> Rack:
    return replace(rack, tiers=tuple(replace(tier, sigma_m=sigma_m) for tier in rack.tiers))


# Reach


@pytest.mark.parametrize(
    ("top", "sigma", "agents", "limits", "verdict"),
    [
        (1.8, 0.0, [PICKER], DEFAULT_LIMITS, "pass"),
        (1.81, 0.0, [PICKER], DEFAULT_LIMITS, "fail"),
        (1.82, 0.02, [PICKER], DEFAULT_LIMITS, "cannot_decide"),
        (1.9, 0.02, [PICKER], DEFAULT_LIMITS, "fail"),
        (6.0, 0.0, [PICKER, REACH_TRUCK], LIFTS, "pass"),
        (6.1, 0.0, [PICKER, REACH_TRUCK], LIFTS, "fail"),
        (6.0, 0.0, [PICKER, REACH_TRUCK], DEFAULT_LIMITS, "cannot_decide"),
        (1.7, 0.0, [PICKER, REACH_TRUCK], DEFAULT_LIMITS, "pass"),
        (6.1, 0.0, [REACH_TRUCK, FORKLIFT], LIFTS, "cannot_decide"),
        (5.9, 0.0, [REACH_TRUCK, FORKLIFT], LIFTS, "pass"),
        (1.0, 0.0, [MOBILE_ROBOT], DEFAULT_LIMITS, "cannot_decide"),
    ],
)
def test_the_highest_tier_against_the_highest_reach(
    top: float, sigma: float, agents: Any, limits: Limits, verdict: str, room: Any, rack: Any, only: Any
) -> None:
    hall = room(racks=(with_sigma(rack(1, 1, 5, 2, tiers=(0.5, top)), sigma),))
    assert only(pick_reach(hall, agents, limits), "pick_reach").verdict == verdict


def test_reach_counts_from_the_floor(room: Any, rack: Any, only: Any) -> None:
    level = Level(id="L0", elevation_m=2.0, outline=((0.0, 0.0), (9.0, 0.0), (9.0, 9.0)))
    hall = room(levels=(level,), racks=(replace(rack(1, 1, 5, 2, tiers=(1.6,)), base_z_m=2.1),))
    assert only(pick_reach(hall, [PICKER], DEFAULT_LIMITS), "pick_reach").value == pytest.approx(1.7)


def test_tiers_that_a_scan_did_not_find_are_not_decided(room: Any, rack: Any, only: Any) -> None:
    for kind, verdict in (("planned", "pass"), ("as_built", "cannot_decide")):
        hall = room(kind=kind, racks=(rack(1, 1, 5, 2, tiers=()),))
        assert only(pick_reach(hall, [PICKER], DEFAULT_LIMITS), "pick_reach").verdict == verdict


def test_who_lacks_a_lift_height_is_named(room: Any, rack: Any, only: Any) -> None:
    hall = room(racks=(rack(1, 1, 5, 2, tiers=(4.0,)),))
    found = only(pick_reach(hall, [ORDER_PICKER, REACH_TRUCK], LIFTS), "pick_reach")
    assert found.verdict == "pass"
    found = only(pick_reach(hall, [ORDER_PICKER], LIFTS), "pick_reach")
    assert found.remedy == "give lift_height_m of order_picker"


# Loads


def places(*states: str, tier: int = 1, kilograms: Any = None) -> tuple[Location, ...]:
    extra = {} if kilograms is None else {"load_kg": kilograms}
    return tuple(
        Location(
            id=f"P{tier}-{k}",
            rack="R1",
            bay=0,
            tier=tier,
            position=k + 1,
            center=(2.0, 1.5, 2.1),
            size_m=(0.9, 1.0, 1.2),
            state=state,  # type: ignore[arg-type]
            extra=extra,
        )
        for k, state in enumerate(states)
    )


@pytest.mark.parametrize(
    ("states", "unit", "limit", "verdict"),
    [
        (("occupied", "occupied"), 500.0, 1000.0, "pass"),
        (("occupied", "occupied"), 501.0, 1000.0, "fail"),
        (("occupied", "empty"), 501.0, 1000.0, "pass"),
        (("occupied", "unseen"), 500.0, 1000.0, "cannot_decide"),
        (("occupied", "occupied", "unseen"), 501.0, 1000.0, "fail"),
        (("occupied",), None, 1000.0, "cannot_decide"),
        (("empty", "empty"), None, 1000.0, "pass"),
        (("occupied",), 500.0, None, "cannot_decide"),
    ],
)
def test_the_loads_of_a_tier_against_its_limit(
    states: Any, unit: Any, limit: Any, verdict: str, room: Any, rack: Any, only: Any
) -> None:
    hall = room(racks=(rack(1, 1, 5, 2),), locations=places(*states))
    limits = Limits(load_unit_kg=unit, tier_load_kg=limit)
    assert only(tier_loads(hall, [PICKER], limits), "tier_load").verdict == verdict


def test_a_rack_whose_contents_nobody_lists_is_not_decided(room: Any, rack: Any, only: Any) -> None:
    found = only(tier_loads(room(racks=(rack(1, 1, 5, 2),)), [PICKER], Limits(tier_load_kg=1e3)), "tier_load")
    assert (found.value, found.verdict) == (None, "cannot_decide")


def test_own_masses_and_limits_go_before_those_of_the_limits(room: Any, rack: Any, only: Any) -> None:
    tier = Tier(z_m=1.5, extra={"load_limit_kg": 800})
    hall = room(racks=(replace(rack(1, 1, 5, 2), tiers=(tier,)),), locations=places("unseen", kilograms=810))
    found = only(tier_loads(hall, [PICKER], Limits(tier_load_kg=1e3, load_unit_kg=1.0)), "tier_load")
    assert (found.value, found.limit, found.verdict) == (810, 800, "fail")


def test_the_worst_tier_speaks_for_the_rack_and_the_floor_carries_all(
    room: Any, rack: Any, only: Any
) -> None:
    there = (
        *places("occupied", tier=0),
        *places("occupied", tier=1),
        *places("occupied", "occupied", tier=2),
    )
    hall = room(racks=(rack(1, 1, 5, 2, tiers=(1.5, 3.0)),), locations=there)
    found = only(tier_loads(hall, [PICKER], Limits(load_unit_kg=600, tier_load_kg=1000)), "tier_load")
    assert (found.value, found.verdict, found.elements) == (1200, "fail", ("R1", "P2-0", "P2-1"))


@pytest.mark.parametrize("mass", ["heavy", -1, True, float("nan")])
def test_what_is_no_mass_is_named(mass: Any, room: Any, rack: Any) -> None:
    hall = room(racks=(rack(1, 1, 5, 2),), locations=places("occupied", kilograms=mass))
    with pytest.raises(BadDataError, match="location 'P1-0' has load_kg"):
        list(tier_loads(hall, [PICKER], DEFAULT_LIMITS))


# The top of the load is 2.1 + 0.6 = 2.7 m above the floor, the bare tier 1.5 m.


def above(room: Any, rack: Any, height: float, state: str = "occupied", **more: Any) -> Any:
    sigma = more.pop("sigma_m", 0.0)
    racks = (with_sigma(rack(1, 1, 5, 2), sigma),)
    return room(height_m=height, racks=racks, locations=places(state), **more)


@pytest.mark.parametrize(
    ("roof", "sigma", "verdict"),
    [
        (3.2, 0.0, "pass"),
        (3.19, 0.0, "fail"),
        (3.22, 0.02, "cannot_decide"),
        (3.18, 0.02, "cannot_decide"),
        (3.25, 0.02, "pass"),
        (3.15, 0.02, "fail"),
    ],
)
def test_air_up_to_the_roof(roof: float, sigma: float, verdict: str, room: Any, rack: Any, only: Any) -> None:
    hall = above(room, rack, roof, sigma_m=sigma)
    assert only(top_loads(hall, [PICKER], DEFAULT_LIMITS), "top_load_to_roof").verdict == verdict


@pytest.mark.parametrize(
    ("roof", "sprinklers", "verdict"),
    [
        (9.0, 3.7, "pass"),
        (9.0, 3.69, "fail"),
        (9.0, None, "cannot_decide"),
        (3.6, None, "fail"),
    ],
)
def test_air_below_the_sprinklers(
    roof: float, sprinklers: Any, verdict: str, room: Any, rack: Any, only: Any
) -> None:
    limits = Limits(sprinkler_height_m=sprinklers)
    found = only(top_loads(above(room, rack, roof), [PICKER], limits), "top_load_to_sprinklers")
    assert found.verdict == verdict


def test_a_hall_without_sprinklers_has_only_a_roof(room: Any, rack: Any) -> None:
    found = top_loads(above(room, rack, 9.0), [PICKER], Limits(has_sprinklers=False))
    assert [f.rule for f in found] == ["top_load_to_roof"]


def test_a_top_load_that_was_not_seen_is_not_decided(room: Any, rack: Any, only: Any) -> None:
    for roof, seen, unseen in (
        (9.0, "pass", "cannot_decide"),
        (2.9, "fail", "cannot_decide"),
        (1.6, "fail", "fail"),
    ):
        for state, verdict in (("occupied", seen), ("unseen", unseen)):
            hall = above(room, rack, 9.0, state, kind="as_built")
            found = only(top_loads(hall, [PICKER], Limits(roof_m=roof)), "top_load_to_roof")
            assert found.verdict == verdict


def test_without_locations_a_plan_goes_by_the_opening_below(room: Any, rack: Any, only: Any) -> None:
    hall = replace(above(room, rack, 9.0), locations=())
    found = only(top_loads(hall, [PICKER], DEFAULT_LIMITS), "top_load_to_roof")
    assert found.value == pytest.approx(9.0 - 5.0)  # the uprights are 5 m high


def test_a_roof_that_nobody_knows_leaves_both_open(room: Any, rack: Any) -> None:
    found = list(top_loads(above(room, rack, 9.0, walls=False), [PICKER], DEFAULT_LIMITS))
    assert [(f.value, f.verdict) for f in found] == [(None, "cannot_decide")] * 2


# Rows back to back


def pair(room: Any, rack: Any, gap: float, **more: Any) -> Any:
    lower = rack(1, 1, 9, 2, name="R1", back_to_back="R2", **more)
    return room(racks=(lower, rack(1, 2 + gap, 9, 3 + gap, name="R2", back_to_back="R1", **more)))


@pytest.mark.parametrize(
    ("gap", "sigma", "verdict"),
    [
        (0.2, 0.0, "pass"),
        (0.19, 0.0, "fail"),
        (0.21, 0.01, "cannot_decide"),
        (0.19, 0.01, "cannot_decide"),
        (0.23, 0.01, "pass"),
        (0.17, 0.01, "fail"),
    ],
)
def test_mates_on_each_side_of_the_limit(
    gap: float, sigma: float, verdict: str, room: Any, rack: Any, only: Any
) -> None:
    found = only(back_to_back(pair(room, rack, gap, sigma_m=sigma), [PICKER], DEFAULT_LIMITS), "back_to_back")
    assert (found.value, found.verdict) == (pytest.approx(gap), verdict)


def test_a_heading_in_doubt_counts_at_the_end_of_the_row(room: Any, rack: Any, only: Any) -> None:
    hall = pair(room, rack, 0.25, yaw_sigma_rad=0.01)
    found = only(back_to_back(hall, [PICKER], DEFAULT_LIMITS), "back_to_back")
    assert (found.sigma, found.verdict) == (pytest.approx(2**0.5 * 0.04), "cannot_decide")


def test_a_mate_that_is_missing_is_not_decided(room: Any, rack: Any, only: Any) -> None:
    hall = room(racks=(rack(1, 1, 9, 2, back_to_back="R2"), rack(1, 4, 9, 5, name="R3")))
    found = only(back_to_back(hall, [PICKER], DEFAULT_LIMITS), "back_to_back")
    assert (found.value, found.verdict) == (None, "cannot_decide")
