"""Which points are looked at for a wall, a line and a cell: what measuring all of them says."""

from __future__ import annotations

import numpy as np
import pytest

from scans.recognition.building.beside import rows_beside
from scans.recognition.building.walls import _BAND_M, _vote
from scans.recognition.column_map import ColumnMap


@pytest.mark.parametrize("depths", [(-0.3, 0.8), (-np.inf, 0.1)])
def test_rows_beside_a_line_are_those_in_its_strip(depths: tuple[float, float]) -> None:
    points = np.random.default_rng(0).uniform(-5, 5, (5000, 3))
    start, along = np.array([0.4, -1.0]), np.array([np.cos(0.7), np.sin(0.7)])
    across = np.array([-along[1], along[0]])
    station, depth = (points[:, :2] - start) @ along, (points[:, :2] - start) @ across
    expected = (station > -1) & (station < 3.5) & (depth > depths[0]) & (depth < depths[1])
    assert 1 < expected.sum() < 5000
    rows = rows_beside(points, start, along, across, (-1.0, 3.5), depths)
    np.testing.assert_array_equal(rows, np.flatnonzero(expected))


def test_points_beyond_a_map_count_to_its_border() -> None:
    rng = np.random.default_rng(1)
    columns = ColumnMap(np.array([-1.0, 2.0]), 0.1, 0.1, np.zeros((30, 40), np.uint64))
    points = rng.uniform([-2, 1, 0], [3, 7, 1], (800, 3))
    i, j = np.clip(np.floor((points[:, :2] - columns.origin) / 0.1).astype(int), 0, [29, 39]).T
    seen = np.zeros((30, 40), np.bool_)
    seen[i, j] = True
    np.testing.assert_array_equal(columns.seen_in(points), seen)
    mask = rng.random((30, 40)) < 0.4
    np.testing.assert_array_equal(columns.rows_in(mask, points), mask[i, j])


def test_votes_are_the_histograms_of_the_offsets() -> None:
    offsets = np.random.default_rng(2).uniform(-3, 3, (200, 7))
    low = float(offsets.min())
    votes = np.zeros((7, 60), np.int64)
    _vote(offsets, low, votes)
    for row, own in zip(votes, offsets.T, strict=True):
        np.testing.assert_array_equal(row, np.bincount(((own - low) / _BAND_M).astype(int), minlength=60))
