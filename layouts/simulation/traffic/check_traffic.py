"""The static check of a floor's traffic: for the tours of a plan, or for the ways that any plan is made of."""

from __future__ import annotations

from dataclasses import replace
from itertools import permutations

import numpy as np

from layouts.simulation.engine.tape import NOBODY
from layouts.simulation.traffic.static_check import Jam, possible_jams
from layouts.simulation.traffic.tickets import tickets_for
from layouts.simulation.traffic.traffic_map import TrafficMap
from layouts.simulation.traffic.ways import Ways
from spatial.navigation.joined_routes import Route
from spatial.navigation.nav_graph import NavGraph
from spatial.navigation.shortest_paths import shortest_distances, shortest_route


def jams_of(traffic: TrafficMap, *ways: Ways) -> tuple[Jam, ...]:
    """How the agents on these ways could come to wait for each other for good; none is a proof that they cannot."""
    if not ways:
        return ()
    rows = np.cumsum([0, *(len(each.op) for each in ways)])
    starts = [row + each.tour_rows[:-1] for row, each in zip(rows.tolist(), ways, strict=False)]
    return possible_jams(
        *(np.concatenate([each.op for each in ways]), np.concatenate([each.a for each in ways])),
        np.concatenate([each.b for each in ways]),
        np.concatenate([*starts, rows[-1:]]),
        resources=traffic.resources,
        section_of=traffic.section_of,
    )


def guarded(traffic: TrafficMap, *ways: Ways) -> TrafficMap:
    """The same traffic with a ticket for every ring of lanes that agents on these ways could fill up for good.

    Lanes in which agents can meet head-on are left to their locks: a ticket there would be one.
    """
    jams = tuple(jam for jam in jams_of(traffic, *ways) if jam.kind != "head_on")
    added, admits = tickets_for(jams, traffic.resources)
    return replace(
        traffic,
        resources=(*traffic.resources, *added),
        capacity=np.concatenate([traffic.capacity, np.array(admits, np.int64)]),
        area_m2=np.concatenate([traffic.area_m2, np.full(len(added), np.nan)]),
        section_of=np.concatenate([traffic.section_of, np.full(len(added), NOBODY)]),
        guards=jams,
        notes=(
            *traffic.notes,
            *(
                f"At most {count} agents are let in at once where {', '.join(jam.names)} could fill up for good"
                for jam, count in zip(jams, admits, strict=True)
            ),
        ),
    )


def ways_between_mouths(graph: NavGraph) -> list[list[Route]]:
    """The shortest way from every aisle mouth and station to every other, each as a tour of one leg.

    They lead through every aisle in each direction that shortest ways take, out of each into the next.
    """
    ends = sorted({*graph.stations.values(), *(node for mouths in graph.aisles.values() for node in mouths)})
    table = shortest_distances(graph, ends)
    return [
        [shortest_route(table, one, other)]
        for one, other in permutations(ends, 2)
        if np.isfinite(table.length_m[tuple(table.rows([one, other]))])
    ]
