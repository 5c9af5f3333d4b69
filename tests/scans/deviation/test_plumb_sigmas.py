"""Leans of uprights under simulated noise: as far off as their sigmas say, with verdicts that say what is unknown."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from scans.deviation.finding import Finding, Z
from scans.deviation.plumb import leans
from scans.deviation.rack_refit import RackFit, refit_rack
from scans.deviation.seen_points import SeenPoints
from spatial.facility import Facility

SEEDS, ALONG, ACROSS = 5, 0.002, 0.005
"""Leans in m per m: 2 mm and 5 mm a metre."""

PARTS = {"along": ALONG, "across": ACROSS}


@pytest.fixture(scope="module", params=[0.003, 0.008], ids=["3 mm", "8 mm"])
def fits(
    request: pytest.FixtureRequest, hall_of: Callable[..., Facility], scan_of: Callable[..., SeenPoints]
) -> list[RackFit]:
    """Rows of halls that were sheared about the floor, scanned with noise."""
    found = []
    for seed in range(SEEDS):
        plan = hall_of(seed=seed)
        seen = scan_of(plan, seed=seed, noise_m=request.param)
        c, s = math.cos(plan.racks[0].yaw_rad), math.sin(plan.racks[0].yaw_rad)
        points = seen.points.copy()
        points[:, :2] += points[:, 2:] * (ALONG * np.array([c, s]) + ACROSS * np.array([-s, c]))
        seen = replace(seen, points=points)
        for rack in plan.racks:
            fit = refit_rack(rack, seen)
            assert fit is not None
            found.append(fit)
    return found


def told(fits: list[RackFit], limit: float, tilt_sigma: float = 0.0) -> list[Finding]:
    return [one for fit in fits for one in leans(fit, limit, tilt_sigma=tilt_sigma)]


def verdicts(found: list[Finding]) -> set[str | None]:
    return {one.verdict for one in found}


def test_errors_of_leans_are_as_great_as_their_sigmas_say(fits: list[RackFit]) -> None:
    off = [
        (one.more[f"lean_{name}_mm_per_m"] - 1000 * lean) / one.more[f"lean_{name}_sigma_mm_per_m"]
        for one in told(fits, 0.01)
        for name, lean in PARTS.items()
        if f"lean_{name}_mm_per_m" in one.more
    ]
    assert len(off) > 40
    assert float(np.mean(np.abs(off) < Z)) >= 0.9
    assert float(np.sqrt(np.mean(np.square(off)))) > 0.6


def test_a_lean_far_beyond_its_limit_fails_and_one_far_within_passes(fits: list[RackFit]) -> None:
    tight = told(fits, ACROSS / 2)
    assert sum(one.verdict == "fail" for one in tight) > 0.9 * len(tight)
    assert "pass" not in verdicts(tight)
    wide = told(fits, 2 * ACROSS)
    assert "fail" not in verdicts(wide)
    assert sum(one.verdict == "pass" for one in wide) > 0.8 * len(wide)


def test_a_lean_at_its_limit_is_mostly_undecided(fits: list[RackFit]) -> None:
    found = told(fits, ACROSS)
    undecided = [one.verdict == "cannot_decide" for one in found]
    assert np.mean(undecided) > 0.8


def test_what_is_not_known_of_the_vertical_is_not_known_of_a_lean(fits: list[RackFit]) -> None:
    limit = 0.5 * ACROSS
    assert "fail" in verdicts(told(fits, limit))
    assert verdicts(told(fits, limit, tilt_sigma=ACROSS)) == {"cannot_decide"}
