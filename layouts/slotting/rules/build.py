"""The hard rules of a slotting from its items, locations and settings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from layouts.slotting.hard_rules import HardRules
from layouts.slotting.rules.apart import conflicts
from layouts.slotting.rules.homes import HomeChoice, home_choices
from layouts.slotting.rules.idle import idle_rules
from layouts.slotting.rules.loads import capacities
from layouts.slotting.rules.settings import SlotRules
from layouts.slotting.rules.slot_items import SlotItems
from layouts.slotting.rules.slot_locations import SlotLocation
from layouts.slotting.rules.unary import Unary, unary_rules

Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, kw_only=True, eq=False)
class BuiltRules:
    """The rules, the homes that are still to be chosen for families kept together, and which rules bind nothing."""

    rules: HardRules
    homes: tuple[HomeChoice, ...] = ()
    notes: tuple[str, ...] = ()


def hard_rules(
    skus: Sequence[str], items: SlotItems, locations: Sequence[SlotLocation], settings: SlotRules
) -> BuiltRules:
    """The rules for units of `skus` (U) in `locations` (L).

    1. Rules about one unit in one location become tables; locations that all of them treat alike are of one kind.
    2. What units may add up to in a location, or on a beam, becomes capacities, in mm³, mg and units.
    3. What may not be near each other becomes conflicts, one for each pair of classes.
    4. Families kept together have homes that `feasible_start` chooses.
    Where one unit at most may be, cube and mass are rules about that unit (1) and lots cannot be mixed: 2 and 3 leave
    such locations out. A rule that forbids nothing is left out and told. Raises BadDataError where distances are too
    many to hold.
    """
    tables = [rule for rule in unary_rules(skus, items, locations, settings) if _binds(rule)]
    kind = _kinds(tables, len(locations))
    example = np.unique(kind, return_index=True)[1]
    allowed = {rule.name: rule.table[rule.of_unit][:, rule.of_location[example]] for rule in tables}
    may = HardRules(kind=kind, allowed=allowed).may(len(skus))
    rules = HardRules(
        kind=kind,
        allowed=allowed,
        capacities=capacities(skus, items, locations, settings),
        conflicts=conflicts(skus, items, locations, settings, may, kind),
    )
    homes = tuple(home_choices(skus, items, locations, settings))
    return BuiltRules(rules=rules, homes=homes, notes=idle_rules(skus, items, locations, settings))


def _binds(rule: Unary) -> bool:
    return not rule.table[np.ix_(np.unique(rule.of_unit), np.unique(rule.of_location))].all()


def _kinds(tables: Sequence[Unary], locations: int) -> Ints:
    """Kinds (L,) of locations that are the same in all tables."""
    kind = np.zeros(locations, np.int64)
    for rule in tables:
        alike = np.unique(rule.table[np.unique(rule.of_unit)], axis=1, return_inverse=True)[1].reshape(-1)
        pair = kind * (int(alike.max(initial=0)) + 1) + alike[rule.of_location]
        kind = np.unique(pair, return_inverse=True)[1].reshape(-1)
    return kind.astype(np.int64)
