"""The tables of a building: floors, walls, what is in them, and what stands on the floor but racks."""

from __future__ import annotations

from collections import Counter
from typing import Any, NamedTuple

import shapely

from spatial.facility import Level, Obstacle, Opening, Wall
from viewer.exports.source import Source
from viewer.exports.tables.columns import count, ends, flag, metres, number, place, size, text
from viewer.exports.tables.table import Table

SIGMA = "Standard deviation of the estimate; 0 where planned."
LEVEL = text("level", "Level that it is on.", refers_to=("levels", "level"))


class LevelRow(NamedTuple):
    """A level and how much stands on it."""

    level: Level
    racks: int
    locations: int


class OpeningRow(NamedTuple):
    """An opening and the wall that it is in."""

    wall: Wall
    opening: Opening


def _levels(source: Source) -> list[LevelRow]:
    facility = source.facility
    level_of = {rack.id: rack.level for rack in facility.racks}
    racks = Counter(level_of.values())
    places = Counter(level_of[each.rack] for each in facility.locations)
    return [LevelRow(level, racks[level.id], places[level.id]) for level in facility.levels]


def _openings(source: Source) -> list[OpeningRow]:
    return [OpeningRow(wall, each) for wall in source.facility.walls for each in wall.openings]


def _floor_area(row: LevelRow) -> float | None:
    outline, holes = row.level.outline, row.level.holes
    return float(shapely.Polygon(outline, holes).area) if outline else None


def _footprint(obstacle: Obstacle) -> str:
    return str(shapely.Polygon(obstacle.footprint).wkt)


def _footprint_area(obstacle: Obstacle) -> float:
    return float(shapely.Polygon(obstacle.footprint).area)


BUILDING_TABLES: tuple[Table[Any], ...] = (
    Table(
        name="levels",
        meaning="The floors of the building.",
        key=("level",),
        rows=_levels,
        columns=(
            text("level", "Id of the level.", "level.id"),
            metres("elevation_m", "Height of its floor in the world.", "level.elevation_m"),
            number("area_m2", "m²", "Area inside the walls, without holes.", _floor_area, may_lack=True),
            count("racks", "Rack rows on it."),
            count("locations", "Locations on it."),
        ),
    ),
    Table(
        name="walls",
        meaning="Straight walls; start to end is the inner face where one bounds the floor, else the middle.",
        key=("wall",),
        rows=lambda source: source.facility.walls,
        columns=(
            text("wall", "Id of the wall.", "id"),
            LEVEL,
            *ends(),
            metres("height_m", "Height above the floor."),
            metres("thickness_m", "Thickness, where it is known.", may_lack=True),
            metres("sigma_m", SIGMA),
        ),
    ),
    Table(
        name="openings",
        meaning="Doors, gates and windows.",
        key=("opening",),
        rows=_openings,
        columns=(
            text("opening", "Id of the opening.", "opening.id"),
            text("wall", "Wall that it is in.", "wall.id", refers_to=("walls", "wall")),
            text("kind", "What it is, as in dock_door.", "opening.kind"),
            metres("s0_m", "Where it begins, along the wall from its start.", "opening.s0_m"),
            metres("s1_m", "Where it ends.", "opening.s1_m"),
            metres("z0_m", "Lower edge above the floor.", "opening.z0_m"),
            metres("z1_m", "Upper edge above the floor.", "opening.z1_m"),
            flag("closed", "Whether it was closed, where that is known.", "opening.closed", may_lack=True),
        ),
    ),
    Table(
        name="columns",
        meaning="Uprights of the building.",
        key=("column",),
        rows=lambda source: source.facility.columns,
        columns=(
            text("column", "Id of the column.", "id"),
            LEVEL,
            *place("Its middle", "center", "xy"),
            number("yaw_rad", "rad", "Heading."),
            *size(),
            metres("height_m", "Height above the floor."),
            metres("sigma_m", SIGMA),
        ),
    ),
    Table(
        name="obstacles",
        meaning="What else stands on the floor.",
        key=("obstacle",),
        rows=lambda source: source.facility.obstacles,
        columns=(
            text("obstacle", "Id of the obstacle.", "id"),
            LEVEL,
            text("kind", "floor_stack, conveyor, machine, mezzanine_leg, vehicle or unknown."),
            text("footprint", "Footprint as WKT, x y in metres of the world.", _footprint),
            number("area_m2", "m²", "Area of the footprint.", _footprint_area),
            metres("z0_m", "Lower edge above the floor."),
            metres("z1_m", "Upper edge above the floor."),
            flag("movable", "Whether it can be moved."),
        ),
    ),
)
