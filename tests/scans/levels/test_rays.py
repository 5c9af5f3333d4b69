"""Beams cross a level plane where a straight line does."""

from __future__ import annotations

import numpy as np

from scans.recognition.levels.rays import Rays


def test_beams_cross_a_plane_where_straight_lines_do() -> None:
    rng = np.random.default_rng(0)
    ends = rng.uniform([-8, -8, 0], [8, 8, 5], (500, 3))
    eyes = {3: np.array([1.0, 2.0, 1.6]), 7: np.array([-2.0, 0.0, 4.0])}
    station = rng.choice(np.array([3, 7, 9], np.int32), 500)
    origin, shape = np.array([-8.0, -8.0]), (64, 64)
    expected = np.zeros(shape, np.int64)
    for end, number in zip(ends, station.tolist(), strict=True):
        if number in eyes and (end[2] - 2.7) * (eyes[number][2] - 2.7) < 0:
            share = (2.7 - eyes[number][2]) / (end[2] - eyes[number][2])
            i, j = np.floor(((eyes[number] + share * (end - eyes[number]))[:2] - origin) / 0.25).astype(int)
            expected[i, j] += 1
    found = Rays.of(ends, station, eyes).crossings(2.7, origin, 0.25, shape)
    np.testing.assert_array_equal(found, expected)
    assert found.sum() > 100


def test_beams_from_nowhere_cross_nothing_and_began_nowhere() -> None:
    rays = Rays.of(np.array([[0.0, 0.0, 5.0]]), np.array([4], np.int32), {})
    assert rays.crossings(2.7, np.zeros(2), 0.25, (4, 4)).sum() == 0
    assert np.isnan(rays.heights_of_eyes()).all()
