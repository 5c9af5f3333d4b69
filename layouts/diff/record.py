"""The difference of two facilities as JSON values: the same difference gives the same bytes."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from layouts.diff.changes import Change, FieldChange, Shift
from layouts.diff.facility_diff import FacilityDiff
from layouts.diff.totals import Total

SCHEMA = "aisletwin.facility-diff/1"


def diff_dict(diff: FacilityDiff) -> dict[str, Any]:
    """JSON values in a fixed order: differences first, then totals and what is unchanged.

    Lengths end in `_m`, angles in `_rad`; `sigma_m` is per axis, `bound_m` the 97.5 % bound of the move.
    """
    return {
        "schema": SCHEMA,
        "before": asdict(diff.before),
        "after": asdict(diff.after),
        "is_empty": diff.is_empty,
        "counts": dict(sorted(diff.words().items())),
        "changes": list(map(_change, diff.changes)),
        "locations": {
            "added": list(diff.locations.added),
            "removed": list(diff.locations.removed),
            "renamed": [{"before": before, "after": after} for before, after in diff.locations.renamed],
            "moved": [asdict(move) for move in diff.locations.moved],
        },
        "totals": list(map(_total, diff.totals)),
        "unchanged": [asdict(one) for one in diff.unchanged],
        "notes": list(diff.notes),
    }


def _change(change: Change) -> dict[str, Any]:
    known = {
        "kind": change.kind,
        "level": change.level,
        "before": change.before,
        "after": change.after,
        "what": list(change.words),
        "shift": None if change.shift is None else _shift(change.shift),
        "fields": list(map(_field, change.fields)) or None,
    }
    return _without_nulls(known)


def _shift(shift: Shift) -> dict[str, Any]:
    known = {
        "by_m": shift.by_m,
        "direction": None if shift.direction is None else list(map(_unsigned_nought, shift.direction)),
        "sigma_m": shift.sigma_m,
        "bound_m": shift.bound_m,
        "moved": shift.moved,
        "turn_rad": _unsigned_nought(shift.turn_rad),
        "turn_sigma_rad": shift.turn_sigma_rad,
        "turned": shift.turned,
    }
    return _without_nulls(known)


def _without_nulls(known: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in known.items() if value is not None}


def _field(field: FieldChange) -> dict[str, Any]:
    record = {"name": field.name, "before": field.before, "after": field.after}
    if field.sigma is not None:
        record |= {"difference": field.by, "sigma": field.sigma}
    return record | {"verdict": field.verdict}


def _total(total: Total) -> dict[str, Any]:
    return {
        "name": total.name,
        "kind": total.kind,
        "unit": total.unit,
        "difference": _unsigned_nought(total.difference),
        "sigma": total.sigma,
        "before": total.before,
        "after": total.after,
    }


def _unsigned_nought(value: float) -> float:
    """A minus before 0 says nothing and would make other bytes."""
    return value + 0.0
