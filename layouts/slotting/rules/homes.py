"""Families that are kept together: the homes that each may have, of which one is chosen."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from layouts.slotting.hard_rules import HardRules
from layouts.slotting.rules.needs import items_of
from layouts.slotting.rules.settings import SlotRules
from layouts.slotting.rules.slot_items import SlotItems
from layouts.slotting.rules.slot_locations import SlotLocation

Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, kw_only=True, eq=False)
class HomeChoice:
    """`units` (M,) are kept in one of the homes `names`; home h has the locations `places[h]`."""

    name: str
    units: Ints
    names: tuple[str, ...]
    places: tuple[Ints, ...]


def home_choices(
    skus: Sequence[str], items: SlotItems, locations: Sequence[SlotLocation], settings: SlotRules
) -> Iterator[HomeChoice]:
    """One for each family that is kept together and has two units or more; a location may be in two aisles."""
    if settings.family is None:
        return
    its = items_of(skus, items)
    found: dict[str, tuple[tuple[str, ...], tuple[Ints, ...]]] = {}
    for told in settings.family.together:
        units = np.flatnonzero([item.family == told.family for item in its])
        if len(units) < 2:
            continue
        if told.by not in found:
            found[told.by] = _homes(locations, told.by)
        names, places = found[told.by]
        yield HomeChoice(
            name=f"family: {told.family} together (one {told.by})", units=units, names=names, places=places
        )


def _homes(locations: Sequence[SlotLocation], by: str) -> tuple[tuple[str, ...], tuple[Ints, ...]]:
    places: dict[str, list[int]] = defaultdict(list)
    for row, place in enumerate(locations):
        for name in homes_of(place, by):
            places[name].append(row)
    return tuple(places), tuple(np.array(rows, np.int64) for rows in places.values())


def homes_of(place: SlotLocation, by: str) -> tuple[str, ...]:
    """The names of the homes that a location is in; none for one that tells no zone."""
    if by == "aisle":
        return place.aisles
    if by == "zone":
        return () if place.zone is None else (place.zone,)
    return (place.rack,) if by == "rack" else (f"{place.rack} bay {place.bay}",)


def with_homes(
    rules: HardRules, choices: Sequence[HomeChoice], chosen: Sequence[int], units: int
) -> HardRules:
    """The rules with every family kept in its chosen home, as rules about one unit in one location."""
    kind = rules.kind
    allowed = dict(rules.allowed)
    inside = np.zeros((len(choices), len(kind)), np.bool_)
    for row, (choice, home) in enumerate(zip(choices, chosen, strict=True)):
        inside[row, choice.places[home]] = True
    if not choices:
        return rules
    columns = np.vstack((kind, inside))
    new, example, of = np.unique(columns, axis=1, return_index=True, return_inverse=True)
    del new
    allowed = {name: table[:, kind[example]] for name, table in allowed.items()}
    for row, choice in enumerate(choices):
        table = np.ones((units, len(example)), np.bool_)
        table[choice.units] = inside[row, example]
        allowed[choice.name] = table
    return HardRules(
        kind=of.reshape(-1).astype(np.int64),
        allowed=allowed,
        capacities=rules.capacities,
        conflicts=rules.conflicts,
    )
