"""A plant from an Open-RMF building map: walls, doors, floors and lifts as a facility, lanes as roads."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from layouts.plants.ground import Ground, around, drawn_ground, require_width
from layouts.plants.plant import Plant, PlantReport, Told, finished_plant
from layouts.plants.rmf.drawn_level import DrawnLevel, drawn_level
from layouts.plants.rmf.left_out import left_out, used
from layouts.plants.rmf.lifts import Lift, lift_floor, lift_links, lift_record, lifts_of, shaft_walls
from layouts.plants.rmf.scales import scale_notes
from layouts.plants.rmf.walls import (
    DOOR_HEIGHT_M,
    WALL_HEIGHT_M,
    WALL_THICKNESS_M,
    doors_of,
    walls_of,
    with_doors,
)
from layouts.plants.rmf.yaml_places import with_lines
from layouts.plants.road_notes import road_notes
from layouts.plants.work_places import stations_of, untold_kinds
from spatial.errors import BadDataError
from spatial.exchange.documents import parse_yaml, read_text
from spatial.exchange.record import Record
from spatial.exchange.rmf_building import building_network
from spatial.exchange.rmf_frames import level_frames
from spatial.exchange.route_network import NetworkLevel, RouteNetwork
from spatial.exchange.source_frame import SourceFrame
from spatial.facility import Facility, Frame, Georeference, Level, Wall
from spatial.floor.facility_rules import LINKS


def read_rmf(
    path: Path, *, metres_per_pixel: float | None = None, wall_height_m: float = WALL_HEIGHT_M
) -> Plant:
    """The plant of a building map.

    1. Levels of a picture get their scale from `measurements`, or `metres_per_pixel` where it is given; those that
       share fiducials with the reference level are laid over it.
    2. Lanes and what they serve are roads.
    3. Walls, doors in them or in walls of their own, floors less holes, and lift shafts are the facility.

    Raises BadDataError with file, path, line and what was expected, also where nothing tells the scale; ValueError
    for a scale or height that is not above 0.
    """
    if not (wall_height_m > 0 and math.isfinite(wall_height_m)):
        raise ValueError(f"wall_height_m {wall_height_m} must be a positive number of metres")
    frame, text = SourceFrame(metres_per_unit=metres_per_pixel), read_text(path)
    document = parse_yaml(text, str(path))
    try:
        plant = _plant(path, document, frame, wall_height_m)
    except BadDataError as error:
        said = str(error).replace("metres_per_unit=…", "--metres-per-pixel (metres_per_pixel=…)")
        raise BadDataError(*with_lines(text, [said])) from error
    warnings = tuple(with_lines(text, plant.report.warnings))
    return replace(plant, report=replace(plant.report, warnings=warnings))


def _plant(path: Path, document: Any, frame: SourceFrame, wall_height_m: float) -> Plant:
    draft = Told(str(path))
    building = Record.root(document, draft)
    records = dict(building.children("levels"))
    if not any(record.items("vertices") for record in records.values()):
        draft.fail("$.levels", "no level with vertices: expected an Open-RMF building map")
    frames = level_frames(building, records, frame)  # 1
    levels = [drawn_level(name, record, *frames[name]) for name, record in records.items()]
    lifts = lifts_of(building, frames)
    roads = _roads(path, document, frame, levels)  # 2
    corners = [corner for level in levels for corner in level.corners]
    require_width(corners, draft, unit="mend the measurement, or pass another --metres-per-pixel")
    grounds = [_ground(level, lifts) for level in levels]  # 3
    walls = [wall for level in levels for wall in _walls(level, lifts, wall_height_m)]
    facility = Facility(
        id=roads.id,
        name=roads.id,
        kind="planned",
        frame=Frame(georeference=_georeference(building, levels)),
        levels=tuple(map(_level, levels, grounds)),
        walls=tuple(_with_own_openings(walls)),
        stations=stations_of(roads),
        extra=_lift_extra(lifts, levels),
    )
    notes = list(_notes(roads, levels, grounds, walls, wall_height_m))
    report = PlantReport(
        file=path.name,
        form="Open-RMF building map",
        version=f"in {building.text('coordinate_system', 'reference_image')} coordinates",
        used=used(list(records.values()), walls) | {"lifts": len(lifts), "named places": len(roads.stations)},
        left_out=left_out(building, list(records.values()), walls),
        warnings=(*roads.warnings, *draft.warnings),
        notes=tuple(notes),
    )
    return finished_plant(path, facility, roads, report)


def _lift_extra(lifts: Sequence[Lift], levels: Sequence[DrawnLevel]) -> dict[str, Any]:
    """The lifts as they are drawn, and as the ways between levels that navigation knows."""
    upwards = [level.id for level in sorted(levels, key=_elevation)]
    links = [link for lift in lifts for link in lift_links(lift, upwards)]
    extra = {"lifts": [lift_record(lift) for lift in lifts], LINKS: links}
    return {name: records for name, records in extra.items() if records}


def _roads(path: Path, document: Any, frame: SourceFrame, levels: Sequence[DrawnLevel]) -> RouteNetwork:
    """The lanes; a map without any has no roads, and its levels are kept."""
    if any(level.record.items("lanes") for level in levels):
        return building_network(document, source=str(path), frame=frame)
    named = document.get("name") or path.stem
    return RouteNetwork(
        id=str(named),
        source=str(path),
        levels=tuple(
            NetworkLevel(id=level.id, elevation_m=_elevation(level), metres_per_unit=level.metres_per_unit)
            for level in levels
        ),
    )


def _elevation(level: DrawnLevel) -> float:
    return level.record.optional_number("elevation") or 0.0


def _ground(level: DrawnLevel, lifts: Sequence[Lift]) -> Ground | None:
    lift_floors = [part for lift in lifts for part in lift_floor(lift, level.id)]
    return drawn_ground(list(level.polygons("floors")), list(level.polygons("holes")), lift_floors)


def _level(level: DrawnLevel, ground: Ground | None) -> Level:
    """The level with the floor drawn, or the rectangle around its corners where none is."""
    floor = ground or around(level.corners)
    return Level(id=level.id, elevation_m=_elevation(level), outline=floor.outline, holes=floor.holes)


def _walls(level: DrawnLevel, lifts: Sequence[Lift], height_m: float) -> Iterator[Wall]:
    yield from with_doors(walls_of(level, height_m), list(doors_of(level, height_m)), level.id, height_m)
    for lift in lifts:
        yield from shaft_walls(lift, level.id, height_m)


def _with_own_openings(walls: Sequence[Wall]) -> Iterator[Wall]:
    """The walls with every door's name its own: the second door of a name is "name (2)"; so are walls."""
    doors: Counter[str] = Counter()
    named: Counter[str] = Counter()
    for wall in walls:
        openings = tuple(replace(each, id=_own(each.id, doors)) for each in wall.openings)
        yield replace(wall, id=_own(wall.id, named), openings=openings)


