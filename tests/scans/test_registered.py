"""What is not known of the scans' places is not known of what they show."""

from __future__ import annotations

import math

import pytest

from scans.recognition.registered import with_registration
from spatial.facility import Aisle, Facility, Level, Rack, Wall

CORNERS = ((0.0, 0.0), (9.0, 0.0), (9.0, 9.0), (0.0, 9.0))
HALL = Facility(
    id="H",
    name="H",
    kind="as_built",
    levels=(Level(id="L0", elevation_m=0.0, outline=CORNERS),),
    walls=(Wall(id="W1", level="L0", p0=CORNERS[0], p1=CORNERS[1], height_m=5.0, sigma_m=0.003),),
    racks=(
        Rack(
            id="R1", level="L0", kind="pallet_rack", center=(4.0, 4.0), base_z_m=0.0, yaw_rad=0.0, length_m=5.0,
            depth_m=1.0, height_m=4.0, sigma_m=0.003, along_sigma_m=0.006, depth_sigma_m=0.002,
        ),
    ),
    aisles=(Aisle(id="A1", level="L0", p0=(1.0, 6.0), p1=(7.0, 6.0), clear_width_m=3.0, sigma_m=0.003),),
)  # fmt: skip


def test_places_and_widths_are_known_no_better_than_the_scans() -> None:
    found = with_registration(HALL, [0.004, None, 0.004])
    assert found.racks[0].sigma_m == pytest.approx(0.005)
    assert found.racks[0].along_sigma_m == pytest.approx(math.hypot(0.006, 0.004), abs=1e-4)
    assert found.walls[0].sigma_m == found.aisles[0].sigma_m == pytest.approx(0.005)
    assert found.racks[0].depth_sigma_m == HALL.racks[0].depth_sigma_m


@pytest.mark.parametrize("sigmas", [[], [None], [0.0]])
def test_places_taken_as_told_change_nothing(sigmas: list[float | None]) -> None:
    assert with_registration(HALL, sigmas) == HALL
