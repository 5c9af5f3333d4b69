"""The unit of length of an IFC project, followed down to metres."""

from __future__ import annotations

from typing import Any

from layouts.wms.units import IN_BASE
from spatial.errors import BadDataError

_PREFIXES = {
    "EXA": 1e18,
    "PETA": 1e15,
    "TERA": 1e12,
    "GIGA": 1e9,
    "MEGA": 1e6,
    "KILO": 1e3,
    "HECTO": 1e2,
    "DECA": 1e1,
    "DECI": 1e-1,
    "CENTI": 1e-2,
    "MILLI": 1e-3,
    "MICRO": 1e-6,
    "NANO": 1e-9,
    "PICO": 1e-12,
    "FEMTO": 1e-15,
    "ATTO": 1e-18,
}
_KNOWN = {"INCH": 0.0254, "FOOT": 0.3048, "FEET": 0.3048, "YARD": 0.9144}
"""International yard and pound, 1959."""


def project_length(project: Any, given: str | None) -> tuple[str, float, tuple[str, ...]]:
    """Name of the unit, metres for one, and notes. `given` (m, cm, mm, in, ft) is believed when it is given.

    Raises BadDataError when the project states no unit of length, or one that contradicts its name.
    """
    found = _stated(project) if given is None else None
    if given is not None:
        note = f"lengths are read in {given}, as --unit says, whatever the file says"
        return given, IN_BASE["length"][given], (note,)
    if found is None:
        raise BadDataError("it states no unit of length: say which with --unit (mm, m, ft, …)")
    return (*found, ())


def assign_length(model: Any, project: Any, metres: float) -> None:
    """Let the project state a unit of that many metres, so that the geometry kernel goes by it too."""
    unit = model.create_entity("IfcSIUnit", None, "LENGTHUNIT", None, "METRE")
    if metres != 1.0:
        ratio = model.create_entity("IfcLengthMeasure", metres)
        factor = model.create_entity("IfcMeasureWithUnit", ratio, unit)
        exponents = model.create_entity("IfcDimensionalExponents", 1, 0, 0, 0, 0, 0, 0)
        unit = model.create_entity("IfcConversionBasedUnit", exponents, "LENGTHUNIT", "UNIT", factor)
    assignment = project.UnitsInContext
    others = [each for each in (assignment.Units or () if assignment else ()) if each is not None]
    kept = [each for each in others if getattr(each, "UnitType", None) != "LENGTHUNIT"]
    project.UnitsInContext = model.create_entity("IfcUnitAssignment", [*kept, unit])


def unit_in_metres(unit: Any) -> tuple[str, float]:
    """Name and metres of an IfcNamedUnit of length; BadDataError when it cannot be told."""
    if unit.is_a("IfcSIUnit"):
        if unit.Name != "METRE":
            raise BadDataError(f"#{unit.id()} is a unit of length in {unit.Name}: say --unit")
        prefix = unit.Prefix
        if prefix is not None and prefix not in _PREFIXES:
            raise BadDataError(f"#{unit.id()} has the unknown prefix {prefix!r}: say --unit")
        return f"{prefix or ''}METRE".lower(), _PREFIXES[prefix] if prefix else 1.0
    if unit.is_a("IfcConversionBasedUnit"):
        return _converted(unit)
    raise BadDataError(f"#{unit.id()} is a {unit.is_a()}, which no length is known for: say --unit")


def _stated(project: Any) -> tuple[str, float] | None:
    assignment = project.UnitsInContext
    units = [each for each in (assignment.Units or () if assignment else ()) if each is not None]
    lengths = [each for each in units if getattr(each, "UnitType", None) == "LENGTHUNIT"]
    stated = {unit_in_metres(each) for each in lengths}
    if len({metres for _, metres in stated}) > 1:
        names = ", ".join(sorted(name for name, _ in stated))
        raise BadDataError(f"it states several units of length ({names}): say which with --unit")
    return min(stated) if stated else None


def _converted(unit: Any) -> tuple[str, float]:
    factor, base = unit.ConversionFactor, None
    value = getattr(factor.ValueComponent, "wrappedValue", None) if factor is not None else None
    if factor is not None and factor.UnitComponent is not None and factor.UnitComponent.is_a("IfcSIUnit"):
        base = unit_in_metres(factor.UnitComponent)[1]
    if not isinstance(value, int | float) or base is None or not 0 < value * base < 1e6:
        raise BadDataError(f"#{unit.id()} {unit.Name!r} has no conversion to metres: say --unit")
    name, metres = str(unit.Name), float(value) * base
    true = next((known for word, known in _KNOWN.items() if word in name.upper()), metres)
    if abs(metres / true - 1) > 1e-4:
        raise BadDataError(
            f"#{unit.id()} says that a {name!r} is {metres:g} m, which is {true} m: say --unit"
        )
    return name.lower(), metres
