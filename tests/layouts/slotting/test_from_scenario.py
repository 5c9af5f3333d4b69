"""A scenario's slotting problem: its tours' lengths are those of the plan, its lanes those of the graph."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from layouts.plan_scenario import tour_floor
from layouts.scenario import Scenario
from layouts.slotting.from_scenario import slotting_start
from layouts.slotting.metric import apart_m
from layouts.slotting.place_metric import lane_metric
from layouts.slotting.problem import NOWHERE
from layouts.slotting.tour_length import tour_lengths
from layouts.slotting_table import write_slotting
from layouts.what_if.alternate_aisles import alternate_rules
from spatial.errors import BadDataError
from spatial.facility import Facility
from spatial.navigation.nav_graph import NavGraph
from spatial.navigation.shortest_paths import lengths_from
from spatial.navigation.traffic import with_rules


def one_way(graph: NavGraph) -> NavGraph:
    return with_rules(graph, alternate_rules(graph))


@pytest.mark.parametrize("is_one_way", [False, True])
def test_lanes_tell_the_lengths_of_the_graph(
    aisles_hall: Facility, hall_scenario: Scenario, is_one_way: bool
) -> None:
    floor = tour_floor(aisles_hall, hall_scenario)
    graph = one_way(floor.graph) if is_one_way else floor.graph
    nodes = np.array(sorted({*graph.access.values(), floor.depot.node}))
    metric = lane_metric(graph, nodes, depot=floor.depot.node)
    true = lengths_from(graph, nodes.tolist())[:, nodes]
    told = np.array([[apart_m(metric, a, b) for b in range(len(nodes))] for a in range(len(nodes))])
    assert np.abs(told - true).max() < 1e-3
    assert (np.abs(true - true.T).max() > 1) == is_one_way


def test_the_tours_are_as_long_as_planned(aisles_hall: Facility, hall_scenario: Scenario) -> None:
    start = slotting_start(aisles_hall, hall_scenario)
    lengths = tour_lengths(start.problem, start.problem.now)
    planned = [tour.length_m for tour in start.shift.plan.tours]
    # beyond seven stops ours are short ones, the planned ones shortest
    assert (lengths >= np.array(planned) - 1e-2).all()
    assert lengths.sum() <= 1.01 * sum(planned)


def test_redrawn_orders_count_as_one_shift(aisles_hall: Facility, hall_scenario: Scenario) -> None:
    once = slotting_start(aisles_hall, hall_scenario).problem
    redrawn = slotting_start(aisles_hall, hall_scenario.model_copy(update={"redraw_orders": True})).problem
    assert len(redrawn.tours) > 4 * len(once.tours)
    assert redrawn.visits.sum() == pytest.approx(once.visits.sum(), rel=0.1)


def test_the_table_of_today_comes_back(
    aisles_hall: Facility, hall_scenario: Scenario, tmp_path: Path
) -> None:
    places = sorted(location.id for location in aisles_hall.locations)
    (tmp_path / "orders.csv").write_text("order,sku,quantity\n1,A,2\n1,B,1\n", encoding="utf-8")
    slotting = {"A": (places[5], places[200]), "B": (places[9], "not-there"), "C": (places[3],)}
    write_slotting(tmp_path / "slotting.csv", slotting)
    files = {"orders": tmp_path / "orders.csv", "slotting": tmp_path / "slotting.csv"}
    start = slotting_start(aisles_hall, hall_scenario.model_copy(update=files))
    assert start.slotting(start.problem.now) == slotting
    assert start.problem.sku == ("A", "A", "B", "C")
    assert start.pieces.tolist().count(0) == 2
    assert sorted(start.pieces.tolist())[2:] == [1, 2]


def test_a_sku_without_a_place_is_told(
    aisles_hall: Facility, hall_scenario: Scenario, tmp_path: Path
) -> None:
    places = sorted(location.id for location in aisles_hall.locations)
    (tmp_path / "orders.csv").write_text("order,sku,quantity\n1,A,2\n", encoding="utf-8")
    write_slotting(tmp_path / "slotting.csv", {"A": (places[5],), "B": ("not-there",)})
    files = {"orders": tmp_path / "orders.csv", "slotting": tmp_path / "slotting.csv"}
    problem = slotting_start(aisles_hall, hall_scenario.model_copy(update=files)).problem
    assert problem.now.tolist() == [problem.location.index(places[5]), NOWHERE]


def test_an_assignment_comes_back_from_its_table(aisles_hall: Facility, hall_scenario: Scenario) -> None:
    start = slotting_start(aisles_hall, hall_scenario)
    moved = np.random.default_rng(1).permutation(len(start.problem.location))[: len(start.problem.sku)]
    assert (start.assignment(start.slotting(moved)) == moved).all()
    with pytest.raises(BadDataError, match="is the plan one of this scenario"):
        start.assignment({start.problem.sku[0]: ("not-there",)})


def test_faces_of_a_sku_that_share_a_location_are_one_row_of_the_table(
    aisles_hall: Facility, hall_scenario: Scenario, tmp_path: Path
) -> None:
    places = [location.id for location in aisles_hall.locations]
    (tmp_path / "orders.csv").write_text("order,sku,quantity\n1,A,2\n", encoding="utf-8")
    write_slotting(tmp_path / "slotting.csv", {"A": (places[5], places[9]), "B": (places[7],)})
    files = {"orders": tmp_path / "orders.csv", "slotting": tmp_path / "slotting.csv"}
    start = slotting_start(aisles_hall, hall_scenario.model_copy(update=files))
    for shared in (places[5], places[3]):
        at = np.array([start.problem.location.index(place) for place in (shared, shared, places[7])])
        table = start.slotting(at)
        assert table == {"A": (shared,), "B": (places[7],)}
        assert (start.assignment(table) == at).all()
