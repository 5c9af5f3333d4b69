"""The floor an agent can stand on: the level's outline less everything solid, less the agent's radius.

A facility knows its floor by the outline: inside it the floor was seen (or drawn), outside it nothing is known,
so nobody walks there unless unknown floor is asked for; a hole is known to be no floor.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, TypeAlias, TypeVar

import numpy as np
import numpy.typing as npt
import shapely
from shapely import MultiPolygon, Polygon

from spatial.errors import UndecidedError
from spatial.facility import Column, Facility, Level, Obstacle, Point2, Rack, Wall
from spatial.floor.agents import AgentClass
from spatial.floor.decks import decks_over, reaching_in
from spatial.floor.floor_rules import NO_RULES, FloorRules

ARC_SEGMENTS = 8
"""Segments a quarter circle: a rounded corner lies within 0.5 % of the radius of the true arc."""

THIN_WALL_M = 0.02
"""A wall of unknown thickness is a strip this thick, so that nobody walks through it."""

STEP_M = 0.3
"""A door's sill above this height is a window: nobody walks through it."""

Unknown: TypeAlias = Literal["closed", "open"]
"""Whether floor outside a level's outline is walked: `open` takes it to reach as far as anything known there."""


@dataclass(frozen=True, kw_only=True)
class Solid:
    """Something an agent cannot pass: its footprint, and how exactly its faces are known.

    A face's sigma grows with the distance from `center` by `yaw_sigma_rad`, where the heading is measured too.
    """

    id: str
    footprint: Polygon
    sigma_m: float
    center: Point2 = (0.0, 0.0)
    yaw_sigma_rad: float = 0.0


@dataclass(frozen=True, kw_only=True)
class FreeSpace:
    """One level for one agent: `clear` is the unoccupied floor, `walkable` where its centre may be.

    `walkable` is `clear` eroded by the radius with round joins, which is exact for a disc: a rack's corner
    keeps the agent off by its radius, not by more. Both may consist of several parts; either may be empty.
    """

    level: str
    agent: AgentClass
    clear: MultiPolygon
    walkable: MultiPolygon
    solids: tuple[Solid, ...]


def free_space(
    facility: Facility,
    agent: AgentClass,
    level: str,
    *,
    rules: FloorRules = NO_RULES,
    unknown: Unknown = "closed",
) -> FreeSpace:
    """The floor of `level` (an id) that `agent` can use.

    An obstacle whose underside is at least the agent's height above the floor is walked under, and so is the deck
    of a level above; what reaches in from another level counts as if it stood here. A doorway is open unless it is
    known to be closed; a zone that `rules` forbid the agent is as solid as a rack. Raises ValueError for an unknown
    level, UndecidedError for a level without an outline, and BadDataError for a deck whose thickness is none.
    """
    if unknown not in ("closed", "open"):
        raise ValueError(f"unknown '{unknown}' must be 'closed' or 'open'")
    ground = _level(facility, level)
    floor = _floor(ground) if unknown == "closed" else _hull(facility, ground)
    solids = (
        *_solids(facility, agent, level, floor),
        *_from_other_levels(facility, agent, ground, floor),
        *_forbidden(rules, agent, level),
    )
    occupied = shapely.union_all([solid.footprint for solid in solids])
    clear = _polygons(shapely.make_valid(shapely.difference(floor, occupied)))
    walkable = shrunk(clear, agent.radius_m)
    return FreeSpace(level=level, agent=agent, clear=clear, walkable=walkable, solids=solids)


def shrunk(floor: MultiPolygon, by_m: float) -> MultiPolygon:
    """The points of `floor` at least `by_m` from its edge."""
    return _polygons(floor.buffer(-by_m, quad_segs=ARC_SEGMENTS, join_style="round"))


def rectangle(center: Point2, size_m: Point2, yaw_rad: float) -> Polygon:
    """A rectangle of `size_m` (along u, along v) about `center`, its u axis at `yaw_rad`."""
    c, s = np.cos(yaw_rad), np.sin(yaw_rad)
    corners = np.array([(-1, -1), (1, -1), (1, 1), (-1, 1)]) * np.asarray(size_m) / 2
    return Polygon(corners @ np.array([[c, s], [-s, c]]) + np.asarray(center))


def rack_footprint(rack: Rack) -> Polygon:
    """The whole rack row on the floor: nobody walks below its beams."""
    return rectangle(rack.center, (rack.length_m, rack.depth_m), rack.yaw_rad)


def _level(facility: Facility, level: str) -> Level:
    for known in facility.levels:
        if known.id == level:
            return known
    raise ValueError(
        f"facility '{facility.id}' has no level '{level}': {[each.id for each in facility.levels]}"
    )


def _floor(level: Level) -> MultiPolygon:
    if len(level.outline) < 3:
        raise UndecidedError(
            f"level '{level.id}' has no outline, so its floor is unknown: scan the floor or draw its outline"
        )
    return _polygons(shapely.difference(shapely.make_valid(Polygon(level.outline)), _holes(level)))


def _holes(level: Level) -> shapely.Geometry:
    return shapely.union_all([shapely.make_valid(Polygon(hole)) for hole in level.holes if len(hole) >= 3])


def _hull(facility: Facility, level: Level) -> MultiPolygon:
    """The convex hull of all that is known on a level, less its holes."""
    ends = [p for wall in _on(level.id, facility.walls) for p in (wall.p0, wall.p1)]
    ends += [p for aisle in facility.aisles if aisle.level == level.id for p in (aisle.p0, aisle.p1)]
    ends += [station.pose[:2] for station in facility.stations if station.level == level.id]
    ends += [corner for obstacle in _on(level.id, facility.obstacles) for corner in obstacle.footprint]
    racks = [rack_footprint(rack) for rack in _on(level.id, facility.racks)]
    known = shapely.union_all([shapely.MultiPoint([*level.outline, *ends]), *racks]).convex_hull
    return _polygons(shapely.difference(known, _holes(level)))


