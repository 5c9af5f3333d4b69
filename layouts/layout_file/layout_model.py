"""What a layout file may say: its keys, their units, limits and defaults.

Coordinates are in the layout's own frame: x to the right and y to the back, metres, turned and moved into the
world by `site`. Headings are degrees counter-clockwise from +x.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from itertools import pairwise
from typing import Annotated, Literal

from pydantic import Field, field_validator, model_validator

from layouts.addresses.scheme import Scheme
from layouts.layout_file.building_model import Building, InnerWall, Link, Site, UpperLevel
from layouts.layout_file.parts import (
    Angle,
    Count,
    Flag,
    Height,
    Length,
    Lines,
    Name,
    Number,
    Outline,
    Part,
    Place,
    Size,
    corners_of,
    require_one_shape,
)
from spatial.facility import ObstacleKind, RackKind, StationKind

NOT_INHERITED = ("at_m", "first_row", "first_aisle")
"""What is a block's own even when it stands behind another."""


class RackType(Part):
    """How a rack row is made. The floor under the lowest beam holds places too, unless `floor_places` is false."""

    kind: RackKind = "pallet_rack"
    depth_m: Annotated[Length, Field(le=20)] = 1.1
    bay_width_m: Annotated[Length, Field(le=20)] = 2.7
    """Clear between two uprights."""
    bay_pitch_m: Annotated[Length, Field(le=20)] | None = None
    """From bay to bay, when that is what you know: instead of bay_width_m."""
    bay_widths_m: (
        Annotated[tuple[Annotated[Length, Field(le=20)], ...], Field(min_length=1, max_length=1000)] | None
    ) = None
    """The clear widths one by one from the front, where they differ: instead of bay_width_m."""
    upright_width_m: Annotated[Length, Field(le=1)] = 0.1
    tiers_m: Annotated[tuple[Annotated[Length, Field(le=100)], ...], Field(max_length=60)] = (1.65, 3.3, 4.95)
    """Top of each beam above the floor, upwards."""
    beam_height_m: Annotated[Length, Field(le=2)] = 0.13
    height_m: Annotated[Length, Field(le=100)] | None = None
    """Of the uprights; without it one more tier fits above the last beam."""
    positions: Annotated[Count, Field(le=100)] = 3
    """Places side by side in a bay."""
    floor_places: Flag = True

    @field_validator("tiers_m")
    @classmethod
    def _rise(cls, tiers_m: tuple[float, ...]) -> tuple[float, ...]:
        for below, above in pairwise(tiers_m):
            if above <= below:
                raise ValueError(f"{above} is not above the tier below, {below}: list tiers upwards")
        return tiers_m

    @model_validator(mode="after")
    def _fits(self) -> RackType:
        said = [
            name for name in ("bay_width_m", "bay_pitch_m", "bay_widths_m") if name in self.model_fields_set
        ]
        if len(said) > 1:
            raise ValueError(f"{' and '.join(said)} say the same: give one of them")
        if self.clear_width_m <= 0:
            raise ValueError(
                f"bay_pitch_m {self.bay_pitch_m} leaves no bay beside upright_width_m {self.upright_width_m}: "
                "widen the pitch"
            )
        below = 0.0
        for top in self.tiers_m:
            if top - self.beam_height_m < below - 1e-9:
                raise ValueError(
                    f"the beam at {top} is beam_height_m {self.beam_height_m} high and reaches into the tier "
                    f"at {below}: raise it or choose a lower beam"
                )
            below = top
        if self.height_m is not None and self.height_m < below:
            raise ValueError(f"height_m {self.height_m} is below the top tier {below}: raise the uprights")
        if not self.tiers_m and not self.floor_places:
            raise ValueError("a rack with no tiers_m and floor_places false holds nothing: give it a tier")
        return self

    @property
    def clear_width_m(self) -> float:
        """The clear width of a bay."""
        return self.bay_width_m if self.bay_pitch_m is None else self.bay_pitch_m - self.upright_width_m

    @property
    def top_m(self) -> float:
        """The height of the uprights."""
        if self.height_m is not None:
            return self.height_m
        last = (0.0, 0.0, *self.tiers_m)[-2:]
        return last[1] + (last[1] - last[0] or 2.0)

    def widths_m(self, bays: int) -> tuple[float, ...]:
        """The clear widths of so many bays."""
        return self.bay_widths_m or (self.clear_width_m,) * bays

    def length_m(self, bays: int) -> float:
        """Of a row with so many bays: an upright more than bays."""
        return math.fsum(self.widths_m(bays)) + (bays + 1) * self.upright_width_m


