"""An imported network is placed in the scan to the millimetre, and exactly what does not agree is listed."""

from __future__ import annotations

import json
import math
from dataclasses import replace

import numpy as np
import pytest

from spatial.errors import BadDataError, UndecidedError
from spatial.exchange.alignment import IDENTITY, Alignment, Match
from spatial.exchange.control_points import read_control_points
from spatial.exchange.network_of_graph import network_of_graph
from spatial.exchange.reconcile import reconcile
from spatial.exchange.reconciliation import as_json, lines
from spatial.exchange.route_network import BACK, NetworkEdge, NetworkNode, RouteNetwork
from spatial.exchange.transformed import transformed
from spatial.facility import Column, Facility, Opening, Wall
from spatial.floor.agents import PICKER, REACH_TRUCK, AgentClass
from spatial.navigation.build_graph import build_graph

AWAY = Alignment(**{**vars(IDENTITY), "yaw_rad": 0.7, "shift": (120.0, -30.0)})
SHRUNK = Alignment(**{**vars(AWAY), "scale": 0.5})
LANE_M = 1.6


@pytest.fixture
def facility(hall) -> Facility:
    """Three rack rows along x: rows at y = 3 … 4.1, 7.1 … 8.2, 11.2 … 12.3, racks at x = 3 … 14.2."""
    return hall(rows=3, bays=4, tiers=1, sigma_m=0.0)


def drawn(facility: Facility, *, poses: bool = True) -> RouteNetwork:
    return network_of_graph(build_graph(facility, PICKER), facility=facility if poses else None)


def with_edges(network: RouteNetwork, *ends: tuple[tuple[float, float], tuple[float, float]]) -> RouteNetwork:
    """`network` with two-node lanes of their own, named X0, X1 …, joined both ways to its first node."""
    nodes, edges = [*network.nodes], [*network.edges]
    for number, pair in enumerate(ends):
        names = [f"X{number}a", f"X{number}b"]
        nodes += [NetworkNode(id=name, xy=xy, level="L0") for name, xy in zip(names, pair, strict=True)]
        edges.append(NetworkEdge(id=f"X{number}", tail=names[0], head=names[1]))
    return replace(network, nodes=tuple(nodes), edges=tuple(edges))


@pytest.mark.parametrize("poses", [True, False])
@pytest.mark.parametrize("away", [AWAY, SHRUNK])
def test_a_network_moved_away_is_brought_back_to_the_millimetre(facility, poses: bool, away) -> None:
    network = drawn(facility, poses=poses)
    found = reconcile(transformed(network, away, {}), facility, PICKER)
    apart = [math.dist(a.xy, b.xy) for a, b in zip(found.network.nodes, network.nodes, strict=True)]
    assert max(apart) < 0.001
    assert found.alignment.yaw_rad == pytest.approx(-0.7)
    assert found.alignment.scale == pytest.approx(1 / away.scale)
    assert found.verdict == "pass", lines(found)
    assert found.edges_checked == len(network.edges)


def test_exactly_the_edges_through_racks_are_listed_with_the_metres_inside(facility) -> None:
    through = ((5.0, 1.5), (5.0, 5.6))
    along = ((3.5, 3.2), (13.5, 3.2))
    ending = ((5.0, 5.6), (5.0, 7.5))
    both = ((5.0, 5.6), (5.0, 13.8))
    beside = ((4.0, 5.6), (13.0, 5.6))
    network = with_edges(drawn(facility), through, along, ending, both, beside)
    found = reconcile(transformed(network, AWAY, {}), facility, PICKER)
    listed = {(each.edge, each.element): each.inside_m for each in found.crossings}
    assert listed == {
        ("X0", "R0"): pytest.approx(1.1, abs=1e-6),
        ("X1", "R0"): pytest.approx(10.0, abs=1e-6),
        ("X2", "R1"): pytest.approx(0.4, abs=1e-6),
        ("X3", "R1"): pytest.approx(1.1, abs=1e-6),
        ("X3", "R2"): pytest.approx(1.1, abs=1e-6),
    }
    assert {(each.kind, each.verdict) for each in found.crossings} == {("rack", "fail")}
    assert found.narrow == ()


def test_walls_and_columns_stop_edges_and_open_doors_do_not(facility) -> None:
    door = Opening(id="D", kind="door", s0_m=0.0, s1_m=1.8, z0_m=0.0, z1_m=2.2)
    wall = Wall(
        id="W", level="L0", p0=(1.5, 5.0), p1=(1.5, 12.0), height_m=3.0, thickness_m=0.1, openings=(door,)
    )
    column = Column(id="C", level="L0", center=(16.0, 6.0), size_m=(0.4, 0.4))
    built = replace(facility, walls=(wall,), columns=(column,))
    network = with_edges(
        drawn(facility), ((0.7, 10.0), (2.4, 10.0)), ((0.7, 5.9), (2.4, 5.9)), ((16.0, 4.0), (16.0, 9.0))
    )
    found = reconcile(network, built, PICKER)
    listed = {
        each.edge: (each.kind, each.element, each.verdict) for each in found.crossings if each.edge[0] == "X"
    }
    assert listed == {"X0": ("wall", "W", "fail"), "X2": ("column", "C", "fail")}
    assert {each.edge for each in found.crossings if each.edge[0] != "X"} <= {
        edge.id for edge in network.edges
    }


