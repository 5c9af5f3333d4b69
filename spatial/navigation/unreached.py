"""Why a place has no node in the navigation graph, in words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
import shapely
from shapely import STRtree

from spatial.facility import Aisle, Facility
from spatial.floor.free_space import FreeSpace
from spatial.navigation.nav_graph import NavGraph
from spatial.navigation.pick_spots import (
    OVERHANG_M,
    SEARCH,
    Spot,
    pick_face,
    places_of,
    spots_of,
    standing_lines,
)


def unreached_reasons(facility: Facility, spaces: Sequence[FreeSpace], graph: NavGraph) -> dict[str, str]:
    """For every location, station and aisle without a node, by id, one sentence on what keeps it away.

    `spaces` are those of the main floor's levels.
    """
    on = {space.level: space for space in spaces}
    return {
        **dict(_locations(facility, on, graph)),
        **dict(_stations(facility, on, graph)),
        **dict(_aisles(facility, on, graph)),
    }


def _locations(facility: Facility, on: Mapping[str, FreeSpace], graph: NavGraph) -> Iterator[tuple[str, str]]:
    missing = [place for place in facility.locations if place.id not in graph.access]
    if not missing:
        return
    racks = {rack.id: rack.level for rack in facility.racks}
    faces = {pick_face(place) for place in missing}
    why: dict[str, str] = {}
    for level, space in on.items():
        places = {face: place for face, place in places_of(facility, level).items() if face in faces}
        for known, share in SEARCH:
            unsaid = [face for face in places if face not in why]
            why |= _faces(spots_of(places, unsaid, known=known, share=share), space)
    for place in missing:
        if place.rack not in racks:
            yield place.id, f"its rack '{place.rack}' is not in the facility"
        elif racks[place.rack] not in on:
            yield place.id, _no_way_to(racks[place.rack], on)
        else:
            yield place.id, why[pick_face(place)]


def _no_way_to(level: str, on: Mapping[str, FreeSpace]) -> str:
    return f"no way from the main floor {', '.join(repr(name) for name in on)} to level '{level}'"


def _faces(spots: list[Spot], space: FreeSpace) -> dict[str, str]:
    """The reason for each pick face at the first of its spots."""
    reasons: dict[str, str] = {}
    tree = STRtree([solid.footprint for solid in space.solids])
    for spot, line in zip(spots, standing_lines(spots, space), strict=True):
        if line is not None:
            reasons.setdefault(spot.face, "no way from the main floor to the floor in front of it")
        else:
            reasons.setdefault(spot.face, _what_is_in_front(spot, space, tree))
    return reasons


def _what_is_in_front(spot: Spot, space: FreeSpace, tree: STRtree) -> str:
    point, outward = np.array(spot.point), np.array(spot.outward)
    ray = shapely.LineString([point + OVERHANG_M * outward, point + space.agent.reach_m * outward])
    found = [space.solids[row] for row in tree.query(ray, predicate="intersects").tolist()]
    agent = f"a {space.agent.name} (radius {space.agent.radius_m} m, reach {space.agent.reach_m} m)"
    if not found:
        return f"no room for {agent} in front of it: the floor there is too narrow or was not seen"
    start = shapely.Point(spot.point)
    nearest = min(found, key=lambda solid: (solid.footprint.distance(start), solid.id))
    away = nearest.footprint.distance(start)
    return f"no room for {agent} in front of it: '{nearest.id}' stands {away:.2f} m from its face"


def _stations(facility: Facility, on: Mapping[str, FreeSpace], graph: NavGraph) -> Iterator[tuple[str, str]]:
    for station in facility.stations:
        if station.level not in on:
            yield station.id, _no_way_to(station.level, on)
        elif station.id not in graph.stations:
            yield station.id, "no way from the main floor to it: no lane is in sight of the floor beside it"


def _is_walked(aisle: Aisle, space: FreeSpace) -> bool:
    """Whether the agent can be on the aisle's line: a cross-aisle's ends may lie on open floor, far from lanes."""
    return bool(shapely.LineString([aisle.p0, aisle.p1]).intersects(space.walkable))


def _aisles(facility: Facility, on: Mapping[str, FreeSpace], graph: NavGraph) -> Iterator[tuple[str, str]]:
    for aisle in facility.aisles:
        if aisle.level not in on:
            yield aisle.id, _no_way_to(aisle.level, on)
        elif aisle.id not in graph.aisles and not (aisle.cross and _is_walked(aisle, on[aisle.level])):
            yield aisle.id, f"no lane for a {graph.agent.name} passes its mouths"
