"""Reading floor-rules.yaml: faults are named by file, field, value and remedy."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path
from typing import Any

from spatial.errors import BadDataError
from spatial.facility import Facility
from spatial.floor.floor_rules import FloorRules
from spatial.model_yaml import read_model


def read_floor_rules(path: Path, facility: Facility | None = None) -> FloorRules:
    """The rules of a YAML (or JSON) file; an empty file has none.

    With a `facility`, the aisles and levels they name must be in it. Raises BadDataError.
    """
    rules = read_model(path, FloorRules, start="closed_aisles: [A1]", may_be_empty=True)
    try:
        if facility is not None:
            check_facility(rules, facility)
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
