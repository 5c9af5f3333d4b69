"""The building of any facility as a layout has it: outline, upper levels, holes, doors in their walls."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import shapely

from layouts.layout_file.building_model import DECK_M, GROUND, Building, Door, Hole, UpperLevel
from layouts.layout_file.found_shapes import is_same, mm, shape_of
from layouts.layout_file.found_walls import inner_stretches, outer_part, said_opening
from layouts.layout_file.placement import Placement
from layouts.layout_file.standing_checks import rack_footprint
from spatial.facility import Facility, Level, Opening, Point2, Rack, Wall
from spatial.floor.decks import DECK_M as DECK_FIELD
from spatial.floor.decks import deck_thickness_m

AT_WALL_M = 1.0
"""A door further than this from every side of the outline is left out."""

LEG_GAP_M = 1.0
"""Legs and walls that end so close under a floor carry it."""


def building_of(facility: Facility, site: Placement) -> Building:
    """The building with the ground floor, which is the first level."""
    level = facility.levels[0]
    corners = _corners(level, site)
    width_m, depth_m = np.max(corners, axis=0).tolist()
    boxed = ((0.0, 0.0), (width_m, 0.0), (width_m, depth_m), (0.0, depth_m))
    is_boxed = len(corners) == 4 and float(np.abs(np.subtract(corners, boxed)).max()) <= 0.002
    said: dict[str, Any] = {"width_m": width_m, "depth_m": depth_m} if is_boxed else {"outline_m": corners}
    if facility.walls:
        said["height_m"] = max(0.001, _roof_m(facility))
    thick = [
        wall.thickness_m
        for each in facility.levels
        for wall in _outer_walls(facility, each)
        if wall.thickness_m
    ]
    if thick:
        said["wall_thickness_m"] = round(float(np.median(thick)), 3)
    if level.id != GROUND:
        said["level"] = level.id
    holes = _holes(level, site)
    if holes:
        said["holes"] = holes
    walls = _outer_walls(facility, level)
    doors = _doors(walls, boxed if is_boxed else corners, site)
    return Building(**said, elevation_m=round(level.elevation_m, 3), doors=doors)


def upper_levels_of(facility: Facility, site: Placement) -> tuple[UpperLevel, ...]:
    """The other levels, without their legs."""
    ground = _corners(facility.levels[0], site)
    found = []
    for level in facility.levels[1:]:
        corners = _corners(level, site)
        walls = _outer_walls(facility, level)
        said: dict[str, Any] = {"id": level.id, "elevation_m": round(level.elevation_m, 3)}
        is_whole = is_same(corners, ground)
        said |= {} if is_whole else shape_of(corners, exactly=True)
        deck_m = _deck_m(facility, level)
        if deck_m != DECK_M:
            said["deck_m"] = deck_m
        holes = _holes(level, site)
        if holes:
            said["holes"] = holes
        if bool(walls) != is_whole:
            said["walls"] = bool(walls)
        doors = _doors(walls, UpperLevel(**said).corners_m(Building(outline_m=ground)), site)
        if doors:
            said["doors"] = doors
        found.append(UpperLevel(**said))
    return tuple(found)


def lost_doors(facility: Facility) -> list[str]:
    """The ids of doors that are in no inner wall and stand away from the outline of their level."""
    levels = {level.id: level for level in facility.levels}
    sides = {name: _sides(level.outline) for name, level in levels.items()}
    outer = (outer_part(wall, levels.get(wall.level)) for wall in facility.walls)
    return [
        door.id
        for wall in outer
        for door in (wall.openings if wall else ())
        if wall and (wall.level not in sides or not _is_at_wall(wall, door, sides[wall.level]))
    ]


def lost_walls(facility: Facility) -> list[str]:
    """The ids of walls that stand outside the floor of their level, away from its outline."""
    levels = {level.id: level for level in facility.levels}
    sides = {name: _sides(level.outline) for name, level in levels.items()}
    return [
        wall.id
        for wall in facility.walls
        if wall.level not in sides
        or (
            shapely.distance(sides[wall.level], _on_wall(wall, math.dist(wall.p0, wall.p1) / 2)).min()
            > AT_WALL_M
            and not inner_stretches(wall, levels[wall.level])
        )
    ]


def _outer_walls(facility: Facility, level: Level) -> list[Wall]:
    own = (outer_part(wall, level) for wall in facility.walls if wall.level == level.id)
    return [wall for wall in own if wall is not None]


def _roof_m(facility: Facility) -> float:
    """The highest wall or rack over the ground floor, rounded up to the millimetre."""
    elevation_m = {level.id: level.elevation_m for level in facility.levels}
    ground_m = facility.levels[0].elevation_m
    parts: list[Wall | Rack] = [*facility.walls, *facility.racks]
    tops_m = [elevation_m.get(each.level, ground_m) - ground_m + each.height_m for each in parts]
    return math.ceil(round(max(tops_m) * 1000, 6)) / 1000


def _deck_m(facility: Facility, level: Level) -> float:
    """How thick a floor is: as it tells, else as legs and walls show, so that it reaches into nothing below."""
    if DECK_FIELD in level.extra:
        return float(deck_thickness_m(facility, level) or 0.0)
    floor = shapely.Polygon(level.outline, level.holes).buffer(-0.01)
    base_m = {each.id: each.elevation_m for each in facility.levels if each.elevation_m < level.elevation_m}
    tops: list[tuple[str, float]] = [
        (each.kind, base_m[each.level] + each.z1_m)
        for each in facility.obstacles
        if each.level in base_m and floor.intersects(shapely.Polygon(each.footprint))
    ]
    tops += [
        ("rack", rack.base_z_m + rack.height_m)
        for rack in facility.racks
        if rack.level in base_m and floor.intersects(rack_footprint(rack))
    ]
    walls = [("wall", base_m[wall.level] + wall.height_m) for wall in facility.walls if wall.level in base_m]
    gaps_m = [(kind, round(level.elevation_m - top_m, 6)) for kind, top_m in (*tops, *walls)]
    carried_m = [
        gap_m for kind, gap_m in gaps_m if kind in ("mezzanine_leg", "wall") and 0 <= gap_m <= LEG_GAP_M
    ]
    deck_m = float(np.median(carried_m)) if carried_m else DECK_M
    free_m = min((gap_m for kind, gap_m in gaps_m if kind != "wall"), default=deck_m)
    return max(math.floor(1000 * min(deck_m, free_m) + 1e-3) / 1000, 0.0)


def _corners(level: Level, site: Placement) -> tuple[Point2, ...]:
    """Its outline in the layout's frame, counter-clockwise."""
    ring = shapely.Polygon([mm(site.local(at)) for at in level.outline]).exterior
    return tuple((float(x), float(y)) for x, y in (ring if ring.is_ccw else ring.reverse()).coords[:-1])


