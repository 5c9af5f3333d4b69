"""Shortest ways on a graph from and to a few of its nodes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from spatial.navigation.joined_routes import Route
from spatial.navigation.nav_graph import NavGraph
from spatial.navigation.shortest_paths import Distances, shortest_distances, shortest_route


@dataclass(frozen=True, kw_only=True, eq=False)
class Routes:
    """Ways between the `hubs` of a graph and any of its nodes; made by `routes_about`."""

    hubs: frozenset[int]
    away: Distances
    back: Distances

    def route(self, start: int, end: int) -> Route:
        """The nodes of a shortest way, one of whose ends is a hub; ValueError where there is no way."""
        if start == end:
            return (start,)
        if start in self.hubs:
            return shortest_route(self.away, start, end)
        return shortest_route(self.back, end, start)[::-1]


def routes_about(graph: NavGraph, hubs: Iterable[int]) -> Routes:
    """The shortest ways, by the rules, from and to each of `hubs`."""
    nodes = sorted({*hubs})
    away = shortest_distances(graph, nodes)
    back = away
    if graph.is_one_way:
        back = shortest_distances(replace(graph, direction=-graph.direction), nodes)
    return Routes(hubs=frozenset(nodes), away=away, back=back)
