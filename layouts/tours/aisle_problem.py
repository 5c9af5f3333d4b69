"""From the stops of a tour to the problem that routing policies read: which of them lie in which aisle."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from layouts.tours.policies.floor_sections import AisleEnds, floor_sections
from layouts.tours.problem import RoutingProblem
from layouts.tours.tour import Stop
from spatial.navigation.nav_graph import NavGraph
from spatial.navigation.shortest_paths import Distances

STRAIGHT = 1.25
"""An aisle whose mouths are farther apart on foot than this many times its length is blocked."""


def aisle_problem(
    graph: NavGraph, distances: Distances, depot: int, stops: Sequence[Stop]
) -> tuple[RoutingProblem, list[int]]:
    """The routing problem of one tour, and the graph node of each of its rows."""
    nodes = [depot, *(stop.node for stop in stops)]
    stops_in: dict[str, list[int]] = {}
    for row, stop in enumerate(stops, start=1):
        aisle = graph.aisle_of.get(stop.picks[0].location)
        if aisle is not None and aisle in graph.aisles:
            stops_in.setdefault(aisle, []).append(row)
    aisles = []
    for aisle in sorted(stops_in):
        if not _is_open(graph, distances, aisle):
            continue
        mouths = (len(nodes), len(nodes) + 1)
        nodes += graph.aisles[aisle]
        level = int(graph.level[graph.aisles[aisle][0]])
        aisles.append(AisleEnds(id=aisle, mouths=mouths, stops=tuple(stops_in[aisle]), level=level))
    rows = distances.rows(nodes)
    xy, length_m = graph.xy[nodes], distances.length_m[np.ix_(rows, rows)]
    sections = floor_sections(aisles, xy=xy, length_m=length_m)
    return RoutingProblem(stop_count=len(stops), xy=xy, length_m=length_m, sections=sections), nodes


def _is_open(graph: NavGraph, distances: Distances, aisle: str) -> bool:
    mouths = graph.aisles[aisle]
    low, high = distances.rows(mouths).tolist()
    straight = float(np.linalg.norm(np.subtract(*graph.xy[list(mouths)])))
    walked = min(distances.length_m[low, high], distances.length_m[high, low])
    return bool(walked <= STRAIGHT * straight)
