"""From a navigation graph to a network of routes.

A graph's edge is both ways in one; a network's edges are one way each, so a two-way edge becomes two.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

from spatial.exchange.route_network import (
    EdgeUse,
    NetworkEdge,
    NetworkLevel,
    NetworkNode,
    NetworkStation,
    RouteNetwork,
    way_back,
)
from spatial.facility import Facility, Point3
from spatial.navigation.nav_graph import NODE_KINDS, NavGraph


def network_of_graph(graph: NavGraph, *, facility: Facility | None = None, source: str = "") -> RouteNetwork:
    """The network of a graph: node i is named "i", its agent is the vehicle of every edge.

    `facility` adds the pose and height of each location and station; without it they are only names.
    """
    levels = [graph.levels[level] for level in graph.level.tolist()]
    rows = zip(graph.xy.tolist(), levels, graph.kind.tolist(), strict=True)
    poses = {} if facility is None else _poses(facility)
    kinds = {} if facility is None else {station.id: station.kind for station in facility.stations}
    elevations = {} if facility is None else {level.id: level.elevation_m for level in facility.levels}
    return RouteNetwork(
        id=graph.facility,
        source=source,
        levels=tuple(NetworkLevel(id=each, elevation_m=elevations.get(each)) for each in graph.levels),
        nodes=tuple(
            NetworkNode(id=str(node), xy=(x, y), level=level, kind=NODE_KINDS[kind])
            for node, ((x, y), level, kind) in enumerate(rows)
        ),
        edges=tuple(_edges(graph)),
        stations=tuple(
            NetworkStation(id=place, nodes=(str(node),), kind=kinds.get(place, kind), **poses.get(place, {}))
            for mapping, kind in ((graph.access, "location"), (graph.stations, "station"))
            for place, node in mapping.items()
        ),
    )


def _edges(graph: NavGraph) -> Iterator[NetworkEdge]:
    for row, (tail, head) in enumerate(graph.edges.tolist()):
        link = _name(graph.links, graph.link[row])
        there = NetworkEdge(
            id=f"{tail}-{head}",
            tail=str(tail),
            head=str(head),
            length_m=float(graph.length_m[row]),
            clear_width_m=float(graph.clear_width_m[row]),
            sigma_m=float(graph.sigma_m[row]),
            time_s=float(graph.time_s[row]) if link else None,
            link=link,
            zone=_name(graph.zones, graph.zone[row]),
            aisle=_name(graph.aisle_ids, graph.aisle[row]),
            uses=tuple(_uses(graph, row)),
        )
        if graph.direction[row] >= 0:
            yield there
        if graph.direction[row] <= 0:
            yield way_back(there)


def _uses(graph: NavGraph, row: int) -> Iterator[EdgeUse]:
    """One for each agent of the edge's group, else one for the graph's own agent."""
    limit, group = float(graph.speed_limit_m_s[row]), int(graph.agent_group[row])
    for agent in graph.agent_groups[group] if group >= 0 else (graph.agent.name,):
        yield EdgeUse(vehicle=agent, speed_limit_m_s=limit if limit < math.inf else None)


def _name(names: tuple[str, ...], index: int) -> str:
    return names[index] if index >= 0 else ""


def _poses(facility: Facility) -> dict[str, dict[str, Any]]:
    elevation = {level.id: level.elevation_m for level in facility.levels}
    racks = {rack.id: rack for rack in facility.racks}
    poses: dict[str, dict[str, Any]] = {}
    for place in facility.locations:
        x, y, z = place.center
        rack = racks.get(place.rack)
        yaw, floor = (0.0, 0.0) if rack is None else (rack.yaw_rad, elevation.get(rack.level, 0.0))
        pose: Point3 = (x, y, yaw)
        poses[place.id] = {"pose": pose, "height_m": max(0.0, z - place.size_m[2] / 2 - floor)}
    return poses | {station.id: {"pose": station.pose} for station in facility.stations}
