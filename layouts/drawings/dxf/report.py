"""What an import made of a drawing: its unit and size, roles, what was used, what was not, and notes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from layouts.drawings.dxf.roles import PlanRoles
from layouts.drawings.dxf.units import Unit
from spatial.facility import Facility

KINDS = ("walls", "columns", "racks", "aisles", "locations", "obstacles", "stations")
LINES_SHOWN = 40


@dataclass(frozen=True, kw_only=True)
class GivenRole:
    """A role, where it was given (a layer, or a block in it), and why; '' is a role that nothing gave."""

    layer: str
    block: str | None
    role: str
    reason: str
    entities: int


@dataclass(frozen=True, kw_only=True)
class LayerCount:
    """How many entities of a kind on a layer ended as `fate`: the element made of them, or why nothing was."""

    layer: str
    kind: str
    fate: str
    is_used: bool
    entities: int


@dataclass(frozen=True, kw_only=True)
class ImportReport:
    """All that is to be known about an import beside its facility; lengths in metres."""

    file: str
    sha256: str
    unit: Unit
    extents_m: tuple[float, float]
    """Width and depth of all that is drawn."""
    origin_m: tuple[float, float]
    """Where the facility's origin lies in the drawing."""
    roles: tuple[GivenRole, ...]
    counts: tuple[LayerCount, ...]
    notes: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Imported:
    """A planned facility from a drawing, with the report and the roles as a file would state them.

    `facility` is None while no layer or block has a role that makes an element.
    """

    facility: Facility | None
    report: ImportReport
    roles: PlanRoles


def report_dict(imported: Imported) -> dict[str, Any]:
    """The report as plain values for JSON."""
    report = imported.report
    return {
        "file": report.file,
        "sha256": report.sha256,
        "unit": {"name": report.unit.name, "metres": report.unit.metres, "source": report.unit.source},
        "extents_m": list(report.extents_m),
        "origin_m": list(report.origin_m),
        "elements": _elements(imported.facility),
        "roles": [vars(role) for role in report.roles],
        "entities": [vars(count) for count in report.counts],
        "notes": list(report.notes),
    }


def report_text(imported: Imported) -> str:
    """The report as an engineer reads it: size, elements, roles, what was left, notes."""
    report = imported.report
    width, depth = report.extents_m
    lines = [
        f"{report.file}: unit {report.unit.name} ({report.unit.source}), {width:.2f} × {depth:.2f} m",
        ", ".join(f"{count} {kind}" for kind, count in _elements(imported.facility).items()) or "no elements",
        "roles:",
        *_shortened([_role_line(role) for role in report.roles]),
    ]
    unused = [count for count in report.counts if not count.is_used]
    if unused:
        lines += ["not used:", *_shortened([_count_line(count) for count in unused])]
    return "\n".join([*lines, *(f"note: {note}" for note in report.notes)])


def _elements(facility: Facility | None) -> Mapping[str, int]:
    if facility is None:
        return {}
    counts = {kind: len(getattr(facility, kind)) for kind in KINDS}
    openings = sum(len(wall.openings) for wall in facility.walls)
    return {"walls": counts.pop("walls"), "openings": openings, **counts}


def _role_line(role: GivenRole) -> str:
    place = f"layer '{role.layer}'" + (f", block '{role.block}'" if role.block else "")
    said = f"{role.role} ({role.reason})" if role.role else "no role: give it one with --roles"
    return f"  {place}: {said}, {_entities(role.entities)}"


def _count_line(count: LayerCount) -> str:
    return f"  layer '{count.layer}': {count.entities} {count.kind}: {count.fate}"


def _entities(count: int) -> str:
    return "1 entity" if count == 1 else f"{count} entities"


def _shortened(lines: list[str]) -> list[str]:
    if len(lines) <= LINES_SHOWN:
        return lines
    return [*lines[:LINES_SHOWN], f"  and {len(lines) - LINES_SHOWN} more, see --json"]
