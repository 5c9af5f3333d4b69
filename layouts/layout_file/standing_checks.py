"""Nothing of a layout stands in anything else, outside the hall or higher than it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import shapely

from layouts.layout_file.aisle_widths import Solids
from layouts.layout_file.block_rows import Row
from layouts.layout_file.layout_fault import KeyPath, LayoutFault
from layouts.layout_file.layout_model import Layout
from layouts.layout_file.placement import Placement
from spatial.facility import Column, Obstacle, Rack, Station
from spatial.locations import world_from_rack
from spatial.poses import transform_points

TOLERANCE_M = 0.005
"""What reaches less than this into something else touches it."""

COLUMN_IN_RACK_M = 0.1
"""A column may stand so deep in a row: rows are built about columns, loads keep clear of them."""

HEADROOM_M = 2.2
"""What begins higher, such as a conveyor overhead, does not narrow a lane."""


@dataclass(frozen=True)
class Standing:
    """One thing on the floor: its name in errors, its key, its footprint, the heights between which it is, and how
    deep it may reach into another.
    """

    name: str
    path: KeyPath
    footprint: shapely.Polygon
    bottom_m: float
    top_m: float
    sinks_m: float = TOLERANCE_M


def rack_footprint(rack: Rack) -> shapely.Polygon:
    """The rectangle of a rack row in the world."""
    half = rack.depth_m / 2
    corners = [(0, -half, 0), (rack.length_m, -half, 0), (rack.length_m, half, 0), (0, half, 0)]
    return shapely.Polygon(transform_points(world_from_rack(rack), corners)[:, :2])


def standing_things(
    rows: Sequence[Row],
    columns: Sequence[tuple[int, Column]],
    obstacles: Sequence[Obstacle],
    ids: Sequence[str],
) -> list[Standing]:
    """Racks, columns (each with the index of its grid) and obstacles as footprints; `ids` are those of blocks."""
    racks = [
        Standing(
            f"rack {row.rack.id} (block {ids[row.block]})",
            ("blocks", row.block),
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
            _column_footprint(each),
            0.0,
            each.height_m,
            COLUMN_IN_RACK_M,
        )
        for grid, each in columns
    ]
    boxes = [
        Standing(
            f"obstacle {each.id}", ("obstacles", i), shapely.Polygon(each.footprint), each.z0_m, each.z1_m
        )
        for i, each in enumerate(obstacles)
    ]
    return [*racks, *pillars, *boxes]


def standing_faults(
    layout: Layout, outline: shapely.Polygon, things: Sequence[Standing], stations: Sequence[Station]
) -> Iterator[LayoutFault]:
    """Faults in the order of the numbered rules; each pair of keys is told once.

    1. Everything is inside the outline and below the roof.
    2. No two things overlap at the same height by more than TOLERANCE_M, a column by COLUMN_IN_RACK_M.
    3. A station is on free floor.
    """
    yield from _outside(layout, outline, things)  # 1
    yield from _overlaps(things)  # 2
    yield from _stations(outline, things, stations)  # 3


def _outside(layout: Layout, outline: shapely.Polygon, things: Sequence[Standing]) -> Iterator[LayoutFault]:
    roof_m, room = layout.building.height_m, outline.buffer(TOLERANCE_M, join_style="mitre")
    told: set[KeyPath] = set()
    for thing in things:
        if thing.path in told:
            continue
        if thing.top_m > roof_m:
            message = f"{thing.name} reaches {thing.top_m:g} m, above building.height_m {roof_m:g}"
            yield LayoutFault(thing.path, f"{message}: lower it or raise the hall")
            told.add(thing.path)
        elif not room.covers(thing.footprint):
            wall = _nearest_wall(outline, thing.footprint.difference(outline))
            message = f"{thing.name} stands {_reach(thing.footprint, outline):.2f} m outside the building, at {wall}"
            yield LayoutFault(thing.path, f"{message}: move it in, shorten it or enlarge the building")
            told.add(thing.path)


def _reach(footprint: shapely.Polygon, outline: shapely.Polygon) -> float:
    corners = shapely.points(shapely.get_coordinates(footprint))
    return float(shapely.distance(corners, outline).max())


def _nearest_wall(outline: shapely.Polygon, part: shapely.Geometry) -> str:
    corners = shapely.get_coordinates(outline.exterior)
    sides = shapely.linestrings(list(pairwise(corners)))
    return f"W{int(shapely.distance(sides, part.centroid).argmin()) + 1}"


def _overlaps(things: Sequence[Standing]) -> Iterator[LayoutFault]:
    """The later of two is told, in the order of things."""
    cores = [thing.footprint.buffer(-TOLERANCE_M / 2, join_style="mitre") for thing in things]
    if not cores:
        return
    first, second = shapely.STRtree(cores).query(cores, predicate="intersects")
    told: set[tuple[KeyPath, KeyPath]] = set()
    for i, j in sorted(zip(first.tolist(), second.tolist(), strict=True)):
        one, other = things[i], things[j]
        apart = min(one.top_m, other.top_m) <= max(one.bottom_m, other.bottom_m)
        if j >= i or apart or (one.path, other.path) in told:
            continue
        shared = shapely.minimum_rotated_rectangle(one.footprint.intersection(other.footprint))
        corners = shapely.get_coordinates(shared)
        deep_m = float(shapely.distance(shapely.points(corners[:2]), shapely.points(corners[1:3])).min())
        if deep_m <= max(one.sinks_m, other.sinks_m):
            continue
        told.add((one.path, other.path))
        yield LayoutFault(
            one.path, f"{one.name} overlaps {other.name} by {deep_m:.2f} m: move one of the two"
        )


def _stations(
    outline: shapely.Polygon, things: Sequence[Standing], stations: Sequence[Station]
) -> Iterator[LayoutFault]:
    for i, station in enumerate(stations):
        at = shapely.Point(station.pose[:2])
        if not outline.covers(at):
            message = f"station {station.id} stands {outline.distance(at):.2f} m outside the building"
            yield LayoutFault(("stations", i, "at_m"), f"{message}: move it in")
            continue
        for thing in things:
            if thing.bottom_m == 0 and thing.footprint.contains(at):
                message = f"station {station.id} stands in {thing.name}: move it beside"
                yield LayoutFault(("stations", i, "at_m"), message)
                break


def _column_footprint(column: Column) -> shapely.Polygon:
    width_m, depth_m = column.size_m
    frame = Placement(column.center, column.yaw_rad)
    return shapely.Polygon(frame.box(-width_m / 2, -depth_m / 2, width_m / 2, depth_m / 2))


def as_solids(outline: shapely.Polygon, things: Sequence[Standing]) -> Solids:
    """What narrows a lane: whatever reaches below HEADROOM_M."""
    low = [thing for thing in things if thing.bottom_m < HEADROOM_M]
    return Solids(outline, [thing.footprint for thing in low], [thing.name for thing in low])