def _forbidden(rules: FloorRules, agent: AgentClass, level: str) -> Iterator[Solid]:
    for zone in rules.forbidden_zones:
        if zone.concerns(agent.name) and zone.is_on(level):
            yield Solid(id=zone.name, footprint=zone.polygon, sigma_m=0.0)


def _solids(facility: Facility, agent: AgentClass, level: str, floor: MultiPolygon) -> Iterator[Solid]:
    for rack in _on(level, facility.racks):
        yield Solid(
            id=rack.id,
            footprint=rack_footprint(rack),
            sigma_m=rack.sigma_m,
            center=rack.center,
            yaw_sigma_rad=rack.yaw_sigma_rad or 0.0,
        )
    for column in _on(level, facility.columns):
        footprint = rectangle(column.center, column.size_m, column.yaw_rad)
        yield Solid(id=column.id, footprint=footprint, sigma_m=column.sigma_m)
    for obstacle in _on(level, facility.obstacles):
        if obstacle.z0_m < agent.height_m and len(obstacle.footprint) >= 3:
            yield Solid(id=obstacle.id, footprint=_footprint(obstacle), sigma_m=0.0)
    for wall in _on(level, facility.walls):
        for strip in _wall_strips(wall, agent, floor):
            yield Solid(id=wall.id, footprint=strip, sigma_m=wall.sigma_m)


def _from_other_levels(
    facility: Facility, agent: AgentClass, ground: Level, floor: MultiPolygon
) -> Iterator[Solid]:
    """What leaves no room for the agent's height: decks hanging low, and obstacles of levels above and below."""
    for obstacle in reaching_in(facility, ground, STEP_M, agent.height_m):
        footprint = _footprint(obstacle)
        if footprint.intersects(floor):
            yield Solid(id=obstacle.id, footprint=footprint, sigma_m=0.0)
    for deck in decks_over(facility, ground):
        if not deck.is_over(agent.height_m):
            for part in _polygons(deck.area).geoms:
                yield Solid(id=deck.level.id, footprint=part, sigma_m=0.0)


_Element = TypeVar("_Element", Rack, Column, Obstacle, Wall)


def _on(level: str, elements: tuple[_Element, ...]) -> list[_Element]:
    return [element for element in elements if element.level == level]


def _footprint(obstacle: Obstacle) -> Polygon:
    """A recognised outline may cross itself; its hull is the safe reading."""
    drawn = Polygon(obstacle.footprint)
    return drawn if drawn.is_valid else drawn.convex_hull


def _wall_strips(wall: Wall, agent: AgentClass, floor: MultiPolygon) -> Iterator[Polygon]:
    """The wall between its doorways, half its thickness to each side of its line.

    A wall that bounds the floor runs along the outline, which already excludes its body: it is a thin strip
    on the far side of its line, so that it takes no width from the hall.
    """
    thickness = max(wall.thickness_m or 0.0, THIN_WALL_M)
    p0, p1 = np.asarray(wall.p0), np.asarray(wall.p1)
    length = float(np.linalg.norm(p1 - p0))
    if length == 0.0:
        return
    along = (p1 - p0) / length
    aside = np.zeros(2)
    if _bounds(floor, shapely.LineString([p0, p1]), thickness):
        thickness = THIN_WALL_M
        aside = _away_from(floor, p0, p1) * THIN_WALL_M / 2
    yaw = float(np.arctan2(along[1], along[0]))
    for s0, s1 in _solid_spans(wall, agent, length):
        x, y = p0 + along * (s0 + s1) / 2 + aside
        yield rectangle((float(x), float(y)), (s1 - s0, thickness), yaw)


def _away_from(
    floor: MultiPolygon, p0: npt.NDArray[np.float64], p1: npt.NDArray[np.float64]
) -> npt.NDArray[np.float64]:
    """The unit normal (2,) of a wall's line on the side with less floor along it."""
    left = np.array([p0[1] - p1[1], p1[0] - p0[0]]) / np.linalg.norm(p1 - p0)
    beside = [
        shapely.LineString([p0 + side * THIN_WALL_M * left, p1 + side * THIN_WALL_M * left])
        .intersection(floor)
        .length
        for side in (1, -1)
    ]
    return np.asarray(left if beside[0] < beside[1] else -left)


def _bounds(floor: MultiPolygon, line: shapely.LineString, thickness: float) -> bool:
    """Whether a wall's line goes along the floor's edge, for most of its length."""
    along = line.intersection(shapely.buffer(floor.boundary, thickness, cap_style="flat", join_style="mitre"))
    return bool(along.length > line.length / 2)


def _solid_spans(wall: Wall, agent: AgentClass, length_m: float) -> Iterator[tuple[float, float]]:
    """The stretches of a wall, as (s0, s1) from `p0`, that no doorway opens."""
    start = 0.0
    for door in sorted(wall.openings, key=lambda opening: opening.s0_m):
        if door.closed is True or door.z0_m > STEP_M or door.z1_m < agent.height_m:
            continue
        if door.s0_m > start:
            yield start, min(door.s0_m, length_m)
        start = max(start, door.s1_m)
    if start < length_m:
        yield start, length_m


def _polygons(geometry: shapely.Geometry) -> MultiPolygon:
    """The areas of a geometry; lines and points that an overlay leaves behind have none and are dropped."""
    parts = shapely.get_parts(shapely.get_parts(geometry))
    return MultiPolygon([part for part in parts if part.geom_type == "Polygon" and not part.is_empty])
