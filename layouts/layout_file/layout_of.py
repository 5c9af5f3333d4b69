"""From any facility, scanned or planned, to a layout that can be edited."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import shapely
from pydantic import ValidationError

from layouts.layout_file.found_blocks import blocks_of
from layouts.layout_file.found_rack_types import rack_types_of
from layouts.layout_file.layout_model import Box, Building, Columns, Door, Layout, Site, Spot
from layouts.layout_file.placement import Placement
from spatial.errors import BadDataError, UndecidedError
from spatial.facility import Column, Facility, Obstacle, Opening, Point2, Wall

SMALLEST_M = 0.005
"""Coordinates are rounded to the millimetre and headings to 0.001°, so that rows cannot be closer to their place."""

AT_WALL_M = 1.0
"""A door further than this from every side of the outline is left out."""

DOOR_KINDS = ("dock_door", "door", "gate", "window")

RECTANGLE_SHARE = 0.99
"""A footprint that fills so much of the narrowest rectangle about it is that rectangle."""


def layout_of(facility: Facility, *, within_m: float = 0.01) -> Layout:
    """The layout of a facility's one level; `build_layout` puts its racks within `within_m` of where they are.

    Rows of a scan differ by what was measured: a larger `within_m`, such as 0.2, makes fewer types and blocks.

    1. The frame has its x axis across the longest rack row, so that most headings are 90°, and its origin in the
       corner of the outline, so that coordinates are positive.
    2. Rows that are made alike share a rack type; those that are in line as well are a block.
    3. Doors go to the nearest side of the outline, obstacles become rectangles where they nearly are.
    Lengths are rounded to the millimetre. What a layout cannot say is told by `left_out`.

    Raises ValueError when `within_m` is below SMALLEST_M, UndecidedError unless the facility has exactly one level,
    BadDataError when a value is outside the limits of a layout file.
    """
    if not within_m >= SMALLEST_M:
        raise ValueError(
            f"within_m {within_m} is below {SMALLEST_M} m, what rounding allows: choose a larger one"
        )
    if len(facility.levels) != 1:
        count = len(facility.levels)
        raise UndecidedError(
            f"facility '{facility.id}' has {count} levels, a layout has one: keep one of them"
        )
    try:
        return _layout(facility, within_m)
    except ValidationError as error:
        fault = error.errors(include_url=False)[0]
        where = ".".join((error.title.lower(), *map(str, fault["loc"])))
        told = f"{where} {fault['input']!r}: {fault['msg'].removeprefix('Value error, ')}"
        raise BadDataError(f"facility '{facility.id}' has no layout: {told}: correct it there") from error


def _layout(facility: Facility, within_m: float) -> Layout:
    site_m = _site(facility)  # 1
    site = Placement(site_m.origin_m, Placement().yaw(site_m.heading_deg))
    names, rack_types = rack_types_of(facility, within_m)  # 2
    said: dict[str, Any] = {"rack_types": rack_types} if rack_types else {}
    return Layout(
        id=facility.id,
        name=facility.name.strip() or None,
        site=site_m,
        building=_building(facility, site),
        blocks=tuple(blocks_of(facility, names, rack_types, site, within_m)),
        columns=tuple(_columns(facility.columns, site)),
        obstacles=tuple(_box(each, site) for each in facility.obstacles),
        stations=tuple(
            Spot(
                id=each.id,
                kind=each.kind,
                at_m=_mm(site.local((each.pose[0], each.pose[1]))),
                heading_deg=_heading_deg(each.pose[2], site),
                servers=each.servers,
            )
            for each in facility.stations
        ),
        **said,
    )


def left_out(facility: Facility) -> tuple[str, ...]:
    """What `layout_of` cannot say of this facility, one sentence each; empty if nothing is lost."""
    stocked = sum(place.state == "occupied" for place in facility.locations)
    beams = sum(len(rack.missing_beams) for rack in facility.racks)
    unknown = [rack.id for rack in facility.racks if not rack.bays]
    sides = _sides(facility.levels[0].outline) if facility.levels else np.array([])
    doors = [
        door.id for wall in facility.walls for door in wall.openings if not _is_at_wall(wall, door, sides)
    ]
    holes = sum(len(level.holes) for level in facility.levels)
    told = (
        (stocked, f"{stocked} places are occupied: a layout has empty ones"),
        (beams, f"{beams} beams are missing: a layout has them all"),
        (unknown, f"racks with no known bays become one bay each: {', '.join(unknown[:5])}"),
        (doors, f"doors away from the outline are left out: {', '.join(doors[:5])}"),
        (holes, f"{holes} holes of the floor are left out"),
        (facility.locations, "ids of places are made anew: aisle, bay, level, position"),
    )
    return tuple(sentence for is_lost, sentence in told if is_lost)


def _site(facility: Facility) -> Site:
    """1."""
    longest = max(facility.racks, key=lambda rack: rack.length_m, default=None)
    outline = facility.levels[0].outline
    along = np.subtract(outline[1], outline[0])
    yaw_rad = math.atan2(along[1], along[0]) if longest is None else longest.yaw_rad - math.pi / 2
    heading_deg = round(math.degrees(math.remainder(yaw_rad, math.pi)), 3)
    turned = Placement((0.0, 0.0), math.radians(heading_deg))
    corner = np.min([turned.local(at) for at in outline], axis=0)
    x, y = turned.point(*corner.tolist())
    return Site(origin_m=(round(x, 3), round(y, 3)), heading_deg=heading_deg)


def _building(facility: Facility, site: Placement) -> Building:
    level = facility.levels[0]
    ring = shapely.Polygon([_mm(site.local(at)) for at in level.outline]).exterior
    corners = tuple((float(x), float(y)) for x, y in (ring if ring.is_ccw else ring.reverse()).coords[:-1])
    width_m, depth_m = np.max(corners, axis=0).tolist()
    boxed = ((0.0, 0.0), (width_m, 0.0), (width_m, depth_m), (0.0, depth_m))
    is_boxed = len(corners) == 4 and float(np.abs(np.subtract(corners, boxed)).max()) <= 0.002
    said: dict[str, Any] = {"width_m": width_m, "depth_m": depth_m} if is_boxed else {"outline_m": corners}
    roofs_m = [wall.height_m for wall in facility.walls]
    if roofs_m:
        tops_m = [rack.height_m for rack in facility.racks]
        said["height_m"] = max(0.001, *(math.ceil(top_m * 1000) / 1000 for top_m in roofs_m + tops_m))
    thick = [wall.thickness_m for wall in facility.walls if wall.thickness_m]
    if thick:
        said["wall_thickness_m"] = round(float(np.median(thick)), 3)
    sides = _sides([site.point(*at) for at in (boxed if is_boxed else corners)])
    doors = (
        _door(wall, opening, sides)
        for wall in facility.walls
        for opening in wall.openings
        if _is_at_wall(wall, opening, sides)
    )
    return Building(**said, elevation_m=round(level.elevation_m, 3), doors=tuple(doors))


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
    said: dict[str, Any] = {} if opening.closed is None else {"closed": opening.closed}
    if opening.z0_m:
        said["sill_m"] = round(opening.z0_m, 3)
    said["kind"] = opening.kind if opening.kind in DOOR_KINDS else "door"
    return Door(
        id=opening.id,
        wall=f"W{side + 1}",
        at_m=max(round(start_m, 3), 0.0),
        width_m=width_m,
        height_m=round(opening.z1_m - opening.z0_m, 3),
        **said,
    )


def _columns(columns: Sequence[Column], site: Placement) -> list[Columns]:
    """Columns of one size on one line across share an entry, and so do lines with columns in the same places."""
    lines: dict[tuple[Point2, float], list[float]] = {}
    for column in columns:
        x, y = _mm(site.local(column.center))
        lines.setdefault((_mm(column.size_m), x), []).append(y)
    grids: dict[tuple[Point2, tuple[float, ...]], list[float]] = {}
    for (size_m, x), ys in lines.items():
        grids.setdefault((size_m, tuple(ys)), []).append(x)
    return [Columns(x_m=tuple(xs), y_m=ys, size_m=size_m) for (size_m, ys), xs in grids.items()]


def _box(obstacle: Obstacle, site: Placement) -> Box:
    footprint = shapely.Polygon([site.local(at) for at in obstacle.footprint])
    around = shapely.minimum_rotated_rectangle(footprint)
    said: dict[str, Any] = {"id": obstacle.id, "kind": obstacle.kind}
    if isinstance(around, shapely.Polygon) and footprint.area >= RECTANGLE_SHARE * around.area > 0:
        (x0, y0), (x1, y1), (x2, y2) = around.exterior.coords[:3]
        heading_deg = round(math.degrees(math.remainder(math.atan2(y1 - y0, x1 - x0), math.pi)), 2)
        sides_m = _mm((math.hypot(x1 - x0, y1 - y0), math.hypot(x2 - x1, y2 - y1)))
        if abs(heading_deg) > 45:
            heading_deg = round(math.remainder(heading_deg + 90, 180), 2)
            sides_m = sides_m[::-1]
        said |= {"at_m": _mm((around.centroid.x, around.centroid.y)), "size_m": sides_m}
        if heading_deg:
            said["heading_deg"] = heading_deg
    else:
        said["outline_m"] = tuple(_mm(at) for at in footprint.exterior.coords[:-1])
    if obstacle.z0_m:
        said["bottom_m"] = max(round(obstacle.z0_m, 3), 0.0)
    if not obstacle.movable:
        said["movable"] = False
    return Box(**said, height_m=max(round(obstacle.z1_m - obstacle.z0_m, 3), 0.001))


def _heading_deg(yaw_rad: float, site: Placement) -> float:
    return round(math.degrees(math.remainder(yaw_rad - site.yaw_rad, math.tau)), 2)


def _mm(at: Sequence[float]) -> Point2:
    """Rounded to the millimetre, with no negative zero."""
    return round(at[0], 3) + 0.0, round(at[1], 3) + 0.0
