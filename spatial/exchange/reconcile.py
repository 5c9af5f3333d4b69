"""Holding an imported network against what the scan found."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import networkx as nx

from spatial.errors import UndecidedError
from spatial.exchange.alignment import Alignment, Match, align
from spatial.exchange.floor_checks import level_findings
from spatial.exchange.reconciliation import CutOffPart, Reconciliation, WrongLength
from spatial.exchange.route_network import RouteNetwork, check_vehicle, directed, edge_lines
from spatial.exchange.transformed import transformed
from spatial.facility import Facility, Point2
from spatial.floor.agents import AgentClass
from spatial.navigation.build_graph import build_graph
from spatial.navigation.nav_graph import NavGraph

MATCH_TOLERANCE_M = 1.0
"""A match may lie this far from its place: nobody draws where a vehicle stops to the decimetre."""

LENGTH_TOLERANCE = 0.02
"""A length as told may differ from the path's by this share of it."""

LENGTH_TOLERANCE_M = 0.05
"""And by this much at least."""


def reconcile(
    network: RouteNetwork,
    facility: Facility,
    agent: AgentClass,
    *,
    alignment: Alignment | None = None,
    control_points: Sequence[Match] = (),
    levels: Mapping[str, str] | None = None,
    vehicle: str | None = None,
    free_scale: bool = True,
    tolerance_m: float = MATCH_TOLERANCE_M,
) -> Reconciliation:
    """`network` placed in the frame of `facility`, and all that does not agree for `agent`.

    1. Levels are those of the same id, of `levels`, or the only one on each side.
    2. The place is `alignment`, or fitted to `control_points`, else to stations and locations of the same
       name (see `matched_places`), which may lie off by `tolerance_m`.
    3. Each edge that the type `vehicle` may use (None: each) is held against what stands on its level.
    4. Names, lengths and the parts nobody can reach are compared.

    Raises UndecidedError where the place cannot be decided, ValueError for a bad tolerance or a vehicle that
    the network does not name.
    """
    check_vehicle(network, vehicle)
    level_of = _levels(network, facility, levels or {})
    if alignment is None:
        matches = control_points or matched_places(network, facility, agent)
        alignment = align(matches, tolerance_m=tolerance_m, free_scale=free_scale)
    placed = transformed(network, alignment, level_of)
    known = {level.id for level in facility.levels}
    used = replace(placed, edges=tuple(edge for edge in placed.edges if edge.allows(vehicle)))
    on_floor = level_findings(used, facility, agent, alignment)
    served = {station.id for station in network.stations}
    names = {place.id for place in facility.locations} | {each.id for each in facility.stations}
    return Reconciliation(
        network=placed,
        alignment=alignment,
        agent=agent.name,
        edges_checked=on_floor.edges_checked,
        crossings=on_floor.crossings,
        narrow=on_floor.narrow,
        outside=on_floor.outside,
        wrong_lengths=_wrong_lengths(placed),
        cut_off=_cut_off(placed, vehicle),
        missing_locations=tuple(place.id for place in facility.locations if place.id not in served),
        unknown_stations=tuple(each.id for each in network.stations if each.id not in names),
        unknown_levels=tuple(level.id for level in placed.levels if level.id not in known),
    )


def matched_places(network: RouteNetwork, facility: Facility, agent: AgentClass) -> list[Match]:
    """The stations and locations that network and facility name alike, as points in both frames.

    A station with a pose of its own is matched with the place itself; one without, by its node, with where
    `agent` stands for the place in the as-built graph. Places that share both points count once, under the
    first name.
    """
    node_of = network.node_of()
    centers: dict[str, Point2] = {place.id: place.center[:2] for place in facility.locations}
    centers |= {station.id: station.pose[:2] for station in facility.stations}
    named = [station for station in network.stations if station.id in centers]
    posed = {station.id: station.pose[:2] for station in named if station.pose is not None}
    stands = {} if len(posed) >= 2 or len(posed) == len(named) else _stands(facility, agent)
    found: dict[tuple[Point2, Point2], Match] = {}
    for station in named:
        source = posed.get(station.id)
        target = centers[station.id] if source is not None else stands.get(station.id)
        if source is None and len(station.nodes) == 1:
            source = node_of[station.nodes[0]].xy
        if source is not None and target is not None:
            match = Match(name=station.id, source=source, target=target)
            found.setdefault((source, target), match)
    return list(found.values())


def _stands(facility: Facility, agent: AgentClass) -> dict[str, Point2]:
    """Where the agent stands for each location and station of the facility; none where nobody fits."""
    try:
        graph: NavGraph = build_graph(facility, agent)
    except UndecidedError:
        return {}
    xy = graph.xy.tolist()
    return {place: (xy[node][0], xy[node][1]) for place, node in {**graph.access, **graph.stations}.items()}


def _levels(network: RouteNetwork, facility: Facility, told: Mapping[str, str]) -> dict[str, str]:
    """The facility's level for each of the network's; one that has none keeps its name."""
    known = [level.id for level in facility.levels]
    if len(network.levels) == len(known) == 1 and not told:
        return {network.levels[0].id: known[0]}
    return {level.id: told.get(level.id, level.id) for level in network.levels}


def _wrong_lengths(placed: RouteNetwork) -> tuple[WrongLength, ...]:
    found = []
    for edge, line in zip(placed.edges, edge_lines(placed), strict=True):
        told, drawn = edge.length_m, float(line.length)
        if told is None or edge.link:
            continue
        if abs(told - drawn) > max(LENGTH_TOLERANCE_M, LENGTH_TOLERANCE * drawn):
            found.append(WrongLength(edge=edge.id, told_m=told, drawn_m=drawn))
    return tuple(found)


def _cut_off(placed: RouteNetwork, vehicle: str | None) -> tuple[CutOffPart, ...]:
    """The strongly connected parts besides the largest, with what keeps them from it; the largest first."""
    graph = directed(placed, vehicle)
    order = {node.id: row for row, node in enumerate(placed.nodes)}
    parts = [sorted(part, key=order.__getitem__) for part in nx.strongly_connected_components(graph)]
    parts.sort(key=lambda part: (-len(part), order[part[0]]))
    if not parts:
        return ()
    main = parts[0][0]
    reached, reaching = nx.descendants(graph, main) | {main}, nx.ancestors(graph, main) | {main}
    return tuple(
        CutOffPart(
            nodes=tuple(part),
            missing="way out" if part[0] in reached else "way in" if part[0] in reaching else "both",
        )
        for part in parts[1:]
    )
