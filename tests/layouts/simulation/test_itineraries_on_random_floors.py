"""Given work on random floors, checked by law, against a plain event loop written here, and without numba."""

from __future__ import annotations

import heapq
import math
from collections import deque
from collections.abc import Iterator
from typing import Any

import networkx as nx
from hypothesis import given, settings
from hypothesis import strategies as st

from layouts.simulation import run_itineraries


def rows(run: Any, kind: str) -> list[tuple[Any, ...]]:
    """Events of a kind: agent, resource, start, end, blocked by."""
    events = run.events
    return [
        (agent, resource, float(start), float(end), by)
        for agent, each, resource, start, end, by in zip(*events.values(), strict=True)
        if each == kind
    ]


@st.composite
def worlds(draw: Any) -> dict[str, Any]:
    """A ring with chords of a few nodes, whole times, so that ties are many."""
    nodes = draw(st.integers(3, 6))
    graph = nx.DiGraph()
    graph.add_nodes_from(range(nodes))
    times = st.integers(0, 3).map(float)
    for node in range(nodes):
        graph.add_edge(node, (node + 1) % nodes, time_s=draw(times))
        graph.add_edge(node, (node + 2) % nodes, time_s=draw(times))
    step = st.tuples(st.integers(0, 2), st.integers(0, 3).map(float))
    itineraries = []
    for _ in range(draw(st.integers(1, 5))):
        at = draw(st.integers(0, nodes - 1))
        visits = [(at, float(draw(st.integers(0, 3))))]
        for jump, service_s in draw(st.lists(step, max_size=8)):
            at = (at + jump) % nodes
            visits.append((at, service_s))
        itineraries.append(visits)
    return {
        "graph": graph,
        "itineraries": itineraries,
        "passing": draw(st.booleans()),
        "release": draw(st.sampled_from(["arrival", "start"])),
        "capacity": {node: draw(st.integers(1, 2)) for node in range(nodes)},
        "starts_s": [float(draw(st.integers(0, 2))) for _ in itineraries],
    }


@settings(max_examples=150, deadline=None)
@given(worlds())
def test_a_plain_event_loop_finds_the_same_waits_and_ends(world: dict[str, Any]) -> None:
    run = run_itineraries(**world)
    waited, finished = plain_run(**world)
    if run.ending == "finished":
        assert run.wait_s == waited
        assert run.finish_s == finished
    else:
        assert run.ending == "deadlock"
        assert {link.agent for link in run.deadlock}.isdisjoint(finished), (
            "they are stuck in the plain loop too"
        )
        assert all(finished[agent] == end for agent, end in run.finish_s.items() if end < math.inf)


@settings(max_examples=60, deadline=None)
@given(worlds())
def test_looking_ahead_changes_nothing_but_the_speed(world: dict[str, Any]) -> None:
    ahead, plain = (run_itineraries(**world, looks_ahead=each) for each in (True, False))
    assert ahead.finish_s == plain.finish_s
    assert ahead.time_split == plain.time_split
    assert ahead.resource_waits == plain.resource_waits
    for kind in ("move", "service", "wait"):
        assert sorted(rows(ahead, kind), key=str) == sorted(rows(plain, kind), key=str)


@settings(max_examples=60, deadline=None)
@given(worlds(), st.integers(0, 3), st.integers(4, 9))
def test_looking_ahead_counts_the_same_between_warm_up_and_horizon(
    world: dict[str, Any], warm_up_s: int, horizon_s: int
) -> None:
    ahead, plain = (
        run_itineraries(**world, warm_up_s=warm_up_s, horizon_s=horizon_s, looks_ahead=each)
        for each in (True, False)
    )
    for told in ("ending", "finish_s", "time_split", "waits", "resource_waits", "blocked_share"):
        assert getattr(ahead, told) == getattr(plain, told)


@settings(max_examples=60, deadline=None)
@given(worlds())
def test_events_add_up_to_the_totals(world: dict[str, Any]) -> None:
    run = run_itineraries(**world)
    for kind, place in (("move", 0), ("service", 1), ("wait", 2)):
        for agent in run.agents:
            spans = [end - start for who, _, start, end, _ in rows(run, kind) if who == agent]
            if run.ending == "finished":
                assert sum(spans) == run.time_split[agent][place]
    assert sum(run.wait_s.values()) == sum(wait.seconds for wait in run.resource_waits.values())


