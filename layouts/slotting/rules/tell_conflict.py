"""Rules in conflict in words: whom each binds, what it leaves them, and who cannot all be held."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from layouts.slotting.hard_rules import Capacity, Conflict, HardRules
from layouts.slotting.rules.case import FIXED, Case
from layouts.slotting.rules.homes import HomeChoice
from layouts.slotting.rules.needs import MG_PER_KG, MM3_PER_M3
from layouts.slotting.rules.shortage import Shortage, shortage

Bools = npt.NDArray[np.bool_]

MOST_ASKED = 200
"""So often is it asked whether fewer units cannot be held either."""
SKUS_NAMED = 5
MEASURES = {
    "cube": ("m³", MM3_PER_M3),
    "location mass": ("kg", MG_PER_KG),
    "beam load": ("kg", MG_PER_KG),
}


def units_of(case: Case, is_infeasible: Callable[[Case], bool]) -> Bools:
    """Units (U,) that cannot all be held, by a shortage or else as few as leaving out halves and less finds."""
    short = shortage(case)
    if isinstance(short, Shortage):
        return short.units
    kept = np.ones(case.units, np.bool_)
    step, asked = max(case.units // 2, 1), 0
    while True:
        for low in range(0, case.units, step):
            tried = kept.copy()
            tried[low : low + step] = False
            if asked == MOST_ASKED:
                return kept
            if tried.any() and (tried != kept).any():
                asked += 1
                kept = tried if is_infeasible(_of_units(case, tried)) else kept
        if step == 1:
            return kept
        step = (step + 1) // 2


def _of_units(case: Case, kept: Bools) -> Case:
    """The case without the other units."""
    number = np.where(kept, np.cumsum(kept) - 1, -1)
    rules = case.rules
    return Case(
        now=case.now[kept],
        fixed=case.fixed[kept],
        rules=HardRules(
            kind=rules.kind,
            allowed={name: table[kept] for name, table in rules.allowed.items()},
            capacities=tuple(replace(each, use=each.use[kept]) for each in rules.capacities),
            conflicts=tuple(replace(each, of_unit=each.of_unit[kept]) for each in rules.conflicts),
        ),
        homes=tuple(
            replace(each, units=number[each.units[kept[each.units]]])
            for each in case.homes
            if kept[each.units].any()
        ),
    )


def facts_of(case: Case, names: Sequence[str], units: Bools, skus: Sequence[str]) -> tuple[str, ...]:
    """A sentence for each rule in conflict, in the order of `names`, and one of who cannot all be held."""
    told: dict[str, str] = {}
    for name, text in _facts(case, units):
        told.setdefault(name, text)
    return (*(f"{name}: {told[name]}" for name in names if name in told), _sum(case, units, skus))


def _facts(case: Case, units: Bools) -> Iterator[tuple[str, str]]:
    sizes = np.bincount(case.rules.kind, minlength=int(case.rules.kind.max(initial=-1)) + 1)
    for name, table in case.rules.allowed.items():
        bound = ~table[:, sizes > 0].all(axis=1)
        left = int(sizes[table[bound].any(axis=0)].sum())
        yield name, f"{_count(int(bound.sum()), 'SKU')}, {_count(left, 'location')} for them"
    for capacity in case.rules.capacities:
        yield capacity.name, _load(capacity, units)
    for conflict in case.rules.conflicts:
        yield conflict.name, _meeting(conflict)
    for choice in case.homes:
        yield choice.name, _home(choice)
    if case.fixed.any():
        yield FIXED, f"{_count(int(case.fixed.sum()), 'unit')}"


def _load(capacity: Capacity, units: Bools) -> str:
    held = _count(len(capacity.most), "location" if capacity.name != "beam load" else "beam")
    if capacity.name not in MEASURES:
        return f"{held} for {int(capacity.most.sum())} units in all"
    unit, whole = MEASURES[capacity.name]
    need = capacity.use[units].sum() / whole
    most = capacity.most.max(initial=0.0) / whole
    return f"{need:.6g} {unit} in all, {held} of at most {most:.6g} {unit} each"


def _meeting(conflict: Conflict) -> str:
    counts = np.bincount(conflict.of_unit[conflict.of_unit >= 0], minlength=len(conflict.apart))
    if len(counts) > 2:
        return f"{int(counts.sum())} SKUs of {len(counts)} classes"
    return " and ".join(_count(int(count), "SKU") for count in counts)


def _home(choice: HomeChoice) -> str:
    largest = max((len(places) for places in choice.places), default=0)
    units, homes = _count(len(choice.units), "SKU"), _count(len(choice.names), "home")
    return f"{units}, {homes}, the largest of {_count(largest, 'location')}"


def _sum(case: Case, units: Bools, skus: Sequence[str]) -> str:
    names = [*dict.fromkeys(skus[unit] for unit in np.flatnonzero(units).tolist())]
    who = ", ".join(names[:SKUS_NAMED]) + (" …" if len(names) > SKUS_NAMED else "")
    short = shortage(case)
    if not isinstance(short, Shortage):
        return f"so {_count(int(units.sum()), 'unit')} cannot all be held: {who}"
    if not short.kinds.any():
        return f"so {_count(int(units.sum()), 'unit')} may be nowhere: {who}"
    places = _count(int(short.kinds[case.rules.kind].sum()), "location")
    return f"so {_count(int(units.sum()), 'unit')} have {places}, which hold {short.slots}: {who}"


def _count(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"
