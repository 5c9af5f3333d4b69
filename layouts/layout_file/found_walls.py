"""The walls of any facility that stand inside its floors, as a layout has them; outlines give the others."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace
from functools import lru_cache
from typing import Any, TypeAlias, get_args

import numpy as np
import shapely

from layouts.layout_file.building_model import InnerDoor, InnerWall, OpeningKind
from layouts.layout_file.floors import TOUCH_M, Floor, floors_of
from layouts.layout_file.found_levels import said_level
from layouts.layout_file.found_shapes import mm
from layouts.layout_file.inner_walls import room_height_m
from layouts.layout_file.layout_model import Layout
from layouts.layout_file.placement import Placement
from spatial.facility import Facility, Level, Opening, Point2, Wall
from spatial.floor.free_space import THIN_WALL_M

ALONG_DEG = 10.0
"""A wall runs along a side of the outline when it is turned from it by no more."""

SHORTEST_REST_M = 0.3
"""What is left of a wall beyond the side that it runs along is an inner wall if it is so long, and twice as thick."""

SIGMAS = 3.0

Stretch: TypeAlias = tuple[float, float]
"""Where a part of a wall begins and ends, metres from its p0."""


def inner_stretches(wall: Wall, level: Level | None) -> list[Stretch]:
    """What of a wall stands inside the floor of its level, rather than along a side of the outline or outside.

    It runs along a side where it is no further away than it is thick, or than it is unsure, as in free space, and
    does so for most of itself or of the side.
    """
    length_m = math.dist(wall.p0, wall.p1)
    if level is None or len(level.outline) < 3 or length_m < TOUCH_M:
        return []
    line = shapely.LineString([wall.p0, wall.p1])
    near_m = max(wall.thickness_m or 0.0, THIN_WALL_M, SIGMAS * wall.sigma_m)
    sides = _sides_along(level, line)
    sides = sides[shapely.distance(sides, line) <= near_m]
    bands = shapely.buffer(sides, near_m, cap_style="flat")
    shared_m = shapely.length(shapely.intersection(bands, line))
    is_most = shared_m > np.minimum(shapely.length(sides), length_m) / 2
    rest = line.difference(shapely.union_all(bands[is_most]))
    floor = _floor(level.outline)
    shortest_m = TOUCH_M if rest.length > length_m - TOUCH_M else _shortest_rest_m(wall)
    return [
        _stretch(wall, part)
        for part in shapely.get_parts(rest).tolist()
        if part.intersection(floor).length >= shortest_m
    ]


def outer_part(wall: Wall, level: Level | None) -> Wall | None:
    """A wall with the openings that are in none of its inner stretches; None where all of it is inside the floor."""
    inner = inner_stretches(wall, level)
    if sum(s1_m - s0_m for s0_m, s1_m in inner) > math.dist(wall.p0, wall.p1) - TOUCH_M:
        return None
    outer = (each for each in wall.openings if not any(_is_in(each, stretch) for stretch in inner))
    return replace(wall, openings=tuple(outer))


def inner_walls_of(facility: Facility, layout: Layout, site: Placement) -> tuple[InnerWall, ...]:
    """The inner walls of a facility whose building and levels are those of `layout`.

    1. Beyond the wall about the floor they are cut off.
    2. A wall keeps its id where no wall about a floor has it; of one in several parts the first has it.
    3. It is as high as it was, or up to the ceiling; openings end below its top.
    """
    floors = {floor.level.id: floor for floor in floors_of(layout, site)}
    levels = {level.id: level for level in facility.levels}
    taken = {name for floor in floors.values() for name in floor.wall_ids}
    found = []
    for wall in facility.walls:
        for stretch in inner_stretches(wall, levels.get(wall.level)):
            floor = floors[wall.level]
            for part in _cut(wall, stretch, floor, layout.building.wall_thickness_m):  # 1
                said = _said(wall, part, floor, site) | said_level(facility, wall.level)
                if wall.id not in taken:
                    said["id"] = wall.id  # 2
                taken.add(wall.id)
                found.append(InnerWall(**said))
    return tuple(found)


def renamed_walls(facility: Facility, layout: Layout) -> list[str]:
    """The ids of walls with an inner part that no inner wall of the layout has."""
    levels = {level.id: level for level in facility.levels}
    kept = {wall.id for wall in layout.walls}
    return [
        wall.id
        for wall in facility.walls
        if wall.id not in kept and inner_stretches(wall, levels.get(wall.level))
    ]


def said_opening(opening: Opening) -> dict[str, Any]:
    """What a layout says of an opening wherever its wall is."""
    said: dict[str, Any] = {"id": opening.id}
    said["kind"] = opening.kind if opening.kind in get_args(OpeningKind) else "door"
    if opening.closed is not None:
        said["closed"] = opening.closed
    if opening.z0_m:
        said["sill_m"] = round(opening.z0_m, 3)
    return said


@lru_cache(maxsize=16)
def _floor(outline: tuple[Point2, ...]) -> Any:
    return shapely.make_valid(shapely.Polygon(outline))


def _sides_along(level: Level, line: shapely.LineString) -> Any:
    """The sides (N,) of a level's outline that run the way of a line."""
    start = np.asarray(level.outline)
    way = np.roll(start, -1, axis=0) - start
    along = np.subtract(line.coords[1], line.coords[0]) / line.length
    sine = np.abs(way[:, 0] * along[1] - way[:, 1] * along[0])
    is_along = sine <= math.sin(math.radians(ALONG_DEG)) * np.hypot(way[:, 0], way[:, 1])
    return shapely.linestrings(np.stack([start, start + way], axis=1)[is_along])


