"""Lifts of a building map: on each level that a shaft passes, the walls round the cabin with the doors there.

A cabin is `width` (along its own x) by `depth`, about its middle, turned by `yaw`; its doors are given in its own
frame, y to the front. The shaft leaves a gap of 5 cm around it, as `rmf_building_map_tools` builds it.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import shapely

from layouts.plants.rmf.walls import Door, with_doors
from spatial.exchange.record import Record
from spatial.exchange.rmf_frames import Place
from spatial.exchange.rmf_lifts import GAP_M
from spatial.facility import Opening, Point2, Wall

SILL_M = 0.3
"""From a shaft's door to the landing at most, through the wall of the building."""

SHAFT_WALL_M = 0.05
"""As thick as the cabin's walls in `rmf_building_map_tools`."""


@dataclass(frozen=True, kw_only=True)
class Lift:
    """A lift: its middle in metres, its cabin's size, and the names of its doors on each level it opens to."""

    id: str
    record: Record
    center: Point2
    size_m: Point2
    yaw_rad: float
    doors: Mapping[str, tuple[str, ...]]


def lifts_of(building: Record, frames: Mapping[str, tuple[Place, float]]) -> list[Lift]:
    """The lifts of a building; BadDataError for one without a place or size, or on a level there is not."""
    return [_lift(name, record, building, frames) for name, record in building.children("lifts")]


def shaft_walls(lift: Lift, level: str, height_m: float) -> list[Wall]:
    """The four walls of the shaft on a level, with the doors that open there; none where it has no doors."""
    if level not in lift.doors:
        return []
    w, d = lift.size_m[0] / 2 + GAP_M, lift.size_m[1] / 2 + GAP_M
    corners = [_placed(lift, x, y) for x, y in ((-w, -d), (w, -d), (w, d), (-w, d))]
    walls = [
        Wall(
            id=f"{level}/{lift.id} {side}",
            level=level,
            p0=corners[k],
            p1=corners[(k + 1) % 4],
            height_m=height_m,
            thickness_m=SHAFT_WALL_M,
            extra={"drawn_as": "lift"},
        )
        for k, side in enumerate(("back", "right", "front", "left"))
    ]
    return with_doors(walls, list(_doors(lift, level, height_m)), level, height_m)


def lift_floor(lift: Lift, level: str) -> list[shapely.Polygon]:
    """What is floor of a lift on a level: the cabin up to its shaft, and a sill before each door that opens there."""
    if level not in lift.doors:
        return []
    w, d = (size / 2 + GAP_M for size in lift.size_m)
    sills = [
        [
            (x0, y0),
            (x1, y1),
            (x1 + SILL_M * out_x, y1 + SILL_M * out_y),
            (x0 + SILL_M * out_x, y0 + SILL_M * out_y),
        ]
        for _, (x0, y0), (x1, y1), (out_x, out_y) in _jambs(lift, level)
    ]
    rings = [[(-w, -d), (w, -d), (w, d), (-w, d)], *sills]
    return [shapely.Polygon([_placed(lift, *corner) for corner in ring]) for ring in rings]


def lift_record(lift: Lift) -> dict[str, object]:
    """The lift as plain values: what a facility has no field for."""
    return {
        "id": lift.id,
        "center_m": list(lift.center),
        "size_m": list(lift.size_m),
        "yaw_rad": lift.yaw_rad,
        "levels": list(lift.doors),
    }


def lift_links(lift: Lift, upwards: Sequence[str]) -> list[dict[str, object]]:
    """Ways from each level that the lift opens to, to the next one up, as floor rules have them.

    `upwards` are all levels from the lowest on. A lift of three levels is two links, the upper named by its level.
    """
    x, y = lift.center
    stops = [level for level in upwards if level in lift.doors]
    return [
        {
            "id": lift.id if lower == stops[0] else f"{lift.id} {upper}",
            "kind": "lift",
            "from": {"level": lower, "x_m": x, "y_m": y},
            "to": {"level": upper, "x_m": x, "y_m": y},
        }
        for lower, upper in pairwise(stops)
    ]


def _lift(name: str, record: Record, building: Record, frames: Mapping[str, tuple[Place, float]]) -> Lift:
    told = record.text("reference_floor_name", "") or building.text("reference_level_name", "")
    floor = told or next(iter(frames))
    if floor not in frames:
        building.draft.fail(record.at("reference_floor_name"), f"'{floor}' is none of {[*frames]}")
    size = record.number("width"), record.number("depth")
    if min(size) <= 0 or not math.isfinite(math.hypot(*size)):
        building.draft.fail(record.path, f"a cabin of {size[0]:g} by {size[1]:g} m: expected sizes above 0")
    doors = (
        record.child("level_doors") if record.value.get("level_doors") else Record({}, "$", building.draft)
    )
    for level in doors.value:
        if level not in frames:
            building.draft.fail(doors.at(level), f"'{level}' is none of {[*frames]}")
    return Lift(
        id=name,
        record=record,
        center=frames[floor][0](record.number("x"), record.number("y")),
        size_m=size,
        yaw_rad=record.optional_number("yaw") or 0.0,
        doors={level: tuple(str(door) for door, _ in doors.items(level)) for level in doors.value},
    )


def _doors(lift: Lift, level: str, height_m: float) -> Iterator[Door]:
    """The doors that open on a level, in the world."""
    for name, a, b, _ in _jambs(lift, level):
        opening = Opening(
            id=f"{level}/{lift.id}/{name}",
            kind="lift_door",
            s0_m=0.0,
            s1_m=math.dist(a, b),
            z0_m=0.0,
            z1_m=height_m,
            extra={"lift": lift.id},
        )
        yield Door(a=_placed(lift, *a), b=_placed(lift, *b), opening=opening)


def _jambs(lift: Lift, level: str) -> Iterator[tuple[str, Point2, Point2, Point2]]:
    """The doors that open on a level: name, both jambs on the side of the shaft that is nearest, and the way out.

    All in the frame of the cabin.
    """
    width, depth = lift.size_m
    for name, told in lift.record.children("doors"):
        if name not in lift.doors[level]:
            continue
        x, y, half = told.number("x"), told.number("y"), told.number("width") / 2
        if half <= 0:
            told.draft.fail(told.at("width"), f"{2 * half:g} m: expected a width above 0")
        if abs(abs(x) - width / 2) <= abs(abs(y) - depth / 2):  # in the left or right side
            side = math.copysign(width / 2 + GAP_M, x)
            yield name, (side, y - half), (side, y + half), (math.copysign(1.0, x), 0.0)
        else:
            side = math.copysign(depth / 2 + GAP_M, y)
            yield name, (x - half, side), (x + half, side), (0.0, math.copysign(1.0, y))


def _placed(lift: Lift, x: float, y: float) -> Point2:
    """A point of the cabin's frame in the world."""
    c, s = math.cos(lift.yaw_rad), math.sin(lift.yaw_rad)
    return lift.center[0] + c * x - s * y, lift.center[1] + s * x + c * y