class Block(Part):
    """Parallel rack rows: seen along `heading_deg`, they start at the front and are counted from the left."""

    id: Name
    level: Name | None = None
    """The floor it stands on; without it the ground floor."""
    at_m: Place | None = None
    """Front left corner of the first row."""
    behind: Name | None = None
    """Instead of at_m: the block stands front_aisle_m behind that one, and what it does not say is as there."""
    heading_deg: Angle = 90.0
    rows: Annotated[tuple[Literal[1, 2], ...], Field(min_length=1, max_length=500)] = (1, 2, 1)
    """What stands between the aisles, from the left: 1 is a single row, 2 are two back to back."""
    bays: Count = 10
    rack: Name = "pallet"
    """A name of rack_types."""
    aisle_width_m: Annotated[Length, Field(le=100)] = 2.8
    aisle_widths_m: Annotated[tuple[Annotated[Length, Field(le=100)], ...], Field(max_length=500)] | None = (
        None
    )
    """One by one from the left, where they differ: one fewer than the entries of rows."""
    flue_m: Annotated[Height, Field(le=10)] = 0.2
    """Between rows back to back."""
    front_aisle_m: Annotated[Length, Field(le=100)] = 3.0
    """The cross-aisle before the rows is at most so wide."""
    back_aisle_m: Annotated[Length, Field(le=100)] = 3.0
    open_sides: Annotated[tuple[Literal["left", "right"], ...], Field(max_length=2)] = ()
    """Outer sides of the block at which a single row is picked from too; a pair always is."""
    first_row: Number | None = None
    """Number of its first row (R1, R2, …); without it they go on from the block listed before."""
    first_aisle: Number | None = None
    """Number of its first aisle (A1, A2, … and the first field of an address); likewise."""

    @model_validator(mode="after")
    def _is_placed_once(self) -> Block:
        if (self.at_m is None) == (self.behind is None):
            raise ValueError("a block needs at_m, or behind instead: give one of the two")
        return self

    @property
    def widths_m(self) -> tuple[float, ...]:
        """The aisle after each entry of `rows` but the last."""
        return self.aisle_widths_m or (self.aisle_width_m,) * (len(self.rows) - 1)


class Columns(Part):
    """Columns of the building, one at every crossing of the grid lines, from their floor through all above it."""

    level: Name | None = None
    """The floor they begin on; without it the ground floor."""
    x_m: Lines
    y_m: Lines
    size_m: Size = (0.3, 0.3)


class Box(Part):
    """Something on the floor that is no rack: a rectangle about its middle, or the corners of an outline."""

    id: Name | None = None
    """Without it O1, O2, … in the order of the file."""
    kind: ObstacleKind = "unknown"
    level: Name | None = None
    """The floor it stands on; without it the ground floor."""
    at_m: Place | None = None
    size_m: Size | None = None
    heading_deg: Angle = 0.0
    outline_m: Outline | None = None
    """Corners in turn, instead of at_m and size_m."""
    bottom_m: Height = 0.0
    height_m: Annotated[Length, Field(le=100)] = 1.0
    """From bottom_m to the top."""
    movable: Flag = True

    @model_validator(mode="after")
    def _has_one_shape(self) -> Box:
        require_one_shape("an obstacle", self.at_m, self.size_m, self.outline_m)
        return self

    @property
    def corners_m(self) -> tuple[Place, ...]:
        """The corners of its footprint in the layout's frame."""
        return corners_of(self.at_m, self.size_m, self.heading_deg, self.outline_m)


class Spot(Part):
    """A work place."""

    id: Name
    kind: StationKind
    level: Name | None = None
    """The floor it is on; without it the ground floor."""
    at_m: Place
    heading_deg: Angle = 90.0
    servers: Count = 1


class Addresses(Scheme):
    """How places are addressed: aisles are entered nearer to the first depot, or to `entry_m`."""

    entry_m: Place | None = None
    """Where people come in, when not at the depot."""


def _pallet() -> Mapping[str, RackType]:
    return {"pallet": RackType()}


class Layout(Part):
    """A planned hall."""

    schema_: Literal["aisletwin.layout/1"] = Field(default="aisletwin.layout/1", alias="schema")
    id: Name
    name: Name | None = None
    site: Site = Site()
    building: Building
    levels: Annotated[tuple[UpperLevel, ...], Field(max_length=50)] = ()
    """Mezzanines and upper floors."""
    walls: Annotated[tuple[InnerWall, ...], Field(max_length=20_000)] = ()
    """Those inside the hall; the ones about it follow from its outline."""
    rack_types: Annotated[Mapping[Name, RackType], Field(min_length=1, max_length=1000)] = Field(
        default_factory=_pallet
    )
    blocks: Annotated[tuple[Block, ...], Field(max_length=2000)] = ()
    columns: Annotated[tuple[Columns, ...], Field(max_length=1000)] = ()
    obstacles: Annotated[tuple[Box, ...], Field(max_length=20_000)] = ()
    stations: Annotated[tuple[Spot, ...], Field(max_length=1000)] = ()
    links: Annotated[tuple[Link, ...], Field(max_length=1000)] = ()
    """Lifts, stairs and ramps between levels."""
    addresses: Addresses | None = None
    """Without it places are addressed block by block: aisle, bay (odd left, even right), level, position."""

    def level_of(self, part: Block | Columns | Box | Spot | InnerWall) -> str:
        """The name of the floor that a part is on."""
        return part.level or self.building.level

    @property
    def whole_blocks(self) -> tuple[Block, ...]:
        """The blocks in order, each with all it has: what a block `behind` another does not say is as there."""
        whole: dict[str, Block] = {}
        return tuple(whole.setdefault(each.id, _whole(each, whole)) for each in self.blocks)


def _whole(block: Block, above: Mapping[str, Block]) -> Block:
    if block.behind is None or block.behind not in above:
        return block
    said = {name: getattr(block, name) for name in block.model_fields_set}
    return above[block.behind].model_copy(update={**dict.fromkeys(NOT_INHERITED), **said})
