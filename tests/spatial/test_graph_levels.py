"""Links join levels: what each floor has keeps its lanes, and ways lead up and down as the links allow."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import networkx as nx
import numpy as np
import pytest

from spatial.facility import Facility, Station
from spatial.floor.agents import CART, PICKER
from spatial.floor.floor_rules import FloorRules, Link, LinkEnd
from spatial.navigation.build_graph import build_graph
from spatial.navigation.graph_json import read_graph, write_graph
from spatial.navigation.nav_graph import NODE_KINDS, to_networkx
from spatial.navigation.shortest_paths import shortest_distances, shortest_route, shortest_times

UP_M = 5.0


def end(level: str, x: float, y: float) -> LinkEnd:
    return LinkEnd(level=level, x_m=x, y_m=y)


def stairs(**changes: Any) -> FloorRules:
    fields = {"id": "STAIRS", "kind": "stairs", "start": end("L0", 1.5, 10.0), "end": end("L1", 1.5, 6.0)}
    return FloorRules(links=(Link(**{**fields, **changes}),))


def above(low: Facility, high: Facility, level: str, name: str, elevation_m: float) -> Facility:
    """`low` with the floor of `high` as another level; its names with `name` before them."""
    rename = {rack.id: f"{name}{rack.id}" for rack in high.racks}
    return replace(
        low,
        levels=(*low.levels, replace(high.levels[0], id=level, elevation_m=elevation_m)),
        racks=(*low.racks, *(replace(rack, id=rename[rack.id], level=level) for rack in high.racks)),
        locations=(
            *low.locations,
            *(replace(place, id=f"{name}{place.id}", rack=rename[place.rack]) for place in high.locations),
        ),
        aisles=(*low.aisles, *(replace(a, id=f"{name}{a.id}", level=level, racks=()) for a in high.aisles)),
        stations=(*low.stations, Station(id=f"{name}PACK", level=level, kind="pack", pose=(1.5, 1.5, 0.0))),
    )


def two_storeys(hall: Any) -> Facility:
    """A hall of three rows and above it one of two rows, its names with an M before them."""
    return above(hall(rows=3), hall(rows=2), "L1", "M", UP_M)


def test_without_a_link_only_the_longer_level_is_reached(hall) -> None:
    graph = build_graph(two_storeys(hall), PICKER)
    assert set(graph.level) == {0}
    assert graph.unreached["M00-00-0"] == "no way from the main floor 'L0' to level 'L1'"
    assert graph.unreached["MPACK"] == "no way from the main floor 'L0' to level 'L1'"


def test_a_link_brings_every_place_of_both_levels_into_one_graph(hall) -> None:
    facility = two_storeys(hall)
    graph = build_graph(facility, PICKER, stairs())
    assert not graph.unreached
    assert graph.access.keys() == {place.id for place in facility.locations}
    assert nx.is_connected(to_networkx(graph))
    (row,) = np.flatnonzero(graph.link >= 0)
    tail, head = graph.edges[row]
    assert graph.levels[graph.level[tail]] == "L0"
    assert graph.levels[graph.level[head]] == "L1"
    assert graph.length_m[row] == pytest.approx(np.hypot(4.0, UP_M))
    assert [NODE_KINDS[kind] for kind in graph.kind[[tail, head]]] == ["link_end", "link_end"]
    levels = {graph.levels[graph.level[node]] for place, node in graph.access.items() if place[0] == "M"}
    assert levels == {"L1"}


def test_a_way_up_is_as_long_as_its_parts(hall) -> None:
    graph = build_graph(two_storeys(hall), PICKER, stairs(length_m=9.0, time_s=40.0))
    (row,) = np.flatnonzero(graph.link >= 0)
    low, high = graph.edges[row].tolist()
    start, goal = graph.access["00-00-0"], graph.access["M01-02-0"]
    length = shortest_distances(graph, [start, low, high, goal])
    at = dict(zip(length.nodes.tolist(), range(4), strict=True))
    parts = length.length_m[at[start], at[low]] + 9.0 + length.length_m[at[high], at[goal]]
    assert length.length_m[at[start], at[goal]] == pytest.approx(parts)
    route = shortest_route(length, start, goal)
    assert (low, high) == tuple(node for node in route if node in (low, high))
    assert shortest_times(graph, [low, high]).time_s[0, 1] == pytest.approx(40.0)


def test_stairs_for_pickers_only_leave_a_cart_below(hall) -> None:
    facility, rules = two_storeys(hall), stairs(agents=("picker",))
    assert "M00-00-0" in build_graph(facility, PICKER, rules).access
    cart = build_graph(facility, CART, rules)
    assert set(cart.level) == {0}
    assert cart.unreached["M00-00-0"] == "no way from the main floor 'L0' to level 'L1'"


def test_one_way_stairs_need_a_second_way_back(hall) -> None:
    facility = two_storeys(hall)
    up = stairs(one_way=True)
    alone = build_graph(facility, PICKER, up)
    assert "the one-way rules leave no way there and back" in alone.unreached["M00-00-0"]
    down = Link(id="DOWN", start=end("L1", 12.0, 6.0), end=end("L0", 12.0, 10.0), one_way=True)
    both = build_graph(facility, PICKER, FloorRules(links=(*up.links, down)))
    assert not both.unreached
    nodes = [both.access["00-00-0"], both.access["M00-00-0"]]
    length = shortest_distances(both, nodes).length_m
    assert np.isfinite(length).all()
    assert length[0, 1] != pytest.approx(length[1, 0])


def test_a_link_that_ends_nowhere_says_so(hall) -> None:
    graph = build_graph(two_storeys(hall), PICKER, stairs(end=end("L1", 100.0, 6.0)))
    assert graph.unreached["STAIRS"].endswith("is in sight of its end at (100, 6) on level 'L1'")
    assert "M00-00-0" in graph.unreached


def test_a_link_to_a_level_without_room_leaves_the_other_as_it_is(hall) -> None:
    facility = two_storeys(hall)
    strip = ((0.0, 0.0), (20.0, 0.0), (20.0, 0.4), (0.0, 0.4))
    facility = replace(facility, levels=(facility.levels[0], replace(facility.levels[1], outline=strip)))
    graph = build_graph(facility, PICKER, stairs())
    assert "STAIRS" in graph.unreached
    assert graph.access.keys() == {place.id for place in facility.locations if place.id[0] != "M"}


def test_two_links_between_the_same_nodes_are_one_and_the_second_says_so(hall) -> None:
    facility = two_storeys(hall)
    plain = build_graph(facility, PICKER, stairs())
    (x0, y0), (x1, y1) = (plain.xy[plain.aisles[aisle][0]].tolist() for aisle in ("A0", "MA0"))
    (one,) = stairs(start=end("L0", x0, y0), end=end("L1", x1, y1)).links
    graph = build_graph(facility, PICKER, FloorRules(links=(one, one.model_copy(update={"id": "X"}))))
    assert graph.unreached == {"X": "it joins the same two places as link 'STAIRS'"}


def test_the_longest_joined_floors_are_the_main_floor(hall) -> None:
    """Two smaller levels with a link between them outweigh the ground floor."""
    facility = above(two_storeys(hall), hall(rows=2), "L2", "N", 2 * UP_M)
    assert set(build_graph(facility, PICKER).level) == {0}
    lift = Link(id="LIFT", start=end("L1", 1.5, 6.0), end=end("L2", 1.5, 6.0))
    graph = build_graph(facility, PICKER, FloorRules(links=(lift,)))
    assert set(graph.level) == {1, 2}
    assert graph.unreached["00-00-0"] == "no way from the main floor 'L1', 'L2' to level 'L0'"


def test_a_linked_graph_goes_through_json_whole(hall, tmp_path: Path) -> None:
    graph = build_graph(two_storeys(hall), PICKER, stairs(one_way=True))
    write_graph(tmp_path / "graph.json", graph)
    assert read_graph(tmp_path / "graph.json") == graph
