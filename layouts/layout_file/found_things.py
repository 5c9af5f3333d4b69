"""What else stands in any facility as a layout has it: columns, legs, obstacles, stations."""

from __future__ import annotations

import math
from collections.abc import Container, Iterable
from itertools import count
from typing import Any, TypeAlias

from layouts.layout_file.building_model import Legs
from layouts.layout_file.found_levels import level_of, said_level
from layouts.layout_file.found_shapes import mm, shape_of
from layouts.layout_file.layout_model import Box, Columns, Spot
from layouts.layout_file.placement import Placement
from spatial.facility import Column, Facility, Obstacle, Point2

SAME_COLUMN_M = 0.02
"""Columns on two levels that are no further apart are one that goes up through the floor."""

Grid: TypeAlias = tuple[Point2, tuple[float, ...], tuple[float, ...]]
"""A size, and the lines across and along at whose crossings things of it stand."""


def columns_of(facility: Facility, site: Placement) -> list[Columns]:
    """The columns of each level as grids, without those that come up through its floor."""
    return [
        Columns(x_m=x_m, y_m=y_m, size_m=size_m, **said_level(facility, level.id))
        for level in facility.levels
        for size_m, x_m, y_m in _grids(
            (mm(column.size_m), mm(site.local(column.center)))
            for column in facility.columns
            if level_of(facility, column) == level.id and not _comes_up(facility, column)
        )
    ]


def legs_of(facility: Facility, site: Placement) -> dict[str, tuple[Legs, ...]]:
    """By level the legs that a layout has named after it, as grids, where these give all of them again."""
    found = {}
    for level in facility.levels[1:]:
        legs = [each for each in facility.obstacles if _is_leg(each, level.id)]
        shapes = [shape_of([site.local(at) for at in leg.footprint]) for leg in legs]
        if not legs or any(shape.keys() != {"at_m", "size_m"} for shape in shapes):
            continue
        grids = tuple(
            Legs(x_m=x_m, y_m=y_m, size_m=size_m)
            for size_m, x_m, y_m in _grids((shape["size_m"], shape["at_m"]) for shape in shapes)
        )
        again = [(x, y) for grid in grids for x in grid.x_m for y in grid.y_m]
        names = [name for name, _ in zip((f"{level.id}-LEG{n}" for n in count(1)), legs, strict=False)]
        if [leg.id for leg in legs] == names and [shape["at_m"] for shape in shapes] == again:
            found[level.id] = grids
    return found


def boxes_of(facility: Facility, site: Placement, legs: Container[str]) -> tuple[Box, ...]:
    """The obstacles, but for the `legs` of levels that are told as grids."""
    return tuple(
        _box(facility, each, site)
        for each in facility.obstacles
        if not any(_is_leg(each, level.id) for level in facility.levels if level.id in legs)
    )


def spots_of(facility: Facility, site: Placement) -> tuple[Spot, ...]:
    """The stations."""
    return tuple(
        Spot(
            id=each.id,
            kind=each.kind,
            **said_level(facility, level_of(facility, each)),
            at_m=mm(site.local((each.pose[0], each.pose[1]))),
            heading_deg=round(math.degrees(math.remainder(each.pose[2] - site.yaw_rad, math.tau)), 2),
            servers=each.servers,
        )
        for each in facility.stations
    )


def _grids(things: Iterable[tuple[Point2, Point2]]) -> list[Grid]:
    """Things of one size on one line across share a grid, and so do lines with things in the same places."""
    lines: dict[tuple[Point2, float], list[float]] = {}
    for size_m, (x, y) in things:
        lines.setdefault((size_m, x), []).append(y)
    grids: dict[tuple[Point2, tuple[float, ...]], list[float]] = {}
    for (size_m, x), ys in lines.items():
        grids.setdefault((size_m, tuple(ys)), []).append(x)
    return [(size_m, tuple(xs), ys) for (size_m, ys), xs in grids.items()]


def _comes_up(facility: Facility, column: Column) -> bool:
    elevation_m = {level.id: level.elevation_m for level in facility.levels}
    own_m = elevation_m[level_of(facility, column)]
    return any(
        elevation_m[level_of(facility, other)] < own_m
        and math.dist(other.center, column.center) <= SAME_COLUMN_M
        for other in facility.columns
    )


def _is_leg(obstacle: Obstacle, level: str) -> bool:
    return obstacle.kind == "mezzanine_leg" and obstacle.id.startswith(f"{level}-LEG")


def _box(facility: Facility, obstacle: Obstacle, site: Placement) -> Box:
    said: dict[str, Any] = {
        "id": obstacle.id,
        "kind": obstacle.kind,
        **said_level(facility, level_of(facility, obstacle)),
        **shape_of([site.local(at) for at in obstacle.footprint]),
    }
    if obstacle.z0_m:
        said["bottom_m"] = max(round(obstacle.z0_m, 3), 0.0)
    if not obstacle.movable:
        said["movable"] = False
    return Box(**said, height_m=max(round(obstacle.z1_m - obstacle.z0_m, 3), 0.001))
