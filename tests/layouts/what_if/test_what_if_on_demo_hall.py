"""A what-if of the demo hall: simulated shifts, not a law, behind every point."""

from __future__ import annotations

import json
from importlib import import_module
from pathlib import Path

import pytest

from layouts.demo_hall import demo_hall
from layouts.kpis import kpis
from layouts.scenario import Scenario
from layouts.simulation.run_scenario import run_scenario
from layouts.what_if.curve import what_if
from layouts.what_if.curve_files import write_curve
from layouts.what_if.play_points import Figures
from layouts.what_if.spec import parse_spec
from layouts.what_if.text import curve_text
from spatial.facility_json import write_facility


def of_one_seed(scenario: Scenario, replication: int) -> dict[str, float]:
    """The figures of a whole run whose seed is the replication's."""
    found = kpis(run_scenario(scenario.model_copy(update={"seed": scenario.seed + replication})))
    assert found.lines_per_hour is not None
    return {
        "lines_per_hour": found.lines_per_hour,
        "blocked_share": found.total.blocked_s / found.total.sum_s,
        "makespan_s": found.makespan_s,
        "distance_m": found.distance_m,
    }


def simulated() -> Figures:
    figures: Figures = getattr(import_module("layouts.simulation.run_scenario"), "figures_of", of_one_seed)
    return figures


@pytest.fixture
def scenario(tmp_path: Path) -> Scenario:
    write_facility(tmp_path / "facility.json", demo_hall())
    return Scenario(site=tmp_path, pick_time="exponential", synthetic_orders=60)


def test_pickers_bring_more_lines_and_more_waits(scenario: Scenario, tmp_path: Path) -> None:
    curve = what_if(scenario, parse_spec(["pickers=1,4,8"]), simulated(), folder=tmp_path, first=6)
    (line,) = curve.lines
    for step in line.steps:
        assert step["lines_per_hour"].difference.low > 0
        assert step["blocked_share"].difference.low > 0
    assert line.points[0].levels["lines_per_hour"].n == 6
    assert line.points[0].levels["blocked_share"].value == 0
    assert "against the row above" in curve_text(curve)


def test_alternating_aisles_cost_metres_and_a_peak_costs_time(scenario: Scenario, tmp_path: Path) -> None:
    """On common orders the way through one-way aisles is longer in every replication."""
    curve = what_if(
        scenario,
        parse_spec(["peak=0.5,1", "one_way=none,alternate"]),
        of_one_seed,
        folder=tmp_path / "files",
        first=3,
    )
    _, bound = curve.lines
    assert all(pair["distance_m"].difference.low > 0 for pair in bound.beside)
    assert all(line.steps[0]["makespan_s"].difference.low > 0 for line in curve.lines)
    write_curve(tmp_path / "files", curve)
    record = json.loads((tmp_path / "files" / "what-if.json").read_text(encoding="utf-8"))
    assert [point["x"] for point in record["curves"][1]["points"]] == [0.5, 1.0]
