"""Ways between the locations of a hall, as goods go along its navigation graph."""

from __future__ import annotations

import math
from typing import NamedTuple

from spatial.facility import Facility, Point3
from spatial.floor.agents import AgentClass
from spatial.floor.floor_rules import NO_RULES, FloorRules
from spatial.navigation.build_graph import build_graph
from spatial.navigation.shortest_paths import shortest_distances, shortest_route


class Way(NamedTuple):
    """From the middle of a location over the lanes to that of another: `path` (M, 3) in the world frame, metres, and
    its length along the lanes; where there is none, the path is empty, the length None, and `why_not` says why.
    """

    path: tuple[Point3, ...]
    length_m: float | None
    why_not: str | None


class HallWays:
    """The shortest ways of an agent class in a hall by its rules, each looked for once."""

    def __init__(self, facility: Facility, agent: AgentClass, rules: FloorRules = NO_RULES) -> None:
        self._graph = build_graph(facility, agent, rules)
        self._middle = {place.id: place.center for place in facility.locations}
        self._height = {level.id: level.elevation_m for level in facility.levels}
        self._known: dict[tuple[str, str], Way] = {}

    def middle(self, place: str) -> tuple[Point3, ...]:
        """The middle of a location; nothing where there is none of this name."""
        return (self._middle[place],) if place in self._middle else ()

    def between(self, start: str, end: str) -> Way:
        """The way from one location to another."""
        if (start, end) not in self._known:
            self._known[start, end] = self._found(start, end)
        return self._known[start, end]

    def _found(self, start: str, end: str) -> Way:
        graph = self._graph
        for place in (start, end):
            if place not in graph.access:
                return Way((), None, f"{place}: {graph.unreached.get(place, 'there is no such location')}")
        if start == end:
            return Way(self.middle(start), 0.0, None)
        nodes = graph.access[start], graph.access[end]
        distances = shortest_distances(graph, nodes)
        length_m = float(distances.length_m[tuple(distances.rows(nodes))])
        if not math.isfinite(length_m):
            return Way((), None, f"no way leads from {start} to {end}")
        on_floor = [self._spot(node) for node in shortest_route(distances, *nodes)]
        return Way((*self.middle(start), *on_floor, *self.middle(end)), length_m, None)

    def _spot(self, node: int) -> Point3:
        x, y = self._graph.xy[node].tolist()
        return x, y, self._height[self._graph.levels[self._graph.level[node]]]
