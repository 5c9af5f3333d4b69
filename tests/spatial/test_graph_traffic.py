"""Rules laid over a graph: directions against networkx, speeds by hand, closing and opening against a rebuild."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from itertools import pairwise
from pathlib import Path

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from large_hall import large_hall

from spatial.errors import BadDataError
from spatial.facility import Aisle, Obstacle
from spatial.floor.agents import PICKER, REACH_TRUCK
from spatial.floor.floor_rules import AisleAgents, FloorRules, ForbiddenZone, OneWay, SpeedZone, Zone
from spatial.navigation.build_graph import build_graph
from spatial.navigation.graph_json import read_graph, write_graph
from spatial.navigation.nav_graph import NavGraph, from_networkx, to_networkx
from spatial.navigation.shortest_paths import shortest_distances, shortest_route, shortest_times
from spatial.navigation.traffic import with_aisle_closed, with_aisle_open, with_rules

LEFT_HALF = ((-1.0, -1.0), (7.2, -1.0), (7.2, 60.0), (-1.0, 60.0))
UP_AND_DOWN = FloorRules(
    one_way=(
        OneWay(aisle="A0", heading_deg=0),
        OneWay(aisle="A1", heading_deg=180),
        OneWay(aisle="A2", heading_deg=0),
    ),
    speed_zones=(SpeedZone(area=LEFT_HALF, limit_m_s=0.5),),
    zones=(Zone(name="LEFT", area=LEFT_HALF),),
)
WALL = Obstacle(
    id="O",
    level="L0",
    kind="machine",
    footprint=((0.0, 0.0), (0.1, 0.0), (0.1, 0.1)),
    z0_m=0.0,
    z1_m=3.0,
)


AISLES = ("A101", "A102", "A103", "A104")


@cache
def four_aisles() -> NavGraph:
    return build_graph(large_hall(aisles=4, blocks=1), PICKER)


def all_costs(graph: NavGraph, attribute: str) -> np.ndarray:
    """The cost of every pair by networkx; the public form is directed where the rules are."""
    count = len(graph.xy)
    expected = np.full((count, count), np.inf)
    for a, costs in nx.all_pairs_dijkstra_path_length(to_networkx(graph), weight=attribute):
        expected[a, list(costs)] = list(costs.values())
    return expected


def test_distances_and_times_on_one_way_lanes_are_those_of_networkx(hall) -> None:
    graph = build_graph(hall(), PICKER, UP_AND_DOWN)
    everywhere = range(len(graph.xy))
    length = shortest_distances(graph, everywhere).length_m
    assert graph.is_one_way
    assert np.allclose(length, all_costs(graph, "length_m"))
    assert np.allclose(shortest_times(graph, everywhere).time_s, all_costs(graph, "time_s"))
    assert not np.allclose(length, length.T)


def test_a_route_never_runs_against_a_one_way_lane(hall) -> None:
    graph = build_graph(hall(), PICKER, UP_AND_DOWN)
    arcs = {(a, b) for (a, b), way in zip(graph.edges.tolist(), graph.direction, strict=True) if way >= 0}
    arcs |= {(b, a) for (a, b), way in zip(graph.edges.tolist(), graph.direction, strict=True) if way <= 0}
    nodes = sorted(set(graph.access.values()))
    ways = shortest_distances(graph, nodes)
    for start in nodes:
        for end in nodes:
            assert all(step in arcs for step in pairwise(shortest_route(ways, start, end)))


def test_the_long_way_round_a_one_way_aisle_is_as_long_as_drawn(hall) -> None:
    graph = build_graph(
        hall(rows=3, bays=4), PICKER, FloorRules(one_way=(OneWay(aisle="A0", heading_deg=0),))
    )
    first, last = graph.access["00-00-0"], graph.access["00-03-0"]
    length = shortest_distances(graph, [first, last])
    there, back = length.rows([first, last]).tolist()
    assert length.length_m[there, back] == pytest.approx(3 * 2.8, abs=0.01)
    assert length.length_m[back, there] > 3 * 2.8 + 2 * 4.0


def test_every_edge_of_a_one_way_aisle_heads_its_way(hall) -> None:
    graph = build_graph(hall(yaw_rad=0.4), PICKER, FloorRules(one_way=(OneWay(aisle="A1", heading_deg=203),)))
    inside = graph.aisle == graph.aisle_ids.index("A1")
    step = np.diff(graph.xy[graph.edges[inside]], axis=1)[:, 0] * graph.direction[inside][:, None]
    assert len(step) >= 3
    assert (step @ [np.cos(0.4), np.sin(0.4)] < 0).all()
    assert not graph.direction[~inside].any()


def test_a_one_way_area_turns_what_runs_along_it_and_leaves_what_crosses(hall) -> None:
    area = ((-1.0, 3.0), (40.0, 3.0), (40.0, 8.0), (-1.0, 8.0))
    rules = FloorRules(one_way=(OneWay(area=area, heading_deg=0, agents=("picker",)),))
    graph = build_graph(hall(), PICKER, rules)
    middle = graph.xy[graph.edges].mean(axis=1)
    step = np.diff(graph.xy[graph.edges], axis=1)[:, 0]
    along = np.abs(step[:, 0]) >= 0.5 * np.linalg.norm(step, axis=1)
    inside = (middle[:, 1] > 3.0) & (middle[:, 1] < 8.0)
    assert (graph.direction != 0).tolist() == (inside & along).tolist()
    assert not build_graph(hall(), REACH_TRUCK, rules).is_one_way


def test_zones_and_limits_hold_on_their_side_of_the_border_only(hall) -> None:
    facility = hall()
    graph = build_graph(facility, PICKER, UP_AND_DOWN)
    x = graph.xy[graph.edges][:, :, 0]
    assert ((x <= 7.2 + 2e-3).all(axis=1) | (x >= 7.2 - 2e-3).all(axis=1)).all()
    left = x.mean(axis=1) < 7.2
    assert (graph.zone == np.where(left, 0, -1)).all()
    assert (graph.speed_limit_m_s == np.where(left, 0.5, np.inf)).all()
    assert np.allclose(graph.time_s, graph.length_m / np.where(left, 0.5, PICKER.speed_m_s))
    plain = build_graph(facility, PICKER)
    assert graph.length_m.sum() == pytest.approx(plain.length_m.sum())
    assert np.array_equal(graph.xy[: len(plain.xy)], plain.xy)
    assert graph.access == plain.access


def test_the_fastest_way_goes_round_a_slow_zone_that_the_shortest_crosses(hall) -> None:
    slow = SpeedZone(area=((4.0, 3.0), (10.0, 3.0), (10.0, 7.5), (4.0, 7.5)), limit_m_s=0.05)
    graph = build_graph(hall(), PICKER, FloorRules(speed_zones=(slow,)))
    ends = [*graph.aisles["A0"]]
    shortest, fastest = shortest_distances(graph, ends), shortest_times(graph, ends)
    assert shortest.length_m[0, 1] == pytest.approx(8.4, abs=0.05)
    inside = graph.xy[list(shortest_route(fastest, *ends))]
    assert not ((inside[:, 0] > 4) & (inside[:, 0] < 10) & (inside[:, 1] > 4.2) & (inside[:, 1] < 7)).any()
    assert fastest.time_s[0, 1] < 6.0 / 0.05


@pytest.mark.parametrize("rules", [FloorRules(), UP_AND_DOWN], ids=["no rules", "rules"])
@pytest.mark.parametrize("aisle", ["A0", "A1", "A3"])
def test_closing_an_aisle_equals_a_rebuild_and_opening_undoes_it(hall, rules: FloorRules, aisle: str) -> None:
    facility = hall(yaw_rad=0.2)
    rules = rules.model_copy(update={"one_way": rules.one_way[:1]})
    graph = build_graph(facility, PICKER, rules)
    closed = with_aisle_closed(graph, aisle)
    assert closed == build_graph(facility, PICKER, rules.with_closed(aisle))
    assert closed != graph
    assert with_aisle_open(closed, aisle) == graph
    assert with_aisle_closed(closed, aisle) == closed


@settings(max_examples=15, deadline=None)
@given(st.lists(st.sampled_from(AISLES), max_size=6))
def test_any_sequence_of_closings_and_openings_equals_one_rebuild(aisles: list[str]) -> None:
    plain = graph = four_aisles()
    for aisle in aisles:
        flip = with_aisle_open if aisle in graph.rules.closed_aisles else with_aisle_closed
        graph = flip(graph, aisle)
    assert graph == with_rules(plain, FloorRules(closed_aisles=graph.rules.closed_aisles))
    assert set(graph.unreached) == {
        *graph.rules.closed_aisles,
        *(place for place, aisle in plain.aisle_of.items() if aisle in graph.rules.closed_aisles),
    }


def test_what_is_in_a_closed_aisle_names_it_and_all_else_is_as_before(hall) -> None:
    graph = build_graph(hall(), PICKER)
    closed = with_aisle_closed(graph, "A1")
    inside = {place for place, aisle in graph.aisle_of.items() if aisle == "A1"}
    assert closed.unreached == dict.fromkeys({*inside, "A1"}, "aisle 'A1' is closed by rule closed_aisles")
    assert closed.access == {place: node for place, node in graph.access.items() if place not in inside}
    assert "A1" not in closed.aisles
    assert np.array_equal(closed.xy, graph.xy)
    others = [node for place, node in graph.access.items() if place not in inside]
    before, after = shortest_distances(graph, others).length_m, shortest_distances(closed, others).length_m
    assert (after >= before - 1e-9).all()
    assert np.isfinite(after).all()


def test_a_rack_with_two_faces_is_worked_from_the_other_when_one_aisle_closes(hall) -> None:
    facility = hall(rows=3)
    racks = tuple(replace(rack, faces=(1, -1)) for rack in facility.racks)
    facility = replace(facility, racks=racks)
    graph = build_graph(facility, PICKER)
    place = "01-01-0"
    assert graph.aisle_of[place] == "A1"
    closed = with_aisle_closed(graph, "A1")
    assert closed.unreached == {"A1": "aisle 'A1' is closed by rule closed_aisles"}
    assert closed.aisle_of[place] == "A0"
    assert closed.xy[closed.access[place]][1] < facility.racks[1].center[1] < graph.xy[graph.access[place]][1]
    both = with_aisle_closed(closed, "A0")
    assert both.unreached[place] == "aisle 'A1' is closed by rule closed_aisles"
    assert both == build_graph(facility, PICKER, FloorRules(closed_aisles=("A0", "A1")))
    assert from_networkx(to_networkx(both)) == both


def test_closing_a_long_aisle_leaves_the_cross_aisles_it_meets_open() -> None:
    facility = large_hall(aisles=3, blocks=2)
    front, back = facility.aisles[:3], facility.aisles[3:]
    long = tuple(replace(a, p1=b.p1) for a, b in zip(front, back, strict=True))
    graph = build_graph(replace(facility, aisles=long), PICKER)
    closed = with_aisle_closed(graph, "A102")
    assert set(closed.aisle_of.values()) == {"A101", "A103"}
    ends = [access for place, access in graph.access.items() if place in ("R101R-18-0-2", "R103L-18-0-2")]
    before, after = (shortest_distances(each, ends).length_m[0, 1] for each in (graph, closed))
    assert after == pytest.approx(before)
    assert after < 30.0


def test_an_aisle_for_other_agents_is_closed_to_this_one(hall) -> None:
    facility = hall(aisle_m=3.2)
    rules = FloorRules(aisle_agents=(AisleAgents(aisle="A2", agents=("reach_truck",)),))
    graph = build_graph(facility, PICKER, rules)
    assert graph.unreached["A2"] == "aisle 'A2' is only for reach_truck by rule aisle_agents"
    truck = build_graph(facility, REACH_TRUCK, rules)
    assert not truck.unreached
    allowed = {truck.agent_groups[group] for group in truck.agent_group[truck.agent_group >= 0]}
    assert allowed == {("reach_truck",)}
    assert (truck.agent_group >= 0).tolist() == (truck.aisle == truck.aisle_ids.index("A2")).tolist()


def test_places_behind_closed_aisles_say_so(hall) -> None:
    """With a cross-aisle at one end only and that closed, an aisle is cut off though it is not closed itself."""
    facility = hall(rows=3, bays=6)
    plugs = tuple(
        replace(WALL, id=f"O{k}", footprint=((x, y), (x + 0.3, y), (x + 0.3, y + 2.9), (x, y + 2.9)))
        for k, (x, y) in enumerate([(20.1, 4.15), (20.1, 8.25)])
    )
    door = Aisle(id="DOOR", level="L0", p0=(1.5, 3.0), p1=(1.5, 7.2), clear_width_m=3.0, cross=True)
    facility = replace(facility, obstacles=plugs, aisles=(*facility.aisles, door))
    front = replace(door, id="BACK", p0=(1.5, 7.2), p1=(1.5, 12.3))
    graph = build_graph(replace(facility, aisles=(*facility.aisles, front)), PICKER)
    assert not graph.unreached
    closed = with_aisle_closed(with_aisle_closed(graph, "DOOR"), "BACK")
    assert closed.unreached["00-02-0"] == "no way to it with 2 of the aisles shut: 'BACK', 'DOOR'"


def test_a_one_way_dead_end_leaves_no_way_back(hall) -> None:
    facility = hall(rows=2, bays=5)
    plug = replace(WALL, footprint=((16.0, 3.9), (16.4, 3.9), (16.4, 7.4), (16.0, 7.4)))
    rules = FloorRules(one_way=(OneWay(aisle="A0", heading_deg=0),))
    graph = build_graph(replace(facility, obstacles=(plug,)), PICKER, rules)
    assert graph.unreached["00-01-0"] == "the one-way rules leave no way there and back"
    length = shortest_distances(graph, sorted(set(graph.access.values()))).length_m
    assert np.isfinite(length).all()


def test_rules_that_contradict_each_other_or_run_across_are_bad_data(hall) -> None:
    two = (OneWay(aisle="A0", heading_deg=0), OneWay(aisle="A0", heading_deg=180))
    with pytest.raises(BadDataError, match=r"one_way\.1: contradicts an earlier one-way rule"):
        build_graph(hall(), PICKER, FloorRules(one_way=two))
    with pytest.raises(BadDataError, match=r"one_way\.0\.heading_deg: 90 runs across every lane"):
        build_graph(hall(), PICKER, FloorRules(one_way=(OneWay(aisle="A0", heading_deg=90),)))
    with pytest.raises(BadDataError, match="no aisle 'A9'"):
        build_graph(hall(), PICKER, FloorRules(closed_aisles=("A9",)))
    with pytest.raises(ValueError, match="no aisle 'A9': choose one of A101"):
        with_aisle_closed(four_aisles(), "A9")
    with pytest.raises(BadDataError, match=r"one_way\.0\.aisle: facility 'LARGE' has no aisle 'A9'"):
        with_rules(four_aisles(), FloorRules(one_way=(OneWay(aisle="A9", heading_deg=0),)))
    zone = ForbiddenZone(name="Z", area=((0, 0), (1, 0), (1, 1)))
    with pytest.raises(ValueError, match="build the graph anew"):
        with_rules(four_aisles(), FloorRules(forbidden_zones=(zone,)))


def test_a_forbidden_zone_is_gone_round_by_whom_it_concerns(hall) -> None:
    office = ((0.0, 0.0), (1.2, 0.0), (1.2, 8.0), (0.0, 8.0))
    rules = FloorRules(forbidden_zones=(ForbiddenZone(name="office", area=office, agents=("picker",)),))
    facility = hall()
    graph = build_graph(facility, PICKER, rules)
    x, y = graph.xy.T
    assert not ((x < 1.2 + 0.29) & (y < 8.29)).any()
    assert ((x > 1.5) & (x < 3.0) & (y < 8.0)).any()
    assert not set(graph.access) ^ {place.id for place in facility.locations}
    assert build_graph(facility, REACH_TRUCK, rules) == replace(
        build_graph(facility, REACH_TRUCK), rules=rules
    )


def test_all_aisles_closed_leave_what_is_outside_them(hall) -> None:
    graph = build_graph(hall(), PICKER, FloorRules(closed_aisles=("A0", "A1", "A2", "A3")))
    assert not graph.access
    assert "DEPOT" in graph.stations
    assert len(graph.edges)


def test_a_graph_under_rules_goes_through_networkx_and_json_whole(hall, tmp_path: Path) -> None:
    graph = with_aisle_closed(build_graph(hall(), PICKER, UP_AND_DOWN), "A3")
    assert isinstance(to_networkx(graph), nx.DiGraph)
    assert from_networkx(to_networkx(graph)) == graph
    write_graph(tmp_path / "graph.json", graph)
    again = read_graph(tmp_path / "graph.json")
    assert again == graph
    assert with_aisle_open(again, "A3") == build_graph(hall(), PICKER, UP_AND_DOWN)
    write_graph(tmp_path / "again.json", again)
    assert (tmp_path / "again.json").read_bytes() == (tmp_path / "graph.json").read_bytes()
