"""The walls inside the hall of a layout, drawn in the world, and their faults that need no racks."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import shapely

from layouts.layout_file.building_model import Door, InnerDoor
from layouts.layout_file.floors import TOUCH_M, Floor
from layouts.layout_file.layout_fault import KeyPath
from layouts.layout_file.layout_model import Layout
from layouts.layout_file.numbered import numbered
from layouts.layout_file.placement import Placement
from spatial.facility import Opening, Wall
from spatial.floor.free_space import STEP_M, THIN_WALL_M


@dataclass(frozen=True, kw_only=True)
class DrawnWall:
    """An inner wall with its doors; `index` is its place in the file."""

    index: int
    wall: Wall

    @property
    def path(self) -> KeyPath:
        """Its key."""
        return ("walls", self.index)

    @cached_property
    def body(self) -> shapely.Polygon:
        """Its footprint, doors included; what is unknown or thinner is THIN_WALL_M thick, as for who walks there."""
        return self._stretch(0.0, math.dist(self.wall.p0, self.wall.p1))

    @cached_property
    def doorways(self) -> tuple[tuple[Opening, shapely.Geometry], ...]:
        """Its openings that are no windows, each with what of the body it leaves open."""
        return tuple(
            (each, self._stretch(each.s0_m, each.s1_m)) for each in self.wall.openings if each.z0_m <= STEP_M
        )

    @cached_property
    def solid(self) -> shapely.Geometry:
        """The body without the doorways that are not closed."""
        return self.body.difference(
            shapely.union_all([area for each, area in self.doorways if each.closed is not True])
        )

    def _stretch(self, s0_m: float, s1_m: float) -> shapely.Polygon:
        (x0, y0), (x1, y1) = self.wall.p0, self.wall.p1
        half_m = max(self.wall.thickness_m or 0.0, THIN_WALL_M) / 2
        frame = Placement(self.wall.p0, math.atan2(y1 - y0, x1 - x0))
        return shapely.Polygon(frame.box(s0_m, -half_m, s1_m, half_m))


def inner_walls(layout: Layout, site: Placement, floors: Sequence[Floor]) -> list[DrawnWall]:
    """The inner walls without their doors; those on a level that is not there, or with no length, are left out."""
    by_id = {floor.level.id: floor for floor in floors}
    names = numbered("P", {each.id for each in layout.walls})
    drawn = []
    for i, each in enumerate(layout.walls):
        name, floor = each.id or next(names), by_id.get(layout.level_of(each))
        if floor is None or each.length_m < TOUCH_M:
            continue
        bare = DrawnWall(
            index=i,
            wall=Wall(
                id=name,
                level=floor.level.id,
                p0=site.point(*each.from_m),
                p1=site.point(*each.to_m),
                height_m=each.height_m or 0.0,
                thickness_m=each.thickness_m,
            ),
        )
        height_m = each.height_m or room_height_m(floor, bare.body)
        drawn.append(replace(bare, wall=replace(bare.wall, height_m=height_m)))
    return drawn


def room_height_m(floor: Floor, footprint: shapely.Geometry) -> float:
    """How high the room over a footprint is: to the lowest floor above part of it, or to the roof."""
    deck = floor.deck_over(footprint)
    return floor.roof_m if deck is None else min(floor.roof_m, floor.underside_m(deck))


def with_doors(layout: Layout, drawn: Iterable[DrawnWall], names: Iterator[str]) -> list[DrawnWall]:
    """The inner walls with their doors; those without an id get the next of `names`."""
    doors = ((each, layout.walls[each.index].doors) for each in drawn)
    return [
        replace(each, wall=replace(each.wall, openings=tuple(openings_of(own, names)))) for each, own in doors
    ]


def openings_of(doors: Iterable[Door | InnerDoor], names: Iterator[str]) -> Iterator[Opening]:
    """Every one of the doors in one wall; those without an id get the next of `names`."""
    for door in doors:
        for number in range(door.count):
            start_m = door.at_m + number * door.pitch_m
            yield Opening(
                id=door.id or next(names),
                kind=door.kind,
                s0_m=start_m,
                s1_m=start_m + door.width_m,
                z0_m=door.sill_m,
                z1_m=door.sill_m + door.height_m,
                closed=door.closed,
            )
