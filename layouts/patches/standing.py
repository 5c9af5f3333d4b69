"""Nothing that a patch moved or added may stand in anything else, outside the floor or higher than the hall."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import shapely
from shapely.geometry.base import BaseGeometry

from layouts.layout_file.layout_fault import LayoutFault
from layouts.patches.draft import Draft
from layouts.patches.lanes import footprint
from spatial.facility import Facility
from spatial.floor.free_space import rack_footprint, rectangle

TOLERANCE_M = 0.005
COLUMN_IN_RACK_M = 0.1
"""A column may stand so deep in a row: rows are built about columns, loads keep clear of them."""


@dataclass(frozen=True, kw_only=True)
class Thing:
    """A footprint between two heights above the floor."""

    kind: str
    id: str
    level: str
    shape: BaseGeometry
    bottom_m: float
    top_m: float

    @property
    def name(self) -> str:
        """As errors call it."""
        return f"{self.kind.removesuffix('s')} {self.id}"


def standing_faults(draft: Draft, facility: Facility) -> Iterator[LayoutFault]:
    """What a patch put wrongly; what stands as deep in something as it did before is a matter of the base.

    1. Moved and new rows and obstacles are inside the outline, rows no higher than the walls.
    2. They are in nothing else; a column may be in a row by COLUMN_IN_RACK_M.
    3. No station is in them or outside.
    """
    before, now = _things(draft.base), _things(facility)
    placed = [key for key in draft.touched if key in now]
    for key in placed:
        kind, name = key
        yield from _outside(draft, facility, now[key], before.get((kind, draft.parent.get(name, name))))  # 1
    yield from _overlaps(draft, before, now, placed)  # 2
    yield from _stations(draft, facility, before, now)  # 3


def _things(facility: Facility) -> dict[tuple[str, str], Thing]:
    elevation = {level.id: level.elevation_m for level in facility.levels}
    found = [
        Thing(
            kind="racks",
            id=rack.id,
            level=rack.level,
            shape=rack_footprint(rack),
            bottom_m=rack.base_z_m - elevation[rack.level],
            top_m=rack.base_z_m - elevation[rack.level] + rack.height_m,
        )
        for rack in facility.racks
    ]
    found += [
        Thing(
            kind="columns",
            id=each.id,
            level=each.level,
            shape=rectangle(each.center, each.size_m, each.yaw_rad),
            bottom_m=0.0,
            top_m=each.height_m or 100.0,
        )
        for each in facility.columns
    ]
    found += [
        Thing(
            kind="obstacles",
            id=each.id,
            level=each.level,
            shape=footprint(each),
            bottom_m=each.z0_m,
            top_m=each.z1_m,
        )
        for each in facility.obstacles
        if len(each.footprint) >= 3
    ]
    return {(each.kind, each.id): each for each in found}


def _outside(draft: Draft, facility: Facility, thing: Thing, before: Thing | None) -> Iterator[LayoutFault]:
    path = ("changes", draft.touched[thing.kind, thing.id])
    level = next(level for level in facility.levels if level.id == thing.level)
    if len(level.outline) > 2:
        floor = shapely.make_valid(shapely.Polygon(level.outline, level.holes))
        out_m = _out_m(thing.shape, floor)
        if out_m > TOLERANCE_M + (0.0 if before is None else _out_m(before.shape, floor)):
            message = f"{thing.name} stands {out_m:.2f} m outside the floor"
            yield LayoutFault(path, f"{message}: move it in by as much, or make it shorter")
    roofs_m = [wall.height_m for wall in facility.walls if wall.level == thing.level]
    if roofs_m and thing.top_m > max(max(roofs_m), 0.0 if before is None else before.top_m):
        message = f"{thing.name} reaches {thing.top_m:g} m, above the walls, {max(roofs_m):g} m"
        yield LayoutFault(path, f"{message}: choose lower uprights (height_m)")


def _out_m(shape: BaseGeometry, floor: BaseGeometry) -> float:
    return float(shapely.distance(shapely.points(shapely.get_coordinates(shape)), floor).max())


def _overlaps(
    draft: Draft,
    before: Mapping[tuple[str, str], Thing],
    now: Mapping[tuple[str, str], Thing],
    placed: list[tuple[str, str]],
) -> Iterator[LayoutFault]:
    keys = list(now)
    tree = shapely.STRtree([now[key].shape for key in keys])
    told: set[frozenset[tuple[str, str]]] = set()
    for key in placed:
        for i in sorted(tree.query(now[key].shape, predicate="intersects").tolist()):
            other, pair = keys[i], frozenset((key, keys[i]))
            if other == key or pair in told:
                continue
            told.add(pair)
            one, two = now[key], now[other]
            deep_m = _deep_m(one, two)
            had_m = _deep_m(before[key], before[other]) if key in before and other in before else 0.0
            may_m = COLUMN_IN_RACK_M if {one.kind, two.kind} == {"racks", "columns"} else TOLERANCE_M
            if deep_m > max(may_m, had_m + TOLERANCE_M):
                index = max(draft.touched.get(each, -1) for each in pair)
                yield LayoutFault(("changes", index), _overlap(one, two, deep_m, may_m))


def _deep_m(one: Thing, other: Thing) -> float:
    """How far two things must be moved apart, about; 0 if they share nothing."""
    if one.level != other.level or min(one.top_m, other.top_m) <= max(one.bottom_m, other.bottom_m):
        return 0.0
    shared = shapely.intersection(one.shape, other.shape)
    if shared.area == 0:
        return 0.0
    corners = shapely.points(shapely.get_coordinates(shapely.minimum_rotated_rectangle(shared)))
    return float(shapely.distance(corners[:2], corners[1:3]).min())


def _overlap(one: Thing, other: Thing, deep_m: float, may_m: float) -> str:
    obstacle = next((each for each in (one, other) if each.kind == "obstacles"), None)
    remedy = f"move it {math.ceil(100 * (deep_m - may_m) - 1e-6) / 100:.2f} m less far"
    if obstacle is not None:
        remedy += f", or add remove_obstacle: {{obstacles: [{obstacle.id}]}}"
    elif "columns" not in (one.kind, other.kind):
        remedy += ", or move the other one too"
    return f"{one.name} overlaps {other.name} by {deep_m:.2f} m: {remedy}"


def _stations(
    draft: Draft,
    facility: Facility,
    before: Mapping[tuple[str, str], Thing],
    now: Mapping[tuple[str, str], Thing],
) -> Iterator[LayoutFault]:
    outlines = {
        level.id: shapely.Polygon(level.outline) for level in facility.levels if len(level.outline) > 2
    }
    for station in facility.stations:
        at, index = shapely.Point(station.pose[:2]), draft.touched.get(("stations", station.id))
        outline = outlines.get(station.level)
        if index is not None and outline is not None and not outline.covers(at):
            away_m = outline.distance(at)
            message = f"station {station.id} stands {away_m:.2f} m outside the floor: move it in"
            yield LayoutFault(("changes", index), message)
        for key, thing in now.items():
            changed = max(-1 if index is None else index, draft.touched.get(key, -1))
            if changed < 0 or not _holds(thing, station.level, at):
                continue
            if index is None and key in before and _holds(before[key], station.level, at):
                continue
            remedy = f"add move_station: {{station: {station.id}, to_m: [x, y]}}, or move the other less far"
            yield LayoutFault(("changes", changed), f"station {station.id} stands in {thing.name}: {remedy}")


def _holds(thing: Thing, level: str, at: shapely.Point) -> bool:
    return thing.level == level and thing.bottom_m <= 0 and bool(thing.shape.contains(at))
