"""The way between two places of a facility, along the lanes and over the open floor."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from layouts.tours.explain import Step, explain_route
from spatial.any_angle.graph_distances import free_distances
from spatial.errors import UndecidedError
from spatial.facility import Facility
from spatial.floor.agents import AgentClass
from spatial.floor.floor_rules import NO_RULES, FloorRules
from spatial.floor.free_space import free_space
from spatial.navigation.build_graph import build_graph
from spatial.navigation.nav_graph import NavGraph
from spatial.navigation.shortest_paths import shortest_distances, shortest_route


@dataclass(frozen=True, kw_only=True, eq=False)
class Way:
    """From where an agent stands for one place to where it stands for another.

    `steps` are the edges along the lanes, `lanes_m` their sum, infinite and without steps where the rules leave no
    way. `open_floor` (M, 2) is the shortest path with the agent free to cut corners, `open_floor_m` its length; it
    keeps to the floor but not to one-way lanes. None where the places are on two levels or parts of the floor.
    """

    steps: tuple[Step, ...]
    lanes_m: float
    open_floor: npt.NDArray[np.float64] | None
    open_floor_m: float | None


def way_between(
    facility: Facility, agent: AgentClass, start: str, end: str, *, rules: FloorRules = NO_RULES
) -> Way:
    """The way from one location or station to another, by id.

    Raises ValueError for an id there is not, UndecidedError for one that cannot be reached, with the reason.
    """
    graph = build_graph(facility, agent, rules)
    nodes = [_node(graph, start), _node(graph, end)]
    distances = shortest_distances(graph, nodes)
    length = float(distances.length_m[tuple(distances.rows(nodes))])
    steps: tuple[Step, ...] = ()
    if np.isfinite(length):
        steps = explain_route(graph, shortest_route(distances, *nodes))
    polyline = _open_floor(facility, agent, graph, nodes, rules)
    return Way(
        steps=steps,
        lanes_m=length,
        open_floor=polyline,
        open_floor_m=None
        if polyline is None
        else float(np.linalg.norm(np.diff(polyline, axis=0), axis=1).sum()),
    )


def _node(graph: NavGraph, place: str) -> int:
    for nodes in (graph.access, graph.stations):
        if place in nodes:
            return nodes[place]
    if place in graph.unreached:
        raise UndecidedError(f"'{place}' cannot be reached: {graph.unreached[place]}")
    some = ", ".join([*graph.stations, *graph.access][:3])
    raise ValueError(
        f"there is no location or station '{place}' in facility '{graph.facility}': name one, such as {some}"
    )


def _open_floor(
    facility: Facility, agent: AgentClass, graph: NavGraph, nodes: list[int], rules: FloorRules
) -> npt.NDArray[np.float64] | None:
    level = graph.levels[graph.level[nodes[0]]]
    if graph.level[nodes[0]] != graph.level[nodes[1]]:
        return None
    free = free_distances(graph, free_space(facility, agent, level, rules=rules), nodes)
    rows = free.rows(nodes)
    if not np.isfinite(free.length_m[int(rows[0]), int(rows[1])]):
        return None
    return free.polyline(*nodes)
