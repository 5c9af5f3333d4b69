"""What scenarios are told to do, as flat rows: which settings they share and which differ."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from layouts.report.shown_shift import ShownShift
from layouts.scenario import PATHS, Scenario

NOT_SET = "—"


@dataclass(frozen=True, kw_only=True)
class Setting:
    """A setting's name, as `traffic.deadlock`, and its value in each scenario as text."""

    name: str
    values: tuple[str, ...]

    @property
    def is_shared(self) -> bool:
        """Whether all scenarios have the same."""
        return len(set(self.values)) == 1


def settings_of(shifts: tuple[ShownShift, ...]) -> tuple[Setting, ...]:
    """Every setting of any scenario, files by their hash, in the order of the scenario's fields."""
    columns = [dict(_rows(shift)) for shift in shifts]
    names = dict.fromkeys(name for column in columns for name in column)
    return tuple(
        Setting(name=name, values=tuple(column.get(name, NOT_SET) for column in columns)) for name in names
    )


def settings_sha256(scenario: Scenario) -> str:
    """Of all settings but the paths of files, as JSON with sorted keys: equal settings have equal hashes."""
    record = scenario.model_dump(mode="json", exclude=set(PATHS))
    return hashlib.sha256(json.dumps(record, sort_keys=True).encode()).hexdigest()


def input_files(shift: ShownShift) -> Iterator[tuple[str, str, str | None]]:
    """What went in: its kind, its name, and its SHA-256 where it is a file."""
    facility = shift.inputs["facility"]
    yield "facility", f"{facility['name']} ({facility['id']})", facility["sha256"]
    for name in PATHS[1:]:
        given = shift.inputs.get(name)
        if given is not None:
            yield name, "made up" if given["name"] == "synthetic" else given["name"], given.get("sha256")


def _rows(shift: ShownShift) -> Iterator[tuple[str, str]]:
    for kind, name, digest in input_files(shift):
        yield kind, name if digest is None else f"{name}, {digest[:12]}…"
    yield from _flat("", shift.inputs["scenario"])


def _flat(prefix: str, value: Any) -> Iterator[tuple[str, str]]:
    """Nested settings by dotted names; lists and what is empty as text."""
    if isinstance(value, Mapping) and value:
        for name, each in value.items():
            yield from _flat(f"{prefix}.{name}" if prefix else name, each)
    else:
        yield prefix, _text(value)


def _text(value: Any) -> str:
    match value:
        case None:
            return NOT_SET
        case bool():
            return "yes" if value else "no"
        case float():
            return f"{value:.12g}"
        case str():
            return value
        case int():
            return str(value)
    return json.dumps(value, ensure_ascii=False) if value else "none"
