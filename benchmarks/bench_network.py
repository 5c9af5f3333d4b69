"""How long 1,000 scenarios of a network of 1,000 nodes take, beside a networkx flow for every scenario.

    python benchmarks/bench_network.py [--nodes 1000] [--times 1000] [--workers 2] [--each-node] [--peer-times 5]

Prints one JSON document: seconds and CPU seconds of all processes and the SHA-256 of what was told. Of the peer:
seconds of `min_cost_flow` (network simplex) for the first disrupted day of a scenario, which is one plan and no day
played, and whether its costs are those of the plans played. CPU seconds count other work on the machine least.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import resource
import time
from collections.abc import Iterator
from itertools import pairwise

import networkx as nx
import numpy as np

from layouts.network.disruptions import Disruption, Disruptions, Spread, draw_spans
from layouts.network.each_node import each_node
from layouts.network.model import ALL, Demand, Lane, Network, Node, NodeKind, Stock
from layouts.network.plan import State, plan
from layouts.network.run_network import run_network
from layouts.network.simulate import Played
from layouts.network.timeline import state_of
from layouts.network.wiring import Wiring, wiring_of
from spatial.tasks.open_workers import open_workers

TIERS: tuple[tuple[NodeKind, float], ...] = (
    ("supplier", 0.03),
    ("plant", 0.04),
    ("port", 0.03),
    ("site", 0.2),
)
"""Kinds from the beginning of the network to its end, with their shares of its nodes; the rest are customers."""
WAYS = 3
"""Lanes into each node."""
ROOM = 1.6
"""Times the even share of all demand: what a node can do, so that most can be served without any one."""


def made_up(nodes: int, *, seed: int = 1) -> Network:
    """Tiers in which each node gets goods from three of the tier before; random demand and lead times."""
    rng = np.random.default_rng(seed)
    tiers = [(kind, [f"{kind}{k}" for k in range(round(share * nodes))]) for kind, share in TIERS]
    tiers.append(("demand", [f"demand{k}" for k in range(nodes - sum(len(names) for _, names in tiers))]))
    demand = {name: int(rng.integers(5, 30)) for name in tiers[-1][1]}
    total = sum(demand.values())
    kinds = {name: kind for kind, names in tiers for name in names}
    room = {name: ROOM * WAYS * total // len(names) for _, names in tiers[:-1] for name in names}
    lanes = [
        Lane(
            id=f"{tail}→{head}",
            origin=tail,
            destination=head,
            lead_days=float(rng.integers(1, 6)),
            lead_sd_days=0.7,
            cost_per_unit=float(rng.integers(1, 50)),
            distance_km=100.0,
            co2e_kg_per_unit=1.0,
        )
        for (_, tails), (_, heads) in pairwise(tiers)
        for head in heads
        for tail in rng.choice(tails, WAYS, replace=False)
    ]
    return Network(
        nodes={
            name: Node(id=name, kind=kind, capacity_per_day=room.get(name, np.inf))
            for name, kind in kinds.items()
        },
        lanes=tuple(lanes),
        stock={
            (name, ALL): Stock(units=units, up_to=units, order_at=units - 1)
            for kind, names in tiers[1:-1]
            for name in names
            for units in [15 * total // len(names)]
        },
        demand={
            (name, ALL): Demand(per_day=each, law="poisson", short_cost=30.0) for name, each in demand.items()
        },
    )


def events() -> Disruptions:
    """Three nodes that may stop, one of each tier that makes or passes on."""
    told = [
        Disruption(
            name=f"{of} stops",
            kind="node_down",
            of=of,
            probability=0.5,
            begins=Spread(uniform=(0, 120)),
            takes=Spread(triangular=(7, 21, 60)),
        )
        for of in ("supplier0", "port1", "site2")
    ]
    return Disruptions(events=tuple(told))


def peer(wiring: Wiring, disruptions: Disruptions, times: int, played: Played) -> dict[str, object]:
    """networkx' network simplex for each scenario; its cost is held against that of the plan."""
    states = list(_states(wiring, disruptions, times, played))
    started = time.perf_counter()
    costs = [
        nx.cost_of_flow(graph, nx.min_cost_flow(graph)) for graph in (_graph(wiring, each) for each in states)
    ]
    taken_s = time.perf_counter() - started
    ours = [plan(wiring, each) for each in states]
    agree = all(
        each.unmet.sum() > 0 or abs(each.cost - cost) < 1e-3 for each, cost in zip(ours, costs, strict=True)
    )
    return {"scenarios": times, "s_a_scenario": round(taken_s / times, 3), "costs_agree": agree}


