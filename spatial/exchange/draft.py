"""A network while it is read: parts come in with their place in the file, faults and oddities name it."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, NoReturn

from spatial.errors import BadDataError
from spatial.exchange.route_network import (
    EdgeUse,
    NetworkEdge,
    NetworkLevel,
    NetworkNode,
    NetworkStation,
    RouteNetwork,
)
from spatial.exchange.trajectory import trajectory_fault

FARTHEST_M = 1e6
"""Coordinates beyond this are a wrong unit or a map projection: the floats of a viewer would shake."""

MOST_WARNINGS = 1000


class Draft:
    """Collects the parts of one network; `at` is the place in the file, as its format names places.

    Raises BadDataError for what cannot be meant: a second node of the same id, coordinates that are no
    numbers, a curve that is none, an edge or station at a node that is not there.
    """

    def __init__(self, source: str) -> None:
        self.source = source
        self._levels: dict[str, NetworkLevel] = {}
        self._nodes: dict[str, NetworkNode] = {}
        self._edges: dict[str, tuple[NetworkEdge, str]] = {}
        self._stations: dict[str, tuple[NetworkStation, str]] = {}
        self._warnings: list[str] = []

    @property
    def levels(self) -> list[NetworkLevel]:
        """The levels so far, in their order."""
        return list(self._levels.values())

    @property
    def nodes(self) -> list[NetworkNode]:
        """The nodes so far, in their order."""
        return list(self._nodes.values())

    def fail(self, at: str, message: str) -> NoReturn:
        """Raise BadDataError with file, place and `message`, which says what was expected."""
        raise BadDataError(f"{self.source}: {at}: {message}")

    def warn(self, at: str, message: str) -> None:
        """Note an oddity that was read past."""
        if len(self._warnings) < MOST_WARNINGS:
            self._warnings.append(f"{at}: {message}")

    def level(self, level: NetworkLevel) -> None:
        """Add a level; the same id again is the same level."""
        self._check_name(f"level '{level.id}'", level.id)
        self._check(
            f"level '{level.id}'", level.id, elevation_m=level.elevation_m, scale=level.metres_per_unit
        )
        self._levels.setdefault(level.id, level)

    def node(self, node: NetworkNode, at: str) -> None:
        """Add a node of an id not used before; its level is added with it if need be."""
        self._check_name(at, node.id)
        self._check_name(at, node.level)
        if node.id in self._nodes:
            self.fail(at, f"there is a node '{node.id}' already: give every node an id of its own")
        if not all(math.isfinite(value) and abs(value) <= FARTHEST_M for value in node.xy):
            self.fail(at, f"node '{node.id}' is at {node.xy}: expected metres within ±{FARTHEST_M:.0f}")
        self._levels.setdefault(node.level, NetworkLevel(id=node.level))
        self._nodes[node.id] = node

    def edge(self, edge: NetworkEdge, at: str) -> None:
        """Add an edge of an id not used before; its nodes may follow later."""
        self._check_name(at, edge.id)
        if edge.id in self._edges:
            self.fail(at, f"there is an edge '{edge.id}' already: give every edge an id of its own")
        for name in ("length_m", "clear_width_m", "sigma_m", "time_s"):
            value = getattr(edge, name)
            if value is not None and not (math.isfinite(value) and value >= 0):
                self.fail(at, f"{name} {value} of edge '{edge.id}' must be a number of at least 0")
        uses = tuple(self._use(use, edge.id, at) for use in edge.uses)
        self._edges[edge.id] = replace(edge, uses=uses), at

    def station(self, station: NetworkStation, at: str) -> None:
        """Add a station; one that comes again serves more nodes."""
        self._check_name(at, station.id)
        if not station.nodes:
            self.fail(at, f"station '{station.id}' names no node: expected at least one")
        known = self._stations.get(station.id)
        if known is not None:
            self.warn(at, f"station '{station.id}' comes twice: its nodes are joined")
            nodes = dict.fromkeys((*known[0].nodes, *station.nodes))
            station = replace(known[0], nodes=tuple(nodes))
        if station.pose is not None and len(station.pose) != 3:
            self.fail(at, f"the pose of station '{station.id}' must be x, y and yaw")
        x, y, yaw = station.pose or (None, None, None)
        self._check(at, station.id, x=x, y=y, yaw_rad=yaw, height_m=station.height_m)
        self._stations[station.id] = station, at

    def _use(self, use: EdgeUse, edge: str, at: str) -> EdgeUse:
        """The use; a speed limit of 0 or less is none, as Open-RMF writes it."""
        self._check(at, edge, speed_limit_m_s=use.speed_limit_m_s, orientation_rad=use.orientation_rad)
        if use.trajectory is not None:
            curve = use.trajectory
            if (fault := trajectory_fault(curve.degree, curve.knots, curve.points)) is not None:
                self.fail(at, f"the trajectory of edge '{edge}' is none: {fault}")
        if use.speed_limit_m_s is None or use.speed_limit_m_s > 0:
            return use
        self.warn(at, f"speed limit {use.speed_limit_m_s} of edge '{edge}' is not above 0: taken as none")
        return replace(use, speed_limit_m_s=None)

    def _check_name(self, at: str, name: str) -> None:
        if not name:
            self.fail(at, "has an empty id: give it one of its own")

    def _check(self, at: str, owner: str, **numbers: float | None) -> None:
        for name, value in numbers.items():
            if value is not None and not math.isfinite(value):
                self.fail(at, f"{name} {value} of '{owner}' where a finite number was expected")

    def known_node(self, node: str, user: str, at: str) -> NetworkNode:
        """The node of that id; BadDataError when `user`, named at `at`, names one that is not there."""
        if node not in self._nodes:
            self.fail(at, f"{user} names node '{node}', which is not in the file")
        return self._nodes[node]

    def finish(self, network_id: str, *, extra: Mapping[str, Any] | None = None) -> RouteNetwork:
        """The network, once every edge and station was found to name nodes that are there."""
        for edge, at in self._edges.values():
            for node in (edge.tail, edge.head):
                self.known_node(node, f"edge '{edge.id}'", at)
        for station, at in self._stations.values():
            for node in station.nodes:
                self.known_node(node, f"station '{station.id}'", at)
        if not self._nodes:
            self.fail("whole file", "no node: expected a network with at least one")
        return RouteNetwork(
            id=network_id,
            source=self.source,
            levels=tuple(self._levels.values()),
            nodes=tuple(self._nodes.values()),
            edges=tuple(edge for edge, _ in self._edges.values()),
            stations=tuple(station for station, _ in self._stations.values()),
            warnings=tuple(self._warnings),
            extra=extra or {},
        )
