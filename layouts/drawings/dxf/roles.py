"""What each layer and block of a drawing stands for: as a file says, else as its name says."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Literal, Self

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from layouts.drawings.dxf.role_words import Role, role_of_name
from layouts.drawings.dxf.shapes import Shape
from spatial.errors import BadDataError
from spatial.model_yaml import read_model
from spatial.whole_files import write_whole

Height = Annotated[float, Field(gt=0, le=200)]
RoleName = Literal[
    "wall", "column", "rack", "door", "window", "obstacle", "station", "floor", "ignore", "unassigned"
]

ABOUT = """\
# What the layers and blocks of a drawing stand for: wall, column, rack, door, window, obstacle, station, floor,
# ignore or unassigned. Edit it and give it with --roles. A block's role goes before its layer's.
"""


class PlanHeights(BaseModel):
    """What a plan does not tell, metres."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    wall_m: Height = 6.0
    rack_m: Height = 4.0
    column_m: Height | None = None
    """None: as high as the walls."""
    obstacle_m: Height = 2.0
    door_m: Height = 2.1
    gate_m: Height = 3.2
    window_sill_m: Annotated[float, Field(ge=0, le=200)] = 1.0
    window_head_m: Height = 2.0
    rack_upright_m: Annotated[float, Field(ge=0, le=1)] = 0.1
    rack_tiers_m: tuple[Height, ...] = ()
    """Tops of the beams above the floor, upwards; with them racks get their locations."""
    rack_positions: Annotated[int, Field(ge=1, le=100)] = 3
    """Places side by side in a bay."""

    @model_validator(mode="after")
    def _tiers_fit(self) -> Self:
        tiers = self.rack_tiers_m
        if any(upper <= lower for lower, upper in pairwise(tiers)):
            raise ValueError(f"rack_tiers_m {list(tiers)} do not rise: list them upwards")
        if tiers and tiers[-1] > self.rack_m:
            raise ValueError(f"rack_tiers_m {tiers[-1]} is above rack_m {self.rack_m}: make rack_m larger")
        return self


class PlanRoles(BaseModel):
    """roles.yaml: roles by layer and by block, and the heights that a plan does not tell."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    layers: Mapping[str, RoleName] = {}
    blocks: Mapping[str, RoleName] = {}
    heights: PlanHeights = PlanHeights()


def read_roles(path: Path) -> PlanRoles:
    """Read a roles.yaml; BadDataError names the field that is wrong."""
    return read_model(path, PlanRoles, start="layers: {A-WALL: wall}", may_be_empty=True)


def write_roles(path: Path, roles: PlanRoles) -> None:
    """Write what `read_roles` reads, with the words that may stand there."""
    record = roles.model_dump(mode="json", exclude_none=True)
    with write_whole(path) as aside:
        text = yaml.safe_dump(record, sort_keys=False, allow_unicode=True)
        aside.write_text(ABOUT + text, encoding="utf-8")


def with_heights(roles: PlanRoles, wall_m: float | None, rack_m: float | None) -> PlanRoles:
    """The same roles with these heights, those that are not None; BadDataError when tiers are above them."""
    given = {name: value for name, value in (("wall_m", wall_m), ("rack_m", rack_m)) if value is not None}
    try:
        heights = PlanHeights.model_validate({**roles.heights.model_dump(exclude_unset=True), **given})
    except ValidationError as error:
        raise BadDataError(f"heights: {error.errors()[0]['msg'].removeprefix('Value error, ')}") from error
    return roles.model_copy(update={"heights": heights})


ROLES_FILE, BLOCK_NAME, LAYER_NAME = "roles file", "block name", "layer name"
"""What a role was told by."""


class RoleBook:
    """Answers what a shape stands for, and by what. Names are compared without regard to case.

    1. The innermost of its blocks that the file names; else its layer, if the file names it.
    2. The innermost of its blocks whose name tells a role of single things; a block that holds several roles
       is a part of the plan, not a thing.
    3. Its layer's name.
    """

    def __init__(self, roles: PlanRoles, shapes: Sequence[Shape]) -> None:
        self.layers = {name.lower(): role for name, role in roles.layers.items()}
        self.blocks = {name.lower(): role for name, role in roles.blocks.items()}
        self.by_layer = {name: role_of_name(name) for name in {shape.layer for shape in shapes}}
        names = {name for shape in shapes for name in shape.blocks}
        self.by_block = {name: role_of_name(name) for name in names if not name.startswith("*")}
        for name in self._composite(shapes):
            self.by_block[name] = None

    def of(self, shape: Shape) -> tuple[Role | None, str, str | None]:
        """Role (None: unassigned), reason, and the block that it comes from (None: the layer)."""
        for block in reversed(shape.blocks):
            if block.lower() in self.blocks:
                return _role(self.blocks[block.lower()]), ROLES_FILE, block
        if shape.layer.lower() in self.layers:
            return _role(self.layers[shape.layer.lower()]), ROLES_FILE, None
        for block in reversed(shape.blocks):
            role = self.by_block.get(block)
            if role is not None:
                return role, BLOCK_NAME, block
        role = self.by_layer[shape.layer]
        return role, LAYER_NAME if role else "", None

    def _composite(self, shapes: Sequence[Shape]) -> set[str]:
        """Blocks whose names say floor or wall, or in which layers or inner blocks of two roles are drawn."""
        inside: dict[str, set[Role]] = {name: set() for name in self.by_block}
        for shape in shapes:
            for i, block in enumerate(shape.blocks):
                deeper = [self.by_block.get(name) for name in shape.blocks[i + 1 :]]
                for role in (*deeper, self.by_layer[shape.layer]):
                    if role not in (None, "ignore") and block in inside:
                        inside[block].add(role)
        return {
            name
            for name, roles in inside.items()
            if len(roles) > 1 or self.by_block[name] in ("wall", "floor")
        }


def _role(name: RoleName) -> Role | None:
    return None if name == "unassigned" else name
