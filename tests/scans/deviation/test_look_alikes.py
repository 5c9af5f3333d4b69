"""What looks like the front of a beam and is none: the backs of beams, and pallets on beams that nothing shows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from scans.deviation.beams import look_for_beams
from scans.deviation.frames import before_face
from scans.deviation.plan_against_scan import plan_against_scan
from scans.deviation.rack_refit import refit_rack
from scans.deviation.seen_points import SeenPoints
from spatial.facility import Facility
from spatial.locations import world_from_rack

BEHIND = ((4.0, 1.2), (10.0, 1.2))
"""Stations that see R0 through its back only; its face looks the other way."""

Maker = Callable[..., Facility]
Scanner = Callable[..., SeenPoints]


def test_an_eye_stands_before_a_face_unless_it_is_known_to_be_behind_it(hall_of: Maker) -> None:
    rack = hall_of().racks[0]
    pose = world_from_rack(rack)
    before, within, behind = (pose[:3, 3] + v * pose[:3, 1] for v in (2.0, 0.0, -2.0))
    eyes = np.array([before, within, behind, np.full(3, np.nan)])
    assert before_face(rack, eyes, 1).tolist() == [True, False, False, True]
    assert before_face(rack, eyes, -1).tolist() == [False, False, True, True]


def test_the_eyes_of_points_are_those_of_their_stations_and_unknown_of_others() -> None:
    seen = SeenPoints.of(np.zeros((3, 3)), np.array([7, 5, 9], np.int32), {5: np.ones(3), 7: np.full(3, 2.0)})
    eyes = seen.eyes_of(np.arange(3))
    np.testing.assert_array_equal(eyes, [[2.0] * 3, [1.0] * 3, [np.nan] * 3])


def test_a_row_that_was_only_seen_from_behind_is_not_told_to_have_moved(
    hall_of: Maker, scan_of: Scanner
) -> None:
    """The backs of its beams lie further in than their fronts, all alike."""
    plan = hall_of()
    seen = scan_of(plan, stations=BEHIND)
    assert refit_rack(plan.racks[0], seen) is None
    told = [one for one in plan_against_scan(plan, seen) if one.place.get("rack") == "R0"]
    assert {one.verdict for one in told} == {"cannot_decide"}


@pytest.mark.parametrize("goes_through", [True, False])
def test_a_band_above_the_planned_beam_is_it_only_if_light_goes_through_below(
    hall_of: Maker, scan_of: Scanner, goes_through: bool
) -> None:
    plan = hall_of(filled=0.0)
    rack = plan.racks[0]
    higher = replace(rack, tiers=(rack.tiers[0], replace(rack.tiers[1], z_m=rack.tiers[1].z_m + 0.12)))
    seen = scan_of(replace(plan, racks=(higher, plan.racks[1])), stations=((7.0, 5.0), (10.0, 5.2)))
    if not goes_through:
        pose = world_from_rack(rack)
        inward = rack.depth_m / 2 - (seen.points - pose[:3, 3]) @ pose[:3, 1]
        kept = inward < 0.03
        seen = SeenPoints.of(seen.points[kept], seen.station[kept], dict(enumerate(seen.eyes)))
    shift = look_for_beams(rack, seen).tier_shift(1)
    if goes_through:
        assert shift is not None
        assert shift.shift_m == pytest.approx(0.12, abs=0.004)
    else:
        assert shift is None
