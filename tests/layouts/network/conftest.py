"""Networks small enough to draw, and random ones of three tiers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import networkx as nx
import numpy as np
import pytest

from layouts.network.model import ALL, Demand, Lane, Network, Node, NodeKind, Stock


def lane(origin: str, destination: str, **told: Any) -> Lane:
    return Lane(id=f"{origin}→{destination}", origin=origin, destination=destination, **told)


def network_of(
    nodes: dict[str, NodeKind],
    lanes: list[Lane],
    *,
    stock: dict[str, int] | None = None,
    demand: Mapping[str, float] | None = None,
    capacity: Mapping[str, float] | None = None,
) -> Network:
    """A network of one family."""
    return Network(
        nodes={
            name: Node(id=name, kind=kind, capacity_per_day=(capacity or {}).get(name, float("inf")))
            for name, kind in nodes.items()
        },
        lanes=tuple(lanes),
        stock={
            (name, ALL): Stock(units=units, up_to=units, order_at=units - 1)
            for name, units in (stock or {}).items()
        },
        demand={(name, ALL): Demand(per_day=wanted) for name, wanted in (demand or {}).items()},
    )


def random_network(seed: int, *, scarce: bool = False) -> Network:
    """Suppliers, sites with stock and customers, whole demands and costs; `scarce`: not all can be met."""
    rng = np.random.default_rng(seed)
    suppliers, sites, customers = (
        [f"{letter}{k}" for k in range(rng.integers(low, high))]
        for letter, low, high in (("S", 2, 5), ("W", 2, 6), ("C", 3, 9))
    )
    demand = {each: int(rng.integers(5, 30)) for each in customers}
    total = sum(demand.values())
    kinds: dict[str, NodeKind] = {
        **dict.fromkeys(suppliers, "supplier"), **dict.fromkeys(sites, "site"), **dict.fromkeys(customers, "demand"),
    }  # fmt: skip
    lanes = [
        lane(
            tail, head, lead_days=int(rng.integers(0, 4)), cost_per_unit=int(rng.integers(1, 50)),
            capacity_per_day=int(rng.integers(3, 20)) if scarce else int(rng.integers(10, 60)),
        )
        for tails, heads in ((suppliers, sites), (sites, customers))
        for head in heads
        for tail in tails
        if rng.random() < 0.7 or tail == tails[0]
    ]  # fmt: skip
    capacity = {
        each: int(rng.integers(10, 40 if scarce else 2 * total)) for each in (*suppliers[1:], *sites[1:])
    }
    network = network_of(
        kinds,
        lanes,
        stock=dict.fromkeys(sites, (2 if scarce else 5) * total),
        demand=demand,
        capacity=capacity,
    )
    if scarce:  # they begin with next to nothing, so that flows are soon steady
        return replace(network, stock={pair: replace(each, units=1) for pair, each in network.stock.items()})
    wide = tuple(
        replace(each, capacity_per_day=float("inf")) if "0→" in each.id else each for each in network.lanes
    )
    return replace(network, lanes=wide)


def flows_of(network: Network, without: str | None = None) -> nx.DiGraph:
    """The network as networkx has it: each node is an edge from where goods come in to where they leave."""
    graph = nx.DiGraph()
    for node in network.nodes.values():
        capacity = node.capacity_per_day if node.id != without else 0
        within = {} if capacity == float("inf") else {"capacity": int(capacity)}
        graph.add_edge((node.id, "in"), (node.id, "out"), weight=0, **within)
        if network.is_source(node.id, ALL):
            graph.add_edge("source", (node.id, "in"), weight=0)
    for lane in network.lanes:
        within = {} if lane.capacity_per_day == float("inf") else {"capacity": int(lane.capacity_per_day)}
        graph.add_edge(
            (lane.origin, "out"), (lane.destination, "in"), weight=int(lane.cost_per_unit), **within
        )
    for (asked, _), demand in network.demand.items():
        graph.add_edge((asked, "out"), "sink", weight=0, capacity=int(demand.per_day))
    return graph


@pytest.fixture
def flow_graph() -> Callable[..., nx.DiGraph]:
    return flows_of


@pytest.fixture
def make_network() -> Callable[..., Network]:
    return network_of


@pytest.fixture
def make_random() -> Callable[..., Network]:
    return random_network


@pytest.fixture
def make_lane() -> Callable[..., Lane]:
    return lane
