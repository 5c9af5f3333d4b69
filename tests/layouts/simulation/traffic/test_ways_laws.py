"""What holds of every tour on whole halls: what is taken is given back, moves join, cells follow each other."""

from __future__ import annotations

from collections import Counter
from functools import cache
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from layouts.demo_hall import demo_hall
from layouts.simulation.engine.tape import ENTER, GIVE, INTO, LEAVE, MOVE, OUT, TAKE
from layouts.simulation.traffic.aisle_axes import along
from layouts.simulation.traffic.build_traffic import traffic_map
from layouts.simulation.traffic.lanes import held_at
from layouts.simulation.traffic.traffic_map import TrafficMap, TrafficSettings
from spatial.floor.agents import CART, PICKER, REACH_TRUCK
from spatial.floor.floor_rules import FloorRules, OneWay
from spatial.navigation.build_graph import build_graph
from spatial.navigation.shortest_paths import shortest_distances, shortest_route

ONE_WAY = FloorRules(
    one_way=(OneWay(aisle="A1", heading_deg=102), OneWay(aisle="A2", heading_deg=-78)),
)


@cache
def floor(which: str) -> tuple[TrafficMap, int, object, list[int]]:
    """A map of the demo hall, the graph in it, its distances and the places where tours stop."""
    settings = TrafficSettings(
        release="at_start" if "start" in which else "on_arrival",
        override={"A3": "very_narrow"} if "very" in which else None,
        locks="free" not in which,
    )
    rules = ONE_WAY if "one-way" in which else None
    agents = (PICKER, CART, REACH_TRUCK) if "mixed" in which else (REACH_TRUCK,)
    graphs = [build_graph(demo_hall(), agent, rules) for agent in agents]
    number = 1 if "mixed" in which else 0
    graph = graphs[number]
    stops = sorted({*graph.access.values(), *graph.stations.values()})
    return traffic_map(graphs, settings), number, shortest_distances(graph, stops), stops


FLOORS = (
    "trucks",
    "trucks start",
    "mixed",
    "mixed start",
    "one-way",
    "one-way very start",
    "very free mixed",
)


@st.composite
def tours(draw):
    which = draw(st.sampled_from(FLOORS))
    traffic, number, table, stops = floor(which)
    depot = traffic.graphs[number].stations["DEPOT"]
    chosen = draw(st.lists(st.sampled_from(stops), min_size=1, max_size=6))
    return which, [shortest_route(table, a, b) for a, b in pairwise([depot, *chosen, depot])]


@settings(max_examples=150, deadline=None)
@given(tours())
def test_whatever_a_tour_takes_it_takes_once_and_gives_back(tour) -> None:
    which, legs = tour
    traffic, number, *_ = floor(which)
    ways = traffic.tour_ways(legs, graph=number)
    held: set[int] = set()
    inside: set[int] = set()
    for op, a in zip(ways.op.tolist(), ways.a.tolist(), strict=True):
        kind = None if op == MOVE else traffic.resources[a].kind
        if op in (TAKE, ENTER):
            assert a not in held
            assert (kind == "section") == (op == ENTER)
            held.add(a)
        elif op in (GIVE, LEAVE):
            assert (kind == "section") == (op == LEAVE)
            held.remove(a)
        elif op == INTO:
            assert kind == "area"
            assert not inside
            inside.add(a)
        elif op == OUT:
            inside.remove(a)
    assert not held
    assert not inside


@settings(max_examples=100, deadline=None)
@given(tours())
def test_moves_follow_each_other_and_are_as_long_as_their_leg(tour) -> None:
    which, legs = tour
    traffic, number, *_ = floor(which)
    graph = traffic.graphs[number]
    length = {tuple(edge): float(m) for edge, m in zip(graph.edges.tolist(), graph.length_m, strict=True)}
    ways = traffic.tour_ways(legs, graph=number)
    for leg, route in enumerate(legs):
        rows = slice(int(ways.leg_start[leg]), int(ways.leg_start[leg + 1]))
        moves = ways.op[rows] == MOVE
        assert (ways.a[rows][moves] == leg).all()
        here = 0.0
        for start, end, is_move in zip(ways.from_m[rows], ways.to_m[rows], moves, strict=True):
            assert start == here
            assert (end > start) == is_move
            here = float(end)
        assert here == pytest.approx(sum(length[min(e), max(e)] for e in pairwise(route)), abs=1e-9)


