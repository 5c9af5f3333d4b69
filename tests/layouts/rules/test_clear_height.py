"""Roofs, gates, beams and what hangs over aisles, on each side of what a vehicle needs."""

from __future__ import annotations

from typing import Any

import pytest

from layouts.rules.clear_height import clear_height
from layouts.rules.limits import DEFAULT_LIMITS, Limits
from spatial.facility import Tier
from spatial.floor.agents import PICKER, REACH_TRUCK

NEEDED_M = 2.4 + 0.2
SIDES = [
    (NEEDED_M, 0.0, "pass"),
    (NEEDED_M - 0.01, 0.0, "fail"),
    (NEEDED_M + 0.03, 0.02, "cannot_decide"),
    (NEEDED_M - 0.03, 0.02, "cannot_decide"),
    (NEEDED_M + 0.05, 0.02, "pass"),
    (NEEDED_M - 0.05, 0.02, "fail"),
]


def heights(facility: Any, *agents: Any, limits: Limits = DEFAULT_LIMITS) -> list[Any]:
    return list(clear_height(facility, agents or [REACH_TRUCK], limits))


@pytest.mark.parametrize(("height", "sigma", "verdict"), SIDES)
def test_the_roof_is_the_highest_wall(
    height: float, sigma: float, verdict: str, room: Any, only: Any
) -> None:
    found = only(heights(room(height_m=height, sigma_m=sigma)), "clear_height", "L0")
    assert (found.value, found.limit, found.verdict) == (height, pytest.approx(NEEDED_M), verdict)


def test_a_roof_that_the_limits_tell_goes_before_the_walls(room: Any, only: Any) -> None:
    found = only(heights(room(height_m=9.0), limits=Limits(roof_m=2.5)), "clear_height", "L0")
    assert (found.value, found.verdict) == (2.5, "fail")


def test_a_roof_that_nobody_knows_is_not_decided(room: Any, only: Any) -> None:
    found = only(heights(room(walls=False)), "clear_height", "L0")
    assert (found.value, found.verdict) == (None, "cannot_decide")


def test_a_rack_above_the_walls_of_a_scan_shows_that_they_do_not_tell_the_roof(
    room: Any, rack: Any, only: Any
) -> None:
    racks = (rack(1, 1, 5, 2, height_m=6.6),)
    for kind, height, value in (("as_built", 5.85, None), ("as_built", 7.0, 7.0), ("planned", 5.85, 5.85)):
        found = only(heights(room(kind=kind, height_m=height, racks=racks)), "clear_height", "L0")
        assert found.value == value


def test_the_sigma_of_a_walls_line_is_not_that_of_its_height(room: Any, only: Any) -> None:
    found = only(heights(room(kind="as_built", height_m=2.62, sigma_m=0.001)), "clear_height", "L0")
    assert (found.sigma, found.verdict) == (0.05, "cannot_decide")


@pytest.mark.parametrize(("height", "sigma", "verdict"), SIDES)
def test_gates_are_for_vehicles(
    height: float, sigma: float, verdict: str, room: Any, door: Any, only: Any
) -> None:
    hall = room(doors=(door(5.0, 3.0, high=height, kind="dock_door", name="D1"),), sigma_m=sigma)
    assert only(heights(hall), "clear_height", "D1").verdict == verdict
    assert [f.elements for f in heights(hall, PICKER)] == [("L0",)]


@pytest.mark.parametrize(("height", "sigma", "verdict"), SIDES)
def test_a_rack_that_bridges_an_aisle_by_its_lowest_beam(
    height: float, sigma: float, verdict: str, room: Any, rack: Any, aisle: Any, only: Any
) -> None:
    tiers = (Tier(z_m=height + 0.1, beam_height_m=0.1, sigma_m=sigma),)
    hall = room(racks=(rack(4, 2, 6, 6, tiers=()),), aisles=(aisle((0.5, 4.0), (9.5, 4.0), 3.0),))
    assert only(heights(hall), "clear_height", "R1").verdict == "cannot_decide"
    bridge = rack(4, 2, 6, 6).__class__(**{**vars(hall.racks[0]), "tiers": tiers})
    found = only(heights(room(racks=(bridge,), aisles=hall.aisles)), "clear_height", "R1")
    assert (found.value, found.verdict) == (pytest.approx(height), verdict)


def test_a_rack_beside_an_aisle_bridges_nothing(room: Any, rack: Any, aisle: Any) -> None:
    # it stands 2 cm in the strip, as a scan may have it
    hall = room(racks=(rack(1, 1, 9, 2.52),), aisles=(aisle((1.0, 4.0), (9.0, 4.0), 3.0),))
    assert [f.elements for f in heights(hall)] == [("L0",)]


def test_what_hangs_over_an_aisle_counts_at_any_height(room: Any, box: Any, aisle: Any, only: Any) -> None:
    lane = (aisle((0.5, 4.0), (9.5, 4.0), 3.0),)
    for z0, verdict in ((0.8, "fail"), (2.59, "fail"), (2.6, "pass")):
        found = heights(room(obstacles=(box(4, 3, 5, 5, z0=z0, z1=3.0),), aisles=lane))
        assert only(found, "clear_height", "O1").verdict == verdict


def test_beside_aisles_only_what_would_be_driven_under_counts(room: Any, box: Any, only: Any) -> None:
    low, near, high = (room(obstacles=(box(4, 3, 5, 5, z0=z0, z1=3.0),)) for z0 in (1.0, 2.5, 2.7))
    assert [f.elements for f in heights(low)] == [("L0",)]
    assert only(heights(near), "clear_height", "O1").verdict == "fail"
    assert only(heights(high), "clear_height", "O1").verdict == "pass"


def test_as_built_what_hangs_is_known_to_the_limits_sigma(room: Any, box: Any, only: Any) -> None:
    hall = room(kind="as_built", obstacles=(box(4, 3, 5, 5, z0=2.62, z1=3.0),))
    found = only(heights(hall), "clear_height", "O1")
    assert (found.sigma, found.verdict) == (0.05, "cannot_decide")
