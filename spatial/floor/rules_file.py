"""Reading floor-rules.yaml: faults are named by file, field, value and remedy."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

from spatial.errors import BadDataError
from spatial.facility import Facility
from spatial.floor.floor_rules import FloorRules


def read_floor_rules(path: Path, facility: Facility | None = None) -> FloorRules:
    """The rules of a YAML (or JSON) file; an empty file has none.

    With a `facility`, the aisles and levels they name must be in it. Raises BadDataError.
    """
    try:
        record = yaml.safe_load(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise BadDataError(f"{path} cannot be read ({error.strerror}): check the path") from error
    except (UnicodeDecodeError, yaml.YAMLError, RecursionError) as error:
        raise BadDataError(f"{path} is no YAML: {' '.join(str(error).split())}") from error
    if record is None:
        return FloorRules()
    if not isinstance(record, dict):
        raise BadDataError(f"{path} holds no fields: start with a list such as 'closed_aisles: [A1]'")
    try:
        rules = FloorRules.model_validate(record)
        if facility is not None:
            check_facility(rules, facility)
    except ValidationError as error:
        raise BadDataError(f"{path}: {_first_fault(error)}") from error
    except BadDataError as error:
        raise BadDataError(f"{path}: {error}") from error
    return rules


def rules_schema() -> dict[str, Any]:
    """The JSON Schema of a rules file, for editors that check while one types."""
    return FloorRules.model_json_schema(by_alias=True)


def check_facility(rules: FloorRules, facility: Facility) -> None:
    """Raises BadDataError for the first aisle or level that the rules name and the facility lacks."""
    aisles = {aisle.id for aisle in facility.aisles}
    check_names(rules, facility.id, aisles, {level.id for level in facility.levels})


def check_names(rules: FloorRules, facility: str, aisles: Collection[str], levels: Collection[str]) -> None:
    """The same for the facility of that id with these aisles and levels."""
    named: list[tuple[str, str, str | None]] = [
        (f"closed_aisles.{number}", "aisle", aisle) for number, aisle in enumerate(rules.closed_aisles)
    ]
    for field, rule in rules.rules():
        named += [(f"{field}.{what}", what, getattr(rule, what, None)) for what in ("aisle", "level")]
    for number, link in enumerate(rules.links):
        named += [(f"links.{number}.from.level", "level", link.start.level)]
        named += [(f"links.{number}.to.level", "level", link.end.level)]
    for field, what, name in named:
        known = aisles if what == "aisle" else levels
        if name is not None and name not in known:
            raise BadDataError(
                f"{field}: facility '{facility}' has no {what} '{name}': choose one of {_some(known)}"
            )


def _some(names: Collection[str], limit: int = 10) -> str:
    listed = sorted(names)
    return ", ".join(listed[:limit]) + (f" … ({len(listed)})" if len(listed) > limit else "")


def _first_fault(error: ValidationError) -> str:
    fault = error.errors(include_url=False)[0]
    field = ".".join(str(part) for part in fault["loc"])
    said = fault["msg"].removeprefix("Value error, ")
    if not field:
        return said
    if fault["type"] == "extra_forbidden":
        return f"{field}: there is no such field: remove it or correct its name"
    if fault["type"] == "missing":
        return f"{field}: this field is needed"
    return f"{field}: {said}, got {_short(fault['input'])}"


def _short(value: object, limit: int = 80) -> str:
    text = repr(value)
    return text if len(text) <= limit else f"{text[:limit]}…"
