"""The doors that people leave by."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import shapely
from shapely import Polygon

from layouts.rules.finding import Finding, exactly, judged
from layouts.rules.limits import Limits
from layouts.rules.measured import size_sigma
from spatial.facility import Facility, Opening, Point2, Wall
from spatial.floor.agents import PICKER, AgentClass
from spatial.floor.free_space import STEP_M, FreeSpace

THRESHOLD_M = 0.5
"""The depth of a wall, at most, between the floor and the line of its door."""

TOUCH_M = 1e-6


@dataclass(frozen=True, kw_only=True)
class Exit:
    """A door that leads out, and the middle of it on the wall's line."""

    door: Opening
    wall: Wall
    at: Point2


def exits_of(facility: Facility, limits: Limits) -> tuple[Exit, ...]:
    """The openings of the limits' `exit_kinds` without a high sill, in the order of the walls.

    A door seen closed is an exit: it can be opened. One with floor of the level on both sides is none.
    """
    floors = {
        level.id: shapely.make_valid(Polygon(level.outline))
        for level in facility.levels
        if len(level.outline) >= 3
    }
    return tuple(
        Exit(door=door, wall=wall, at=at)
        for wall in facility.walls
        for door in wall.openings
        if door.kind in limits.exit_kinds and door.z0_m <= STEP_M
        for at, *sides in [_middle_and_sides(wall, door)]
        if wall.level not in floors or not shapely.covers(floors[wall.level], shapely.points(sides)).all()
    )


@dataclass(frozen=True, kw_only=True)
class Doorstep:
    """An exit and the point of the floor from which people step to it."""

    exit: Exit
    on_floor: Point2


def doorsteps(exits: Sequence[Exit], floor: Polygon, standing: shapely.Geometry) -> list[Doorstep]:
    """The exits that are reached from `floor`, on which a person's middle can be, and where.

    That is straight across their threshold, with nothing `standing` before it.
    """
    found = []
    for each in exits:
        line = shapely.shortest_line(floor, shapely.Point(each.at))
        free = shapely.length(shapely.intersection(line, standing)) <= TOUCH_M
        if free and shapely.length(line) <= THRESHOLD_M + PICKER.radius_m:
            x, y = shapely.get_coordinates(line)[0].tolist()
            found.append(Doorstep(exit=each, on_floor=(x, y)))
    return found


def standing_on(facility: Facility, space: FreeSpace) -> shapely.Geometry:
    """All that stands on a level but its walls."""
    walls = {wall.id for wall in facility.walls}
    return shapely.union_all([solid.footprint for solid in space.solids if solid.id not in walls])


def exit_doors(facility: Facility, agents: Sequence[AgentClass], limits: Limits) -> Iterator[Finding]:
    """Every exit is wide and high enough for people."""
    del agents  # who drives here changes nothing
    for each in exits_of(facility, limits):
        sigma = size_sigma(facility, each.wall, limits)
        for quantity, size, field in (
            ("exit_width_m", each.door.s1_m - each.door.s0_m, "exit_width_m"),
            ("exit_height_m", each.door.z1_m - each.door.z0_m, "exit_height_m"),
        ):
            yield judged(
                "exit_size",
                (each.door.id, each.wall.id),
                quantity,
                exactly(size, sigma),
                at_least=getattr(limits, field),
                context=f"exit '{each.door.id}'",
                remedy="put in a larger door",
                source=limits.source(field),
                at=each.at,
            )


def _middle_and_sides(wall: Wall, door: Opening) -> tuple[Point2, Point2, Point2]:
    """The middle of a door, and the points THRESHOLD_M to both sides of it."""
    (x0, y0), (x1, y1) = wall.p0, wall.p1
    length = math.hypot(x1 - x0, y1 - y0) or 1.0
    ux, uy = (x1 - x0) / length, (y1 - y0) / length
    s = (door.s0_m + door.s1_m) / 2
    x, y, nx, ny = x0 + s * ux, y0 + s * uy, -THRESHOLD_M * uy, THRESHOLD_M * ux
    return (x, y), (x + nx, y + ny), (x - nx, y - ny)
