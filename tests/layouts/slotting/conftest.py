"""A small hall of four aisles, as a site for scenarios."""

from __future__ import annotations

from pathlib import Path

import pytest

from layouts.layout_file.read_layout import build_layout_file
from layouts.scenario import Scenario
from spatial.facility import Facility
from spatial.facility_json import write_facility

LAYOUT = """
id: HALL
building: {width_m: 36, depth_m: 40, height_m: 8}
blocks:
  - {id: MAIN, at_m: [2, 10], rows: [1, 2, 2, 2, 1], bays: 8, aisle_width_m: 2.4, back_aisle_m: 4}
stations:
  - {id: DEPOT, kind: depot, at_m: [18, 4]}
"""


@pytest.fixture(scope="session")
def aisles_hall(tmp_path_factory: pytest.TempPathFactory) -> Facility:
    path = tmp_path_factory.mktemp("hall") / "layout.yaml"
    path.write_text(LAYOUT, encoding="utf-8")
    return build_layout_file(path)


@pytest.fixture
def hall_scenario(aisles_hall: Facility, tmp_path: Path) -> Scenario:
    write_facility(tmp_path / "facility.json", aisles_hall)
    return Scenario(site=tmp_path, synthetic_orders=60, routing="exact")
