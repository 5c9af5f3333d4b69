"""The floor an agent can stand on: the level's outline less everything solid, less the agent's radius.

What lies outside the outline was not seen, so nobody walks there.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
import numpy.typing as npt
import shapely
from shapely import MultiPolygon, Polygon

from spatial.errors import UndecidedError
from spatial.facility import Column, Facility, Level, Obstacle, Point2, Rack, Wall
from spatial.floor.agents import AgentClass

ARC_SEGMENTS = 8
"""Segments a quarter circle: a rounded corner lies within 0.5 % of the radius of the true arc."""

THIN_WALL_M = 0.02
"""A wall of unknown thickness is a strip this thick, so that nobody walks through it."""

STEP_M = 0.3
"""A door's sill above this height is a window: nobody walks through it."""


@dataclass(frozen=True, kw_only=True)
class Solid:
    """Something an agent cannot pass: its footprint, and how exactly its faces are known."""

    id: str
    footprint: Polygon
    sigma_m: float


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


def free_space(facility: Facility, agent: AgentClass, level: str) -> FreeSpace:
    """The floor of `level` (an id) that `agent` can use.

    An obstacle whose underside is at least the agent's height above the floor is walked under; a doorway is
    open unless it is known to be closed. Raises ValueError for an unknown level and UndecidedError for a
    level without an outline.
    """
    floor = _floor(_level(facility, level))
    solids = tuple(_solids(facility, agent, level, floor))
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
    holes = [hole for hole in level.holes if len(hole) >= 3]
    return _polygons(shapely.make_valid(Polygon(level.outline, holes)))


def _solids(facility: Facility, agent: AgentClass, level: str, floor: MultiPolygon) -> Iterator[Solid]:
    for rack in _on(level, facility.racks):
        yield Solid(id=rack.id, footprint=rack_footprint(rack), sigma_m=rack.sigma_m)
    for column in _on(level, facility.columns):
        footprint = rectangle(column.center, column.size_m, column.yaw_rad)
        yield Solid(id=column.id, footprint=footprint, sigma_m=column.sigma_m)
    for obstacle in _on(level, facility.obstacles):
        if obstacle.z0_m < agent.height_m and len(obstacle.footprint) >= 3:
            yield Solid(id=obstacle.id, footprint=_footprint(obstacle), sigma_m=0.0)
    for wall in _on(level, facility.walls):
        for strip in _wall_strips(wall, agent, floor):
            yield Solid(id=wall.id, footprint=strip, sigma_m=wall.sigma_m)


_Element = TypeVar("_Element", Rack, Column, Obstacle, Wall)


def _on(level: str, elements: tuple[_Element, ...]) -> list[_Element]:
    return [element for element in elements if element.level == level]


def _footprint(obstacle: Obstacle) -> Polygon:
    """A recognised outline may cross itself; its hull is the safe reading."""
    drawn = Polygon(obstacle.footprint)
    return drawn if drawn.is_valid else drawn.convex_hull


def _wall_strips(wall: Wall, agent: AgentClass, floor: MultiPolygon) -> Iterator[Polygon]:
    """The wall between its doorways, half its thickness to each side of its line.

    A wall that bounds the floor runs along the outline, which already excludes its body: it stays a thin
    strip, so that it takes no width from the hall.
    """
    thickness = max(wall.thickness_m or 0.0, THIN_WALL_M)
    p0, p1 = np.asarray(wall.p0), np.asarray(wall.p1)
    length = float(np.linalg.norm(p1 - p0))
    if length == 0.0:
        return
    along = (p1 - p0) / length
    if shapely.LineString([p0, p1]).hausdorff_distance(_nearest_on(floor, p0, p1)) <= thickness:
        thickness = THIN_WALL_M
    yaw = float(np.arctan2(along[1], along[0]))
    for s0, s1 in _solid_spans(wall, agent, length):
        x, y = p0 + along * (s0 + s1) / 2
        yield rectangle((float(x), float(y)), (s1 - s0, thickness), yaw)


def _nearest_on(
    floor: MultiPolygon, p0: npt.NDArray[np.float64], p1: npt.NDArray[np.float64]
) -> shapely.LineString:
    """The ends of a wall's line, moved to the outline."""
    ends = shapely.shortest_line(floor.boundary, shapely.points([p0, p1]))
    return shapely.LineString(shapely.get_coordinates(shapely.get_point(ends, 0)))


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
