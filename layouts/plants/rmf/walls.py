"""Walls and doors of a level.

A map draws walls as lines in their middle, and doors as lines in the gaps between walls. It tells no heights and
thicknesses: Open-RMF's own `rmf_building_map_tools` builds every wall 2.5 m high and 0.1 m thick, every door 2.2 m
high, and so does this.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from layouts.plants.rmf.drawn_level import DrawnLevel
from spatial.exchange.rmf_parts import kept_parameters
from spatial.facility import Opening, Point2, Wall

WALL_HEIGHT_M, WALL_THICKNESS_M, DOOR_HEIGHT_M = 2.5, 0.1, 2.2

SHORTEST_M = 0.001
"""A wall or door without a length is a slip of the mouse."""

IN_WALL_M = WALL_THICKNESS_M / 2
"""A door whose ends lie this near a wall's line is in that wall."""


@dataclass(frozen=True, kw_only=True)
class Door:
    """A door from jamb to jamb."""

    a: Point2
    b: Point2
    opening: Opening


def walls_of(level: DrawnLevel, height_m: float) -> list[Wall]:
    """The walls of a level, named by their number in the file."""
    walls = []
    for number, (a, b, told) in enumerate(level.segments("walls")):
        if math.dist(a, b) < SHORTEST_M:
            told.draft.warn(told.path, "a wall between two corners at one place: left out")
            continue
        walls.append(_wall(f"{level.id}/wall {number}", level.id, a, b, height_m, drawn_as="wall"))
    return walls


def doors_of(level: DrawnLevel, height_m: float) -> Iterator[Door]:
    """The doors of a level by their names in the file, else by their numbers."""
    for number, (a, b, told) in enumerate(level.segments("doors")):
        if (width := math.dist(a, b)) < SHORTEST_M:
            told.draft.warn(told.path, "a door between two corners at one place: left out")
            continue
        opening = Opening(
            id=told.text("name", "") or f"{level.id}/door {number}",
            kind="door",
            s0_m=0.0,
            s1_m=width,
            z0_m=0.0,
            z1_m=min(DOOR_HEIGHT_M, height_m),
            extra={"door": kept_parameters(told.value)},
        )
        yield Door(a=a, b=b, opening=opening)


def with_doors(walls: Sequence[Wall], doors: Sequence[Door], level: str, height_m: float) -> list[Wall]:
    """The walls with their doors.

    A door that lies within a wall is an opening of it; any other gets a wall of its own from jamb to jamb, which is
    what stands above it.
    """
    built = list(walls)
    for door in doors:
        row = next((row for row, wall in enumerate(walls) if _within(door, wall)), None)
        if row is None:
            lintel = _wall(
                f"{level}/door {door.opening.id}", level, door.a, door.b, height_m, drawn_as="door"
            )
            built.append(replace(lintel, openings=(door.opening,)))
        else:
            low, high = sorted(_along(point, walls[row])[0] for point in (door.a, door.b))
            length = math.dist(walls[row].p0, walls[row].p1)
            opening = replace(door.opening, s0_m=max(low, 0.0), s1_m=min(high, length))
            built[row] = replace(built[row], openings=(*built[row].openings, opening))
    return built


def _wall(name: str, level: str, a: Point2, b: Point2, height_m: float, *, drawn_as: str) -> Wall:
    return Wall(
        id=name,
        level=level,
        p0=a,
        p1=b,
        height_m=height_m,
        thickness_m=WALL_THICKNESS_M,
        extra={"drawn_as": drawn_as},
    )


def _within(door: Door, wall: Wall) -> bool:
    length = math.dist(wall.p0, wall.p1)
    return all(
        aside <= IN_WALL_M and -IN_WALL_M <= along <= length + IN_WALL_M
        for along, aside in (_along(point, wall) for point in (door.a, door.b))
    )


def _along(point: Point2, wall: Wall) -> tuple[float, float]:
    """How far along the wall from p0 a point lies, and how far from its line."""
    length = math.dist(wall.p0, wall.p1)
    ux, uy = (wall.p1[0] - wall.p0[0]) / length, (wall.p1[1] - wall.p0[1]) / length
    dx, dy = point[0] - wall.p0[0], point[1] - wall.p0[1]
    return dx * ux + dy * uy, abs(dx * uy - dy * ux)