Step = tuple[str, Any]


def plain_steps(
    graph: nx.DiGraph, visits: list[tuple[int, float]], *, passing: bool, release: str
) -> Iterator[Step]:
    """What an agent does, as take, give, stand (until all who begin now have their cell) and spend."""
    if not passing:
        yield "take", visits[0][0]
        yield "stand", None
    seated = None
    for k, (node, service_s) in enumerate(visits):
        before = visits[k - 1][0] if k else node
        if before != node:
            if not passing:
                yield "take", node
                if release == "start":
                    yield "give", before
            yield "spend", graph.edges[before, node]["time_s"]
            if not passing and release == "arrival":
                yield "give", before
        if service_s > 0:
            if passing and seated is None:
                yield "take", node
                seated = node
            yield "spend", service_s
            following = visits[k + 1] if k + 1 < len(visits) else (None, 0.0)
            if seated is not None and not (following[0] == node and following[1] > 0):
                yield "give", node
                seated = None
    if not passing:
        yield "give", visits[-1][0]


def plain_run(
    graph: nx.DiGraph, itineraries: list[Any], *, passing: bool, release: str, capacity: dict[int, int],
    starts_s: list[float],
) -> tuple[dict[int, float], dict[int, float]]:  # fmt: skip
    """Waits by agent, up to the last event, and when those who finish do: a heap of (time, agent) and FIFO queues."""
    steps = [plain_steps(graph, visits, passing=passing, release=release) for visits in itineraries]
    free, queue = dict(capacity), {node: deque[int]() for node in capacity}
    since: dict[int, float] = {}
    waited, finished = dict.fromkeys(range(len(steps)), 0.0), {}
    caller, opened = len(steps), set[float]()
    standing: dict[float, list[int]] = {start: [] for start in starts_s}
    heap = [
        *((start, agent) for agent, start in enumerate(starts_s)),
        *((start, caller) for start in standing),
    ]
    heapq.heapify(heap)
    now = 0.0
    while heap:
        now, agent = heapq.heappop(heap)
        if agent == caller:
            opened.add(now)
            for each in standing[now]:
                heapq.heappush(heap, (now, each))
            continue
        for what, value in steps[agent]:
            if what == "take":
                if free[value] == 0 or queue[value]:
                    queue[value].append(agent)
                    since[agent] = now
                    break
                free[value] -= 1
            elif what == "give":
                if queue[value]:
                    heir = queue[value].popleft()
                    waited[heir] += now - since.pop(heir)
                    heapq.heappush(heap, (now, heir))
                else:
                    free[value] += 1
            elif what == "stand":
                if starts_s[agent] not in opened:
                    standing[now].append(agent)
                    break
            elif value > 0:
                heapq.heappush(heap, (now + value, agent))
                break
        else:
            finished[agent] = now
    for agent, start in since.items():
        waited[agent] += now - start
    return waited, finished


PLAIN = """
import networkx as nx
import numpy as np
from layouts.simulation import run_itineraries
rng = np.random.default_rng(3)
floor = nx.DiGraph()
for node in range(8):
    floor.add_edge(node, (node + 1) % 8, time_s=1.0 + node / 7)
    floor.add_edge((node + 1) % 8, node, time_s=2.0)
nodes = [(first + np.cumsum(rng.choice([-1, 0, 1], 60))) % 8 for first in range(4)]
work = [(each, rng.exponential(2.0, 60) * (rng.random(60) < 0.4)) for each in nodes]
for options in (
    {"passing": True}, {"passing": False, "deadlock": "pass"}, {"passing": False, "deadlock": "back-off"},
    {"edge_capacity": 1, "sections": {"lane": [2, 3, 4]}},
):
    run = run_itineraries(floor, work, horizon_s=500.0, warm_up_s=20.0, **options)
    print(run.ending, run.time_split, run.finish_s, [column.tolist() for column in run.events.values()])
"""


def test_plain_python_and_compiled_agree(compiled_and_plain) -> None:
    compiled, plain = compiled_and_plain(PLAIN)
    assert compiled == plain
    assert compiled.count("wait") > 100
