"""Units of the fields of events: what a field's name says it is in, and what may be told instead."""

from __future__ import annotations

import math
from collections.abc import Callable
from fractions import Fraction

from layouts.live.units import UNITS, Quantity, unit_of

Convert = Callable[[float], float]

UNIT_OF_SUFFIX: dict[str, tuple[Quantity, str]] = {
    "_m_s": ("speed", "m/s"),
    "_m": ("length", "m"),
    "_kg": ("mass", "kg"),
    "_h": ("duration", "h"),
    "_c": ("temperature", "°C"),
}
SHARES = ("battery",)
ANGLES: dict[str, Convert] = {
    "rad": lambda angle: _wrapped(angle),
    "deg": lambda angle: _wrapped(math.radians(angle)),
    "rad from north": lambda course: _wrapped(math.pi / 2 - course),
    "deg from north": lambda course: _wrapped(math.pi / 2 - math.radians(course)),
}
"""Yaw is counter-clockwise from +X; a course is clockwise from north, +Y."""


def needs_unit(field: str) -> bool:
    """Whether a number for this field needs a unit."""
    return field.endswith("_rad") or _quantity_of(field) is not None


def converter(field: str, unit: str) -> Convert:
    """From `unit` to what the field is in. Raises ValueError for a unit that does not fit, naming those that do."""
    if field.endswith("_rad"):
        if unit not in ANGLES:
            raise ValueError(f"{field}: unit '{unit}' does not fit: it is told in {', '.join(ANGLES)}")
        return ANGLES[unit]
    found = _quantity_of(field)
    if found is None:
        raise ValueError(f"{field} has no unit: leave '{unit}' out")
    quantity, base_name = found
    told, base = unit_of(quantity, unit), unit_of(quantity, base_name)
    if told is None or base is None:
        units = ", ".join(one.name for one in UNITS[quantity])
        raise ValueError(f"{field}: unit '{unit}' does not fit: it is told in {units}")
    factor, offset = told.factor / base.factor, (told.offset - base.offset) / base.factor

    def convert(value: float) -> float:
        return float(Fraction(repr(value)) * factor + offset)

    return float if told is base else convert


def _quantity_of(field: str) -> tuple[Quantity, str] | None:
    if field in SHARES:
        return "share", "1"
    return next((unit for suffix, unit in UNIT_OF_SUFFIX.items() if field.endswith(suffix)), None)


def _wrapped(angle: float) -> float:
    """In (-π, π]."""
    wrapped = math.remainder(angle, 2 * math.pi)
    return math.pi if wrapped == -math.pi else wrapped
