"""Nothing of a layout stands in anything else, outside its floor, over a hole or higher than the room over it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import shapely
from shapely.geometry.base import BaseGeometry

from layouts.layout_file.aisle_widths import Solids
from layouts.layout_file.block_rows import Row
from layouts.layout_file.floors import TOUCH_M, Floor
from layouts.layout_file.layout_fault import KeyPath, LayoutFault
from layouts.layout_file.placement import Placement
from spatial.facility import Column, Obstacle, Point2, Rack, Station
from spatial.locations import world_from_rack
from spatial.poses import transform_points

COLUMN_IN_RACK_M = 0.1
"""A column may stand so deep in a row: rows are built about columns, loads keep clear of them."""

ROUNDING_M = 1e-9

HEADROOM_M = 2.2
"""What begins higher, such as a conveyor overhead, does not narrow a lane."""


NOWHERE = shapely.Polygon()


@dataclass(frozen=True)
class Standing:
    """One thing on the floor: its name in errors, its key, its footprint, the heights between which it is, how deep
    it may reach into another and out of the floor, and the part of its footprint that people go through.
    """

    name: str
    path: KeyPath
    level: str
    footprint: shapely.Polygon
    bottom_m: float
    top_m: float
    sinks_m: float = TOUCH_M
    outside_m: float = TOUCH_M
    lets_through: BaseGeometry = NOWHERE

    @property
    def solid(self) -> BaseGeometry:
        """The footprint without the part that people go through."""
        return self.footprint if self.lets_through.is_empty else self.footprint.difference(self.lets_through)


def rack_footprint(rack: Rack) -> shapely.Polygon:
    """The rectangle of a rack row in the world."""
    half = rack.depth_m / 2
    corners = [(0, -half, 0), (rack.length_m, -half, 0), (rack.length_m, half, 0), (0, half, 0)]
    return shapely.Polygon(transform_points(world_from_rack(rack), corners)[:, :2])


def standing_things(
    rows: Sequence[Row],
    columns: Sequence[tuple[int, Column]],
    obstacles: Sequence[tuple[KeyPath, Obstacle]],
    ids: Sequence[str],
) -> list[Standing]:
    """Racks, columns (each with the index of its grid) and obstacles (with their keys) as footprints; `ids` are
    those of blocks.
    """
    racks = [
        Standing(
            f"rack {row.rack.id} (block {ids[row.block]})",
            ("blocks", row.block),
            row.rack.level,
            rack_footprint(row.rack),
            0.0,
            row.rack.height_m,
        )
        for row in rows
    ]
    pillars = [
        Standing(
            f"column {each.id}",
            ("columns", grid),
            each.level,
            column_footprint(each),
            0.0,
            each.height_m,
            COLUMN_IN_RACK_M,
        )
        for grid, each in columns
    ]
    boxes = [
        Standing(
            f"obstacle {each.id}",
            path,
            each.level,
            shapely.Polygon(each.footprint),
            each.z0_m,
            each.z1_m,
        )
        for path, each in obstacles
    ]
    return [*racks, *pillars, *boxes]


def standing_faults(
    floor: Floor, things: Sequence[Standing], stations: Sequence[tuple[KeyPath, Station]]
) -> Iterator[LayoutFault]:
    """Faults of what is on one floor, in the order of the numbered rules; each pair of keys is told once.

    1. Everything is inside the outline and below the roof, and but for columns below the floor above.
    2. No rack stands over a hole.
    3. No two things overlap at the same height by more than TOUCH_M, a column by COLUMN_IN_RACK_M; walls inside the
       hall are only told where racks are in them.
    4. A station is on free floor.
    """
    yield from _outside(floor, things)  # 1
    yield from _over_holes(floor, things)  # 2
    yield from _overlaps(things)  # 3
    yield from _stations(floor, things, stations)  # 4


def _outside(floor: Floor, things: Sequence[Standing]) -> Iterator[LayoutFault]:
    rooms = {
        out_m: floor.outline.buffer(out_m, join_style="mitre")
        for out_m in {thing.outside_m for thing in things}
    }
    told: set[KeyPath] = set()
    for thing in things:
        if thing.path in told:
            continue
        message = _too_high(floor, thing)
        if message is None and not rooms[thing.outside_m].covers(thing.footprint):
            wall = _nearest_wall(floor.outline, thing.footprint.difference(floor.outline))
            away_m = _reach(thing.footprint, floor.outline)
            message = (
                f"{thing.name} stands {away_m:.2f} m outside {floor.name}, at {wall}: "
                f"move it in, shorten it or enlarge {floor.name}"
            )
        if message is not None:
            yield LayoutFault(thing.path, message)
            told.add(thing.path)


def _too_high(floor: Floor, thing: Standing) -> str | None:
    if thing.top_m > floor.roof_m + ROUNDING_M:
        roof = "building.height_m" if floor.path == ("building",) else f"the roof over {floor.name},"
        return f"{thing.name} reaches {thing.top_m:g} m, above {roof} {floor.roof_m:g}: lower it or raise the hall"
    deck = None if thing.path[0] == "columns" else floor.deck_over(thing.footprint)
    if deck is None or thing.top_m <= floor.underside_m(deck) + ROUNDING_M:
        return None
    return (
        f"{thing.name} reaches {thing.top_m:g} m, into {deck.name}, whose underside is at "
        f"{floor.underside_m(deck):g} m: lower it, move it out or raise the level"
    )


def _over_holes(floor: Floor, things: Sequence[Standing]) -> Iterator[LayoutFault]:
    holes = [shapely.Polygon(hole).buffer(-TOUCH_M) for hole in floor.level.holes]
    told: set[KeyPath] = set()
    for thing in things:
        over = next((i for i, hole in enumerate(holes) if hole.intersects(thing.footprint)), None)
        if over is not None and thing.path[0] == "blocks" and thing.path not in told:
            told.add(thing.path)
            hole = f"{thing.name} stands over hole {over} of {floor.name}"
            yield LayoutFault(thing.path, f"{hole}: move one of the two")


def _reach(footprint: shapely.Polygon, outline: shapely.Polygon) -> float:
    corners = shapely.points(shapely.get_coordinates(footprint))
    return float(shapely.distance(corners, outline).max())


def _nearest_wall(outline: shapely.Polygon, part: shapely.Geometry) -> str:
    corners = shapely.get_coordinates(outline.exterior)
    sides = shapely.linestrings(list(pairwise(corners)))
    return f"W{int(shapely.distance(sides, part.centroid).argmin()) + 1}"


def _overlaps(things: Sequence[Standing]) -> Iterator[LayoutFault]:
    """The later of two is told, in the order of things."""
    cores = [thing.footprint.buffer(-TOUCH_M / 2, join_style="mitre") for thing in things]
    if not cores:
        return
    first, second = shapely.STRtree(cores).query(cores, predicate="intersects")
    told: set[tuple[KeyPath, KeyPath]] = set()
    for i, j in sorted(zip(first.tolist(), second.tolist(), strict=True)):
        one, other = things[i], things[j]
        apart = min(one.top_m, other.top_m) <= max(one.bottom_m, other.bottom_m)
        apart = apart or (one.path[0] == "walls" and other.path[0] != "blocks")
        if j >= i or apart or (one.path, other.path) in told:
            continue
        overlap_m = deep_m(one.footprint, other.footprint)
        if overlap_m <= max(one.sinks_m, other.sinks_m):
            continue
        told.add((one.path, other.path))
        yield LayoutFault(
            one.path, f"{one.name} overlaps {other.name} by {overlap_m:.2f} m: move one of the two"
        )


def deep_m(one: BaseGeometry, other: BaseGeometry) -> float:
    """How deep two footprints reach into each other: the shorter side of what they share, 0 where that is no area."""
    shared = shapely.minimum_rotated_rectangle(one.intersection(other))
    if shared.area == 0:
        return 0.0
    corners = shapely.get_coordinates(shared)
    return float(shapely.distance(shapely.points(corners[:2]), shapely.points(corners[1:3])).min())


def _stations(
    floor: Floor, things: Sequence[Standing], stations: Sequence[tuple[KeyPath, Station]]
) -> Iterator[LayoutFault]:
    for path, station in stations:
        fault = place_fault(floor, things, f"station {station.id}", station.pose[:2])
        if fault is not None:
            yield LayoutFault((*path, "at_m"), fault)


def place_fault(floor: Floor, things: Sequence[Standing], name: str, at: Point2) -> str | None:
    """What keeps a place of the world from being free floor, or None."""
    point = shapely.Point(at)
    if not floor.outline.covers(point):
        return f"{name} stands {floor.outline.distance(point):.2f} m outside {floor.name}: move it in"
    if not floor.ground.covers(point):
        return f"{name} stands over a hole of {floor.name}: move it beside"
    inside = (each for each in things if each.bottom_m == 0 and each.footprint.contains(point))
    thing = next(inside, None)
    return None if thing is None else f"{name} stands in {thing.name}: move it beside"


def column_footprint(column: Column) -> shapely.Polygon:
    """The rectangle of a column in the world."""
    width_m, depth_m = column.size_m
    frame = Placement(column.center, column.yaw_rad)
    return shapely.Polygon(frame.box(-width_m / 2, -depth_m / 2, width_m / 2, depth_m / 2))


def as_solids(floor: Floor, things: Sequence[Standing]) -> Solids:
    """What narrows a lane: whatever reaches below HEADROOM_M, but for open doorways, and holes."""
    low = [thing for thing in things if thing.bottom_m < HEADROOM_M]
    holes = [shapely.Polygon(hole) for hole in floor.level.holes]
    return Solids(
        floor.outline,
        [*(thing.solid for thing in low), *holes],
        [*(thing.name for thing in low), *(f"hole {i} of {floor.name}" for i in range(len(holes)))],
        f"the ground outside {floor.name}",
    )
