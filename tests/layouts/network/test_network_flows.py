"""Flows of a network: the best there are, by networkx; what is cut off is not served."""

from __future__ import annotations

from typing import Any

import networkx as nx
import pytest

from layouts.network.disruptions import Disruption, Disruptions
from layouts.network.plan import plan, usual_state
from layouts.network.simulate import Played, simulate
from layouts.network.timeline import state_of
from layouts.network.wiring import wiring_of


@pytest.mark.parametrize("seed", range(30))
def test_the_undisrupted_flow_costs_what_the_least_cost_flow_costs(
    seed: int, make_random: Any, flow_graph: Any
) -> None:
    network = make_random(seed)
    best = nx.max_flow_min_cost(flow_graph(network), "source", "sink")
    least = nx.cost_of_flow(flow_graph(network), best)
    wiring = wiring_of(network)
    planned = plan(wiring, usual_state(wiring))
    assert planned.cost == pytest.approx(least, rel=1e-9)
    assert planned.unmet.sum() == 0
    outcome = simulate(network, played=Played(days=40, warm_up=20, times=2))
    assert outcome.cost("transport").tolist() == [40 * least] * 2
    assert (outcome.told.at_once == outcome.told.asked).all()


@pytest.mark.parametrize("seed", range(12))
def test_without_a_node_service_is_what_the_maximal_flow_leaves(
    seed: int, make_random: Any, flow_graph: Any
) -> None:
    """Over 200 days, long after, all but what rounding shifts from day to day: a thousandth."""
    network = make_random(seed, scarce=True)
    wanted = sum(int(each.per_day) for each in network.demand.values())
    wiring = wiring_of(network)
    for node in [None, *(each for each in network.nodes if not each.startswith("C"))]:
        most = nx.maximum_flow_value(flow_graph(network, without=node), "source", "sink")
        down = [] if node is None else [Disruption(name="x", kind="node_down", of=node, takes=3660)]
        unmet = plan(wiring, state_of(wiring, down)).unmet.sum()
        assert unmet == pytest.approx(wanted - most, abs=1e-9)
        played = simulate(network, Disruptions(events=tuple(down)), Played(days=2000, warm_up=0, times=2))
        assert abs(played.series("used")[0, 1800:].sum() - 200 * most) <= 0.001 * 200 * most + 2
