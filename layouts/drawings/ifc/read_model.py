"""From an IFC file to a RawModel, through ifc.

Runs in a process of its own (see apart.py): some broken files end ifcopenshell by a segmentation fault.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from layouts.drawings.ifc.bodies import NO_BODY, make_bodies
from layouts.drawings.ifc.kernel import ifc, log_lines
from layouts.drawings.ifc.lengths import assign_length, project_length
from layouts.drawings.ifc.map_conversion import map_conversion, site_notes
from layouts.drawings.ifc.raw_model import RawElement, RawModel, RawStorey
from layouts.drawings.ifc.relations import Relations, placement_matrix
from layouts.drawings.ifc.roles import Role, role_of, takes_parts
from layouts.drawings.ifc.telling import counted
from spatial.errors import BadDataError
from spatial.progress import Progress, silent

_ENUMERATIONS_OF_SIZE = (
    "IfcSIPrefix",
    "IfcSIUnitName",
    "IfcUnitEnum",
    "IfcProfileTypeEnum",
    "IfcBooleanOperator",
    "IfcTrimmingPreference",
)
_RADII = (
    ("IfcCircleProfileDef", "Radius"),
    ("IfcEllipseProfileDef", "SemiAxis1"),
    ("IfcSweptDiskSolid", "Radius"),
    ("IfcSphere", "Radius"),
    ("IfcRightCircularCylinder", "Radius"),
    ("IfcRightCircularCone", "BottomRadius"),
)
MOST_RADIUS_M = 500.0
"""No round part of a building has a larger radius."""

_STEEP = ("IfcRoof", "IfcStair", "IfcRamp")


def read_model(path: Path, *, unit: str | None = None, progress: Progress = silent) -> RawModel:
    """All elements and storeys of the IFC file at `path`, bodies in metres.

    1. The records are read; what the parser could not make sense of is an error, not a gap.
    2. There is one project, with a unit of length.
    3. Elements get a storey, a role, and the element whose part they are.
    4. Those with a role get a body: walls without their openings cut out, slabs with them.

    Raises BadDataError naming the record, without the name of the file.
    """
    progress("records", 0.0)
    model, notes = _opened(path)  # 1
    project = _project(model)
    name, metres, unit_notes = project_length(project, unit)  # 2
    if unit is not None:
        assign_length(model, project, metres)
    _require_buildable_circles(model, metres)
    relations = Relations(model)
    storeys = _storeys(model, metres)
    products = [*model.by_type("IfcElement"), *model.by_type("IfcSpace")]
    products.sort(key=lambda each: int(each.id()))
    roles = {each.id(): _role(each, relations) for each in products}  # 3
    owners = {each.id(): _owner(each, roles, relations) for each in products}
    wanted = [each for each in products if _needs_body(each, roles, owners, relations)]
    progress("bodies", 0.1)
    bodies, kernel_notes = make_bodies(model, wanted, metres, progress)  # 4
    conversion, map_notes = map_conversion(model, project, metres)
    elements = []
    for each in products:
        body = bodies.get(each.id(), NO_BODY)
        elements.append(
            RawElement(
                step=each.id(),
                guid=str(each.GlobalId or ""),
                ifc_class=each.is_a(),
                name=str(each.Name or ""),
                type_name=relations.type_name(each),
                role=roles[each.id()],
                part_of=owners[each.id()],
                storey=relations.storey_of(each),
                host=relations.host_of(each),
                fills=relations.filled_by(each),
                heading_rad=body.heading_rad,
                layers_m=relations.layers_of(each, metres),
                operation=relations.operation_of(each),
                vertices=body.vertices,
                faces=body.faces,
                problem=body.problem if each.id() in bodies else "",
            )
        )
    return RawModel(
        name=_name(model, project),
        unit=name,
        unit_m=metres,
        storeys=storeys,
        elements=tuple(elements),
        other_products=tuple(sorted(_others(model).items())),
        conversion=conversion,
        notes=(*notes, *unit_notes, *map_notes, *site_notes(model), *kernel_notes),
    )


def _opened(path: Path) -> tuple[Any, list[str]]:
    ifc.get_log()
    try:
        model = ifc.open(str(path), ".ifc")
    except (OSError, RuntimeError, ValueError, ifc.Error) as error:
        said = "; ".join(list(log_lines(ifc.get_log(), "error"))[:3])
        raise BadDataError(f"cannot be parsed: {said or error}: repair or export it again") from error
    return model, list(counted(_parser_notes(model)))


def _parser_notes(model: Any) -> Iterator[str]:
    """What the parser passed over that changes no size; raises BadDataError for the rest."""
    for line in log_lines(ifc.get_log(), "error", "fatal", "warning"):
        line = re.sub(r" at offset \d+", "", line)
        record = re.search(r"attribute values, found \d+ for instance #(\d+)", line)
        literal = re.search(r"not valid for type '(\w+)'", line)
        if lost := re.match(r"Entity with name '(IFC\w+)' not found in schema '(\w+)'", line):
            yield f"a record is not read: {lost[1]} is no class of {lost[2]}"
        elif re.match(r"Instance reference #\d+ used by instance", line):
            continue  # those that matter were refused with the text; the others are told already
        elif record and "Unit" not in (ifc_class := model.by_id(int(record[1])).is_a()):
            yield f"{line[: record.end()].rpartition(' for ')[0]} in a record of {ifc_class}"
        elif literal and literal[1] not in _ENUMERATIONS_OF_SIZE:
            yield line
        else:
            raise BadDataError(f"{line}: the file is broken there, export it again")


def _project(model: Any) -> Any:
    projects = model.by_type("IfcProject")
    if len(projects) != 1:
        raise BadDataError(
            f"it holds {len(projects)} IfcProject records where every IFC model has 1: export it again"
        )
    return projects[0]


def _require_buildable_circles(model: Any, metres: float) -> None:
    """A circle of kilometres would be cut into millions of chords."""
    for ifc_class, attribute in _RADII:
        for each in model.by_type(ifc_class):
            radius = getattr(each, attribute)
            if isinstance(radius, int | float) and radius * metres > MOST_RADIUS_M:
                raise BadDataError(
                    f"#{each.id()} ({each.is_a()}) has a radius of {radius * metres:.4g} m, above "
                    f"{MOST_RADIUS_M:g} m: correct it, or say the true --unit"
                )


def _name(model: Any, project: Any) -> str:
    for each in (*model.by_type("IfcBuilding"), project):
        for name in (each.LongName, each.Name):
            if name and str(name).strip():
                return str(name).strip()
    return ""


def _others(model: Any) -> Counter[str]:
    """Products that are neither elements nor spaces, by class: grids, annotations, ports."""
    skipped = {"IfcElement", "IfcSpatialStructureElement", "IfcSpatialElement"}
    products = model.by_type("IfcProduct")
    return Counter(each.is_a() for each in products if skipped.isdisjoint(lineage_of(each)))


_LINEAGES: dict[tuple[str, str], tuple[str, ...]] = {}


def lineage_of(entity: Any) -> tuple[str, ...]:
    """The class of an entity and all its superclasses."""
    key = (entity.file.schema_identifier, entity.is_a())
    if key not in _LINEAGES:
        declaration = ifc.schema_by_name(key[0]).declaration_by_name(key[1]).as_entity()
        names = []
        while declaration is not None:
            names.append(declaration.name())
            declaration = declaration.supertype()
        _LINEAGES[key] = tuple(names)
    return _LINEAGES[key]


def _role(entity: Any, relations: Relations) -> Role | None:
    if entity.is_a("IfcSlab") and any(
        whole.is_a(name) for whole in relations.wholes_of(entity) for name in _STEEP
    ):
        return None
    words = f"{entity.Name or ''} {relations.type_name(entity)}"
    return role_of(lineage_of(entity), words, relations.predefined_type(entity))


def _owner(entity: Any, roles: Mapping[int, Role | None], relations: Relations) -> int | None:
    """The outermost element that this one is a part of and that takes the bodies of its parts.

    A door in a curtain wall is an opening in it, not a part of its body.
    """
    if roles[entity.id()] in ("opening", "door", "window"):
        return None
    owners = [each.id() for each in relations.wholes_of(entity) if takes_parts(roles.get(each.id()))]
    return owners[-1] if owners else None


def _needs_body(
    entity: Any, roles: Mapping[int, Role | None], owners: Mapping[int, int | None], relations: Relations
) -> bool:
    """Whatever has a role or is a part; a door or window that fills an opening is as large as that is."""
    if roles[entity.id()] in ("door", "window"):
        return relations.filled_by(entity) is None
    return roles[entity.id()] is not None or owners[entity.id()] is not None


def _storeys(model: Any, metres: float) -> tuple[RawStorey, ...]:
    storeys = []
    for each in sorted(model.by_type("IfcBuildingStorey"), key=lambda storey: int(storey.id())):
        if each.ObjectPlacement is not None:
            elevation = float(placement_matrix(each.ObjectPlacement)[2, 3]) * metres
        else:
            elevation = float(each.Elevation or 0.0) * metres
        storeys.append(
            RawStorey(
                step=each.id(),
                guid=str(each.GlobalId or ""),
                name=str(each.Name or each.LongName or "").strip(),
                elevation_m=elevation,
            )
        )
    return tuple(storeys)
