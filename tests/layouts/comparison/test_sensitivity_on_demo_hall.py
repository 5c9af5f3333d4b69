"""Assumptions of real shifts: a flip that arithmetic tells, drawn orders, moved rack faces, all that is usual."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from layouts.comparison.compare import compare
from layouts.comparison.sensitivity import sensitivity
from layouts.comparison.sensitivity_assumptions import assumptions_of
from layouts.comparison.sensitivity_orders import drawn_orders
from layouts.comparison.sensitivity_text import sensitivity_text
from layouts.comparison.sensitivity_widths import with_faces_moved, with_widths
from layouts.demo_hall import AISLE_WIDTH_M, demo_hall
from layouts.scenario import Scenario
from layouts.simulation.run_scenario import figures_of, run_scenario
from spatial.facility import Facility
from spatial.facility_json import read_facility, write_facility
from spatial.floor.agents import PICKER
from spatial.navigation.build_graph import build_graph

SIGMA_M = 0.02


@pytest.fixture(scope="module")
def scanned() -> Facility:
    """The demo hall as if its racks and aisles had been measured."""
    hall = demo_hall()
    return replace(
        hall,
        racks=tuple(replace(rack, sigma_m=SIGMA_M) for rack in hall.racks),
        aisles=tuple(replace(aisle, sigma_m=SIGMA_M * 2**0.5) for aisle in hall.aisles),
    )


@pytest.fixture
def now(tmp_path: Path, scanned: Facility) -> Scenario:
    write_facility(tmp_path / "facility.json", scanned)
    return Scenario(site=tmp_path, synthetic_orders=12, pickers=1)


def test_a_flip_of_real_shifts_is_where_arithmetic_puts_it(tmp_path: Path, now: Scenario) -> None:
    """Shorter ways that cost 20 s a tour: lost as soon as the metres saved are walked in 20 s a tour."""
    short = now.model_copy(update={"routing": "exact", "drop_s": now.drop_s + 20})
    runs = [run_scenario(each) for each in (now, short)]
    rows = [figures_of(each, 0) for each in (now, short)]
    lines = sum(event.kind == "pick" for event in runs[0].events)
    tours = round((rows[1]["makespan_s"] - rows[0]["makespan_s"] + walked(rows, lines) / 1.2) / 20)
    truth = walked(rows, lines) / (20 * tours)
    scenarios = {"now": now, "short": short}
    known = assumptions_of(
        scenarios, [f"speed_m_s={0.5 * truth:.3f}..{max(1.3, 2 * truth):.3f}"], usual=False
    )
    found = compare(scenarios, figures_of, first=2)
    told = sensitivity(found, scenarios, figures_of, known, folder=tmp_path / "made")
    (one,) = told.scenarios[0].assumptions
    (turn,) = one.turns
    assert turn.low <= truth <= turn.high
    assert turn.at == pytest.approx(truth, rel=0.01)


def walked(rows: list[dict[str, float]], lines: int) -> float:
    return (rows[0]["metres_per_line"] - rows[1]["metres_per_line"]) * lines


def test_all_usual_assumptions_of_a_scanned_hall_are_tried(
    tmp_path: Path, hall: Callable[..., Facility]
) -> None:
    write_facility(tmp_path / "facility.json", hall(rows=2, bays=2, sigma_m=SIGMA_M))
    small = Scenario(site=tmp_path, synthetic_orders=4, pickers=2, pick_time="exponential")
    scenarios = {"now": small, "large": small.model_copy(update={"batch_lines": 20})}
    found = compare(scenarios, figures_of, first=3)
    known = assumptions_of(scenarios)
    told = sensitivity(
        found, scenarios, figures_of, known, folder=tmp_path / "made", cache=tmp_path / "cache"
    )
    (each,) = told.scenarios
    assert {one.name for one in each.assumptions} == {
        "pick_s", "speed_m_s", "peak", "pickers", "aisle_widths", "order_mix", "routing",
        "traffic.release", "traffic.intersections", "traffic.deadlock",
    }  # fmt: skip
    assert told.untried == {}
    swings = [one.swing for one in each.assumptions]
    assert swings == sorted(swings, reverse=True)
    assert "one assumption changed at a time" in sensitivity_text(told)
    again = sensitivity(found, scenarios, refused, known, folder=tmp_path / "made", cache=tmp_path / "cache2")
    assert len(again.untried) == sum(len(one.values) for one in known.known)


def refused(scenario: Scenario, replication: int) -> dict[str, float]:
    raise ValueError("nothing is played here")


def test_moved_faces_widen_every_aisle_by_as_many_sigmas_as_asked(scanned: Facility) -> None:
    before, after = (build_graph(each, PICKER) for each in (scanned, with_faces_moved(scanned, -2.0)))
    narrow = AISLE_WIDTH_M - 2 * SIGMA_M * 2**0.5
    counts = [
        [int(np.isclose(graph.clear_width_m, width, atol=1e-3).sum()) for width in (AISLE_WIDTH_M, narrow)]
        for graph in (before, after)
    ]
    assert counts[0][0] > 20
    assert counts[0][1] == 0
    assert counts[1][1] > 0.9 * counts[0][0]
    widths = {aisle.id: aisle.clear_width_m for aisle in scanned.aisles}
    for aisle in with_faces_moved(scanned, -2.0).aisles:
        assert aisle.clear_width_m == pytest.approx(widths[aisle.id] - 2 * SIGMA_M * 2**0.5)
    for rack, moved in zip(scanned.racks, with_faces_moved(scanned, -2.0).racks, strict=True):
        assert moved.depth_m == pytest.approx(rack.depth_m + len(rack.faces) * 2 * SIGMA_M / 2**0.5)


def test_a_site_with_other_widths_is_written_and_read(tmp_path: Path, now: Scenario) -> None:
    other = with_widths(now, 2.0, tmp_path / "made")
    assert (
        read_facility(other.site).racks[0].depth_m
        < read_facility(tmp_path / "facility.json").racks[0].depth_m
    )
    assert with_widths(now, 2.0, tmp_path / "made").site == other.site
    assert with_widths(now, -2.0, tmp_path / "made").site != other.site


def test_drawn_orders_keep_names_and_waves_and_have_lines_of_their_own_wave(tmp_path: Path) -> None:
    path = tmp_path / "orders.csv"
    rows = [
        f"{wave}{number},{wave}-{number}-{line},1,{wave}"
        for wave in "XY"
        for number in range(20)
        for line in "ab"
    ]
    path.write_text("\n".join(["order,sku,quantity,wave", *rows]) + "\n", encoding="utf-8")
    draws = [drawn_orders(path, draw=draw, seed=0) for draw in (1, 1, 2)]
    assert draws[0] == draws[1] != draws[2]
    drawn = list(csv.DictReader(draws[0].splitlines()))
    assert list(dict.fromkeys(row["order"] for row in drawn)) == [
        f"{wave}{n}" for wave in "XY" for n in range(20)
    ]
    assert all(row["order"][0] == row["wave"] == row["sku"][0] for row in drawn)
    counts = Counter(row["sku"] for row in drawn if row["sku"].endswith("a"))
    assert max(counts.values()) > 1
    assert sum(counts.values()) == 40