def test_an_edge_that_may_only_graze_a_rack_cannot_be_decided(hall) -> None:
    facility = hall(rows=3, bays=4, tiers=1, sigma_m=0.05)
    network = with_edges(drawn(facility), ((4.0, 4.05), (9.0, 4.05)), ((4.0, 3.5), (9.0, 3.5)))
    found = reconcile(network, facility, PICKER)
    assert {(each.edge, each.verdict) for each in found.crossings} == {
        ("X0", "cannot_decide"),
        ("X1", "fail"),
    }


def test_an_edge_is_wide_enough_too_narrow_or_undecided_by_sigma(hall) -> None:
    facility = hall(rows=3, bays=4, tiers=0, sigma_m=0.05)
    far, near, close = 4.1 + 0.9, 4.1 + 0.3, 4.1 + 0.05
    network = with_edges(
        drawn(facility), *(((4.0, y), (12.0, y)) for y in (far, near, close)), ((4.0, 5.6), (12.0, 5.6))
    )
    found = reconcile(network, facility, PICKER)
    verdicts = {each.edge: each.verdict for each in found.narrow if each.edge[0] == "X"}
    assert verdicts == {"X1": "cannot_decide", "X2": "fail"}
    width = {each.edge: each.clear_width_m for each in found.narrow}
    assert width["X1"] == pytest.approx(0.6)


def test_the_placement_is_as_uncertain_as_its_matches_and_so_are_the_findings(facility) -> None:
    network = with_edges(drawn(facility), ((4.0, 4.45), (12.0, 4.45)))
    random = np.random.default_rng(1)
    points = [(3.0, 3.0), (14.2, 3.0), (14.2, 12.3), (3.0, 12.3)]
    exact = [Match(name=f"c{k}", source=xy, target=xy) for k, xy in enumerate(points)]
    rough = [replace(m, target=tuple(np.add(m.target, random.normal(0, 0.15, 2)).tolist())) for m in exact]
    assert not [
        each
        for each in reconcile(network, facility, PICKER, control_points=exact).narrow
        if each.edge == "X0"
    ]
    found = reconcile(network, facility, PICKER, control_points=rough, free_scale=False)
    assert found.alignment.sigma_m is not None
    assert {each.edge: each.verdict for each in found.narrow}["X0"] == "cannot_decide"


def test_a_truck_finds_the_lanes_of_a_picker_too_narrow(hall) -> None:
    facility = hall(rows=3, bays=4, aisle_m=LANE_M, sigma_m=0.0)
    found = reconcile(drawn(facility), facility, REACH_TRUCK)
    inside = {each.edge for each in found.narrow if each.verdict == "fail"}
    assert {edge.id for edge in found.network.edges if edge.id.removesuffix(BACK) in inside}
    assert all(each.needed_m == 2 * REACH_TRUCK.radius_m for each in found.narrow)


def test_nodes_off_the_floor_are_told_with_how_far(facility) -> None:
    network = with_edges(drawn(facility), ((1.0, 1.0), (-2.0, 1.0)))
    found = reconcile(network, facility, PICKER)
    (outside,) = found.outside
    assert (outside.node, outside.outside_m, outside.verdict) == ("X0b", pytest.approx(2.0), "fail")
    assert "X0" in {each.edge for each in found.narrow}


def test_names_that_match_nothing_are_listed_both_ways(facility) -> None:
    network = drawn(facility)
    gone, other = network.stations[0], replace(network.stations[1], id="99-99")
    found = reconcile(replace(network, stations=(*network.stations[2:], other)), facility, PICKER)
    assert found.missing_locations == (gone.id, network.stations[1].id)
    assert found.unknown_stations == ("99-99",)


def test_told_lengths_that_disagree_with_the_path_are_listed(facility) -> None:
    network = drawn(facility)
    row = next(k for k, edge in enumerate(network.edges) if (edge.length_m or 0) > 2)
    long = replace(network.edges[row], length_m=(network.edges[row].length_m or 0) * 1.05)
    edges = (*network.edges[:row], long, *network.edges[row + 1 :])
    (found,) = reconcile(replace(network, edges=edges), facility, PICKER).wrong_lengths
    assert found.edge == long.id
    assert found.told_m == pytest.approx(found.drawn_m * 1.05)


