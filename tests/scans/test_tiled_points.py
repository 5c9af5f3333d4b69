"""Points in tiles against a look at all of them: boxes at any heading, and the floor below a place."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest

from scans.recognition.racks.blocks import axes_of
from scans.recognition.tiled_points import TiledPoints

Floats = npt.NDArray[np.float64]


def scattered(count: int, seed: int = 0) -> tuple[Floats, Floats]:
    """Points over a floor that rises by 1 cm a metre along x, and their heights above it."""
    rng = np.random.default_rng(seed)
    points = rng.uniform((-20, 5, 0), (15, 30, 6), (count, 3))
    return points, points[:, 2] - 0.01 * points[:, 0]


def test_points_of_a_tile_keep_their_order_and_their_heights() -> None:
    points, heights = scattered(5000)
    cloud = TiledPoints.of(points, heights)
    i, j = np.floor((points[:, :2] - cloud.origin) / 2.0).astype(np.int64).T
    order = np.argsort(i * cloud.shape[1] + j, kind="stable")
    assert np.array_equal(cloud.xyz, points[order])
    assert np.array_equal(cloud.heights, heights[order])


@pytest.mark.parametrize("yaw_deg", [0, 17, 90, 133, -45])
@pytest.mark.parametrize("size_m", [(0.3, 0.1), (30.0, 1.5), (4.0, 60.0)])
def test_a_box_holds_the_points_within_it_and_no_others(yaw_deg: float, size_m: tuple[float, float]) -> None:
    points, heights = scattered(20_000)
    axes = axes_of(np.radians(yaw_deg))
    low = axes @ np.array([-5.0, 14.0]) - np.array(size_m) / 2
    high = low + size_m
    uv = points[:, :2] @ axes.T
    inside = np.all((uv > low) & (uv < high), axis=1)
    found = TiledPoints.of(points, heights).in_box(axes, low, high)
    assert np.sort(found[2]).tolist() == np.sort(points[inside, 2]).tolist()
    by_z = np.argsort(found[2]), np.argsort(points[inside, 2])
    assert found[:2].T[by_z[0]] == pytest.approx(uv[inside][by_z[1]])


def test_a_box_beyond_the_points_is_empty() -> None:
    cloud = TiledPoints.of(*scattered(100))
    assert cloud.in_box(np.eye(2), np.array([100.0, 100.0]), np.array([110.0, 101.0])).shape == (3, 0)


@pytest.mark.parametrize("count", [3, 150, 3000, 300_000])
@pytest.mark.parametrize("xy", [(-5.0, 14.0), (-19.9, 5.1), (60.0, 60.0)])
def test_the_floor_is_the_median_below_the_nearest_hundred(count: int, xy: tuple[float, float]) -> None:
    points, heights = scattered(count, seed=1)
    heights = heights + np.random.default_rng(2).normal(0, 0.01, count)
    off = np.hypot(*(points[:, :2] - xy).T)
    nearest = np.argsort(off)[:100]
    cloud = TiledPoints.of(points, heights)
    within_reach = np.count_nonzero(off < 2.0) >= 100
    expected = np.median(points[nearest, 2] - heights[nearest])
    # where the tiles around hold fewer, those in them tell, or all of a few points
    assert cloud.floor_at(np.array(xy)) == pytest.approx(expected, abs=1e-12 if within_reach else 0.35)
