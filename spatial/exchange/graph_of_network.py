"""From a network of routes to the navigation graph one agent runs on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt

from spatial.exchange.aisle_names import aisle_mouths, aisles_of_places
from spatial.exchange.edge_pairs import EdgePair, edge_pairs, pair_widths
from spatial.exchange.route_network import RouteNetwork, check_vehicle
from spatial.facility import Facility
from spatial.floor.agents import AgentClass
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
    claims. Of several edges between two nodes the shortest counts (see `edge_pairs`).
    ValueError when the facility lacks a level of the network, or the network the vehicle.
    """
    check_vehicle(network, vehicle)
    level_ids = tuple(level.id for level in (network if facility is None else facility).levels)
    unknown = sorted({node.level for node in network.nodes} - set(level_ids))
    if unknown:
        raise ValueError(f"level '{unknown[0]}' of the network is none of {level_ids}: reconcile it first")
    index = {node.id: row for row, node in enumerate(network.nodes)}
    pairs = edge_pairs(network, index, vehicle)
    ways = [*pairs.values()]
    edges = np.array([*pairs], np.int64).reshape(-1, 2)
    level = np.array([level_ids.index(node.level) for node in network.nodes], np.int64)
    served = {station.id: index[station.nodes[0]] for station in network.stations if station.nodes}
    locations = _location_ids(network, facility)
    access = {place: node for place, node in served.items() if place in locations}
    stations = {place: node for place, node in served.items() if place not in locations}
    width, sigma = pair_widths(ways, agent, facility)
    length = np.array([way.length_m for way in ways], np.float64)
    limit = np.array([way.speed_limit_m_s for way in ways], np.float64)
    graph = NavGraph(
        facility=network.id if facility is None else facility.id,
        agent=agent,
        levels=level_ids,
        xy=np.array([node.xy for node in network.nodes], np.float64).reshape(-1, 2),
        level=level,
        kind=_kinds(network, edges, access, stations, ways),
        edges=edges,
        length_m=length,
        clear_width_m=width,
        sigma_m=sigma,
        access=access,
        pick_faces={place: place for place in access},
        stations=stations,
        aisles={},
        aisle_of={},
        unreached={},
        direction=np.array([way.direction for way in ways], np.int8),
        speed_limit_m_s=limit,
        time_s=_times(ways, length / np.minimum(limit, agent.speed_m_s)),
        **_indexed("zone", "zones", [way.edge.zone for way in ways]),
        **_indexed("aisle", "aisle_ids", [way.edge.aisle for way in ways]),
        **_indexed("link", "links", [way.edge.link for way in ways]),
    )
    return graph if facility is None else _named(graph, facility)


def _times(ways: Sequence[EdgePair], driven_s: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """The time (E,) each edge takes: as told, as a lift's is, else that of driving it."""
    told = [way.edge.time_s for way in ways]
    return np.array([d if t is None else t for t, d in zip(told, driven_s.tolist(), strict=True)], np.float64)


def _indexed(row: str, names: str, told: Sequence[str]) -> dict[str, Any]:
    """The fields of a graph that name a thing for each edge: indices (E,), −1 for none, and the names."""
    number = {name: k for k, name in enumerate(dict.fromkeys(name for name in told if name))}
    return {row: np.array([number.get(name, -1) for name in told], np.int64), names: tuple(number)}


def _location_ids(network: RouteNetwork, facility: Facility | None) -> set[str]:
    if facility is not None:
        return {place.id for place in facility.locations}
    return {station.id for station in network.stations if station.kind == "location"}


def _kinds(
    network: RouteNetwork,
    edges: npt.NDArray[np.int64],
    access: Mapping[str, int],
    stations: Mapping[str, int],
    ways: Sequence[EdgePair],
) -> npt.NDArray[np.int64]:
    """The kind the file tells if it is one of ours, else by what is served there, else by the degree."""
    degree = np.bincount(edges.ravel(), minlength=len(network.nodes))
    kinds = np.where(degree == 1, "end", np.where(degree == 2, "bend", "junction")).astype(object)
    kinds[edges[[bool(way.edge.link) for way in ways]].ravel()] = "link_end"
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
