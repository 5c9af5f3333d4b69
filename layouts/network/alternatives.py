"""Who else could bring the goods of a node that stopped: each other source by itself, under the same events."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import networkx as nx

from layouts.network.disruptions import Disruption, Disruptions
from layouts.network.figures import Floats, figures_of
from layouts.network.model import Lane, Network
from layouts.network.simulate import Played, simulate
from layouts.statistics.intervals import Estimate, mean_interval
from layouts.statistics.selection import Selection, select_best
from spatial.progress import Progress, silent
from spatial.tasks.workers import Workers

MOST = 8
"""Alternatives that are played, the cheapest ones."""


@dataclass(frozen=True, kw_only=True)
class Alternative:
    """Another origin for those that the node brings goods to: over its `lanes`, what a unit costs from where it is
    made, how many days that takes, and what was played.
    """

    node: str
    lanes: tuple[str, ...]
    unit_cost: float
    lead_days: float
    capacity_per_day: float
    fill_rate: Estimate
    cost_to_serve: Estimate


@dataclass(frozen=True, kw_only=True)
class Alternatives:
    """Those of `node` from the best service on; `by_cost` compares those that none is shown to serve better than.

    The verdicts are None with fewer than two.
    """

    node: str
    ranked: tuple[Alternative, ...]
    by_fill_rate: Selection | None
    by_cost: Selection | None

    @property
    def answer(self) -> str:
        """Which to take, in a sentence."""
        if not self.ranked:
            return f"There is no other source for what {self.node} brings."
        if self.by_fill_rate is None:
            return f"{self.ranked[0].node} is the only other source for what {self.node} brings."
        if self.by_fill_rate.is_clear or self.by_cost is None:
            return f"Without {self.node}, {self.by_fill_rate.leader} serves best."
        told = f"Without {self.node}, cannot decide by service between {', '.join(_tied(self.by_fill_rate))}"
        return (
            f"{told}; {self.by_cost.leader} costs least."
            if self.by_cost.is_clear
            else f"{told}, nor by cost."
        )


def alternatives(
    network: Network,
    event: Disruption,
    played: Played,
    *,
    workers: Workers | None = None,
    progress: Progress = silent,
) -> Alternatives:
    """Rank who else could bring what the node of a node_down `event` brings.

    Each alternative is the network in which those who get goods from the node get them from that one source alone,
    while the event happens for sure. At most 8 are played, the cheapest.
    """
    node = event.of or ""
    sure = Disruptions(events=(event.model_copy(update={"probability": 1.0}),))
    served = {lane.destination for lane in network.lanes if lane.origin == node}
    others = _others(network, node, served)[:MOST]
    found, runs = [], {}
    for number, (cost, days, other) in enumerate(others):
        lanes = [lane for lane in network.lanes if lane.origin == other and lane.destination in served]
        kept = tuple(
            lane for lane in network.lanes if lane.destination not in served or lane.origin in (node, other)
        )
        figures = figures_of(simulate(replace(network, lanes=kept), sure, played, workers=workers))
        runs[other] = figures
        found.append(
            Alternative(
                node=other,
                lanes=tuple(lane.id for lane in lanes),
                unit_cost=cost,
                lead_days=days,
                capacity_per_day=min(
                    network.nodes[other].capacity_per_day, sum(lane.capacity_per_day for lane in lanes)
                ),
                fill_rate=mean_interval(figures["fill_rate"].tolist()),
                cost_to_serve=mean_interval(figures["cost_to_serve"].tolist()),
            )
        )
        progress(f"alternative {number + 1}", (number + 1) / len(others))
    by_fill_rate = _select(runs, "fill_rate", larger_is_better=True)
    tied = [] if by_fill_rate is None else _tied(by_fill_rate)
    return Alternatives(
        node=node,
        ranked=tuple(
            sorted(found, key=lambda each: (-each.fill_rate.value, each.cost_to_serve.value, each.node))
        ),
        by_fill_rate=by_fill_rate,
        by_cost=_select({each: runs[each] for each in tied}, "cost_to_serve", larger_is_better=False),
    )


def _others(network: Network, node: str, served: set[str]) -> Sequence[tuple[float, float, str]]:
    """The other origins of lanes to those served, with the least cost of a unit and its days, cheapest first."""
    graph = _cost_graph(network, without=node)
    found = []
    costs, ways = nx.single_source_dijkstra(graph, "", weight="cost")
    for other in {lane.origin for lane in network.lanes if lane.destination in served} - {node} - served:
        if ("node", other) in costs:
            lane = min(
                (lane for lane in network.lanes if lane.origin == other and lane.destination in served),
                key=_cost,
            )
            way = ways["node", other]
            days = sum(graph.edges[pair]["days"] for pair in pairwise(way))
            cost = costs["node", other] + network.nodes[other].handling_per_unit + lane.cost_per_unit
            found.append((cost, days + lane.lead_days, other))
    return sorted(found)


def _cost_graph(network: Network, *, without: str) -> nx.DiGraph:
    """From "" over who makes goods, at their least price, along the cheapest lanes."""
    graph = nx.DiGraph()
    graph.add_node("")
    for node in network.nodes:
        prices = [
            network.stock[node, f].price if (node, f) in network.stock else 0.0
            for f in network.families
            if network.is_source(node, f)
        ]
        if prices and node != without:
            graph.add_edge("", ("node", node), cost=min(prices), days=0.0)
    for lane in sorted(network.lanes, key=_cost, reverse=True):
        if without not in (lane.origin, lane.destination):
            cost = lane.cost_per_unit + network.nodes[lane.origin].handling_per_unit
            graph.add_edge(("node", lane.origin), ("node", lane.destination), cost=cost, days=lane.lead_days)
    return graph


def _cost(lane: Lane) -> tuple[float, float, str]:
    return lane.cost_per_unit, lane.lead_days, lane.id


def _tied(selection: Selection) -> list[str]:
    return [each.name for each in selection.systems if each.verdict != "worse"]


def _select(
    runs: dict[str, Mapping[str, Floats]], figure: str, *, larger_is_better: bool
) -> Selection | None:
    if len(runs) < 2:
        return None
    values = {name: figures[figure].tolist() for name, figures in runs.items()}
    return select_best(values, larger_is_better=larger_is_better)
