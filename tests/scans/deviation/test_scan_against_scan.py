"""Two scans of one place from other stations: what is the same is the same, what moved is found."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from scans.deviation.change_patches import ChangeLimits
from scans.deviation.m3c2 import cloud_distances
from scans.deviation.scan_against_scan import scan_against_scan
from scans.deviation.seen_points import SeenPoints
from spatial.facility import Facility, Obstacle

ELSEWHERE = ((2.0, 8.5), (12.0, 1.5), (5.0, 4.8), (9.5, 5.4))
LIMITS = ChangeLimits(registration_sigma_m=0.001)
NOISE_M = 0.003

Maker = Callable[..., Facility]
Scanner = Callable[..., SeenPoints]


@pytest.fixture(scope="module")
def plan(hall_of: Maker) -> Facility:
    return hall_of()


@pytest.fixture(scope="module")
def before(plan: Facility, scan_of: Scanner) -> SeenPoints:
    return scan_of(plan, seed=1)


def plane(rng: np.random.Generator, shift_m: float, count: int = 40_000) -> SeenPoints:
    """A slanted square of 4 m with noise along its normal, shifted along it."""
    u, v = rng.uniform(0, 4, (2, count))
    normal = np.array([0.36, 0.48, 0.8])
    axes = np.array([[0.8, -0.6, 0.0], [0.48, 0.64, -0.6]])
    off = shift_m + rng.normal(0, NOISE_M, count)
    points = u[:, None] * axes[0] + v[:, None] * axes[1] + off[:, None] * normal
    eye = (points.mean(axis=0) + 5 * normal).astype(np.float64)
    return SeenPoints.of(points, np.zeros(count, np.int32), {0: eye})


def test_on_a_plane_one_cell_in_twenty_is_beyond_its_level_of_detection() -> None:
    rng = np.random.default_rng(3)
    cells = cloud_distances(plane(rng, 0.0), plane(rng, 0.0))
    told = np.isfinite(cells.distance)
    assert told.mean() > 0.9
    beyond = np.abs(cells.distance[told]) > cells.level_of_detection(0.0)[told]
    assert 0.03 < beyond.mean() < 0.075


def test_the_distance_of_two_planes_is_their_shift_towards_the_scanner() -> None:
    rng = np.random.default_rng(4)
    cells = cloud_distances(plane(rng, 0.0), plane(rng, 0.012))
    told = np.isfinite(cells.distance)
    error = cells.distance[told] - 0.012
    assert abs(error.mean()) < 0.0002
    assert 0.9 < np.mean(np.abs(error) < cells.level_of_detection(0.0)[told]) < 0.98


@pytest.mark.parametrize("seed", [2, 3])
def test_the_same_hall_from_elsewhere_has_not_changed(
    plan: Facility, before: SeenPoints, scan_of: Scanner, seed: int
) -> None:
    after = scan_of(plan, seed=seed, stations=ELSEWHERE)
    found = scan_against_scan(before, after, LIMITS)
    assert [one.text for one in found if one.verdict != "pass"] == []


def test_a_rack_30_mm_farther_is_found(
    plan: Facility, before: SeenPoints, shift: Maker, scan_of: Scanner
) -> None:
    after = scan_of(shift(plan, "R0", across_m=0.03), seed=5, stations=ELSEWHERE)
    found = [one for one in scan_against_scan(before, after, LIMITS) if one.verdict == "fail"]
    assert sum(one.more["area_m2"] for one in found) > 1.0
    greatest = max(found, key=lambda one: one.more["area_m2"])
    assert greatest.by_m == pytest.approx(0.03, abs=0.003)


def test_a_new_box_is_found_with_its_size_and_gone_again_seen_backwards(
    plan: Facility, before: SeenPoints, scan_of: Scanner, stack: Callable[..., Obstacle]
) -> None:
    after = scan_of(
        replace(plan, obstacles=(stack("X", 6.0, 1.2, 0.8, 0.6, 1.0),)), seed=6, stations=ELSEWHERE
    )
    (new,) = [one for one in scan_against_scan(before, after, LIMITS) if one.verdict == "fail"]
    (gone,) = [one for one in scan_against_scan(after, before, LIMITS) if one.verdict == "fail"]
    assert new.more["new_m2"] > 0.5
    assert new.more["gone_m2"] == 0
    assert gone.more["gone_m2"] > 0.5
    assert gone.more["new_m2"] == 0
    assert new.more["size_m"][2] == pytest.approx(1.0, abs=0.2)


def test_what_one_scan_does_not_see_is_no_change(
    plan: Facility, before: SeenPoints, scan_of: Scanner
) -> None:
    corner = scan_of(plan, seed=7, stations=((1.2, 1.2),))
    found = scan_against_scan(before, corner, LIMITS)
    assert [one.text for one in found if one.verdict == "fail"] == []
    assert found[-1].more["unseen_in_newer"] > 10 * found[-1].more["unseen_in_older"]


def test_a_patch_without_cells_is_refused() -> None:
    with pytest.raises(ValueError, match="cells"):
        ChangeLimits(cells=0)
