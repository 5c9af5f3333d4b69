"""A small crossover case: 4 one-way aisles of 6 bays without passing."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest
from crossover import Case, crossover

from layouts.scenario import Scenario
from layouts.slotting.congestion.crowding import Crowding, crowding_of
from layouts.slotting.from_scenario import SlottingStart, slotting_start
from spatial.facility_json import read_facility

SMALL = Case(aisles=4, bays=6, orders=115, lines=5, drop_s=20.0, horizon_s=2400.0, warm_up_s=400.0)


@dataclass(frozen=True, kw_only=True)
class SmallCase:
    """The scenario with its problem and crowding; `folder` has its files."""

    folder: Path
    scenario: Scenario
    start: SlottingStart
    crowding: Crowding


@pytest.fixture(scope="session")
def small(tmp_path_factory: pytest.TempPathFactory) -> SmallCase:
    folder = tmp_path_factory.mktemp("crossover")
    scenario = crossover(folder, SMALL, pickers=4)
    start = slotting_start(read_facility(scenario.site), scenario)
    return SmallCase(
        folder=folder, scenario=scenario, start=start, crowding=crowding_of(start, start.problem)
    )
