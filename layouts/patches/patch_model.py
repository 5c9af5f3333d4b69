"""What a patch file may say: changes to a hall, each named by the hall's own ids.

Metres and degrees, counter-clockwise. A row's own frame has `along` in the direction of its yaw and `across` to the
left of that; where several rows are named, the frame is that of the first.
"""

from __future__ import annotations

import hashlib
import json
from typing import Annotated, Literal, TypeAlias, TypeVar

from pydantic import AfterValidator, BeforeValidator, ConfigDict, Field, model_validator

from layouts.layout_file.layout_model import Box, RackType
from layouts.layout_file.parts import Angle, Count, FarCoordinate, Length, Name, Part
from layouts.patches.restore_model import Restore
from spatial.facility import StationKind

Entry = TypeVar("Entry")

Shift: TypeAlias = Annotated[float, Field(strict=True, ge=-2000, le=2000, allow_inf_nan=False)]
Along: TypeAlias = Annotated[float, Field(strict=True, ge=0, le=2000, allow_inf_nan=False)]
Point: TypeAlias = tuple[FarCoordinate, FarCoordinate]


def _as_list(value: object) -> object:
    return [value] if isinstance(value, str) else value


def _not_empty(entries: tuple[Entry, ...]) -> tuple[Entry, ...]:
    """After the entries, so that a wrong entry is not told as a missing one too."""
    if not entries:
        raise ValueError("this list is empty: write one entry or more")
    return entries


Names: TypeAlias = Annotated[
    tuple[Name, ...],
    BeforeValidator(_as_list, json_schema_input_type=Name | list[Name]),
    AfterValidator(_not_empty),
]


class Rows(Part):
    """Which rack rows: by id, or all of a block."""

    racks: Names | None = None
    """One id or several."""
    block: Name | None = None
    """Any rack of it: the block are the rows beside each other with it, joined by aisles and flues."""

    @model_validator(mode="after")
    def _is_named_once(self) -> Rows:
        if (self.racks is None) == (self.block is None):
            raise ValueError("name the rows by racks, or by block instead: give one of the two")
        return self


class ShiftRow(Rows):
    """Move rows with all that is on them, each other's distances kept."""

    by_m: tuple[Shift, Shift]
    """Along the first row and across it, to the left."""


class WidenAisle(Part):
    """Give an aisle the clear width `to_m`, wider or narrower, by moving one side of it."""

    aisle: Name
    to_m: Length
    moving: Name = "right"
    """Which side gives way: left or right as seen along the aisle from p0 to p1, or a rack that stands on it."""
    carrying: Literal["all", "row"] = "all"
    """Every row of the block on that side with its aisles; or only the row at the aisle, with its mate."""


class OpenCrossAisle(Rows):
    """A straight lane through rows."""

    at_m: Along
    """Its middle, along the first row from that row's start."""
    width_m: Length = 3.0
    by: Literal["removing", "shifting"] = "removing"
    """Take out the bays that are in the way, or move what is behind them back."""
    id: Name | None = None


class TurnBlock(Rows):
    """Turn rows as one."""

    by_deg: Angle
    about: Literal["center"] | Point = "center"
    """The middle of the rows, or a point of the world."""


class SwapRackType(Rows):
    """Other racks in the place of rows: as many bays as the old length holds, from the same start."""

    type: RackType
    keep: Literal["middle", "face", "back"] = "middle"
    """What of the row stays in place when the depth differs."""


class Diagonals(Rows):
    """Two diagonal cross-aisles that part at the front of a block."""

    start: Name | Point | None = None
    """Where they part: before this station or point of the world; else before the hall's first depot, or, without
    one, in the middle of the front."""
    angle_deg: Annotated[float, Field(strict=True, ge=10, le=80, allow_inf_nan=False)]
    """Between the front and either diagonal."""
    width_m: Length = 3.0


class FlyingV(Diagonals):
    """Gue and Meller 2009: the rows stay, the bays in the way of the diagonals go."""

    angle_deg: Annotated[float, Field(strict=True, ge=10, le=80, allow_inf_nan=False)] = 35.0


