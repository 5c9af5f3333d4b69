"""An imported IFC model: the facility, and what became of everything in the file."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from layouts.drawings.ifc.ledger import Outcome
from spatial.facility import Facility

SCHEMA = "aisletwin.ifc-import/1"
KINDS = ("walls", "columns", "racks", "obstacles")


@dataclass(frozen=True, kw_only=True)
class StoreyReport:
    """A storey of the file: the levels it became (none if nothing stands in it or it was not asked for)."""

    name: str
    elevation_m: float
    levels: tuple[str, ...]
    floor_m2: float
    counts: Mapping[str, int]
    is_left_out: bool = False


@dataclass(frozen=True, kw_only=True)
class ImportReport:
    """What was read, in which schema and unit, storey by storey, and class by class what became of it."""

    source: str
    sha256: str
    schema: str
    unit: str
    unit_m: float
    storeys: tuple[StoreyReport, ...]
    outcomes: tuple[Outcome, ...]
    other_products: Mapping[str, int]
    notes: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class ImportedIfc:
    """A planned facility and the report about where it came from."""

    facility: Facility
    report: ImportReport


def report_text(report: ImportReport) -> str:
    """The report for people: a line for each storey, what is held, what is not and why, and the notes."""
    lines = [f"{report.source}: {report.schema}, lengths in {report.unit} ({report.unit_m:g} m)"]
    for storey in report.storeys:
        counts = ", ".join(_counted(count, kind) for kind, count in storey.counts.items() if count)
        if storey.is_left_out:
            lines.append(f"  {storey.name} at {storey.elevation_m:.3f} m: left out, as asked")
            continue
        floor = f", {storey.floor_m2:.1f} m² of floor" if storey.floor_m2 else ""
        lines.append(f"  {storey.name} at {storey.elevation_m:.3f} m: {counts or 'nothing'}{floor}")
    held = [each for each in report.outcomes if each.held_as]
    lines += ["held:", *(f"  {each.count} {each.ifc_class} as {each.held_as}" for each in held)]
    left = [each for each in report.outcomes if not each.held_as]
    lines += ["not held:"] if left else []
    for each in left:
        some = f" ({each.examples[0]}{', …' if each.count > 1 else ''})"
        lines.append(f"  {each.count} {each.ifc_class}: {each.reason}{some}")
    lines += [f"  {count} {name}: no building element" for name, count in report.other_products.items()]
    return "\n".join([*lines, *(f"note: {note}" for note in report.notes)]) + "\n"


def _counted(count: int, kind: str) -> str:
    return f"{count} {kind.removesuffix('s') if count == 1 else kind}"


def report_dict(report: ImportReport) -> dict[str, Any]:
    """The report as JSON values."""
    return {
        "schema": SCHEMA,
        "source": report.source,
        "sha256": report.sha256,
        "ifc_schema": report.schema,
        "unit": report.unit,
        "unit_m": report.unit_m,
        "storeys": [
            {
                "name": each.name,
                "elevation_m": each.elevation_m,
                "levels": list(each.levels),
                "floor_m2": each.floor_m2,
                "counts": dict(each.counts),
                "left_out": each.is_left_out,
            }
            for each in report.storeys
        ],
        "elements": [
            {
                "ifc_class": each.ifc_class,
                "count": each.count,
                "held_as": each.held_as,
                "reason": each.reason or None,
                "examples": list(each.examples),
            }
            for each in report.outcomes
        ],
        "other_products": dict(report.other_products),
        "notes": list(report.notes),
    }


def counts_on(facility: Facility, levels: tuple[str, ...]) -> dict[str, int]:
    """How many elements of each kind stand on these levels, and the openings in their walls by kind."""
    counts = {kind: sum(each.level in levels for each in getattr(facility, kind)) for kind in KINDS}
    openings = Counter(hole.kind for wall in facility.walls if wall.level in levels for hole in wall.openings)
    return {**counts, **{f"{kind} openings": count for kind, count in sorted(openings.items())}}
