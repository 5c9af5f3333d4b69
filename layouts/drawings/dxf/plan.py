"""A drawing in metres with the role of each of its shapes, before anything is made of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from layouts.drawings.dxf.geometry_roles import role_by_geometry
from layouts.drawings.dxf.open_drawing import Opened, audit_notes, open_drawing
from layouts.drawings.dxf.report import GivenRole
from layouts.drawings.dxf.role_words import Role
from layouts.drawings.dxf.roles import PlanRoles, RoleBook, RoleName
from layouts.drawings.dxf.shapes import Drawn, Shape, shapes_of
from layouts.drawings.dxf.strokes import Points
from layouts.drawings.dxf.units import HEADER_UNITS, METRES, Unit, core_box, unit_of
from spatial.errors import BadDataError

SAGITTA_M = 0.0005
FAR_M = 10_000.0
"""A drawing further from its origin than this is moved to an origin of its own."""

ROUND_M = 100.0
STRAY = 10.0
"""What lies so many times the plan's size away from it is told."""

TEXTS = ("TEXT", "MTEXT", "ATTRIB")


@dataclass(frozen=True, kw_only=True)
class Plan:
    """Shapes in metres about `origin`, their roles (by index; texts and shapes without a role have none)."""

    opened: Opened
    drawn: Drawn
    unit: Unit
    origin: Points
    shapes: tuple[Shape, ...]
    roles: Mapping[int, Role]
    blocks: Mapping[int, str | None]
    given: tuple[GivenRole, ...]
    saved: PlanRoles
    notes: tuple[str, ...]

    def of(self, *roles: str) -> dict[int, Shape]:
        """The shapes of these roles by index."""
        return {k: self.shapes[k] for k, role in self.roles.items() if role in roles}

    def texts(self) -> Iterator[tuple[int, Shape]]:
        """The texts, by index."""
        return ((k, shape) for k, shape in enumerate(self.shapes) if shape.kind in TEXTS)


def read_plan(path: Path, *, unit: str | None, roles: PlanRoles) -> Plan:
    """Open a drawing, settle its unit, move it near its origin, and give each shape its role.

    Raises BadDataError when it cannot be read, has nothing in its model space, or has no certain unit.
    """
    opened = open_drawing(path)
    header = opened.drawing.header
    declared = HEADER_UNITS.get(header.get("$INSUNITS"), ("", 0.0))[1]
    length = METRES[unit] if unit is not None else declared or 0.001
    drawn = shapes_of(opened.drawing, SAGITTA_M / length)
    if not any(shape.kind not in TEXTS for shape in drawn.shapes):
        raise BadDataError(f"{path}: {_nothing(opened, drawn)}")
    outlined = [shape for shape in drawn.shapes if shape.kind not in TEXTS]
    found = unit_of(path, header, outlined, unit)
    low, high = (corner * found.metres for corner in core_box(outlined))
    is_far = bool(np.abs([low, high]).max() > FAR_M)
    origin = np.floor(low / ROUND_M) * ROUND_M if is_far else np.zeros(2)
    shapes = tuple(shape.scaled(found.metres, origin) for shape in drawn.shapes)
    notes = [*opened.notes, *found.notes, *dict.fromkeys(drawn.notes), *_space_notes(opened)]
    notes += [*_read_notes(drawn), *audit_notes(opened)]
    if is_far:
        notes.append(
            f"the drawing lies far from its origin; the facility's is the point ({origin[0]:.0f}, {origin[1]:.0f}) m"
        )
    strays = [
        s for s in shapes if np.abs(s.points + origin - (low + high) / 2).max() > STRAY * (high - low).max()
    ]
    if strays:
        notes.append(
            f"{len(strays)} shapes lie far from the plan, as #{strays[0].handle} on layer '{strays[0].layer}'"
        )
    by_shape, blocks, given, saved = _roles(shapes, roles, drawn.layers)
    return Plan(
        opened=opened,
        drawn=drawn,
        unit=found,
        origin=origin,
        shapes=shapes,
        roles=by_shape,
        blocks=blocks,
        given=given,
        saved=saved,
        notes=tuple(notes),
    )


