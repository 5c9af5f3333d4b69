"""No rack loads the deck of a mezzanine more than it may be loaded, as far as the masses on it are known."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterator, Sequence

import shapely

from layouts.rules.finding import Finding, Known, judged
from layouts.rules.limits import Limits
from layouts.rules.masses import load_kg, told_kg
from spatial.facility import Facility, Level, Location, Rack
from spatial.floor.agents import AgentClass
from spatial.floor.decks import ground_area
from spatial.floor.free_space import rack_footprint


def floor_loads(facility: Facility, agents: Sequence[AgentClass], limits: Limits) -> Iterator[Finding]:
    """For every rack with another level below it: rack and loads on its footprint, against what the deck carries.

    A level's limit is its field `floor_load_kg_m2`, else that of the limits; without either nothing is decided. The
    rack's mass is its field `mass_kg`, else `rack_kg_m2` of the limits. Loads are as in `tier_loads`, those on the
    floor too; while one is unknown the value is a lower bound. Loads under the feet are not judged. Raises
    BadDataError for a field that is no mass.
    """
    del agents  # vehicles on a deck are a matter of their own wheels
    places: dict[str, list[Location]] = defaultdict(list)
    for place in facility.locations:
        places[place.rack].append(place)
    levels = {level.id: level for level in facility.levels}
    for rack in facility.racks:
        if rack.level in levels and _is_on_deck(facility, rack, levels[rack.level]):
            yield _finding(rack, levels[rack.level], places[rack.id], limits)


def _is_on_deck(facility: Facility, rack: Rack, level: Level) -> bool:
    footprint = rack_footprint(rack)
    return any(
        shapely.intersects(ground_area(below), footprint)
        for below in facility.levels
        if below.elevation_m < level.elevation_m
    )


def _finding(rack: Rack, level: Level, places: Sequence[Location], limits: Limits) -> Finding:
    area_m2 = rack.length_m * rack.depth_m
    own_kg = told_kg(rack.extra, "mass_kg", f"rack '{rack.id}'")
    rack_kg = limits.rack_kg_m2 * area_m2 if own_kg is None else own_kg
    masses = [load_kg(place, limits) for place in places]
    carried = (rack_kg + sum(mass for mass in masses if mass is not None)) / area_m2
    all_known = bool(masses) and None not in masses
    limit = told_kg(level.extra, "floor_load_kg_m2", f"level '{level.id}'", "kilograms per square metre")
    limit = limits.floor_load_kg_m2 if limit is None else limit
    remedy = "store less there, spread the load or strengthen the deck"
    if limit is None:
        remedy = "give floor_load_kg_m2 from the load notice of the mezzanine, or have it worked out"
    elif not all_known and carried <= limit:
        remedy = "give load_kg of the locations, or load_unit_kg"
    taken = f"; the rack itself taken as {limits.rack_kg_m2:g} kg/m², {limits.source('rack_kg_m2')}"
    return judged(
        "floor_load",
        (rack.id, level.id),
        "floor_load_kg_m2",
        Known(value=carried, low=carried, high=carried if all_known else math.inf),
        at_most=limit,
        context=f"rack '{rack.id}' on the deck of level '{level.id}'" + taken * (own_kg is None),
        remedy=remedy,
        source=limits.source("floor_load_kg_m2"),
    )