def _shortest_rest_m(wall: Wall) -> float:
    return max(SHORTEST_REST_M, 2 * (wall.thickness_m or 0.0))


def _stretch(wall: Wall, part: shapely.LineString) -> Stretch:
    first, last = (math.dist(wall.p0, at) for at in (part.coords[0], part.coords[-1]))
    return min(first, last), max(first, last)


def _is_in(opening: Opening, stretch: Stretch) -> bool:
    return stretch[0] <= (opening.s0_m + opening.s1_m) / 2 <= stretch[1]


def _at(wall: Wall, along_m: float) -> Point2:
    share = along_m / math.dist(wall.p0, wall.p1)
    x, y = np.add(wall.p0, share * np.subtract(wall.p1, wall.p0)).tolist()
    return x, y


def _cut(wall: Wall, stretch: Stretch, floor: Floor, outer_m: float) -> Iterator[Stretch]:
    """1."""
    line = shapely.LineString([_at(wall, along_m) for along_m in stretch])
    room = floor.outline.buffer(outer_m, join_style="mitre")
    if room.covers(line):
        yield stretch
        return
    for part in shapely.get_parts(line.intersection(room)).tolist():
        if part.intersection(floor.outline).length >= TOUCH_M:
            yield _stretch(wall, part)


def _said(wall: Wall, stretch: Stretch, floor: Floor, site: Placement) -> dict[str, Any]:
    """Its keys but for id and level."""
    ends = [_at(wall, along_m) for along_m in stretch]
    said: dict[str, Any] = {"from_m": mm(site.local(ends[0])), "to_m": mm(site.local(ends[1]))}
    said["thickness_m"] = round(wall.thickness_m or 0.0, 3) or None
    half_m = max(wall.thickness_m or 0.0, THIN_WALL_M) / 2
    top_m = room_height_m(floor, shapely.LineString(ends).buffer(half_m, cap_style="flat"))
    if 0.0 < wall.height_m < top_m - 0.001:
        top_m = said["height_m"] = max(round(wall.height_m, 3), 0.001)
    length_m = math.dist(said["from_m"], said["to_m"])
    inside = (each for each in wall.openings if _is_in(each, stretch))
    doors = [_door(each, stretch[0], length_m, top_m) for each in inside]  # 3
    if any(doors):
        said["doors"] = tuple(door for door in doors if door is not None)
    return said


def _door(opening: Opening, start_m: float, length_m: float, top_m: float) -> InnerDoor | None:
    """An opening in a wall that begins at `start_m` of its own; None where it is not open."""
    at_m, end_m = _within(opening.s0_m - start_m, opening.s1_m - start_m, length_m)
    sill_m, head_m = _within(opening.z0_m, opening.z1_m, top_m)
    if end_m <= at_m or head_m <= sill_m:
        return None
    return InnerDoor(
        **said_opening(opening),
        at_m=at_m,
        width_m=round(end_m - at_m, 3),
        height_m=round(head_m - sill_m, 3),
    )


def _within(low_m: float, high_m: float, most_m: float) -> Stretch:
    """Both ends to the millimetre, between 0 and `most_m`."""
    last_m = math.floor(1000 * most_m + 1e-6) / 1000
    return max(round(low_m, 3), 0.0), min(round(high_m, 3), last_m)
