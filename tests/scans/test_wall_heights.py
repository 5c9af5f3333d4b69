"""Walls reach the roof; where it was not seen, they are no lower than the racks that stand by them."""

from __future__ import annotations

import numpy as np
import pytest

from scans.recognition import as_built
from scans.recognition.building.walls import WallLine
from spatial.facility import Rack

LINE = WallLine(np.array([0.0, 0.0]), np.array([30.0, 0.0]), np.array([0.0, 1.0]), 0.002)


def rack(y: float, height_m: float) -> Rack:
    """A row of 10 × 1 m along the wall, its near side 0.5 m before `y`."""
    return Rack(
        id="R1", level="L0", kind="pallet_rack", center=(15.0, y), base_z_m=0.0, yaw_rad=0.0,
        length_m=10.0, depth_m=1.0, height_m=height_m,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("racks", "height_m"),
    [
        ((), 5.85),
        ((rack(4.0, 6.59), rack(8.0, 6.2)), 6.59),
        ((rack(4.0, 4.0),), 5.85),
        ((rack(10.4, 6.59),), 6.59),
        ((rack(10.6, 6.59),), 5.85),
    ],
    ids=["no rack", "the highest of two", "a low rack", "just near", "just too far"],
)
def test_a_wall_is_as_high_as_the_roof_or_the_highest_rack_near_it(
    racks: tuple[Rack, ...], height_m: float
) -> None:
    assert as_built.wall(1, LINE, (), 5.85, racks).height_m == height_m