@settings(max_examples=100, deadline=None)
@given(tours(), st.floats(0.0, 1.0))
def test_on_arrival_an_agent_holds_what_its_body_touches_wherever_it_is(tour, share) -> None:
    """Walk along the tour to a place and compare what is held with the lane's own answer for that place."""
    which, legs = tour
    traffic, number, *_ = floor(which)
    if traffic.settings.release == "at_start":
        return
    graph = traffic.graphs[number]
    half_m = graph.agent.radius_m + traffic.settings.margins.gap_m / 2
    ways = traffic.tour_ways(legs, graph=number)
    held: Counter[int] = Counter()
    cells = {n for n, r in enumerate(traffic.resources) if r.kind in ("aisle_cell", "aisle")}
    for row in range(len(ways.op)):
        op, a = int(ways.op[row]), int(ways.a[row])
        if op in (TAKE, GIVE) and a in cells:
            held[a] += 1 if op == TAKE else -1
        if op != MOVE:
            continue
        at_m = float(ways.from_m[row] + share * (ways.to_m[row] - ways.from_m[row]))
        xy, aisle_id = place_on(graph, legs[a], at_m)
        ends = (ways.from_m[row], ways.to_m[row])
        if aisle_id is None or min(abs(at_m - end) for end in ends) < 1e-5:
            continue
        expected = {
            cell
            for lane in traffic.lanes
            if lane.aisle == aisle_id
            for cell in held_at(lane.held(half_m), float(along(lane.axis, xy)))
        }
        assert {cell for cell, count in held.items() if count} == expected


def place_on(graph, route, at_m: float):
    """Where on the floor a metre of a route is, and in which aisle."""
    edges = {tuple(edge): row for row, edge in enumerate(graph.edges.tolist())}
    for one, other in pairwise(route):
        row = edges[min(one, other), max(one, other)]
        length = float(graph.length_m[row])
        if at_m <= length:
            number = int(graph.aisle[row])
            share = at_m / length if length else 0.0
            return (
                graph.xy[one] + share * (graph.xy[other] - graph.xy[one]),
                graph.aisle_ids[number] if number >= 0 else None,
            )
        at_m -= length
    return graph.xy[route[-1]], None


@settings(max_examples=100, deadline=None)
@given(tours())
def test_cells_are_taken_in_order_next_to_each_other_along_the_direction_entered(tour) -> None:
    which, legs = tour
    traffic, number, *_ = floor(which)
    ways = traffic.tour_ways(legs, graph=number)
    for lane in traffic.lanes:
        cells = range(lane.first_cell, lane.first_cell + lane.cells)
        direction, last = 0, None
        for op, a, b in zip(ways.op.tolist(), ways.a.tolist(), ways.b.tolist(), strict=True):
            if op == ENTER and a == lane.section:
                direction, last = b, None
            if op == LEAVE and a == lane.section:
                last = None
            if op == TAKE and a in cells:
                if last is not None and lane.section is not None:
                    assert abs(a - last) <= 3
                    assert direction == 0 or a - last == direction
                last = a


def test_classes_share_their_lanes_and_their_areas() -> None:
    traffic, *_ = floor("mixed")
    used = []
    for number, graph in enumerate(traffic.graphs):
        table = shortest_distances(graph, [graph.stations["DEPOT"], graph.access["02-01-01-01"]])
        there, back = table.nodes.tolist(), table.nodes.tolist()[::-1]
        way = shortest_route(table, *(there if there[0] == graph.stations["DEPOT"] else back))
        ways = traffic.tour_ways([way, way[::-1]], graph=number)
        used.append({traffic.resources[a].name for a in ways.a[np.isin(ways.op, (TAKE, ENTER))].tolist()})
    assert {"A2", "A2#1"} <= used[0] & used[1] & used[2]
    assert not any(name.startswith("INTERSECTION") for name in used[0])
    assert any(name.startswith("INTERSECTION") for name in used[2])


def test_every_pick_place_of_a_narrow_aisle_has_a_cell_and_the_same_for_every_class() -> None:
    traffic, *_ = floor("mixed")
    for graph, cell_of in zip(traffic.graphs, traffic.cell_of, strict=True):
        for place, node in graph.access.items():
            assert cell_of[node] == traffic.cell_of[0][traffic.graphs[0].access[place]]
