"""Traffic as the engine plays it: what the static check proves free of deadlock ends, what it tells does happen."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from itertools import pairwise

import numpy as np
import pytest

from layouts.demo_hall import demo_hall
from layouts.simulation.engine.run_tape import Played, run_tape
from layouts.simulation.engine.tape import NOBODY, Crew, Jobs, Resources, tape_of
from layouts.simulation.traffic.build_traffic import traffic_map
from layouts.simulation.traffic.check_traffic import guarded, jams_of
from layouts.simulation.traffic.traffic_map import TrafficMap, TrafficSettings
from layouts.simulation.traffic.ways import Ways
from spatial.floor.agents import PICKER, REACH_TRUCK
from spatial.navigation.build_graph import build_graph
from spatial.navigation.nav_graph import NavGraph
from spatial.navigation.shortest_paths import Distances, shortest_distances, shortest_route

CARRIER = replace(PICKER, is_vehicle=True, radius_m=0.35)


def played(ways: Ways, capacity: list[int]) -> Played:
    """Each tour by an agent of its own, all from time 0, at 1 m/s."""
    count, seats = len(ways.tour_start) - 1, len(capacity)
    each, none = np.arange(count), np.empty(0, np.int64)
    nothing = np.zeros(count + 1, np.int64)
    return run_tape(
        tape_of(ways.op, ways.a, ways.b, ways.to_m - ways.from_m, ways.tour_rows),
        Resources(
            capacity=np.array(capacity),
            level=np.zeros(seats, np.int64),
            low=np.full(seats, NOBODY),
            refill=np.full(seats, NOBODY),
            refill_pieces=np.ones(seats, np.int64),
            slow=np.ones((seats, 1)),
        ),
        Jobs(
            routine=each[None],
            release_s=np.zeros(count),
            pool=each,
            needs=np.zeros(count, np.int64),
            after_start=nothing,
            after=none,
            ticket_start=nothing,
            ticket=none,
            refill_routine=np.empty((1, 0), np.int64),
            refill_pool=none,
        ),
        Crew(
            kind=np.zeros(count, np.int64),
            slow=np.ones(count),
            restart_s=np.zeros(count),
            from_s=np.zeros(count),
            until_s=np.full(count, np.inf),
            pool_start=np.arange(count + 1),
            pool=each,
            duty_start=nothing,
            duty_s=np.empty(0),
            duty_routine=none,
            charge_s=np.full(count, np.inf),
            charge_routine=np.full(count, NOBODY),
            fail_s=np.empty((count, 0)),
            repair_routine=NOBODY,
            pace=np.empty((0, count, 1)),
        ),
    )


@cache
def trucks() -> tuple[NavGraph, Distances]:
    graph = build_graph(demo_hall(), REACH_TRUCK)
    return graph, shortest_distances(graph, [*graph.stations.values(), *graph.access.values()])


def random_ways(traffic: TrafficMap, seed: int) -> Ways:
    graph, table = trucks()
    random = np.random.default_rng(seed)
    stops, depot = sorted(set(graph.access.values())), graph.stations["DEPOT"]
    chosen = [[depot, *random.choice(stops, 5).tolist(), depot] for _ in range(6)]
    return traffic.ways([[shortest_route(table, a, b) for a, b in pairwise(each)] for each in chosen])


@pytest.mark.parametrize("release", ["on_arrival", "at_start"])
def test_trucks_in_locked_lanes_always_come_home(release) -> None:
    traffic = traffic_map(trucks()[0], TrafficSettings(release=release))
    for seed in range(15):
        ways = random_ways(traffic, seed)
        assert jams_of(traffic, ways) == ()
        assert played(ways, traffic.capacity.tolist()).ending == "finished"


def test_trucks_without_locks_meet_where_the_check_says() -> None:
    traffic = traffic_map(trucks()[0], TrafficSettings(locks=False))
    met = 0
    for seed in range(15):
        ways = random_ways(traffic, seed)
        members = [set(jam.members) for jam in jams_of(traffic, ways)]
        run = played(ways, traffic.capacity.tolist())
        ring = {resource for _, resource in run.ring}
        assert (run.ending == "deadlock") == bool(ring)
        assert not ring or any(ring <= each for each in members)
        met += bool(ring)
    assert met > 0


def test_a_block_fills_up_and_with_tickets_does_not(drawn) -> None:
    corners, outside = [(0, 0), (1.5, 0), (1.5, 1.5), (0, 1.5)], [(-2, -2), (3.5, -2), (3.5, 3.5), (-2, 3.5)]
    graph = drawn(
        {f"o{k}": at for k, at in enumerate(outside)} | {f"c{k}": at for k, at in enumerate(corners)},
        [
            *(("", f"o{k}", f"c{k}") for k in range(4)),
            *(("ABCD"[k], f"c{k}", f"c{(k + 1) % 4}") for k in range(4)),
        ],
        agent=CARRIER,
        one_way=True,
    )
    traffic = traffic_map(graph)
    tours = [[(k, 4 + k, 4 + (k + 1) % 4, 4 + (k + 2) % 4, (k + 2) % 4)] for k in range(4)]
    ways = traffic.ways(tours)
    run = played(ways, traffic.capacity.tolist())
    jams = jams_of(traffic, ways)
    assert run.ending == "deadlock"
    assert {resource for _, resource in run.ring} == set(jams[0].ring)
    kept = guarded(traffic, ways)
    assert kept.capacity[-1] == jams[0].fewest - 1
    assert any("could fill up for good" in note for note in kept.notes)
    assert played(kept.ways(tours), kept.capacity.tolist()).ending == "finished"
