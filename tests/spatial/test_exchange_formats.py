"""A graph comes back from every form of file as it went: places, lengths, directions and access."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import networkx as nx
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from spatial.errors import BadDataError
from spatial.exchange.bin_tables import read_bin_tables, write_bin_tables
from spatial.exchange.formats import FORMATS, format_of, read_network, write_network
from spatial.exchange.graph_of_network import graph_of_network
from spatial.exchange.network_of_graph import network_of_graph
from spatial.exchange.route_network import (
    EdgeUse,
    NetworkEdge,
    NetworkLevel,
    NetworkNode,
    NetworkStation,
    RouteNetwork,
    directed,
    edge_lines,
    way_back,
)
from spatial.exchange.source_frame import SourceFrame
from spatial.exchange.trajectory import ControlPoint, Trajectory
from spatial.floor.agents import PICKER
from spatial.navigation.build_graph import build_graph
from spatial.navigation.graph_json import read_graph

NAMES = {"node-link": "g.json", "graphml": "g.graphml", "lif": "g.lif.json", "csv": "tables"}


def small_network() -> RouteNetwork:
    """A square A B C D with a one-way edge B→C, a curve C→D for one vehicle, and places at A and D."""
    curve = Trajectory(
        degree=2,
        knots=(0.0, 0.0, 0.0, 1.0, 1.0, 1.0),
        points=tuple(ControlPoint(x=x, y=y) for x, y in ((10.0, 10.0), (5.0, 14.0), (0.0, 10.0))),
    )
    there = NetworkEdge(id="AB", tail="A", head="B", length_m=10.5, clear_width_m=2.4, sigma_m=0.01)
    uses = (EdgeUse(vehicle="agv.1", speed_limit_m_s=1.2, trajectory=curve, rotation_allowed=False),)
    nodes = (("A", (0.0, 0.0)), ("B", (10.0, 0.0)), ("C", (10.0, 10.0)), ("D", (0.0, 10.0)))
    return RouteNetwork(
        id="square",
        levels=(NetworkLevel(id="L0", elevation_m=0.0),),
        nodes=tuple(NetworkNode(id=name, xy=xy, level="L0", name=f"corner {name}") for name, xy in nodes),
        edges=(
            there,
            way_back(there),
            NetworkEdge(id="BC", tail="B", head="C"),
            NetworkEdge(id="CD", tail="C", head="D", uses=uses),
        ),
        stations=(
            NetworkStation(id="01-01", nodes=("A",), kind="location", pose=(0.0, -1.0, 0.5), height_m=1.5),
            NetworkStation(id="DEPOT", nodes=("D",), kind="depot"),
        ),
    )


@pytest.mark.parametrize("form", NAMES)
def test_a_graph_comes_back_from_every_format(hall, tmp_path: Path, form: str) -> None:
    facility = hall(rows=4, bays=3, tiers=2, yaw_rad=0.3)
    graph = build_graph(facility, PICKER)
    path = tmp_path / NAMES[form]
    write_network(path, graph, form, facility=facility)
    assert format_of(path) == form
    network = read_network(path)
    assert network.warnings == ()
    again = graph_of_network(network, PICKER, facility=facility)
    assert np.array_equal(again.edges, graph.edges)
    assert np.allclose(again.xy, graph.xy, atol=1e-6)
    assert np.allclose(again.length_m, graph.length_m, atol=1e-6)
    assert np.allclose(again.clear_width_m, graph.clear_width_m, atol=1e-6)
    assert np.allclose(again.sigma_m, graph.sigma_m, atol=1e-6)
    assert (again.access, again.stations) == (graph.access, graph.stations)
    assert (again.pick_faces, again.aisle_of, again.aisles) == (
        graph.pick_faces,
        graph.aisle_of,
        graph.aisles,
    )


def test_node_link_of_a_graph_is_our_own_graph_json(hall, tmp_path: Path) -> None:
    graph = build_graph(hall(), PICKER)
    write_network(tmp_path / "g.json", graph, "node-link")
    assert read_graph(tmp_path / "g.json") == graph


@pytest.mark.parametrize("form", ["node-link", "graphml"])
def test_a_network_comes_back_whole_from_attributes(tmp_path: Path, form: str) -> None:
    network = small_network()
    path = tmp_path / NAMES[form]
    write_network(path, network, form)
    assert replace(read_network(path), source="") == network


def test_a_network_comes_back_from_the_tables_but_for_its_curve(tmp_path: Path) -> None:
    network = small_network()
    write_bin_tables(tmp_path / "square", network)
    read = read_bin_tables(tmp_path / "square")
    assert read.nodes == network.nodes
    assert read.stations == network.stations
    assert read.edges[:3] == network.edges[:3]
    assert (read.edges[3].uses[0].vehicle, read.edges[3].speed_limit_m_s) == ("agv.1", 1.2)
    spaced = NetworkEdge(id="x", tail="A", head="B", uses=(EdgeUse(vehicle="fork lift"),))
    with pytest.raises(ValueError, match="'fork lift' holds a space"):
        write_bin_tables(tmp_path / "square", replace(network, edges=(spaced,)))


@pytest.mark.parametrize("form", NAMES)
def test_one_way_edges_stay_one_way(tmp_path: Path, form: str) -> None:
    path = tmp_path / NAMES[form]
    write_network(path, small_network(), form)
    ways = {(tail, head) for tail, head, _ in directed(read_network(path)).edges}
    assert ways == {("A", "B"), ("B", "A"), ("B", "C"), ("C", "D")}


@pytest.mark.parametrize("form", NAMES)
def test_the_same_network_gives_the_same_bytes(tmp_path: Path, form: str) -> None:
    for folder in ("a", "b"):
        write_network(tmp_path / folder / NAMES[form], small_network(), form)
    files = [path.relative_to(tmp_path / "a") for path in (tmp_path / "a").rglob("*") if path.is_file()]
    assert files
    for name in files:
        assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes()


@pytest.mark.parametrize("form", NAMES)
def test_the_rules_of_an_edge_come_back(hall, tmp_path: Path, form: str) -> None:
    graph = build_graph(hall(rows=3, bays=2), PICKER)
    count = len(graph.edges)
    ruled = replace(
        graph,
        direction=(np.arange(count) % 3 - 1).astype(np.int8),
        speed_limit_m_s=np.where(np.arange(count) % 4, np.inf, 0.8),
        zone=np.arange(count) % 2 - 1,
        zones=("cold store",),
    )
    path = tmp_path / NAMES[form]
    write_network(path, ruled, form)
    again = graph_of_network(read_network(path), PICKER)
    assert np.array_equal(again.direction, ruled.direction)
    assert np.array_equal(again.speed_limit_m_s, ruled.speed_limit_m_s)
    if form != "lif":  # which has no field for it
        for rows, names in (("zone", "zones"), ("aisle", "aisle_ids")):
            there, back = (
                [(*getattr(each, names), "")[row] for row in getattr(each, rows)] for each in (ruled, again)
            )
            assert there == back


def test_a_link_between_levels_comes_back_with_its_time(tmp_path: Path) -> None:
    network = small_network()
    upper = NetworkNode(id="U", xy=(0.0, 0.0), level="L1")
    lift = NetworkEdge(id="up", tail="A", head="U", length_m=5.0, time_s=40.0, link="Lift 1")
    two = replace(
        network,
        levels=(*network.levels, NetworkLevel(id="L1", elevation_m=5.0)),
        nodes=(*network.nodes, upper),
        edges=(*network.edges, lift, way_back(lift)),
    )
    for form in ("node-link", "graphml", "csv"):
        write_network(tmp_path / NAMES[form], two, form)
        graph = graph_of_network(read_network(tmp_path / NAMES[form]), PICKER)
        (row,) = np.flatnonzero(graph.link >= 0).tolist()
        assert (graph.links, graph.time_s[row], graph.length_m[row]) == (("Lift 1",), 40.0, 5.0)
        assert graph.edges[row].tolist() == [0, 4]
    write_network(tmp_path / "g.lif.json", two, "lif")
    graph = graph_of_network(read_network(tmp_path / "g.lif.json"), PICKER)
    assert graph.links == ("up", "up~back")[:1]


NAME = st.text(st.characters(codec="utf-8", exclude_categories=("Cs", "Cc")), min_size=1, max_size=12)


@settings(max_examples=60, deadline=None)
@given(
    names=st.lists(NAME, min_size=2, max_size=5, unique=True),
    vehicle=NAME,
    form=st.sampled_from(sorted(NAMES)),
)
def test_any_name_survives_any_format(tmp_path_factory, names: list[str], vehicle: str, form: str) -> None:
    if form == "csv":  # spaces around a cell are not part of it, and one separates types
        names = [f"<{name}>" for name in names]
        vehicle = "".join(vehicle.split()) or "v"
    nodes = tuple(
        NetworkNode(
            id=name, xy=(float(k), 0.0), level="L0", name=name, vehicles=() if form == "csv" else (vehicle,)
        )
        for k, name in enumerate(names)
    )
    uses = (EdgeUse(vehicle=vehicle, rotation_allowed=None if form == "csv" else True),)
    edge = NetworkEdge(id=names[0], tail=names[0], head=names[1], uses=uses)
    station = NetworkStation(id=names[-1], nodes=(names[1],), kind="location")
    network = RouteNetwork(
        id="net", levels=(NetworkLevel(id="L0"),), nodes=nodes, edges=(edge,), stations=(station,)
    )
    path = tmp_path_factory.mktemp("names") / NAMES[form]
    write_network(path, network, form)
    again = read_network(path)
    assert (again.nodes, again.edges, again.stations) == (network.nodes, network.edges, network.stations)


def test_a_character_that_xml_does_not_have_is_refused_before_it_is_written(tmp_path: Path) -> None:
    network = small_network()
    bad = replace(network, nodes=(replace(network.nodes[0], name="bell\x07"), *network.nodes[1:]))
    with pytest.raises(ValueError, match=r"'bell\\x07' of node 'A' .*XML"):
        write_network(tmp_path / "g.graphml", bad, "graphml")
    assert not (tmp_path / "g.graphml").exists()


def test_a_way_back_runs_its_curve_backwards() -> None:
    curve = small_network().edges[3]
    there, back = edge_lines(replace(small_network(), edges=(curve, way_back(curve))))
    assert np.allclose(shapely.get_coordinates(there), shapely.get_coordinates(back)[::-1])


def test_a_vehicle_the_network_does_not_name_is_refused() -> None:
    with pytest.raises(ValueError, match=r"vehicle 'tank' is none of the network's: agv\.1"):
        graph_of_network(small_network(), PICKER, vehicle="tank")


def test_graphml_holds_only_scalars_of_one_type_each(tmp_path: Path) -> None:
    path = tmp_path / "g.graphml"
    write_network(path, small_network(), "graphml")
    graph = nx.read_graphml(path, force_multigraph=True)
    for _, told in graph.nodes(data=True):
        assert isinstance(told["x_m"], float)
    assert json.loads(graph.nodes["A"]["serves"]) == ["01-01"]
    assert {type(told.get("length_m", 0.0)) for *_, told in graph.edges(data=True)} == {float}


def test_an_undirected_graphml_of_others_needs_its_unit_and_axis(tmp_path: Path) -> None:
    drawn = nx.Graph()
    drawn.add_node("a", x=0.0, y=0.0)
    drawn.add_node("b", x=3000.0, y=4000.0, label="dock")
    drawn.add_edge("a", "b")
    path = tmp_path / "g.graphml"
    nx.write_graphml_xml(drawn, path)
    with pytest.raises(BadDataError, match=r"node 'a': .*pass metres_per_unit"):
        read_network(path)
    with pytest.raises(BadDataError, match=r"node 'a': .*pass y_axis"):
        read_network(path, frame=SourceFrame(metres_per_unit=0.001))
    network = read_network(path, frame=SourceFrame(metres_per_unit=0.001, y_axis="down"))
    assert network.nodes[1].xy == (3.0, -4.0)
    assert network.nodes[1].name == "dock"
    assert {(edge.tail, edge.head) for edge in network.edges} == {("a", "b"), ("b", "a")}


def test_a_node_link_file_of_others_reads(tmp_path: Path) -> None:
    drawn = nx.DiGraph()
    drawn.add_node(0, x_m=1.0, y_m=2.0)
    drawn.add_node(1, x_m=4.0, y_m=6.0)
    drawn.add_edge(0, 1, length_m=5.0)
    path = tmp_path / "g.json"
    for key in ("links", "edges"):
        path.write_text(json.dumps(nx.node_link_data(drawn, edges=key)), encoding="utf-8")
        (edge,) = read_network(path).edges
        assert (edge.tail, edge.head, edge.length_m) == ("0", "1", 5.0)


def tables(folder: Path, *, nodes: str, edges: str, bins: str | None = None) -> Path:
    folder.mkdir(exist_ok=True)
    for name, text in (("nodes.csv", nodes), ("edges.csv", edges), ("bins.csv", bins)):
        if text is not None:
            (folder / name).write_text(text, encoding="utf-8")
    return folder


NODES = "node,x_mm,y_mm\nA,0,0\nB,10000,0\n"


def test_a_column_says_its_unit_and_a_told_length_counts(tmp_path: Path) -> None:
    folder = tables(tmp_path / "n", nodes=NODES, edges="start_node,end_node,length_ft,one_way\nA,B,50,X\n")
    network = read_network(folder)
    assert network.nodes[1].xy == (10.0, 0.0)
    (edge,) = network.edges
    assert edge.length_m == pytest.approx(15.24)
    assert graph_of_network(replace(network, edges=(edge, way_back(edge))), PICKER).length_m.tolist() == [
        15.24
    ]


def test_a_table_may_be_separated_by_semicolons_or_tabs(tmp_path: Path) -> None:
    for mark in ";\t":
        edges = "start_node,end_node\nA,B\n".replace(",", mark)
        assert (
            len(read_network(tables(tmp_path / "n", nodes=NODES.replace(",", mark), edges=edges)).edges) == 2
        )


def test_bins_on_an_edge_split_it_where_they_are(tmp_path: Path) -> None:
    bins = "bin,edge,x_m,y_m\nb3,AB,9,1\nb1,AB,2.5,1\nb2,AB,2.5,-1\nb0,AB,-3,0\n"
    edges = "edge,start_node,end_node,length_m\nAB,A,B,20\n"
    network = read_network(tables(tmp_path / "n", nodes=NODES, edges=edges, bins=bins))
    at = {node.id: node.xy for node in network.nodes}
    served = {station.id: at[station.nodes[0]] for station in network.stations}
    assert served == {"b0": (0.0, 0.0), "b1": (2.5, 0.0), "b2": (2.5, 0.0), "b3": (9.0, 0.0)}
    assert len(network.nodes) == 4
    assert [edge.length_m for edge in network.edges[::2]] == pytest.approx([5.0, 13.0, 2.0])
    graph = graph_of_network(network, PICKER)
    assert graph.access.keys() == served.keys()
    assert graph.length_m.sum() == pytest.approx(20.0)


def test_a_bin_assigned_to_nothing_is_at_the_nearest_node_and_one_without_a_place_at_both_ends(
    tmp_path,
) -> None:
    edges = "edge,start_node,end_node\nAB,A,B\n"
    bins = "bin,edge,x_m,y_m\nnear,,8,2\nnowhere,AB,,\n"
    network = read_network(tables(tmp_path / "n", nodes=NODES, edges=edges, bins=bins))
    assert {station.id: station.nodes for station in network.stations} == {
        "near": ("B",),
        "nowhere": ("A", "B"),
    }
    assert "bin 'nowhere' has no coordinates" in network.warnings[0]


@pytest.mark.parametrize(
    ("parts", "place"),
    [
        ({"nodes": "node,x_m\nA,0\n"}, r"nodes\.csv row 2: no y: give one of y_m, y_mm"),
        ({"nodes": "id,x_m,y_m\nA,0,0\n"}, r"nodes\.csv row 1: no column 'node'"),
        ({"nodes": "node,x_m,y_m\nA,0,nan\n"}, r"nodes\.csv row 2 column 'y_m': 'nan' where a finite number"),
        ({"nodes": "node,x_m,y_m\nA,0,0\nA,1,1\n"}, r"nodes\.csv row 3: there is a node 'A' already"),
        ({"nodes": "node,x_m,y_m\nA,0,0,9\n"}, r"nodes\.csv row 2: more cells"),
        ({"edges": "start_node,end_node\nA,Z\n"}, r"edges\.csv row 2: edge 'A-Z' names node 'Z'"),
        ({"edges": "start_node,end_node\nA,B\nA,B\n"}, r"edges\.csv row 3: there is an edge 'A-B' already"),
        ({"edges": "start_node,end_node,length_m\nA,B,-1\n"}, r"edges\.csv row 2: length_m -1\.0"),
        ({"bins": "bin,edge\nb,Q\n"}, r"bins\.csv row 2: bin 'b' names edge 'Q'"),
        ({"bins": "bin,node\nb,\n"}, r"bins\.csv row 2: bin 'b' has neither node, edge nor"),
        ({"bins": "bin,node\nb,Q\n"}, r"bins\.csv row 2: station 'b' names node 'Q'"),
    ],
)
def test_a_broken_table_names_file_row_and_column(tmp_path: Path, parts: dict[str, str], place: str) -> None:
    given = {"nodes": "node,x_m,y_m\nA,0,0\nB,9,0\n", "edges": "start_node,end_node\nA,B\n"} | parts
    with pytest.raises(BadDataError, match=r"n: " + place):
        read_network(tables(tmp_path / "n", **given))


def test_the_shortest_of_several_edges_counts_and_a_vehicle_has_its_own() -> None:
    network = small_network()
    short = NetworkEdge(id="AB2", tail="A", head="B", length_m=10.0, uses=(EdgeUse(vehicle="agv.2"),))
    loop = NetworkEdge(id="AA", tail="A", head="A")
    both = replace(network, edges=(*network.edges, short, loop))
    assert graph_of_network(both, PICKER).length_m[0] == 10.0
    assert graph_of_network(both, PICKER, vehicle="agv.1").length_m[0] == 10.5


def test_a_width_nobody_tells_is_the_agents_own_and_one_in_a_facility_is_measured(hall) -> None:
    facility = hall(rows=2, bays=3)
    graph = build_graph(facility, PICKER)
    network = network_of_graph(graph)
    bare = replace(
        network, edges=tuple(replace(edge, clear_width_m=None, sigma_m=None) for edge in network.edges)
    )
    assert set(graph_of_network(bare, PICKER).clear_width_m.tolist()) == {0.6}
    measured = graph_of_network(bare, PICKER, facility=facility)
    assert np.allclose(measured.clear_width_m, graph.clear_width_m, atol=1e-6)
    assert np.allclose(measured.sigma_m, graph.sigma_m, atol=1e-6)


def test_a_facility_names_what_the_network_does_not_serve(hall) -> None:
    facility = hall(rows=2, bays=3)
    network = network_of_graph(build_graph(facility, PICKER))
    gone = network.stations[0].id
    graph = graph_of_network(replace(network, stations=network.stations[1:]), PICKER, facility=facility)
    assert graph.unreached == {gone: "the network names no node for it"}
    moved = replace(network, nodes=(replace(network.nodes[0], level="L9"), *network.nodes[1:]))
    with pytest.raises(ValueError, match="level 'L9' of the network is none of"):
        graph_of_network(moved, PICKER, facility=facility)


def test_formats_are_found_by_name_and_only_some_are_written(hall, tmp_path: Path) -> None:
    graph = build_graph(hall(), PICKER)
    with pytest.raises(ValueError, match=r"there is no format 'dxf': choose one of node-link, graphml"):
        write_network(tmp_path / "g", graph, "dxf")
    with pytest.raises(
        ValueError, match=r"'rmf-building' is only read: write one of node-link, graphml, lif, csv"
    ):
        write_network(tmp_path / "g", graph, "rmf-building")
    assert {name for name, form in FORMATS.items() if form.write} == NAMES.keys()
    (tmp_path / "g.txt").write_text("", encoding="utf-8")
    with pytest.raises(BadDataError, match=r"g\.txt: the ending tells no format"):
        read_network(tmp_path / "g.txt")


@pytest.mark.parametrize(
    "given", [{"metres_per_unit": 0.0}, {"metres_per_unit": float("nan")}, {"y_axis": "left"}]
)
def test_a_source_frame_is_checked(given) -> None:
    with pytest.raises(ValueError, match="must be"):
        SourceFrame(**given)