def _holes(level: Level, site: Placement) -> tuple[Hole, ...]:
    return tuple(
        Hole(**shape_of([site.local(at) for at in hole], exactly=True))
        for hole in level.holes
        if len(hole) >= 3
    )


def _doors(walls: Sequence[Wall], corners: Sequence[Point2], site: Placement) -> tuple[Door, ...]:
    sides = _sides([site.point(*at) for at in corners])
    return tuple(
        _door(wall, opening, sides)
        for wall in walls
        for opening in wall.openings
        if _is_at_wall(wall, opening, sides)
    )


def _sides(corners: Sequence[Point2]) -> Any:
    """The sides (N,) of an outline in the world as lines."""
    return shapely.linestrings([(at, corners[(i + 1) % len(corners)]) for i, at in enumerate(corners)])


def _on_wall(wall: Wall, along_m: float) -> shapely.Point:
    share = along_m / max(math.dist(wall.p0, wall.p1), 1e-9)
    return shapely.Point(np.add(wall.p0, share * np.subtract(wall.p1, wall.p0)))


def _is_at_wall(wall: Wall, opening: Opening, sides: Any) -> bool:
    middle = _on_wall(wall, (opening.s0_m + opening.s1_m) / 2)
    is_open = opening.s1_m > opening.s0_m and opening.z1_m > opening.z0_m
    return is_open and bool(shapely.distance(sides, middle).min() <= AT_WALL_M)


def _door(wall: Wall, opening: Opening, sides: Any) -> Door:
    """3, by the middle of the door."""
    middle = _on_wall(wall, (opening.s0_m + opening.s1_m) / 2)
    side = int(shapely.distance(sides, middle).argmin())
    width_m = round(opening.s1_m - opening.s0_m, 3)
    start_m = float(sides[side].project(middle)) - (opening.s1_m - opening.s0_m) / 2
    return Door(
        **said_opening(opening),
        wall=f"W{side + 1}",
        at_m=max(round(start_m, 3), 0.0),
        width_m=width_m,
        height_m=round(opening.z1_m - opening.z0_m, 3),
    )
