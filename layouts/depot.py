"""Where tours start and end: as told, as drawn, or at the most likely place, said so."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import shapely

from spatial.errors import UndecidedError
from spatial.facility import Facility, Point2, Station
from spatial.floor.agents import AgentClass
from spatial.floor.free_space import free_space

GIVEN, ASSUMED = "DEPOT (scenario)", "DEPOT (assumed)"

_REMEDY = "set it with 'depot: [x, y]' in the scenario or a station of kind depot in the facility."


@dataclass(frozen=True, kw_only=True)
class Depot:
    """Where tours start and end: the station's name, its graph node, and how many can hand over at once."""

    name: str
    node: int
    servers: int = 1


def with_depot(
    facility: Facility, agent: AgentClass, *, at: Point2 | None, servers: int
) -> tuple[Facility, str, tuple[str, ...]]:
    """The facility with a depot station, the station's id, and notes on what was assumed.

    1. `at`, in world metres, when given.
    2. The facility's first station of kind depot.
    3. The walkable point nearest to the dock door that is nearest to the racks.
    4. The roomiest point of the largest floor.
    A depot that is not drawn hands over to `servers` at once: nobody is known to wait there.
    """
    if at is not None:
        return _station(facility, _largest_floor(facility, agent)[0], at, GIVEN, servers), GIVEN, ()
    drawn = [station for station in facility.stations if station.kind == "depot"]
    if drawn:
        return facility, drawn[0].id, ()
    level, floor = _largest_floor(facility, agent)
    doors = _dock_doors(facility, level)
    if len(doors):
        door = min(doors, key=lambda xy: _distance_to_racks(facility, xy))
        place = shapely.get_point(shapely.shortest_line(floor, shapely.Point(door)), 0)
        where = "at the dock door nearest to the racks"
    else:
        place = shapely.get_point(shapely.maximum_inscribed_circle(floor, 0.1), 0)
        where = "at the roomiest point of the floor"
    note = f"The facility has no depot: it was assumed {where}, ({place.x:.2f}, {place.y:.2f}); {_REMEDY}"
    return _station(facility, level, (place.x, place.y), ASSUMED, servers), ASSUMED, (note,)


def _station(facility: Facility, level: str, at: Point2, name: str, servers: int) -> Facility:
    station = Station(id=name, level=level, kind="depot", pose=(at[0], at[1], 0.0), servers=servers)
    return replace(facility, stations=(*facility.stations, station))


def _largest_floor(facility: Facility, agent: AgentClass) -> tuple[str, shapely.Polygon]:
    """The level and the part of its walkable floor with the largest area."""
    parts = [
        (level.id, part)
        for level in facility.levels
        for part in free_space(facility, agent, level.id).walkable.geoms
    ]
    if not parts:
        raise UndecidedError(f"facility '{facility.id}' has no floor with room for a {agent.name}")
    return max(parts, key=lambda part: part[1].area)


def _dock_doors(facility: Facility, level: str) -> list[Point2]:
    """The middle of every dock door on the floor line."""
    doors = []
    for wall in facility.walls:
        p0, p1 = np.asarray(wall.p0), np.asarray(wall.p1)
        along = (p1 - p0) / max(float(np.linalg.norm(p1 - p0)), 1e-9)
        for opening in wall.openings:
            if wall.level == level and opening.kind == "dock_door":
                x, y = p0 + along * (opening.s0_m + opening.s1_m) / 2
                doors.append((float(x), float(y)))
    return doors


def _distance_to_racks(facility: Facility, at: Point2) -> float:
    """From a point to the middle of the racks; 0 without racks, so that the first door is taken."""
    if not facility.racks:
        return 0.0
    middle = np.mean([rack.center for rack in facility.racks], axis=0)
    return float(np.linalg.norm(middle - at))
