"""The static check of a floor's traffic: for the tours of a plan, or for the ways that any plan is made of."""

from __future__ import annotations

from itertools import permutations

import numpy as np

from layouts.simulation.traffic.static_check import Jam, possible_jams
from layouts.simulation.traffic.traffic_map import TrafficMap
from layouts.simulation.traffic.ways import Ways
from spatial.navigation.nav_graph import NavGraph
from spatial.navigation.shortest_paths import Route, shortest_distances, shortest_route


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
