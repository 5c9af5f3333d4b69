"""Tables and GraphML of a network: the same from both, and every fault with its place and what was expected."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import networkx as nx
import pytest

from layouts.network.checks import check
from layouts.network.model import ALL, Stock
from layouts.network.read_network import read_network
from spatial.errors import BadDataError

NODES = """node,kind,lon,lat,capacity_per_day,handling_per_unit,recover_days
S,supplier,1,50,,,30
W,site,2,51,40,0.5,
C,demand,3,52,,,
"""
LANES = """origin,destination,mode,lead_days,capacity_per_day,cost_per_unit,distance_km,\
co2e_kg_per_tonne_km,kg_per_unit,co2e_source
S,W,road,3,,2,400,0.08,250,own lorries
W,C,road,1,30,1,,,,
"""
STOCK = "node,stock,order_at,up_to,price\nW,60,20,80,\nS,,,,7.5\n"
DEMAND = "node,per_day,law,sd_per_day,short_cost\nC,10,normal,3,25\n"


@pytest.fixture
def write(tmp_path: Path) -> Any:
    def written(**told: str) -> Path:
        tables = {"nodes": NODES, "lanes": LANES, "stock": STOCK, "demand": DEMAND} | told
        for name, text in tables.items():
            (tmp_path / f"{name}.csv").write_text(text, encoding="utf-8")
        return tmp_path

    return written


def test_tables_are_read(write: Any) -> None:
    network = read_network(write())
    assert [*network.nodes] == ["S", "W", "C"]
    assert network.nodes["W"].capacity_per_day == 40
    assert network.nodes["S"].recover_days == 30
    first, second = network.lanes
    assert (first.id, first.lead_days) == ("S→W road", 3)
    assert first.co2e_kg_per_unit == pytest.approx(0.08 * 0.25 * 400)
    assert (second.capacity_per_day, second.co2e_kg_per_unit) == (30, None)
    assert network.stock["W", ALL] == Stock(units=60, order_at=20, up_to=80)
    assert network.stock["S", ALL].price == 7.5
    assert (network.demand["C", ALL].law, network.demand["C", ALL].short_cost) == ("normal", 25)


def test_graphml_is_the_same_network(write: Any, tmp_path: Path) -> None:
    graph = nx.MultiDiGraph()
    graph.add_node("S", kind="supplier", lon=1.0, lat=50.0, recover_days=30.0, price=7.5)
    graph.add_node("W", kind="site", lon=2.0, lat=51.0, capacity_per_day=40, handling_per_unit=0.5)
    graph.add_node("W", stock=60, order_at=20, up_to=80)
    graph.add_node("C", kind="demand", lon=3.0, lat=52.0, per_day=10.0, law="normal", sd_per_day=3.0)
    graph.add_node("C", short_cost=25.0)
    emission = {"co2e_kg_per_tonne_km": 0.08, "kg_per_unit": 250.0, "co2e_source": "own lorries"}
    graph.add_edge("S", "W", mode="road", lead_days=3.0, cost_per_unit=2.0, distance_km=400.0, **emission)
    graph.add_edge("W", "C", mode="road", lead_days=1.0, capacity_per_day=30, cost_per_unit=1.0)
    path = tmp_path / "network.graphml"
    nx.write_graphml_xml(graph, path)
    assert read_network(path) == read_network(write())


FAULTS = [
    ("nodes", NODES.replace("W,site", "W,depot"), "row 3 column 'kind' is 'depot': expected one of supplier"),
    ("nodes", NODES.replace("W,site", "S,site"), "row 3 column 'node' is 'S': expected an id of its own"),
    (
        "nodes",
        NODES.replace(",40,", ",-4,"),
        "row 3 column 'capacity_per_day' is '-4': expected a number, 0 or more",
    ),
    ("nodes", NODES.replace(",40,", ",40.5,"), "column 'capacity_per_day' is '40.5': expected whole units"),
    (
        "nodes",
        NODES.replace("3,52", "3,92"),
        "row 4 column 'lat' is '92': expected degrees between -90 and 90",
    ),
    ("nodes", NODES.replace("3,52", "3,"), "row 4 column 'lat' is '': expected a number, as lon has one"),
    ("lanes", LANES.replace("W,C", "W,X"), "row 3 column 'destination' is 'X': expected a node"),
    ("lanes", LANES.replace("W,C", "W,W"), "row 3 column 'destination' is 'W': expected another node"),
    (
        "lanes",
        LANES + "W,C,road,1,,,,,,\n",
        "row 4 column 'lane' is '': expected an id of its own: 'W→C road'",
    ),
    (
        "lanes",
        LANES.replace("road,3", "road,3000"),
        "row 2 column 'lead_days' is '3000': expected 730 days at most",
    ),
    (
        "lanes",
        LANES.replace("own lorries", ""),
        "row 2 column 'co2e_source' is '': expected where the factor comes",
    ),
    ("lanes", LANES.replace(",250,", ",,"), "row 2 column 'kg_per_unit' is '': expected a number, because"),
    ("lanes", LANES.replace(",400,", ",,"), "row 2 column 'distance_km' is '': expected a number, because"),
    (
        "stock",
        STOCK.replace("60,20", "60,90"),
        "row 2 column 'order_at' is '90': expected less than up_to 80",
    ),
    ("stock", STOCK.replace("W,60", "V,60"), "row 2 column 'node' is 'V': expected a node"),
    ("stock", STOCK + "W,1,,,\n", "row 4 column 'node' is 'W': expected one row a node and family"),
    ("demand", DEMAND.replace("C,10", "C,many"), "row 2 column 'per_day' is 'many': expected a number"),
    (
        "demand",
        DEMAND.replace("normal,3", "poisson,3"),
        "row 2 column 'sd_per_day' is '3': expected a number above 0",
    ),
    ("demand", "node\nC\n", "row 1 has no column 'per_day'"),
]


@pytest.mark.parametrize(("table", "text", "said"), FAULTS)
def test_a_fault_is_told_with_its_place(table: str, text: str, said: str, write: Any) -> None:
    with pytest.raises(BadDataError) as error:
        read_network(write(**{table: text}))
    assert f"{table}.csv" in str(error.value)
    assert said in str(error.value)


def test_a_hostile_or_undirected_graphml_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "n.graphml"
    path.write_text('<!DOCTYPE a [<!ENTITY b "c">]><graphml/>', encoding="utf-8")
    with pytest.raises(BadDataError):
        read_network(path)
    nx.write_graphml_xml(nx.path_graph(2), path)
    with pytest.raises(BadDataError, match="edgedefault='directed'"):
        read_network(path)


def test_a_sound_network_has_no_fault(write: Any) -> None:
    assert [finding.kind for finding in check(read_network(write()))] == ["no-co2e-factor"]


@pytest.mark.parametrize(
    ("told", "kind", "is_fault"),
    [
        ({"nodes": NODES + "D,demand,4,50,,,\n", "demand": DEMAND + "D,5,,,\n"}, "unreachable-demand", True),
        ({"demand": DEMAND.replace("C,10", "C,31")}, "too-little-capacity", True),
        ({"demand": DEMAND.replace("C,10", "C,0")}, "no-demand", True),
        ({"nodes": NODES + "P,port,4,50,,,\n"}, "disconnected", False),
        ({"nodes": NODES + "V,site,4,50,,,\n", "stock": STOCK + "V,5,,,\n"}, "never-filled", False),
        ({"stock": STOCK + "C,5,,,\n"}, "stock-not-used", False),
        ({"stock": "node,stock,price\nS,,7\n"}, "no-stock", False),
    ],
)
def test_what_is_odd_is_found(told: dict[str, str], kind: str, is_fault: bool, write: Any) -> None:
    found = {finding.kind: finding for finding in check(read_network(write(**told)))}
    assert found[kind].is_fault is is_fault