def _nothing(opened: Opened, drawn: Drawn) -> str:
    sheets = sum(len(sheet) for sheet in opened.drawing.layouts) - len(opened.drawing.modelspace())
    reasons = Counter(reason for (_, _, reason), n in drawn.left_out.items() for _ in range(n))
    lost = ", ".join(f"{n} {reason}" for reason, n in reasons.most_common(5))
    held = f" ({lost})" if lost else ""
    remedy = ": check what was exported"
    if sheets:
        remedy = f"; its {sheets} entities are on sheets (paper space): copy them to model space"
    told = f"; {'; '.join(opened.notes)}" if opened.notes else ""
    return f"there is nothing in its model space that could be a plan{held}{remedy}{told}"


def _space_notes(opened: Opened) -> Iterator[str]:
    for sheet in opened.drawing.layouts:
        drawn = sum(entity.dxftype() != "VIEWPORT" for entity in sheet) if sheet.is_any_paperspace else 0
        if drawn:
            yield f"sheet '{sheet.name}' (paper space) is not read: {drawn} entities"


def _read_notes(drawn: Drawn) -> Iterator[str]:
    if drawn.broken:
        yield f"{len(drawn.broken)} entities cannot be read, the first: {drawn.broken[0]}"
    hidden = sum(
        n for (_, _, reason), n in drawn.left_out.items() if reason.startswith(("layer is", "invisible"))
    )
    if hidden:
        names = sorted({layer for (layer, _, reason) in drawn.left_out if reason.startswith("layer is")})
        yield f"{hidden} entities are hidden (layers off or frozen: {', '.join(names) or 'none'}) and left out"
    solids = Counter(
        kind
        for (_, kind, reason), n in drawn.left_out.items()
        if reason == "kind without an outline"
        for _ in range(n)
    )
    if solids:
        kinds = ", ".join(f"{n} {kind}" for kind, n in sorted(solids.items()))
        yield f"{kinds}: these kinds have no lines to read; explode or flatten them (FLATSHOT) if needed"


def _roles(
    shapes: tuple[Shape, ...], roles: PlanRoles, layers: tuple[str, ...]
) -> tuple[dict[int, Role], dict[int, str | None], tuple[GivenRole, ...], PlanRoles]:
    book = RoleBook(roles, shapes)
    by_shape: dict[int, Role] = {}
    blocks: dict[int, str | None] = {}
    entities: dict[tuple[str, str | None, str, str], set[int]] = {}
    open_layers: dict[str, dict[int, Shape]] = {}
    for k, shape in enumerate(shapes):
        if shape.kind in TEXTS:
            continue
        role, reason, block = book.of(shape)
        blocks[k] = block
        if role is None and not reason:
            open_layers.setdefault(shape.layer, {})[k] = shape
        else:
            _give(by_shape, entities, k, shape, role, reason, block)
    named = set(by_shape.values())
    for _, own in sorted(open_layers.items()):
        role, reason = role_by_geometry(own) or (None, "")
        if role in named:  # a sheet's double border is no wall where walls have a layer of their own
            role, reason = None, ""
        for k, shape in own.items():
            _give(by_shape, entities, k, shape, role, reason, None)
    given = tuple(
        GivenRole(layer=layer, block=block, role=role, reason=reason, entities=len(members))
        for (layer, block, role, reason), members in sorted(
            entities.items(), key=lambda item: (item[0][0], item[0][1] or "", item[0][2:])
        )
    )
    return by_shape, blocks, given, _saved(given, roles, layers)


def _give(
    by_shape: dict[int, Role],
    entities: dict[tuple[str, str | None, str, str], set[int]],
    k: int,
    shape: Shape,
    role: Role | None,
    reason: str,
    block: str | None,
) -> None:
    if role is not None:
        by_shape[k] = role
    entities.setdefault((shape.layer, block, role or "", reason), set()).add(shape.entity)


def _saved(given: tuple[GivenRole, ...], roles: PlanRoles, layers: tuple[str, ...]) -> PlanRoles:
    """The roles in effect as a file states them: every layer of the drawing, and blocks that have a role."""
    by_layer: dict[str, RoleName] = dict.fromkeys(layers, "unassigned")
    by_block: dict[str, RoleName] = {}
    for one in given:
        role: RoleName = one.role or "unassigned"  # type: ignore[assignment]
        if one.block is None:
            by_layer[one.layer] = role
        else:
            by_block[one.block] = role
    return roles.model_copy(
        update={"layers": {**by_layer, **roles.layers}, "blocks": {**by_block, **roles.blocks}}
    )
