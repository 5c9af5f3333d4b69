"""Ids for places that a patch makes, like those of their row; and the places themselves."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain, count, product

from layouts.patches.draft import Draft
from spatial.facility import Location, Rack
from spatial.locations import location_box

Spot = tuple[int, int, int]
"""Bay, tier and position of a place in its row."""


def add_places(
    draft: Draft, rack: Rack, positions: int, tiers: Sequence[int], like: Sequence[Location] = ()
) -> None:
    """Give a row the places that it lacks; ids follow those `like` them, which it had, where these have a rule.

    An id that is taken gets -2, -3, … behind.
    """
    had = {(place.bay, place.tier, place.position) for place in like if place.id in draft.locations}
    rule = _rule_of(like)
    for spot in product(range(len(rack.bays)), tiers, range(1, positions + 1)):
        if spot in had:
            continue
        name = _own_id(rack, spot) if rule is None else rule.name(spot)
        center, size = location_box(rack, *spot, positions)
        tried = chain([name], (f"{name}-{n}" for n in count(2)))
        place = Location(
            id=next(each for each in tried if each not in draft.locations),
            rack=rack.id,
            bay=spot[0],
            tier=spot[1],
            position=spot[2],
            center=center,
            size_m=size,
            state="empty",
        )
        draft.locations[place.id] = place


def _own_id(rack: Rack, spot: Spot) -> str:
    return f"{rack.id}-{spot[0] + 1:02}-{spot[1] + 1:02}-{spot[2]:02}"


@dataclass(frozen=True, kw_only=True)
class _Counting:
    """A field that counts bays (0), tiers (1) or positions (2): `first` + `step` × index, `digits` wide; a letter
    has none.
    """

    axis: int
    step: int
    first: int
    digits: int

    def text(self, spot: Spot) -> str:
        value = self.first + self.step * spot[self.axis]
        return f"{value:0{self.digits}}" if self.digits else chr(value)


@dataclass(frozen=True)
class _Rule:
    """Ids as parts one behind the other: texts that stay, and fields that count."""

    parts: Sequence[str | _Counting]

    def name(self, spot: Spot) -> str:
        """The id of a place."""
        return "".join(part if isinstance(part, str) else part.text(spot) for part in self.parts)


def _rule_of(places: Sequence[Location]) -> _Rule | None:
    """The rule that all ids of a row keep; None where there is none that tells its places apart."""
    if len(places) < 2:
        return None
    rows = [re.findall(r"\d+|[A-Za-z]+|[^A-Za-z\d]+", place.id) for place in places]
    if any(len(row) != len(rows[0]) for row in rows):
        return None
    spots = [(place.bay, place.tier, place.position) for place in places]
    parts: list[str | _Counting] = []
    for column in zip(*rows, strict=True):
        part = column[0] if len({*column}) == 1 else _counting(column, spots)
        if part is None:
            return None
        parts.append(part)
    told = {part.axis for part in parts if isinstance(part, _Counting)}
    return _Rule(parts) if told == {0, 1, 2} else None


def _counting(column: Sequence[str], spots: Sequence[Spot]) -> _Counting | None:
    """What a field counts, if it does."""
    if all(text.isdigit() for text in column):
        values, digits = [int(text) for text in column], min(map(len, column))
    elif all(len(text) == 1 for text in column):
        values, digits = [ord(text) for text in column], 0
    else:
        return None
    for axis in range(3):
        pairs = sorted({(spot[axis], value) for spot, value in zip(spots, values, strict=True)})
        if len(pairs) < 2 or pairs[-1][0] == pairs[0][0]:
            continue
        step, rest = divmod(pairs[-1][1] - pairs[0][1], pairs[-1][0] - pairs[0][0])
        first = pairs[0][1] - step * pairs[0][0]
        if rest == 0 and step and all(value == first + step * at for at, value in pairs):
            return _Counting(axis=axis, step=step, first=first, digits=digits)
    return None
