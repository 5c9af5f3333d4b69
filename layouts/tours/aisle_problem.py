"""From the stops of a tour to the problem that routing policies read: which of them lie in which aisle."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from layouts.tours.picking_floor import PickingFloor
from layouts.tours.policies.floor_sections import AisleEnds, floor_sections
from layouts.tours.policies.only_way import only_way
from layouts.tours.problem import RoutingProblem
from layouts.tours.tour import Stop
from spatial.navigation.nav_graph import NavGraph
from spatial.navigation.shortest_paths import Distances

ROUND_M = 2.0
"""An aisle whose mouths are farther apart on foot than its length and this is blocked: a way round leads through
the next aisle, which is twice the distance of two aisles longer. What a picker steps round inside is less."""


def aisle_problem(floor: PickingFloor, stops: Sequence[Stop]) -> tuple[RoutingProblem, list[int]]:
    """The routing problem of one tour, and the graph node of each of its rows."""
    graph, distances, depot = floor.graph, floor.distances, floor.depot
    nodes = [depot, *(stop.node for stop in stops)]
    stops_in: dict[str, list[int]] = {}
    for row, stop in enumerate(stops, start=1):
        aisle = graph.aisle_of.get(stop.picks[0].location)
        if aisle is not None and aisle in graph.aisles:
            stops_in.setdefault(aisle, []).append(row)
    aisles = []
    others = _ways_on(graph, distances, depot)
    for aisle in sorted(stops_in):
        if not _is_open(graph, distances, aisle):
            continue
        mouths = (len(nodes), len(nodes) + 1)
        nodes += graph.aisles[aisle]
        level = int(graph.level[graph.aisles[aisle][0]])
        low, high = distances.rows(graph.aisles[aisle]).tolist()
        only = only_way((low, high), others=others, length_m=distances.length_m)
        ends = AisleEnds(id=aisle, mouths=mouths, stops=tuple(stops_in[aisle]), level=level, only=only)
        aisles.append(ends)
    xy, length_m = graph.xy[nodes], floor.table(nodes)
    sections = floor_sections(aisles, xy=xy)
    return RoutingProblem(stop_count=len(stops), xy=xy, length_m=length_m, sections=sections), nodes


def _ways_on(graph: NavGraph, distances: Distances, depot: int) -> list[int]:
    """The rows of the depot and of all mouths that tours can pass."""
    known = set(distances.nodes.tolist())
    mouths = sorted(node for ends in graph.aisles.values() if known.issuperset(ends) for node in ends)
    rows: list[int] = distances.rows([depot, *mouths]).tolist()
    return rows


def _is_open(graph: NavGraph, distances: Distances, aisle: str) -> bool:
    mouths = graph.aisles[aisle]
    low, high = distances.rows(mouths).tolist()
    straight = float(np.linalg.norm(np.subtract(*graph.xy[list(mouths)])))
    walked = min(distances.length_m[low, high], distances.length_m[high, low])
    return bool(walked <= straight + ROUND_M)
