"""Why a place has no node in the navigation graph, in words."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import shapely
from shapely import STRtree

from spatial.facility import Facility
from spatial.floor.free_space import FreeSpace
from spatial.navigation.nav_graph import NavGraph
from spatial.navigation.pick_spots import OVERHANG_M, Spot, pick_face, spots_of, standing_lines


def unreached_reasons(facility: Facility, space: FreeSpace, graph: NavGraph) -> dict[str, str]:
    """For every location, station and aisle without a node, by id, one sentence on what keeps it away."""
    return {
        **dict(_locations(facility, space, graph)),
        **dict(_stations(facility, space, graph)),
        **dict(_aisles(facility, space, graph)),
    }


def _locations(facility: Facility, space: FreeSpace, graph: NavGraph) -> Iterator[tuple[str, str]]:
    missing = [place for place in facility.locations if place.id not in graph.access]
    if not missing:
        return
    racks = {rack.id: rack.level for rack in facility.racks}
    faces = {pick_face(place) for place in missing}
    spots = [spot for spot in spots_of(facility, space.level) if spot.face in faces]
    why = _faces(spots, space)
    for place in missing:
        if place.rack not in racks:
            yield place.id, f"its rack '{place.rack}' is not in the facility"
        elif racks[place.rack] != space.level:
            yield place.id, f"no way from the main floor '{space.level}' to level '{racks[place.rack]}'"
        else:
            yield place.id, why[pick_face(place)]


def _faces(spots: list[Spot], space: FreeSpace) -> dict[str, str]:
    """The reason for each pick face; that of the side known to face an aisle, which comes first."""
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


def _stations(facility: Facility, space: FreeSpace, graph: NavGraph) -> Iterator[tuple[str, str]]:
    for station in facility.stations:
        if station.level != space.level:
            yield station.id, f"no way from the main floor '{space.level}' to level '{station.level}'"
        elif station.id not in graph.stations:
            yield station.id, "no way from the main floor to it: no lane is in sight of the floor beside it"


def _aisles(facility: Facility, space: FreeSpace, graph: NavGraph) -> Iterator[tuple[str, str]]:
    for aisle in facility.aisles:
        if aisle.level != space.level:
            yield aisle.id, f"no way from the main floor '{space.level}' to level '{aisle.level}'"
        elif aisle.id not in graph.aisles:
            yield aisle.id, f"no lane for a {space.agent.name} passes its mouths"