class Fishbone(Diagonals):
    """Gue and Meller 2009: the rows stay between the diagonals, outside them new ones stand across."""

    angle_deg: Annotated[float, Field(strict=True, ge=10, le=80, allow_inf_nan=False)] = 45.0


class RemoveRack(Rows):
    """Take rows away with all their places."""


class AddRack(Part):
    """A new row."""

    id: Name
    at_m: Point
    """The start of the row in the world: the middle of its first end."""
    heading_deg: Angle
    """Of the row, against the world's x axis."""
    bays: Count
    type: RackType = RackType()
    faces: Literal["left", "right", "both"] = "left"
    """Where it is picked from, seen along it."""
    level: Name | None = None


class MoveStation(Part):
    """Put a station elsewhere."""

    station: Name
    to_m: Point
    heading_deg: Angle | None = None
    """Against the world's x axis; without it the heading stays."""


class AddStation(Part):
    """A new work place."""

    id: Name
    kind: StationKind
    at_m: Point
    heading_deg: Angle = 90.0
    servers: Count = 1
    level: Name | None = None


class RemoveStation(Part):
    """Take stations away."""

    stations: Names


class RemoveObstacle(Part):
    """Take obstacles away."""

    obstacles: Names


class AddObstacle(Box):
    """Something that stands there from now on; coordinates are the world's."""

    id: Name | None = None
    """Without it the next free one."""
    level: Name | None = None


class Change(Part):
    """One change: exactly one of these keys."""

    model_config = ConfigDict(json_schema_extra={"minProperties": 1, "maxProperties": 1})

    shift_row: ShiftRow | None = None
    widen_aisle: WidenAisle | None = None
    open_cross_aisle: OpenCrossAisle | None = None
    turn_block: TurnBlock | None = None
    swap_rack_type: SwapRackType | None = None
    flying_v: FlyingV | None = None
    fishbone: Fishbone | None = None
    remove_rack: RemoveRack | None = None
    add_rack: AddRack | None = None
    move_station: MoveStation | None = None
    add_station: AddStation | None = None
    remove_station: RemoveStation | None = None
    remove_obstacle: RemoveObstacle | None = None
    add_obstacle: AddObstacle | None = None
    restore: Restore | None = None
    """Written by aisletwin: puts back what a patch changed."""

    @model_validator(mode="after")
    def _is_one(self) -> Change:
        if len(self.model_fields_set) != 1:
            said = ", ".join(sorted(self.model_fields_set)) or "none"
            raise ValueError(f"a change is one of {', '.join(type(self).model_fields)}, this has {said}")
        if self.what is None:
            raise ValueError(f"{self.word} says nothing: write its keys below it")
        return self

    @property
    def word(self) -> str:
        """The key."""
        return next(iter(self.model_fields_set))

    @property
    def what(self) -> Part | None:
        """What stands below the key."""
        said: Part | None = getattr(self, self.word)
        return said


class Base(Part):
    """The hall that a patch is meant for; it is refused for another."""

    id: Name | None = None
    sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")] | None = None
    """Of the facility, as `aisletwin layout patch --json` tells it."""


class Patch(Part):
    """Changes to a hall, one after the other."""

    schema_: Literal["aisletwin.patch/1"] = Field(default="aisletwin.patch/1", alias="schema")
    name: Name | None = None
    base: Base | None = None
    changes: Annotated[
        tuple[Change, ...],
        Field(max_length=10_000, json_schema_extra={"minItems": 1}),
        AfterValidator(_not_empty),
    ]

    def __add__(self, other: Patch) -> Patch:
        """The changes of the one, then those of the other; the name and base are the first one's."""
        return self.model_copy(update={"changes": (*self.changes, *other.changes)})

    def record(self) -> dict[str, object]:
        """The patch as plain values, only what was said."""
        return self.model_dump(mode="json", by_alias=True, exclude_unset=True)

    def sha256(self) -> str:
        """Of the changes in canonical JSON: neither names, nor the base, nor how the file is written count."""
        changes = [change.model_dump(mode="json", by_alias=True) for change in self.changes]
        return hashlib.sha256(json.dumps(changes, sort_keys=True).encode()).hexdigest()
