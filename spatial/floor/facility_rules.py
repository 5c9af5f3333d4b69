"""The rules of a facility's floor: those of a file, and the lifts and stairs that the facility itself knows."""

from __future__ import annotations

from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from spatial.errors import BadDataError
from spatial.facility import Facility
from spatial.floor.floor_rules import NO_RULES, FloorRules, Link
from spatial.floor.rules_file import read_floor_rules

LINKS = "links"
"""The further field of a facility that holds its links, as floor rules have them."""


def rules_on(facility: Facility, path: Path | None = None) -> FloorRules:
    """The rules of a file, where one is given, with the facility's own links beside those it names.

    A link of the file goes before the facility's of the same id. Raises BadDataError.
    """
    rules = NO_RULES if path is None else read_floor_rules(path, facility)
    known = {link.id for link in rules.links}
    own = tuple(link for link in links_of(facility) if link.id not in known)
    return rules.model_copy(update={"links": (*rules.links, *own)}) if own else rules


def links_of(facility: Facility) -> tuple[Link, ...]:
    """The ways between levels that a facility knows. BadDataError for what are no links."""
    try:
        return TypeAdapter(tuple[Link, ...]).validate_python(facility.extra.get(LINKS, ()))
    except ValidationError as error:
        fault = error.errors(include_url=False)[0]
        where = ".".join(map(str, (LINKS, *fault["loc"])))
        raise BadDataError(
            f"facility '{facility.id}' {where} {fault['input']!r}: {fault['msg']}: correct it there"
        ) from error
