"""The floor's height is kept for a level's samples, and never mixed up with another's."""

from __future__ import annotations

import numpy as np
from scipy.interpolate import LinearNDInterpolator
from scipy.spatial import cKDTree

from spatial.facility import FloorHeights, Level
from spatial.floor_heights import floor_height

OUTLINE = ((0.0, 0.0), (10.0, 0.0), (10.0, 8.0), (0.0, 8.0))


def test_each_level_has_its_own_heights_however_often_and_in_whatever_order_they_are_asked() -> None:
    rng = np.random.default_rng(0)
    places = rng.uniform(-1.0, 11.0, (300, 2))
    samples = [np.column_stack([rng.uniform(0, 10, (30, 2)), rng.normal(0, 0.1, 30)]) for _ in range(3)]
    levels = [
        Level(
            id="L0", elevation_m=0.0, outline=OUTLINE,
            floor=FloorHeights(points=tuple((float(x), float(y), float(z)) for x, y, z in points), grid_m=2.0),
        )
        for points in samples
    ]  # fmt: skip
    for which in (0, 1, 2, 1, 0):
        points = samples[which]
        linear = LinearNDInterpolator(points[:, :2], points[:, 2])(places)
        nearest = points[cKDTree(points[:, :2]).query(places)[1], 2]
        expected = np.where(np.isfinite(linear), linear, nearest)
        np.testing.assert_array_equal(floor_height(levels[which], places), expected)
