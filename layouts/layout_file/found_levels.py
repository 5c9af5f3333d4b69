"""On which level of any facility a part is, and what a layout says of that."""

from __future__ import annotations

from typing import Protocol

from spatial.facility import Facility


class _OnLevel(Protocol):
    @property
    def level(self) -> str: ...


def level_of(facility: Facility, part: _OnLevel) -> str:
    """The id of a part's level; of a level that is not there, the ground floor."""
    known = [level.id for level in facility.levels]
    return part.level if part.level in known else known[0]


def said_level(facility: Facility, level: str) -> dict[str, str]:
    """The key of a part on a level; the ground floor, which is the first, needs none."""
    return {} if level == facility.levels[0].id else {"level": level}
