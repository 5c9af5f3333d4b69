"""Read the IFC model of a building as a planned facility."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from shapely.errors import ShapelyError

from layouts.drawings.ifc.apart import read_apart
from layouts.drawings.ifc.build_facility import Building, build_facility
from layouts.drawings.ifc.imported import ImportedIfc, ImportReport, StoreyReport, counts_on
from layouts.drawings.ifc.near_origin import georeference, moved_near, without_strays
from layouts.drawings.ifc.schemas import schema_to_read
from layouts.drawings.ifc.source_file import read_source
from layouts.drawings.ifc.step_text import check_step, schema_renamed
from spatial.errors import BadDataError
from spatial.facility import Facility, Frame, Provenance
from spatial.progress import Progress, silent


def read_ifc(
    path: Path,
    *,
    storeys: Sequence[str] | None = None,
    unit: str | None = None,
    progress: Progress = silent,
) -> ImportedIfc:
    """The facility in an .ifc or .ifcZIP file, true to a millimetre, and a report of what became of its elements.

    1. The text is checked: whole, in a schema that can be read.
    2. ifcopenshell reads it in a process of its own: records, units, placements, bodies.
    3. Coordinates of a map are brought near the origin; the georeference keeps where that was.
    4. Storeys become levels; walls, openings, columns, racks and obstacles stand on them.

    `storeys` keeps those of these names only; `unit` (m, cm, mm, in, ft) is believed when given.
    Raises BadDataError naming file, record and remedy; ValueError for a storey that the file does not have.
    """
    progress("text", 0.0)
    source = read_source(path)
    text = check_step(source)  # 1
    schema, schema_note = schema_to_read(text.schema, source.name)
    step = source.text if text.schema.upper() == schema else schema_renamed(source.text, schema)
    model = read_apart(step, source.name, unit=unit, progress=progress)  # 2
    model, origin = moved_near(model)  # 3
    progress("plans", 0.92)
    try:
        building = build_facility(without_strays(model))  # 4
    except ShapelyError as error:
        raise BadDataError(
            f"{source.name}: its bodies cannot be laid out in plan ({error}): export it again"
        ) from error
    if not building.levels:
        kinds = ", ".join(f"{count} {name}" for name, count in sorted(text.records.items()) if name in _BUILT)
        raise BadDataError(
            f"{source.name}: no floor, wall or column with a body could be made of it ({kinds or 'it has none'}): "
            "export it with geometry"
        )
    facility = Facility(
        id=path.stem,
        name=model.name or path.stem,
        kind="planned",
        frame=Frame(georeference=georeference(model.conversion, origin)),
        provenance=(Provenance(source=source.name, sha256=source.sha256, method="ifc"),),
        levels=tuple(building.levels),
        walls=tuple(building.walls),
        columns=tuple(building.columns),
        racks=tuple(building.racks),
        obstacles=tuple(building.obstacles),
    )
    facility = _only(facility, building, storeys, source.name)
    notes = [*text.notes, *([schema_note] if schema_note else []), *model.notes, *building.notes]
    if origin.any():
        notes.append(
            f"the origin was moved to {tuple(float(each) for each in origin)} m of the file's own frame"
        )
    if storeys is not None:
        notes.append("what became of elements is told for all storeys, also those that are left out")
    if facility.racks:
        notes.append("racks have no bays and tiers: an IFC model knows none")
    progress("done", 1.0)
    return ImportedIfc(
        facility=facility,
        report=ImportReport(
            source=source.name,
            sha256=source.sha256,
            schema=text.schema,
            unit=model.unit,
            unit_m=model.unit_m,
            storeys=tuple(_storey_reports(facility, building)),
            outcomes=building.ledger.outcomes(),
            other_products=dict(model.other_products),
            notes=tuple(notes),
        ),
    )


_BUILT = ("IFCWALL", "IFCWALLSTANDARDCASE", "IFCSLAB", "IFCCOLUMN", "IFCBUILDINGSTOREY")


def _only(facility: Facility, building: Building, names: Sequence[str] | None, source: str) -> Facility:
    """The facility with the levels of these storeys only; ids stay what they are in the whole."""
    if names is None:
        return facility
    known = {storey.raw.name: storey.level_ids for storey in building.storeys}
    for name in names:
        if name not in known:
            raise ValueError(f"{source} has no storey {name!r}: it has {', '.join(map(repr, known))}")
        if not known[name]:
            raise ValueError(f"{source}: nothing stands on storey {name!r}")
    kept = {level for name in names for level in known[name]}
    return replace(
        facility,
        levels=tuple(each for each in facility.levels if each.id in kept),
        walls=tuple(each for each in facility.walls if each.level in kept),
        columns=tuple(each for each in facility.columns if each.level in kept),
        racks=tuple(each for each in facility.racks if each.level in kept),
        obstacles=tuple(each for each in facility.obstacles if each.level in kept),
    )


def _storey_reports(facility: Facility, building: Building) -> list[StoreyReport]:
    held = {level.id for level in facility.levels}
    reports = []
    for storey in building.storeys:
        levels = tuple(each for each in storey.level_ids if each in held)
        areas = zip(storey.level_ids, storey.floor.areas, strict=True)
        reports.append(
            StoreyReport(
                name=storey.raw.name,
                elevation_m=storey.raw.elevation_m,
                levels=levels,
                floor_m2=round(sum(area.area for level, area in areas if level in held), 3),
                counts=counts_on(facility, levels),
                is_left_out=bool(storey.level_ids) and not levels,
            )
        )
    return reports
