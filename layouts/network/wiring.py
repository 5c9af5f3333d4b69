"""A network as arrays: points (a node and a family) and routes (a lane and a family) between them."""

from __future__ import annotations

from dataclasses import dataclass

import networkx as nx
import numpy as np
import numpy.typing as npt

from layouts.network.model import Demand, Network, Pair, Stock

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

NO_STOCK = Stock()
NO_DEMAND = Demand(per_day=0.0)


@dataclass(frozen=True, eq=False, kw_only=True)
class Wiring:
    """N nodes, F families, P = N × F points (that of node n and family f is n × F + f), L lanes, A routes.

    Routes are in the order of where they lead to, the cheapest first: those into point p are `into[p]` to
    `into[p + 1]`. `order` (P,) is one in which points come after those that they bring goods to, but for circles.
    """

    nodes: tuple[str, ...]
    families: tuple[str, ...]
    lanes: tuple[str, ...]
    node_of: Ints
    is_source: Flags
    is_customer: Flags
    tail: Ints
    head: Ints
    lane_of: Ints
    into: Ints
    order: Ints
    demand: Floats
    units: Ints
    order_at: Ints
    up_to: Ints
    price: Floats
    holding: Floats
    short_cost: Floats
    node_capacity: Floats
    node_capacity_sd: Floats
    handling: Floats
    lane_capacity: Floats
    lane_cost: Floats
    lane_co2e: Floats
    """nan where no factor is given."""

    def point(self, node: str, family: str) -> int:
        """The place of a node and family among the points."""
        return self.nodes.index(node) * len(self.families) + self.families.index(family)

    def pair(self, point: int) -> Pair:
        """The node and family of a point."""
        node, family = divmod(point, len(self.families))
        return self.nodes[node], self.families[family]


def wiring_of(network: Network) -> Wiring:
    """The arrays of a network."""
    nodes, families = tuple(network.nodes), network.families
    number = {name: place for place, name in enumerate(nodes)}
    pairs: list[Pair] = [(node, family) for node in nodes for family in families]
    stock = [network.stock.get(pair, NO_STOCK) for pair in pairs]
    demand = [network.demand.get(pair, NO_DEMAND) for pair in pairs]
    routes = sorted(
        (
            number[lane.destination] * len(families) + f,
            lane.cost_per_unit,
            place,
            number[lane.origin] * len(families) + f,
        )
        for place, lane in enumerate(network.lanes)
        for f, family in enumerate(families)
        if lane.family in (None, family)
    )
    table = np.array([(head, place, tail) for head, _, place, tail in routes], np.int64).reshape(-1, 3)
    head, lane_of, tail = table.T.copy()
    kinds = list(network.nodes.values())
    return Wiring(
        nodes=nodes,
        families=families,
        lanes=tuple(lane.id for lane in network.lanes),
        node_of=np.repeat(np.arange(len(nodes)), len(families)),
        is_source=np.array([network.is_source(*pair) for pair in pairs], np.bool_),
        is_customer=np.array([network.nodes[node].kind == "demand" for node, _ in pairs], np.bool_),
        tail=tail,
        head=head,
        lane_of=lane_of,
        into=np.searchsorted(head, np.arange(len(pairs) + 1)),
        order=_order(len(pairs), tail, head),
        demand=np.array([each.per_day for each in demand]),
        units=np.array([each.units for each in stock], np.int64),
        order_at=np.array([each.order_at for each in stock], np.int64),
        up_to=np.array([each.up_to for each in stock], np.int64),
        price=np.array([each.price for each in stock]),
        holding=np.array([each.holding_per_day for each in stock]),
        short_cost=np.array([each.short_cost for each in demand]),
        node_capacity=np.array([each.capacity_per_day for each in kinds]),
        node_capacity_sd=np.array([each.capacity_sd for each in kinds]),
        handling=np.array([each.handling_per_unit for each in kinds]),
        lane_capacity=np.array([lane.capacity_per_day for lane in network.lanes]),
        lane_cost=np.array([lane.cost_per_unit for lane in network.lanes]),
        lane_co2e=np.array(
            [np.nan if lane.co2e_kg_per_unit is None else lane.co2e_kg_per_unit for lane in network.lanes]
        ),
    )


def _order(points: int, tail: Ints, head: Ints) -> Ints:
    """From where goods end to where they begin; points of a circle come one after the other, by number."""
    graph = nx.DiGraph()
    graph.add_nodes_from(range(points))
    graph.add_edges_from(zip(tail.tolist(), head.tolist(), strict=True))
    circles = nx.condensation(graph)
    forward = [sorted(circles.nodes[each]["members"]) for each in nx.topological_sort(circles)]
    return np.array([point for members in reversed(forward) for point in members], np.int64)
