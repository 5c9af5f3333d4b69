"""The building in a layout file: its outline, floors, holes in them, walls, doors, and the ways between floors."""

from __future__ import annotations

import math
from typing import Annotated, Literal, TypeAlias

from pydantic import Field, model_validator

from layouts.layout_file.parts import (
    Angle,
    Coordinate,
    Count,
    FarCoordinate,
    Flag,
    Height,
    Length,
    Lines,
    Name,
    Outline,
    Part,
    Place,
    Size,
    corners_of,
    require_one_shape,
)

GROUND = "L0"
"""Name of the ground floor unless the building names it otherwise."""

DECK_M = 0.3
"""The thickness of an upper floor that does not tell its own."""


OpeningKind: TypeAlias = Literal["dock_door", "door", "gate", "window", "passage"]


class Site(Part):
    """Where the layout's origin lies in the world, and the heading of its x axis there."""

    origin_m: tuple[FarCoordinate, FarCoordinate] = (0.0, 0.0)
    heading_deg: Angle = 0.0


class _NamedDoor(Part):
    id: Name | None = None
    """Only for one door; else D1, D2, … in the order of the file."""
    kind: OpeningKind = "dock_door"


class _SidedDoor(_NamedDoor):
    wall: Name
    """W1 is the first side of the outline (the front of a width × depth hall), W2 the next, and so on."""


class _PlacedDoor(Part):
    at_m: Annotated[float, Field(strict=True, ge=0, le=2000, allow_inf_nan=False)]
    width_m: Annotated[Length, Field(le=50)] = 2.8
    height_m: Annotated[Length, Field(le=50)] = 3.2
    sill_m: Height = 0.0
    count: Annotated[Count, Field(le=500)] = 1
    pitch_m: Length = 4.0
    """From the start of one door to that of the next."""
    closed: Flag | None = None


class Door(_PlacedDoor, _SidedDoor):
    """A door or several alike in one wall; `at_m` runs along the wall, counter-clockwise round the hall."""


class InnerDoor(_PlacedDoor, _NamedDoor):
    """A door or several alike in an inner wall; `at_m` runs along it from its from_m."""

    kind: OpeningKind = "door"
    width_m: Annotated[Length, Field(le=50)] = 1.0
    height_m: Annotated[Length, Field(le=50)] = 2.1


class InnerWall(Part):
    """A straight wall inside the hall, by its centre line; its ends may lie in the wall about the hall."""

    id: Name | None = None
    """Without it P1, P2, … in the order of the file."""
    level: Name | None = None
    """The floor it stands on; without it the ground floor."""
    from_m: Place
    to_m: Place
    thickness_m: Annotated[Length, Field(le=5)] | None = 0.1
    """null where it is unknown."""
    height_m: Annotated[Length, Field(le=100)] | None = None
    """Without it up to the ceiling, which is the lowest floor above it or the roof."""
    doors: Annotated[tuple[InnerDoor, ...], Field(max_length=1000)] = ()

    @property
    def length_m(self) -> float:
        """Of its centre line."""
        return math.dist(self.from_m, self.to_m)


class Hole(Part):
    """Where a floor is open, such as a pit, a shaft or a stairwell: a rectangle about its middle, or corners."""

    at_m: Place | None = None
    size_m: Size | None = None
    heading_deg: Angle = 0.0
    outline_m: Outline | None = None
    """Corners in turn, instead of at_m and size_m."""

    @model_validator(mode="after")
    def _has_one_shape(self) -> Hole:
        require_one_shape("a hole", self.at_m, self.size_m, self.outline_m)
        return self

    @property
    def corners_m(self) -> tuple[Place, ...]:
        """Its corners in the layout's frame."""
        return corners_of(self.at_m, self.size_m, self.heading_deg, self.outline_m)


