"""Single points of failure: nodes without which demand is cut off, or cannot be served in full, however long.

Cut off are points that every way from a source leads through the node to (dominators, Lengauer and Tarjan 1979): for
goods, which flow one way, what an articulation point is for neighbours. What is lost is exact: the maximal flow
without the node (with several families that share capacities, the most that a linear programme can serve).
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from functools import partial
from typing import NamedTuple

import networkx as nx
import numpy as np

from layouts.network.checks import points_graph
from layouts.network.model import Network
from layouts.network.plan import Plan, plan, usual_state
from layouts.network.wiring import Wiring
from spatial.progress import Progress, counted, silent
from spatial.tasks.workers import ThisProcess, Workers

LEAST = 1e-6
"""Units a day: less is rounding."""


class WeakPoint(NamedTuple):
    """A node: the units a day that cannot be served without it, their `share` of demand, and whose demand is
    `cut_off`.
    """

    node: str
    lost_per_day: float
    share: float
    cut_off: tuple[str, ...]


def weak_points(
    network: Network, wiring: Wiring, *, workers: Workers | None = None, progress: Progress = silent
) -> tuple[WeakPoint, ...]:
    """The nodes but customers without which demand is lost, the most first."""
    usual = plan(wiring, usual_state(wiring))
    only_way = _cut_off(wiring)
    passed = _passed(wiring, usual)
    nodes = [n for n, each in enumerate(network.nodes.values()) if each.kind != "demand" and passed[n] > 0]
    players: Workers = workers or ThisProcess()
    unmet = players.play(partial(_unmet_without, wiring), nodes, counted(progress, "weak points", len(nodes)))
    found = []
    for n, unmet_without in zip(nodes, unmet, strict=True):
        lost = max(0.0, unmet_without - float(usual.unmet.sum()))
        if lost > LEAST:
            share = lost / float(wiring.demand.sum())
            found.append(WeakPoint(wiring.nodes[n], lost, share, tuple(only_way[n])))
    return tuple(sorted(found, key=lambda each: (-each.lost_per_day, each.node)))


def _unmet_without(wiring: Wiring, n: int) -> float:
    capacity = wiring.node_capacity.copy()
    capacity[n] = 0.0
    state = usual_state(replace(wiring, node_capacity=capacity))
    own = (wiring.node_of == n) & ~wiring.is_customer
    state.demand_factor[own] = 0.0
    return float(plan(wiring, state).unmet.sum() + wiring.demand[own].sum())


def _passed(wiring: Wiring, planned: Plan) -> np.ndarray:
    """Units a day out of each node (N,), with what is used there: without one that has none, nothing is lost."""
    out = np.bincount(wiring.node_of[wiring.tail], weights=planned.flow, minlength=len(wiring.nodes))
    own = np.where(wiring.is_customer, 0.0, wiring.demand - planned.unmet)
    return np.asarray(out + np.bincount(wiring.node_of, weights=own, minlength=len(wiring.nodes)))


def _cut_off(wiring: Wiring) -> dict[int, list[str]]:
    """By node, whose demand is reached through it alone."""
    graph = points_graph(wiring)
    above = nx.immediate_dominators(graph, -1)
    found = defaultdict(list)
    for point in np.flatnonzero(wiring.demand > 0).tolist():
        each = above.get(point)
        while each is not None and each != -1:
            found[int(wiring.node_of[each])].append(wiring.pair(point)[0])
            each = above[each]
    return found
