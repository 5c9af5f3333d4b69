"""Single points of failure and times to survive, against networkx and closed forms."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import networkx as nx
import pytest

from layouts.network.model import ALL, Demand, Network, Stock
from layouts.network.survival import survivals, time_to_survive
from layouts.network.weak_points import weak_points
from layouts.network.wiring import wiring_of


def reached(network: Network, without: str | None) -> set[str]:
    graph = nx.DiGraph()
    graph.add_nodes_from(network.nodes)
    graph.add_edges_from((lane.origin, lane.destination) for lane in network.lanes)
    sources = [node for node in network.nodes if network.is_source(node, ALL) and node != without]
    if without is not None:
        graph.remove_node(without)
    return {*sources, *(each for source in sources for each in nx.descendants(graph, source))}


@pytest.mark.parametrize("seed", range(20))
@pytest.mark.parametrize("scarce", [True, False])
def test_weak_points_are_those_of_maximal_flow_and_of_reach(
    seed: int, scarce: bool, make_random: Any, flow_graph: Any
) -> None:
    network = make_random(seed, scarce=scarce)
    whole = nx.maximum_flow_value(flow_graph(network), "source", "sink")
    wanted: Any = {}
    for node in network.nodes:
        if not node.startswith("C"):
            lost = whole - nx.maximum_flow_value(flow_graph(network, without=node), "source", "sink")
            cut_off = {pair[0] for pair in network.demand} & (reached(network, None) - reached(network, node))
            if lost:
                wanted[node] = (pytest.approx(lost), cut_off)
    found = weak_points(network, wiring_of(network))
    assert {each.node: (each.lost_per_day, {*each.cut_off}) for each in found} == wanted
    assert [each.lost_per_day for each in found] == sorted(
        (each.lost_per_day for each in found), reverse=True
    )


def test_one_node_survives_stock_over_demand(make_network: Any, make_lane: Any) -> None:
    network = make_network(
        {"S": "supplier", "W": "site", "C": "demand"},
        [make_lane("S", "W"), make_lane("W", "C")],
        stock={"W": 65}, demand={"C": 10},
    )  # fmt: skip
    wiring = wiring_of(network)
    assert time_to_survive(wiring, ["S"]) == pytest.approx(6.5)
    assert time_to_survive(wiring, ["W"]) == pytest.approx(0.0)
    assert time_to_survive(wiring, []) == math.inf


def test_a_second_way_adds_what_it_can_carry(make_network: Any, make_lane: Any) -> None:
    """Stock 60 covers the 10 a day that 25 wanted less 15 over the other lane leave; own demand counts, too."""
    lanes = [make_lane("S", "W"), make_lane("T", "W", capacity_per_day=15), make_lane("W", "C")]
    kinds = {"S": "supplier", "T": "plant", "W": "site", "C": "demand"}
    network = make_network(kinds, lanes, stock={"W": 60}, demand={"C": 20, "W": 5})
    wiring = wiring_of(network)
    assert time_to_survive(wiring, ["S"]) == pytest.approx(6.0)
    assert time_to_survive(wiring, ["T"]) == math.inf
    assert time_to_survive(wiring, ["S", "T"]) == pytest.approx(60 / 25)
    known = replace(network, nodes={**network.nodes, "S": replace(network.nodes["S"], recover_days=7.0)})
    found = {each.node: each for each in survivals(known, wiring_of(known))}
    assert [found[node].is_exposed for node in ("S", "T", "W")] == [True, None, None]


def test_families_share_capacity(make_network: Any, make_lane: Any) -> None:
    """Two families through a site of 30 a day: 20 and 10 are served; without the plant of one, only that is lost."""
    network = make_network(
        {"S": "supplier", "T": "supplier", "W": "site", "C": "demand"},
        [make_lane("S", "W", family="a"), make_lane("T", "W", family="b"), make_lane("W", "C")],
        capacity={"W": 30},
    )
    network = replace(
        network,
        demand={("C", "a"): Demand(per_day=20), ("C", "b"): Demand(per_day=10)},
        stock={
            ("W", "a"): Stock(units=40, up_to=40, order_at=39),
            ("W", "b"): Stock(units=90, up_to=90, order_at=89),
        },
    )
    wiring = wiring_of(network)
    lost = {each.node: (each.lost_per_day, each.share) for each in weak_points(network, wiring)}
    assert lost == {"W": (30, 1), "S": (20, pytest.approx(2 / 3)), "T": (10, pytest.approx(1 / 3))}
    assert time_to_survive(wiring, ["S"]) == pytest.approx(2.0)
    assert time_to_survive(wiring, ["T"]) == pytest.approx(9.0)
    narrow = replace(
        network, nodes={**network.nodes, "W": replace(network.nodes["W"], capacity_per_day=24.0)}
    )
    assert [each.lost_per_day for each in weak_points(narrow, wiring_of(narrow))] == pytest.approx(
        [24, 14, 4]
    )