def test_parts_nobody_reaches_or_leaves_are_told_apart(facility) -> None:
    network = drawn(facility)
    first = network.nodes[0].id
    extra = [NetworkNode(id=name, xy=network.nodes[0].xy, level="L0") for name in ("in", "out", "alone")]
    edges = (NetworkEdge(id="i", tail=first, head="in"), NetworkEdge(id="o", tail="out", head=first))
    grown = replace(network, nodes=(*network.nodes, *extra), edges=(*network.edges, *edges))
    found = reconcile(grown, facility, PICKER)
    assert {part.nodes: part.missing for part in found.cut_off} == {
        ("in",): "way out",
        ("out",): "way in",
        ("alone",): "both",
    }


def test_levels_go_by_name_by_the_callers_word_or_by_being_the_only_ones(facility) -> None:
    network = drawn(facility)
    renamed = transformed(network, IDENTITY, {"L0": "ground"})
    assert reconcile(renamed, facility, PICKER).verdict == "pass"
    assert reconcile(renamed, facility, PICKER, levels={"ground": "L0"}).verdict == "pass"
    upper = replace(renamed, levels=(*renamed.levels, replace(renamed.levels[0], id="upper")))
    found = reconcile(upper, facility, PICKER)
    assert found.unknown_levels == ("ground", "upper")
    assert found.edges_checked == 0
    assert found.verdict == "fail"


def test_a_network_that_shares_no_names_needs_control_points(facility) -> None:
    network = replace(drawn(facility), stations=())
    with pytest.raises(UndecidedError, match=r"0 matched point\(s\).*control points"):
        reconcile(network, facility, PICKER)
    found = reconcile(network, facility, PICKER, alignment=IDENTITY)
    assert found.edges_checked == len(network.edges)


def test_control_points_come_from_a_table(facility, tmp_path) -> None:
    path = tmp_path / "points.csv"
    header = "name,network_x_mm,network_y_mm,facility_x_m,facility_y_m\n"
    path.write_text(header + "a,0,0,1,2\nb,10000,0,11,2\n", encoding="utf-8")
    points = read_control_points(path)
    assert points[1] == Match(name="b", source=(10.0, 0.0), target=(11.0, 2.0))
    shifted = transformed(drawn(facility), Alignment(**{**vars(IDENTITY), "shift": (-1.0, -2.0)}), {})
    found = reconcile(shifted, facility, PICKER, control_points=points)
    assert found.alignment.shift == pytest.approx((1.0, 2.0))
    assert found.verdict == "pass"
    path.write_text(header + "a,0,0,1,\n", encoding="utf-8")
    with pytest.raises(BadDataError, match=r"points\.csv row 2: no facility_y"):
        read_control_points(path)


def test_a_network_drawn_by_hand_lies_where_most_of_its_stops_say(facility) -> None:
    network = transformed(drawn(facility, poses=False), AWAY, {})
    random = np.random.default_rng(3)
    nodes = tuple(
        replace(n, xy=tuple((np.array(n.xy) + random.normal(0, 0.2, 2)).tolist())) for n in network.nodes
    )
    found = reconcile(replace(network, nodes=nodes), facility, PICKER, free_scale=False)
    assert found.alignment.yaw_rad == pytest.approx(-0.7, abs=4 * (found.alignment.yaw_sigma_rad or 0))
    assert found.alignment.sigma_m == pytest.approx(0.2, rel=0.3)


def test_an_agent_that_fits_nowhere_leaves_the_nodes_unmatched(facility) -> None:
    giant = AgentClass(name="giant", radius_m=9.0, height_m=2.0, speed_m_s=1.0, reach_m=10.0)
    with pytest.raises(UndecidedError, match="cannot place"):
        reconcile(drawn(facility, poses=False), facility, giant)


def test_a_moved_station_is_left_out_of_the_placement_and_named(facility) -> None:
    network = drawn(facility)
    depot = next(each for each in network.stations if each.id == "DEPOT")
    moved = replace(depot, pose=(9.0, 9.0, 0.0))
    stations = tuple(moved if each is depot else each for each in network.stations)
    found = reconcile(replace(network, stations=stations), facility, PICKER)
    assert found.alignment.outliers == ("DEPOT",)
    assert any("'DEPOT' was left out" in line for line in lines(found))


def test_it_is_told_as_json_and_as_text(facility) -> None:
    network = with_edges(drawn(facility), *[((5.0, 1.5), (5.0, 5.6))] * 30)
    found = reconcile(network, facility, PICKER)
    told = json.loads(json.dumps(as_json(found), allow_nan=False))
    assert told["verdict"] == "fail"
    assert len(told["crossings"]) == 30
    assert told["crossings"][0] == {
        "edge": "X0", "element": "R0", "kind": "rack", "inside_m": pytest.approx(1.1), "verdict": "fail"
    }  # fmt: skip
    text = lines(found)
    assert "edges through something: 30" in text
    assert "  X0: 1.10 m inside rack 'R0'" in text
    assert "  … and 10 more" in text
