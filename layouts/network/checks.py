"""What is odd about a network before anything is played: demand that nothing reaches, parts that hang together with
nothing, capacities that are too small, factors that are not told.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import networkx as nx
import numpy as np

from layouts.network.model import Network
from layouts.network.plan import plan, usual_state
from layouts.network.wiring import Wiring, wiring_of

NAMED = 5
"""So many of a kind are named, the rest is counted."""


class Finding(NamedTuple):
    """`is_fault` where the network cannot serve what is asked of it; else it is to be known."""

    kind: str
    text: str
    is_fault: bool


def check(network: Network) -> tuple[Finding, ...]:
    """All findings, faults first."""
    wiring = wiring_of(network)
    found = [
        *_without_demand(network),
        *_unreached(wiring),
        *_too_little(wiring),
        *_apart(network),
        *_never_filled(wiring),
        *_ignored_stock(network, wiring),
        *_without_stock(wiring),
        *_untold_co2e(network),
    ]
    return tuple(sorted(found, key=lambda finding: not finding.is_fault))


def points_graph(wiring: Wiring) -> nx.DiGraph:
    """The points with the ways of goods between them, and -1, which leads to all that make some."""
    graph = nx.DiGraph()
    graph.add_nodes_from(range(-1, len(wiring.demand)))
    graph.add_edges_from(zip(wiring.tail.tolist(), wiring.head.tolist(), strict=True))
    graph.add_edges_from((-1, int(source)) for source in np.flatnonzero(wiring.is_source))
    return graph


def _without_demand(network: Network) -> Iterator[Finding]:
    if not any(demand.per_day for demand in network.demand.values()):
        yield Finding(
            "no-demand", "nothing is wanted anywhere: give demand.csv a row with per_day above 0", True
        )


def _unreached(wiring: Wiring) -> Iterator[Finding]:
    reached = nx.descendants(points_graph(wiring), -1)
    cut_off = [p for p in np.flatnonzero(wiring.demand > 0).tolist() if p not in reached]
    if cut_off:
        yield Finding(
            "unreachable-demand",
            f"no supplier or plant reaches the demand of {_pairs(wiring, cut_off)}",
            True,
        )


def _too_little(wiring: Wiring) -> Iterator[Finding]:
    usual = usual_state(wiring)
    planned = plan(wiring, usual)
    unmet = planned.unmet.sum()
    if unmet > 1e-6:
        share = unmet / wiring.demand.sum()
        points = np.flatnonzero(planned.unmet > 1e-6).tolist()
        yield Finding(
            "too-little-capacity",
            f"capacities leave {unmet:,.6g} units a day ({share:.1%}) unmet, as at {_pairs(wiring, points)}",
            True,
        )


def _apart(network: Network) -> Iterator[Finding]:
    graph = nx.Graph()
    graph.add_nodes_from(network.nodes)
    graph.add_edges_from((lane.origin, lane.destination) for lane in network.lanes)
    parts = sorted(nx.connected_components(graph), key=len, reverse=True)
    if len(parts) > 1:
        alone = [min(part) for part in parts[1:]]
        yield Finding(
            "disconnected", f"{len(parts)} parts have no lane between them: that of {_some(alone)}", False
        )


def _never_filled(wiring: Wiring) -> Iterator[Finding]:
    no_way_in = (np.diff(wiring.into) == 0) & ~wiring.is_source
    holds = (wiring.up_to > 0) & no_way_in
    if holds.any():
        points = np.flatnonzero(holds).tolist()
        yield Finding("never-filled", f"no lane brings goods to the stock of {_pairs(wiring, points)}", False)


def _ignored_stock(network: Network, wiring: Wiring) -> Iterator[Finding]:
    pairs = [
        pair
        for pair, stock in network.stock.items()
        if stock.units and (network.is_source(*pair) or network.nodes[pair[0]].kind == "demand")
    ]
    if pairs:
        points = [wiring.point(*pair) for pair in pairs]
        yield Finding(
            "stock-not-used",
            f"stock is not used where goods are made or customers are: {_pairs(wiring, points)}; "
            "a shop with stock is a site with demand",
            False,
        )


def _without_stock(wiring: Wiring) -> Iterator[Finding]:
    passed = np.zeros(len(wiring.demand), np.bool_)
    passed[wiring.tail] = True
    bare = passed & ~wiring.is_source & (wiring.up_to == 0)
    if bare.any():
        points = np.flatnonzero(bare).tolist()
        yield Finding(
            "no-stock",
            f"goods are ordered through {_pairs(wiring, points)} only when they are asked for",
            False,
        )


def _untold_co2e(network: Network) -> Iterator[Finding]:
    lanes = [lane.id for lane in network.lanes if lane.co2e_kg_per_unit is None]
    if lanes:
        yield Finding("no-co2e-factor", f"no CO2e factor on {_some(lanes)}: CO2e is not told", False)


def _pairs(wiring: Wiring, points: list[int]) -> str:
    pairs = map(wiring.pair, points)
    return _some([node if len(wiring.families) == 1 else f"{node} ({family})" for node, family in pairs])


def _some(names: list[str]) -> str:
    more = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
    return ", ".join(names[:NAMED]) + more
