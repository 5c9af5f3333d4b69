"""From a network of routes to the navigation graph one agent runs on."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely

from spatial.exchange.aisle_names import aisle_mouths, aisles_of_places
from spatial.exchange.route_network import (
    NetworkEdge,
    RouteNetwork,
    edge_lines,
)
from spatial.facility import Facility
from spatial.floor.agents import AgentClass
from spatial.floor.free_space import FreeSpace, free_space
from spatial.navigation.edge_widths import clear_widths, width_sigmas
from spatial.navigation.nav_graph import NODE_KINDS, NavGraph
from spatial.navigation.pick_spots import pick_face


def graph_of_network(
    network: RouteNetwork,
    agent: AgentClass,
    *,
    facility: Facility | None = None,
    vehicle: str | None = None,
) -> NavGraph:
    """The graph that `agent` runs on, of the edges that the type `vehicle` may use (None: of all).

    Coordinates are taken as they are: `reconcile` places a network in a facility's frame. With a `facility`
    its locations, stations and aisles are found by name and place, clear widths measured and what has no node
    is `unreached`; without one, a clear width that the file does not tell is the agent's own, as the network
    claims. Of several edges between two nodes the shortest counts; an edge from a node to itself is dropped.
    ValueError when the facility lacks a level of the network.
    """
    level_ids = tuple(level.id for level in (network if facility is None else facility).levels)
    unknown = sorted({node.level for node in network.nodes} - set(level_ids))
    if unknown:
        raise ValueError(f"level '{unknown[0]}' of the network is none of {level_ids}: reconcile it first")
    index = {node.id: row for row, node in enumerate(network.nodes)}
    pairs = _pairs(network, index, vehicle)
    edges = np.array([*pairs], np.int64).reshape(-1, 2)
    level = np.array([level_ids.index(node.level) for node in network.nodes], np.int64)
    served = {station.id: index[station.nodes[0]] for station in network.stations if station.nodes}
    locations = _location_ids(network, facility)
    access = {place: node for place, node in served.items() if place in locations}
    stations = {place: node for place, node in served.items() if place not in locations}
    width, sigma = _widths([*pairs.values()], agent, facility)
    graph = NavGraph(
        facility=network.id if facility is None else facility.id,
        agent=agent,
        levels=level_ids,
        xy=np.array([node.xy for node in network.nodes], np.float64).reshape(-1, 2),
        level=level,
        kind=_kinds(network, edges, access, stations),
        edges=edges,
        length_m=np.array([pair.length_m for pair in pairs.values()], np.float64),
        clear_width_m=width,
        sigma_m=sigma,
        access=access,
        pick_faces={place: place for place in access},
        stations=stations,
        aisles={},
        aisle_of={},
        unreached={},
    )
    graph = _with_directions(graph, pairs.values())
    return graph if facility is None else _named(graph, facility)


@dataclass
class _Pair:
    """The edges between two nodes, told from the one of lower index."""

    length_m: float
    line: shapely.LineString
    edge: NetworkEdge
    level: str
    ways: set[bool] = field(default_factory=set)


def _pairs(
    network: RouteNetwork, index: Mapping[str, int], vehicle: str | None
) -> dict[tuple[int, int], _Pair]:
    """The pairs of nodes joined by an edge, (tail, head) with tail < head and in rising order."""
    pairs: dict[tuple[int, int], _Pair] = {}
    for edge, line in zip(network.edges, edge_lines(network), strict=True):
        tail, head = index[edge.tail], index[edge.head]
        if tail == head or not edge.allows(vehicle):
            continue
        key = min(tail, head), max(tail, head)
        length = line.length if edge.length_m is None else edge.length_m
        found = pairs.get(key)
        if found is None or length < found.length_m:
            ways = set() if found is None else found.ways
            found = _Pair(length, line, edge, network.nodes[tail].level, ways)
            pairs[key] = found
        found.ways.add(tail < head)
    return dict(sorted(pairs.items()))


def _location_ids(network: RouteNetwork, facility: Facility | None) -> set[str]:
    if facility is not None:
        return {place.id for place in facility.locations}
    return {station.id for station in network.stations if station.kind == "location"}


def _kinds(
    network: RouteNetwork,
    edges: npt.NDArray[np.int64],
    access: Mapping[str, int],
    stations: Mapping[str, int],
) -> npt.NDArray[np.int64]:
    """The kind the file tells if it is one of ours, else by what is served there, else by the degree."""
    degree = np.bincount(edges.ravel(), minlength=len(network.nodes))
    kinds = np.where(degree == 1, "end", np.where(degree == 2, "bend", "junction")).astype(object)
    kinds[[*access.values()]], kinds[[*stations.values()]] = "access", "station"
    told = [
        node.kind if node.kind in NODE_KINDS else kind
        for node, kind in zip(network.nodes, kinds, strict=True)
    ]
    return np.array([NODE_KINDS.index(kind) for kind in told], np.int64)


def _named(graph: NavGraph, facility: Facility) -> NavGraph:
    """The graph with pick faces, aisles and the reasons of what has no node."""
    places = {place.id: place for place in facility.locations}
    aisles = aisle_mouths(facility, graph)
    missing = [
        *(place for place in places if place not in graph.access),
        *(each.id for each in facility.stations if each.id not in graph.stations),
    ]
    reasons = dict.fromkeys(missing, "the network names no node for it")
    unmatched = [each.id for each in facility.aisles if each.id not in aisles]
    reasons |= dict.fromkeys(unmatched, "no node of the network is at both its ends")
    return replace(
        graph,
        pick_faces={place: pick_face(places[place]) for place in graph.access},
        aisles=aisles,
        aisle_of=aisles_of_places(facility, graph),
        unreached=reasons,
    )


def _with_directions(graph: NavGraph, pairs: Iterable[_Pair]) -> NavGraph:
    """The graph with 1 where one may only go from tail to head, −1 only back, 0 both ways."""
    direction = np.array([sum(1 if way else -1 for way in pair.ways) for pair in pairs], np.int64)
    if "direction" in {each.name for each in fields(NavGraph)}:
        told: dict[str, Any] = {"direction": direction}
        return replace(graph, **told)
    if direction.any():
        raise ValueError("a navigation graph of this version has no one-way edges: make them two-way first")
    return graph


def _widths(
    pairs: Sequence[_Pair], agent: AgentClass, facility: Facility | None
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Clear width and sigma (E,) of each pair: as told, else as measured, else the agent's own."""
    told = [pair.edge.clear_width_m for pair in pairs]
    width = np.array([2 * agent.radius_m if each is None else each for each in told], np.float64)
    sigma = np.array([pair.edge.sigma_m or 0.0 for pair in pairs], np.float64)
    if facility is not None:
        for level in (level.id for level in facility.levels if len(level.outline) >= 3):
            rows = [k for k, pair in enumerate(pairs) if told[k] is None and pair.level == level]
            space = free_space(facility, agent, level)
            if rows:
                lines = np.array([pairs[row].line for row in rows], dtype=object)
                width[rows], sigma[rows] = _narrowest(lines, space)
    return width, sigma


def _narrowest(
    lines: npt.NDArray[np.object_], space: FreeSpace
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Clear width and its sigma (L,) where each line is narrowest, straight piece by straight piece."""
    corners, owner = shapely.get_coordinates(lines, return_index=True)
    same = owner[:-1] == owner[1:]
    pieces = shapely.linestrings(np.stack([corners[:-1], corners[1:]], axis=1)[same])
    widths = clear_widths(pieces, space)
    order = np.lexsort((widths, owner[:-1][same]))
    narrowest = order[np.unique(owner[:-1][same][order], return_index=True)[1]]
    return widths[narrowest], width_sigmas(pieces[narrowest], space)