class Building(Part):
    """The hall inside its walls: width × depth with a corner at (0, 0), or the corners of an outline."""

    width_m: Length | None = None
    depth_m: Length | None = None
    outline_m: Annotated[tuple[Place, ...], Field(min_length=3, max_length=1000)] | None = None
    """Corners, counter-clockwise."""
    height_m: Annotated[Length, Field(le=100)] = 9.0
    wall_thickness_m: Annotated[Length, Field(le=5)] = 0.25
    elevation_m: Annotated[Coordinate, Field(ge=-1000)] = 0.0
    """Height of the floor in the world."""
    doors: Annotated[tuple[Door, ...], Field(max_length=1000)] = ()
    level: Name = GROUND
    """Name of the ground floor."""
    holes: Annotated[tuple[Hole, ...], Field(max_length=1000)] = ()
    """Of the ground floor."""

    @model_validator(mode="after")
    def _has_one_shape(self) -> Building:
        has_sides = self.width_m is not None and self.depth_m is not None
        if has_sides == (self.outline_m is not None) or (self.width_m is None) != (self.depth_m is None):
            raise ValueError(
                "a building needs width_m and depth_m, or outline_m instead: give one of the two"
            )
        return self

    @property
    def corners_m(self) -> tuple[Place, ...]:
        """The inner corners in turn."""
        if self.outline_m is not None:
            return self.outline_m
        width, depth = self.width_m or 0.0, self.depth_m or 0.0
        return ((0.0, 0.0), (width, 0.0), (width, depth), (0.0, depth))


class Legs(Part):
    """What carries a mezzanine: legs at every crossing of the grid lines, on the floor below."""

    x_m: Lines
    y_m: Lines
    size_m: Size = (0.2, 0.2)


class UpperLevel(Part):
    """A mezzanine or upper floor: a rectangle about its middle, or corners; without either, all of the building."""

    id: Name
    elevation_m: Annotated[Coordinate, Field(ge=-1000)]
    """Height of its floor in the world, as that of the building."""
    at_m: Place | None = None
    size_m: Size | None = None
    heading_deg: Angle = 0.0
    outline_m: Outline | None = None
    """Corners counter-clockwise, instead of at_m and size_m."""
    deck_m: Annotated[Height, Field(le=5)] = DECK_M
    """How thick its floor is: racks below end under it."""
    holes: Annotated[tuple[Hole, ...], Field(max_length=1000)] = ()
    legs: Annotated[tuple[Legs, ...], Field(max_length=1000)] = ()
    walls: Flag | None = None
    """Whether walls stand along its outline; without it, only where it is all of the building."""
    doors: Annotated[tuple[Door, ...], Field(max_length=1000)] = ()
    """In its walls, of which W1 is the first side of its outline."""

    @model_validator(mode="after")
    def _has_a_shape(self) -> UpperLevel:
        if not self.is_whole:
            require_one_shape("a level smaller than the building", self.at_m, self.size_m, self.outline_m)
        if self.doors and not self.has_walls:
            raise ValueError("doors need walls: set walls: true, or leave the doors out")
        return self

    @property
    def is_whole(self) -> bool:
        """Whether it is all of the building."""
        return self.at_m is None and self.size_m is None and self.outline_m is None

    def corners_m(self, building: Building) -> tuple[Place, ...]:
        """Its corners in the layout's frame."""
        if self.is_whole:
            return building.corners_m
        return corners_of(self.at_m, self.size_m, self.heading_deg, self.outline_m)

    @property
    def has_walls(self) -> bool:
        """Whether walls stand along its outline."""
        return self.is_whole if self.walls is None else self.walls


class LinkEnd(Part):
    """Where a link is entered or left: on the floor before the lift, stairs or ramp."""

    level: Name
    at_m: Place


class Link(Part):
    """A way between two levels, as in floor rules."""

    id: Name
    kind: Literal["lift", "stairs", "ramp", "mezzanine", "conveyor", "other"] = "lift"
    start: LinkEnd = Field(alias="from")
    end: LinkEnd = Field(alias="to")
    length_m: Length | None = None
    """Without it the straight distance."""
    time_s: Annotated[float, Field(strict=True, gt=0, le=86_400, allow_inf_nan=False)] | None = None
    """Without it that of walking."""
    width_m: Annotated[Length, Field(le=100)] | None = None
    """Clear; without it whoever may use it fits."""
    one_way: Flag = False
    agents: Annotated[tuple[Name, ...], Field(max_length=100)] = ()
    """Agent classes that may use it; without it all."""
