"""A network of routes as others draw it: named nodes, directed edges, the places they serve.

What every form of file is read into and written from. World frame of the file, metres, yaw counter-clockwise
from +X; a `NavGraph` is made from it by `graph_of_network`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal

import networkx as nx
import shapely

from spatial.exchange.trajectory import Trajectory, polyline, turned_round
from spatial.facility import Point2, Point3

Way = Literal["edge", "world"]

BACK = "~back"
"""Ends the id of an edge that is the way back of a two-way edge of the file."""


def _no_extra() -> Mapping[str, Any]:
    return {}


@dataclass(frozen=True, kw_only=True)
class NetworkLevel:
    """A floor; `metres_per_unit` is what the file's coordinates were multiplied by when read."""

    id: str
    elevation_m: float | None = None
    metres_per_unit: float = 1.0
    extra: Mapping[str, Any] = field(default_factory=_no_extra)


@dataclass(frozen=True, kw_only=True)
class NetworkNode:
    """A point of the network. `vehicles` are the types that may use it; none named means every type."""

    id: str
    xy: Point2
    level: str
    yaw_rad: float | None = None
    name: str = ""
    kind: str = ""
    vehicles: tuple[str, ...] = ()
    extra: Mapping[str, Any] = field(default_factory=_no_extra)


@dataclass(frozen=True, kw_only=True)
class EdgeUse:
    """How one type of vehicle may use an edge; a `vehicle` of None stands for every type.

    `orientation_rad` is the vehicle's heading against the edge's own direction (`orientation_to` "edge") or
    against +X ("world"). No speed limit means none is told.
    """

    vehicle: str | None = None
    speed_limit_m_s: float | None = None
    orientation_rad: float | None = None
    orientation_to: Way = "edge"
    rotation_allowed: bool | None = None
    trajectory: Trajectory | None = None
    extra: Mapping[str, Any] = field(default_factory=_no_extra)


ANY_USE = (EdgeUse(),)


@dataclass(frozen=True, kw_only=True)
class NetworkEdge:
    """The way from `tail` to `head`, and never back. Length, clear width, its sigma and time only as told.

    A way between two levels names its `link` (a lift, a stair); `zone` and `aisle` are names too, "" for none.
    """

    id: str
    tail: str
    head: str
    length_m: float | None = None
    clear_width_m: float | None = None
    sigma_m: float | None = None
    time_s: float | None = None
    link: str = ""
    zone: str = ""
    aisle: str = ""
    uses: tuple[EdgeUse, ...] = ANY_USE
    extra: Mapping[str, Any] = field(default_factory=_no_extra)

    def allows(self, vehicle: str | None) -> bool:
        """Whether that type may drive here; None asks for nothing."""
        return vehicle is None or any(use.vehicle in (None, vehicle) for use in self.uses)

    def speed_limit_for(self, vehicle: str | None) -> float | None:
        """The lowest limit told for that type, for None the lowest of all; None when none is."""
        uses = [use for use in self.uses if vehicle is None or use.vehicle in (None, vehicle)]
        return min((use.speed_limit_m_s for use in uses if use.speed_limit_m_s is not None), default=None)

    @property
    def speed_limit_m_s(self) -> float | None:
        """The lowest limit told for any type."""
        return self.speed_limit_for(None)


@dataclass(frozen=True, kw_only=True)
class NetworkStation:
    """A place that vehicles work at from one of `nodes`: a storage location, a depot, a charger.

    `kind` is "location" for a place in a rack, else a word of the file or "" when it tells none; `pose`
    (x, y, yaw) and `height_m` above the floor are those of the place itself, not of its nodes.
    """

    id: str
    nodes: tuple[str, ...]
    kind: str = ""
    name: str = ""
    pose: Point3 | None = None
    height_m: float | None = None
    extra: Mapping[str, Any] = field(default_factory=_no_extra)


@dataclass(frozen=True, kw_only=True)
class RouteNetwork:
    """All of a network, and the `warnings` that reading it gave: each names its place in the file."""

    id: str
    source: str = ""
    levels: tuple[NetworkLevel, ...] = ()
    nodes: tuple[NetworkNode, ...] = ()
    edges: tuple[NetworkEdge, ...] = ()
    stations: tuple[NetworkStation, ...] = ()
    warnings: tuple[str, ...] = ()
    extra: Mapping[str, Any] = field(default_factory=_no_extra)

    @property
    def vehicles(self) -> tuple[str, ...]:
        """Every type of vehicle that a node or an edge names, in the order of the alphabet."""
        named = {use.vehicle for edge in self.edges for use in edge.uses if use.vehicle is not None}
        return tuple(sorted(named.union(*(node.vehicles for node in self.nodes))))

    def node_of(self) -> dict[str, NetworkNode]:
        """The nodes by their id."""
        return {node.id: node for node in self.nodes}


def way_back(edge: NetworkEdge) -> NetworkEdge:
    """The same edge from head to tail, with the id that says so and its curves turned round."""
    uses = tuple(
        use if use.trajectory is None else replace(use, trajectory=turned_round(use.trajectory))
        for use in edge.uses
    )
    return replace(edge, id=edge.id + BACK, tail=edge.head, head=edge.tail, uses=uses)


def check_vehicle(network: RouteNetwork, vehicle: str | None) -> None:
    """ValueError for a type of vehicle that the network does not name, if it names any."""
    if vehicle is not None and network.vehicles and vehicle not in network.vehicles:
        raise ValueError(f"vehicle '{vehicle}' is none of the network's: {', '.join(network.vehicles)}")


def edge_lines(network: RouteNetwork) -> list[shapely.LineString]:
    """The path of each edge (E,): its first trajectory, else the straight line between its nodes."""
    node_of = network.node_of()
    lines = []
    for edge in network.edges:
        curve = next((use.trajectory for use in edge.uses if use.trajectory is not None), None)
        ends = [node_of[edge.tail].xy, node_of[edge.head].xy]
        lines.append(shapely.LineString(ends if curve is None else polyline(curve)))
    return lines


def directed(network: RouteNetwork, vehicle: str | None = None) -> nx.MultiDiGraph:
    """The nodes and edges that `vehicle` may use, edges keyed by their ids.

    A node all of whose edges are for other types is theirs and left out.
    """
    graph, others = nx.MultiDiGraph(), set()
    graph.add_nodes_from(node.id for node in network.nodes)
    for edge in network.edges:
        if edge.allows(vehicle):
            graph.add_edge(edge.tail, edge.head, edge.id)
        else:
            others |= {edge.tail, edge.head}
    graph.remove_nodes_from([node for node in others if not graph.degree(node)])
    return graph
