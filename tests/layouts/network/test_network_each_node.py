"""Each node down in turn: days lose what flows lose, on the draws of an event alone; stock covers a while."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from layouts.network.disruptions import Disruption, Disruptions
from layouts.network.each_node import NodeStop, each_node, unlike_flow
from layouts.network.figures import differences
from layouts.network.model import Network
from layouts.network.simulate import Played, simulate
from layouts.network.weak_points import weak_points
from layouts.network.wiring import wiring_of


@pytest.fixture
def network(make_network: Any, make_lane: Any) -> Network:
    """S brings 10 a day to W, which holds 50 and sends them to C; T could bring them, too, but takes 9 days."""
    network: Network = make_network(
        {"S": "supplier", "T": "supplier", "W": "site", "C": "demand"},
        [make_lane("S", "W", lead_days=2), make_lane("T", "W", lead_days=9, cost_per_unit=3), make_lane("W", "C")],
        stock={"W": 50}, demand={"C": 10},
    )  # fmt: skip
    return network


def losses(stops: tuple[NodeStop, ...]) -> dict[str, float]:
    return {each.node: each.effect.differences["fill_rate"].difference.value for each in stops}


@pytest.mark.parametrize("seed", range(6))
def test_what_days_lose_in_the_long_run_is_what_the_greatest_flow_loses(seed: int, make_random: Any) -> None:
    """With hardly any stock and lost sales, over 1,000 days: rounding from day to day is a thousandth, and the share
    that each customer owes it is met from what comes that day.
    """
    network = make_random(seed, scarce=True)
    by_flow = {each.node: each.share for each in weak_points(network, wiring_of(network))}
    played = Played(days=1000, warm_up=100, times=2, waits=False)
    found = losses(each_node(network, played))
    assert set(found) == {node for node in network.nodes if not node.startswith("C")}
    for node, change in found.items():
        assert -change == pytest.approx(by_flow.get(node, 0.0), abs=0.005), node
    assert [*found.values()] == sorted(found.values())


def test_a_stop_is_the_event_of_its_node_on_the_same_draws(make_random: Any) -> None:
    network = make_random(2)
    moved = replace(
        network, demand={pair: replace(each, law="poisson") for pair, each in network.demand.items()}
    )
    played = Played(days=60, warm_up=20, times=8, seed=3)
    usual = simulate(moved, played=played)
    for stop in each_node(moved, played, down_days=15, reaction_days=2):
        event = Disruption(name="x", kind="node_down", of=stop.node, takes=15)
        alone = differences(simulate(moved, Disruptions(events=(event,), reaction_days=2), played), usual)
        for name, pair in stop.effect.differences.items():
            assert pair.difference.value == alone[name].difference.value
            widened = pair.difference
            assert widened.low <= alone[name].difference.low
            assert widened.high >= alone[name].difference.high


def test_another_source_that_has_room_comes_too_late(network: Network) -> None:
    """W's position of 50 lasts 5 days. Without S, T is asked from day 1 on and its goods are there on day 10: 5 days
    are missed, then 4 in each of the 5 times 9 days for which 50 units are under way. So 25 of 60, though the flow
    has room. W itself is the only way: all 60 are.
    """
    played = Played(days=60, warm_up=30, times=2, waits=False)
    long = each_node(network, played)
    assert losses(long) == pytest.approx({"W": -1.0, "S": -25 / 60, "T": 0.0})
    assert [each.days for each in long] == [60, 60, 60]
    assert [each.is_loss for each in long] == [True, True, False]
    weak = weak_points(network, wiring_of(network))
    assert [each.node for each in weak] == ["W"]
    assert unlike_flow(long, weak) == ((), ("S",))
    assert losses(each_node(network, played, down_days=3))["W"] == pytest.approx(-3 / 60)


def test_a_node_is_down_as_long_as_it_takes_to_restore_it(network: Network) -> None:
    """With S alone, needed by flow, but restored in 2.5 days, 3 whole ones: stock covers them."""
    nodes = {**network.nodes, "S": replace(network.nodes["S"], recover_days=2.5)}
    alone = replace(network, nodes=nodes, lanes=tuple(lane for lane in network.lanes if lane.origin != "T"))
    played = Played(days=40, warm_up=30, times=2)
    stops = each_node(alone, played)
    assert {each.node: each.days for each in stops} == {"S": 3, "T": 40, "W": 40}
    covered, late = unlike_flow(stops, weak_points(alone, wiring_of(alone)))
    assert (covered, late) == (("S",), ())
    assert {each.days for each in each_node(alone, played, down_days=90)} == {40}


def test_a_network_of_customers_alone_has_no_node_to_stop(make_network: Any) -> None:
    assert each_node(make_network({"C": "demand"}, [], demand={"C": 5}), Played(days=7, times=2)) == ()
