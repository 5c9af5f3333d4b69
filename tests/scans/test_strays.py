"""Strays: voxels alone in mid-air go where the scan is dense, and stay where it is thin."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest
from scipy import ndimage

from scans.strays import is_stray

VOXEL_M = 0.025


def sheet(spacing_m: float) -> npt.NDArray[np.float64]:
    """Points (N, 3) of a wall of 2 × 2 m at x = 1."""
    steps = np.arange(spacing_m / 2, 2.0, spacing_m)
    y, z = np.meshgrid(steps, steps)
    return np.column_stack([np.full(y.size, 1.0), y.ravel(), z.ravel()])


def curtain(count: int) -> npt.NDArray[np.float64]:
    """Points (N, 3) as mixed pixels leave them: one above the other, at any distance before the wall."""
    rng = np.random.default_rng(0)
    return np.column_stack([rng.uniform(0.6, 0.85, count), np.full(count, 1.0), np.linspace(0.2, 1.8, count)])


def test_a_curtain_of_mixed_pixels_before_a_dense_wall_goes_and_the_wall_stays() -> None:
    wall, mixed = sheet(VOXEL_M), curtain(12)
    stray = is_stray(np.vstack([wall, mixed]))
    assert not stray[: len(wall)].any()
    assert stray[len(wall) :].all()


def test_where_the_scan_is_thin_nothing_goes() -> None:
    assert not is_stray(np.vstack([sheet(0.12), curtain(12)])).any()


def test_the_far_thin_part_of_a_scan_stays_whatever_is_dense_elsewhere() -> None:
    far = sheet(0.12) + np.array([10.0, 0.0, 0.0])
    assert not is_stray(np.vstack([sheet(VOXEL_M), far])).any()


@pytest.mark.parametrize("size_m", [0.04, 0.1])
def test_a_thin_beam_is_no_stray(size_m: float) -> None:
    along = np.arange(0.0, 2.7, VOXEL_M)
    y, z = np.meshgrid(along, np.arange(0.0, size_m, VOXEL_M))
    beam = np.column_stack([np.full(y.size, 0.5), y.ravel(), z.ravel() + 1.5])
    assert is_stray(np.vstack([sheet(VOXEL_M), beam]))[-len(beam) :].mean() < 0.05


def test_the_order_of_points_does_not_matter() -> None:
    points = np.vstack([sheet(VOXEL_M), curtain(12)])
    order = np.random.default_rng(1).permutation(len(points))
    assert (is_stray(points[order]) == is_stray(points)[order]).all()


def test_no_points_are_no_strays() -> None:
    assert is_stray(np.zeros((0, 3))).shape == (0,)


def test_strays_are_those_that_sorting_all_cells_finds() -> None:
    rng = np.random.default_rng(4)
    points = np.vstack([sheet(VOXEL_M), rng.uniform(0.0, 4.0, (3000, 3)), rng.uniform(-9.0, 9.0, (50, 3))])
    cell = np.floor((points - points.min(axis=0)) / 0.1).astype(np.int64)
    _, index, count = np.unique(cell, axis=0, return_inverse=True, return_counts=True)
    block = cell // 5
    fullest = np.zeros(block.max(axis=0) + 1)
    np.maximum.at(fullest, tuple(block.T), count[index.reshape(-1)])
    is_dense = ndimage.maximum_filter(fullest, size=3, mode="constant") >= 14
    expected = is_dense[tuple(block.T)] & (count[index.reshape(-1)] <= 1)
    assert 100 < expected.sum() < 3000
    np.testing.assert_array_equal(is_stray(points), expected)
