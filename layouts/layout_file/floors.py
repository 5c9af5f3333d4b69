"""The floors of a layout in the world: what is ground to stand on, and how high the room over it is."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

import shapely

from layouts.layout_file.building_model import Building, Door, UpperLevel
from layouts.layout_file.layout_fault import KeyPath
from layouts.layout_file.layout_model import Layout
from layouts.layout_file.parts import Place
from layouts.layout_file.placement import Placement
from spatial.facility import Level, Point2
from spatial.floor.decks import DECK_M

TOUCH_M = 0.005
"""What reaches less than this over an edge only touches it."""


@dataclass(frozen=True, kw_only=True)
class Floor:
    """A level; `path` is its key, `roof_m` the roof above it, `above` the floors that are higher.

    `name` is what errors call it; the deck is as thick as `deck_m`, 0 for the ground.
    """

    level: Level
    path: KeyPath
    name: str
    roof_m: float
    deck_m: float = 0.0
    has_walls: bool = True
    doors: tuple[Door, ...] = ()
    above: tuple[Floor, ...] = ()

    @cached_property
    def outline(self) -> shapely.Polygon:
        """Its outline in the world."""
        return shapely.Polygon(self.level.outline)

    @cached_property
    def ground(self) -> shapely.Geometry:
        """Where one can stand: the outline less the holes."""
        return self.outline.difference(shapely.union_all([shapely.Polygon(h) for h in self.level.holes]))

    def deck_over(self, footprint: shapely.Geometry) -> Floor | None:
        """The lowest floor above that lies over part of a footprint, if one does."""
        inner = footprint.buffer(-TOUCH_M, join_style="mitre")
        over = [floor for floor in self.above if floor.ground.intersects(inner)]
        return min(over, key=self.underside_m, default=None)

    def underside_m(self, above: Floor) -> float:
        """How high the underside of a floor above is over this one."""
        return above.level.elevation_m - above.deck_m - self.level.elevation_m

    @cached_property
    def ceiling_m(self) -> float:
        """How high the walls are: to the lowest floor that covers all of this one, or to the roof."""
        room = self.outline.buffer(-TOUCH_M, join_style="mitre")
        heights = [self.underside_m(floor) for floor in self.above if floor.outline.covers(room)]
        return min([self.roof_m, *heights])

    @property
    def wall_ids(self) -> tuple[str, ...]:
        """The ids of the walls along its outline, in turn."""
        prefix = "" if self.path == ("building",) else f"{self.level.id}-"
        return tuple(f"{prefix}W{i + 1}" for i in range(len(self.level.outline))) if self.has_walls else ()

    @property
    def ceiling_name(self) -> str:
        """What errors call the ceiling."""
        is_roof = self.path == ("building",) and self.ceiling_m == self.roof_m
        return "building.height_m" if is_roof else f"the ceiling of {self.name}"


def floors_of(layout: Layout, site: Placement) -> tuple[Floor, ...]:
    """The ground floor and the levels, in the order of the file."""
    building = layout.building
    roof_m = building.elevation_m + building.height_m
    floors: dict[str, Floor] = {}
    for index in sorted(range(len(layout.levels)), key=lambda i: -layout.levels[i].elevation_m):
        upper = layout.levels[index]
        floors[upper.id] = Floor(
            level=_level(upper.id, upper, upper.corners_m(building), site),
            path=("levels", index),
            name=f"level {upper.id}",
            roof_m=roof_m - upper.elevation_m,
            deck_m=upper.deck_m,
            has_walls=upper.has_walls,
            doors=upper.doors,
            above=_higher(upper.elevation_m, floors.values()),
        )
    ground = Floor(
        level=_level(building.level, building, building.corners_m, site),
        path=("building",),
        name="the building",
        roof_m=building.height_m,
        doors=building.doors,
        above=_higher(building.elevation_m, floors.values()),
    )
    return (ground, *(floors[upper.id] for upper in layout.levels))


def _level(name: str, part: Building | UpperLevel, corners: Sequence[Place], site: Placement) -> Level:
    return Level(
        id=name,
        elevation_m=part.elevation_m,
        outline=site.points(corners),
        holes=tuple(site.points(hole.corners_m) for hole in part.holes),
        extra={DECK_M: part.deck_m} if isinstance(part, UpperLevel) else {},
    )


def _higher(elevation_m: float, floors: Iterable[Floor]) -> tuple[Floor, ...]:
    return tuple(floor for floor in floors if floor.level.elevation_m > elevation_m)


def floor_below(floors: Iterable[Floor], elevation_m: float, at: Point2) -> Floor | None:
    """The highest floor that is lower than this and has ground at a point of the world."""
    below = [
        floor
        for floor in floors
        if floor.level.elevation_m < elevation_m and floor.ground.covers(shapely.Point(at))
    ]
    return max(below, key=lambda floor: floor.level.elevation_m, default=None)
