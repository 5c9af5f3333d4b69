"""Over many halls, stations and noises: errors are as great as their sigmas say, and nothing fails."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from scans.deviation.beams import look_for_beams
from scans.deviation.finding import Z, judge
from scans.deviation.rack_refit import refit_rack
from scans.deviation.seen_points import SeenPoints
from spatial.facility import Facility

SEEDS, COARSE_DEG = 20, 0.5
ENOUGH = 0.90
"""Of 95 %: what 40 racks may fall short by."""


def test_sigmas_are_honest_and_nothing_fails_over_seeds(
    hall_of: Callable[..., Facility], scan_of: Callable[..., SeenPoints]
) -> None:
    along, across, turn, height, alarms = [], [], [], [], 0
    for seed in range(SEEDS):
        plan = hall_of(seed=seed)
        seen = scan_of(plan, seed=seed, step_deg=COARSE_DEG)
        for rack in plan.racks:
            fit = refit_rack(rack, seen)
            assert fit is not None
            along.append(fit.along_m / fit.along_sigma_m)
            across.append(fit.across_m / fit.across_sigma_m)
            turn.append(fit.turn_rad / fit.turn_sigma_rad)
            alarms += judge(fit.by_m, fit.sigma_m, 0.02) == "fail"
            beams = look_for_beams(fit.moved(), seen)
            places = [(b, t) for b in range(len(rack.bays)) for t in range(len(rack.tiers))]
            alarms += sum(beams.is_there(*place) is False for place in places)
            shifts = [beams.tier_shift(tier) for tier in range(len(rack.tiers))]
            height += [shift.shift_m / shift.sigma_m for shift in shifts if shift is not None]
    assert alarms == 0
    within = {
        name: float(np.mean(np.abs(z) < Z))
        for name, z in (("along", along), ("across", across), ("turn", turn), ("height", height))
    }
    assert min(within.values()) >= ENOUGH, within
