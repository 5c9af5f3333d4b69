"""A way over lifts and stairs is moves that lie on their own level each."""

from __future__ import annotations

import math
from pathlib import Path

import pytest
import shapely

from layouts.layout_file.read_layout import build_layout_file
from layouts.run import Run
from layouts.scenario import Scenario
from layouts.simulation.run_scenario import run_on
from spatial.facility import Facility
from spatial.floor.facility_rules import links_of

LAYOUT = Path(__file__).parents[1] / "layout_file" / "two_levels.layout.yaml"


@pytest.fixture(scope="module")
def hall() -> Facility:
    return build_layout_file(LAYOUT)


def shift(hall: Facility, agent: str) -> Run:
    return run_on(hall, Scenario(site=Path(), agent=agent, pickers=4, synthetic_orders=30))


@pytest.mark.parametrize("agent", ["picker", "cart", "reach_truck"])
def test_every_move_lies_on_its_level_but_for_the_stairs_between_two(hall: Facility, agent: str) -> None:
    events = shift(hall, agent).events
    floors = {level.id: shapely.Polygon(level.outline).buffer(1e-6) for level in hall.levels}
    stairs = {((link.start.x_m, link.start.y_m), (link.end.x_m, link.end.y_m)) for link in links_of(hall)}
    seen = set()
    for event in events:
        line = shapely.LineString(event.path if len(event.path) > 1 else event.path * 2)
        if event.kind == "move" and not floors[event.level].covers(line):
            ends = (event.path[0], event.path[-1])
            assert any(
                math.dist(one, a) + math.dist(other, b) < 1e-6
                for a, b in stairs
                for one, other in (ends, ends[::-1])
            )
        seen.add(event.level)
    assert seen == set(floors)