def _states(wiring: Wiring, disruptions: Disruptions, times: int, played: Played) -> Iterator[State]:
    spans = draw_spans(disruptions, days=played.days, times=times, seed=played.seed)
    for of_one in spans:
        first = of_one[:, 0].min()
        active = [e for e, span in zip(disruptions.events, of_one, strict=True) if span[0] <= first < span[1]]
        yield state_of(wiring, active)


def _graph(wiring: Wiring, state: State) -> nx.DiGraph:
    """Nodes as edges from where goods come in to where they leave; what is unmet comes over dear edges."""
    graph = nx.DiGraph()
    demand = wiring.demand.astype(int)
    total = int(demand.sum())
    graph.add_node("source", demand=-total)
    for n, capacity in enumerate(state.node_capacity.tolist()):
        graph.add_edge((n, "in"), (n, "out"), capacity=min(total, int(min(capacity, total))), weight=0)
        if wiring.is_source[n]:
            graph.add_edge("source", (n, "in"), weight=0)
        if demand[n]:
            graph.add_node((n, "asks"), demand=int(demand[n]))
            graph.add_edge((n, "out"), (n, "asks"), weight=0)
            graph.add_edge("source", (n, "asks"), weight=10**6)
    for tail, head, lane in zip(
        wiring.tail.tolist(), wiring.head.tolist(), wiring.lane_of.tolist(), strict=True
    ):
        cost = int(wiring.lane_cost[lane] * state.cost_factor[lane])
        graph.add_edge(
            (tail, "out"), (head, "in"), weight=cost, capacity=int(min(state.lane_capacity[lane], total))
        )
    return graph


def cpu_s() -> float:
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(each.ru_utime + each.ru_stime for each in used)


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--nodes", type=int, default=1000)
    options.add_argument("--times", type=int, default=1000)
    options.add_argument("--workers", type=int, default=2)
    options.add_argument(
        "--each-node", action="store_true", help="also stop each node in turn, 1 in 20 of the times"
    )
    options.add_argument("--peer-times", type=int, default=5)
    asked = options.parse_args()
    network, disruptions, played = made_up(asked.nodes), events(), Played(times=asked.times)
    started, used = time.perf_counter(), cpu_s()
    record: dict[str, object] = {
        "nodes": len(network.nodes),
        "lanes": len(network.lanes),
        "workers": asked.workers,
    }
    with open_workers(asked.workers) as workers:
        run = run_network(network, disruptions, played, only_together=True, workers=workers)
    record |= {
        "times": asked.times,
        "s": round(time.perf_counter() - started, 1),
        "cpu_s": round(cpu_s() - used, 1),
    }
    record["sha256"] = hashlib.sha256(run.over.tobytes() + repr(run.disturbed).encode()).hexdigest()
    if asked.each_node:
        started, used, few = time.perf_counter(), cpu_s(), Played(times=max(2, asked.times // 20))
        with open_workers(asked.workers) as workers:
            stopped = each_node(network, few, workers=workers)
        record["each_node"] = {
            "nodes": len(stopped), "times": few.times,
            "s": round(time.perf_counter() - started, 1), "cpu_s": round(cpu_s() - used, 1),
        }  # fmt: skip
    record["networkx"] = peer(wiring_of(network), disruptions, asked.peer_times, played)
    print(json.dumps(record, indent=1))


if __name__ == "__main__":
    main()
