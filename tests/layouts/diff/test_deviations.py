"""Deviations of single shelves, seeded and measured with noise: all are shown, none is made up."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from layouts.demo_hall import demo_hall
from layouts.diff.deviations import Deviation, deviations
from layouts.diff.facility_diff import diff_facilities
from spatial.facility import Facility, Rack

SIGMA_M = 0.004


def told(planned: Facility, actual: Facility) -> tuple[Deviation, ...]:
    return deviations(diff_facilities(planned, actual), planned, actual)


def spoilt(rack: Rack, how: str, by_m: float) -> Rack:
    """`rack` with one deviation of `by_m` metres."""
    x, y = rack.center
    match how:
        case "across":
            return replace(
                rack, center=(x - by_m * math.sin(rack.yaw_rad), y + by_m * math.cos(rack.yaw_rad))
            )
        case "along":
            return replace(
                rack, center=(x + by_m * math.cos(rack.yaw_rad), y + by_m * math.sin(rack.yaw_rad))
            )
        case "turned":
            return replace(rack, yaw_rad=rack.yaw_rad + by_m / (rack.length_m / 2))
        case "shelf":
            low, *rest = rack.tiers
            return replace(rack, tiers=(replace(low, z_m=low.z_m + by_m), *rest))
        case "beam":
            return replace(rack, missing_beams=((1, 1),))
    raise AssertionError(how)


HOWS = ("across", "along", "turned", "shelf", "beam")


def measured(rack: Rack, draw: np.random.Generator) -> Rack:
    """`rack` as a scan gives it: every length with an error of SIGMA_M."""
    x, y = rack.center + draw.normal(0, SIGMA_M, 2)
    yaw_sigma = SIGMA_M * math.sqrt(12) / rack.length_m
    return replace(
        rack,
        center=(float(x), float(y)),
        yaw_rad=rack.yaw_rad + float(draw.normal(0, yaw_sigma)),
        sigma_m=SIGMA_M,
        yaw_sigma_rad=yaw_sigma,
        tiers=tuple(
            replace(tier, z_m=tier.z_m + float(draw.normal(0, SIGMA_M)), sigma_m=SIGMA_M)
            for tier in rack.tiers
        ),
    )


def big_hall() -> Facility:
    """The demo hall eight times, so that there are racks enough."""
    hall = demo_hall()
    racks = [
        replace(rack, id=f"{rack.id}-{part}", center=(rack.center[0], rack.center[1] + 100.0 * part))
        for part in range(8)
        for rack in hall.racks
    ]
    return replace(hall, racks=tuple(racks), locations=(), aisles=())


@pytest.mark.parametrize("seed", range(6))
def test_all_of_twenty_seeded_deviations_are_shown_and_none_is_made_up(seed: int) -> None:
    draw = np.random.default_rng(seed)
    planned = big_hall()
    assert len(planned.racks) >= 60
    chosen = draw.choice(len(planned.racks), 20, replace=False)
    wrong = {
        planned.racks[i].id: (HOWS[n % len(HOWS)], float(draw.uniform(0.03, 0.12)))
        for n, i in enumerate(chosen)
    }
    actual = replace(
        planned,
        kind="as_built",
        racks=tuple(
            measured(spoilt(rack, *wrong[rack.id]) if rack.id in wrong else rack, draw)
            for rack in planned.racks
        ),
    )
    racks = {one.id: one for one in told(planned, actual) if one.kind == "rack"}
    shown = {name for name, one in racks.items() if one.verdict != "unchanged"}
    changed = {name for name, one in racks.items() if one.verdict == "changed"}
    assert wrong.keys() <= shown
    assert changed <= wrong.keys()
    clear = {name for name, (how, by_m) in wrong.items() if by_m > 0.03 + 4 * SIGMA_M or how == "beam"}
    assert clear <= changed
    for name in changed:
        how, by_m = wrong[name]
        if how != "beam":
            one = racks[name]
            assert one.by_m is not None
            assert one.sigma_m is not None
            assert one.by_m == pytest.approx(by_m, abs=5 * max(one.sigma_m, SIGMA_M))


def test_a_scan_that_equals_its_plan_deviates_nowhere() -> None:
    hall = demo_hall()
    found = told(hall, hall)
    assert {one.verdict for one in found} == {"unchanged"}
    assert {one.id for one in found if one.kind == "rack"} == {rack.id for rack in hall.racks}
    assert all(one.text == "as planned" for one in found)


def test_what_is_missing_or_new_has_one_box_and_no_measure() -> None:
    hall = demo_hall()
    fewer = replace(hall, racks=hall.racks[1:], locations=(), aisles=())
    whole = replace(hall, locations=(), aisles=())
    gone = next(one for one in told(whole, fewer) if one.verdict == "changed")
    new = next(one for one in told(fewer, whole) if one.verdict == "changed")
    assert (gone.word, gone.actual, gone.by_m) == ("removed", None, None)
    assert (new.word, new.planned, new.by_m) == ("added", None, None)
    assert gone.planned == new.actual


def test_boxes_stand_where_the_racks_do() -> None:
    hall = demo_hall()
    boxes = {one.id: one.actual for one in told(hall, hall) if one.kind == "rack"}
    for rack in hall.racks:
        box = boxes[rack.id]
        assert box is not None
        assert box.center == (*rack.center, rack.base_z_m + rack.height_m / 2)
        assert box.size_m == (rack.length_m, rack.depth_m, rack.height_m)


def test_another_name_is_no_deviation() -> None:
    hall = demo_hall()
    first, *rest = hall.racks
    renamed = replace(hall, racks=(replace(first, id="Z9"), *rest), locations=(), aisles=())
    found = {
        one.id: one for one in told(replace(hall, locations=(), aisles=()), renamed) if one.kind == "rack"
    }
    assert (found["Z9"].verdict, found["Z9"].text) == ("unchanged", "as planned")
