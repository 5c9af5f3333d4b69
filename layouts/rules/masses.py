"""Masses that elements tell in further fields, and those of loads that do not tell theirs."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from layouts.rules.limits import Limits
from spatial.errors import BadDataError
from spatial.facility import Location


def load_kg(place: Location, limits: Limits) -> float | None:
    """What lies in a location: its `load_kg`, 0 when empty, else `load_unit_kg` of the limits when occupied.

    None where that is not known. Raises BadDataError for a `load_kg` that is no mass.
    """
    own = told_kg(place.extra, "load_kg", f"location '{place.id}'")
    if own is not None:
        return own
    if place.state == "empty":
        return 0.0
    return limits.load_unit_kg if place.state == "occupied" else None


def told_kg(extra: Mapping[str, Any], field: str, where: str, unit: str = "kilograms") -> float | None:
    """The further field of an element; None without it, BadDataError where it is no mass."""
    value = extra.get(field)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < math.inf:
        raise BadDataError(f"{where} has {field} {value!r}: expected {unit}, 0 or more")
    return float(value)
