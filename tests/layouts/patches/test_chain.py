"""What a patch makes goes through all that comes after: graph, rules, simulation, difference."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from layouts.diff.facility_diff import diff_facilities
from layouts.diff.picture import diff_svg
from layouts.patches.apply_patch import Patched
from layouts.rules.check_layout import check_layout
from layouts.rules.limits import DEFAULT_LIMITS
from layouts.scenario import Scenario
from layouts.simulation.run_scenario import run_on
from spatial.facility import Facility
from spatial.facility_json import facility_from_json, facility_to_json
from spatial.floor.agents import PICKER
from spatial.navigation.build_graph import build_graph

CHANGES: list[dict[str, Any]] = [
    {"shift_row": {"racks": ["R4", "R5"], "by_m": [0.5, 0]}},
    {"widen_aisle": {"aisle": "A4", "to_m": 3.4, "moving": "R8"}},
    {"open_cross_aisle": {"block": "R1", "at_m": 12}},
    {"swap_rack_type": {"racks": ["R2", "R3"], "type": {"depth_m": 1.0, "bay_width_m": 1.8, "positions": 2}}},
    {"flying_v": {"block": "R1", "width_m": 2.5}},
    {"fishbone": {"block": "R1", "width_m": 2.5}},
    {"remove_rack": {"racks": "R4"}},
]


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: next(iter(change)))
def test_every_place_can_be_reached_checked_and_picked(
    scanned: Facility, patched: Callable[..., Patched], change: dict[str, Any]
) -> None:
    result = patched(scanned, change).facility
    assert facility_from_json(facility_to_json(result)) == result
    graph = build_graph(result, PICKER)
    assert {*graph.access} == {place.id for place in result.locations}
    findings = check_layout(result, [PICKER], DEFAULT_LIMITS)
    named = {name for finding in findings for name in finding.elements}
    assert {aisle.id for aisle in result.aisles} <= named
    run = run_on(result, Scenario(site=Path("site"), synthetic_orders=10, pickers=2))
    assert run.inputs
    difference = diff_facilities(scanned, result)
    assert difference.changes
    assert diff_svg(difference, scanned, result).startswith("<svg")