def _own(name: str, taken: Counter[str]) -> str:
    taken[name] += 1
    return name if taken[name] == 1 else f"{name} ({taken[name]})"


def _georeference(building: Record, levels: Sequence[DrawnLevel]) -> Georeference | None:
    """Where the origin lies on Earth: the map's first vertex, by longitude and latitude."""
    if building.text("coordinate_system", "") != "wgs84":
        return None
    first = next((level.record.items("vertices")[0][0] for level in levels if level.corners), None)
    if first is None:
        return None
    return Georeference(crs="OGC:CRS84", enu_origin=(float(first[0]), float(first[1]), 0.0))


def _notes(
    roads: RouteNetwork,
    levels: Sequence[DrawnLevel],
    grounds: Sequence[Ground | None],
    walls: Sequence[Wall],
    wall_height_m: float,
) -> Iterator[str]:
    yield from scale_notes(levels)
    if walls:
        doors_m = min(DOOR_HEIGHT_M, wall_height_m)
        yield (
            f"heights and thicknesses are not in the map: walls {wall_height_m:g} m high and {WALL_THICKNESS_M:g} m "
            f"thick about the line drawn, doors {doors_m:g} m high, as Open-RMF builds them"
        )
    for level, ground in zip(levels, grounds, strict=True):
        if ground is None:
            yield f"{level.id}: no floor is drawn: its outline is the rectangle around its corners"
        elif ground.strips:
            yield (
                f"{level.id}: its floor is in {ground.strips + 1} parts that lie apart: joined by strips of 1 cm, "
                "as a level has one outline"
            )
    if (kinds := untold_kinds(roads)) is not None:
        yield kinds
    yield from road_notes(roads)
