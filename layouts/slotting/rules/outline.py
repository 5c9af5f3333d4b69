"""How many units of each class go to which part of the hall: a case too large to decide place by place, in outline.

Units that all coarse rules treat alike are a class, and so are locations; what is decided is how many of one are in
the other. Beams, cube and mass are left to who fills it in, so that an outline is no plan, but none is a proof.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from ortools.sat.python import cp_model

from layouts.slotting.hard_rules import Conflict
from layouts.slotting.rules.case import Case
from layouts.slotting.rules.shortage import slots_by_class

Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
Numbers = dict[tuple[int, int], cp_model.IntVar]

MOST_GROUPS, MOST_CLASSES, MOST_NUMBERS = 1500, 8, 150_000
"""A conflict is coarse up to so many groups and classes; an outline has up to so many numbers."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Outline:
    """Unit u goes to class `part_of_unit[u]` of the locations, whose classes are `part` (L,); homes are chosen."""

    part: Ints
    part_of_unit: Ints
    homes: tuple[int, ...]


def outline(case: Case, *, seed: int, effort: float) -> Outline | bool | None:
    """An outline; False where there is none, which proves that the case is infeasible; None where it is not known."""
    coarse = [each for each in case.rules.conflicts if _is_coarse(each)]
    part, parts = _classes(
        [
            case.rules.kind,
            *(each.group for each in coarse),
            *(_membership(case, row) for row in _kinds_of_home(case)),
        ]
    )
    example = np.unique(part, return_index=True)[1]
    may = case.rules.may(case.units)[:, case.rules.kind[example]]
    fixed = np.flatnonzero(case.fixed)
    stays = may[fixed, part[case.now[fixed]]]
    may[fixed] = False
    may[fixed, part[case.now[fixed]]] = stays
    home_of = np.full(case.units, -1)
    for row, choice in enumerate(case.homes):
        home_of[choice.units] = row
    rows = np.unique(np.packbits(may, axis=1), axis=0, return_inverse=True)[1].reshape(-1)
    unit_class, count = _classes([rows, home_of, *(each.of_unit for each in coarse)])
    first = np.unique(unit_class, return_index=True)[1]
    size = np.bincount(unit_class, minlength=count)
    slots = np.minimum(slots_by_class(case, part, parts), case.units)
    if int(may[first].sum()) > MOST_NUMBERS:
        return None
    model = cp_model.CpModel()
    numbers: Numbers = {
        (own, there): model.new_int_var(0, int(min(size[own], slots[there])), "")
        for own in range(count)
        for there in np.flatnonzero(may[first[own]]).tolist()
    }
    by_class, by_part = _sums(numbers)
    if any(own not in by_class for own in range(count)):
        return False
    for own, terms in by_class.items():
        model.add(sum(terms) == int(size[own]))
    for there, terms in by_part.items():
        model.add(sum(terms) <= int(slots[there]))
    for conflict in coarse:
        _keep_apart(model, numbers, conflict, conflict.of_unit[first], conflict.group[example])
    homes = [_choose_home(model, numbers, case, row, home_of[first], part) for row in range(len(case.homes))]
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    solver.parameters.random_seed = seed % 2**31
    solver.parameters.max_deterministic_time = effort
    solver.parameters.symmetry_level = 0  # looking for symmetries of many like places takes minutes
    solver.parameters.cp_model_probing_level = 0
    status = solver.solve(model)
    if status == cp_model.INFEASIBLE:
        return False
    if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        return None
    return Outline(
        part=part,
        part_of_unit=_shared_out(
            case, unit_class, part, {key: solver.value(var) for key, var in numbers.items()}
        ),
        homes=tuple(next(h for h, var in enumerate(each) if solver.boolean_value(var)) for each in homes),
    )


def _is_coarse(conflict: Conflict) -> bool:
    groups = len(conflict.near_start) - 1
    return (
        groups <= MOST_GROUPS
        and len(conflict.apart) <= MOST_CLASSES
        and len(conflict.near) <= 40 * MOST_GROUPS
    )


def _kinds_of_home(case: Case) -> list[int]:
    """One family for each way of dividing the hall into homes."""
    return [*{choice.names: row for row, choice in enumerate(case.homes)}.values()]


def _membership(case: Case, row: int) -> Ints:
    """A number (L,) for each set of homes that a location is in."""
    inside: list[tuple[int, ...]] = [()] * case.locations
    for home, places in enumerate(case.homes[row].places):
        for place in places.tolist():
            inside[place] = (*inside[place], home)
    numbers: dict[tuple[int, ...], int] = {}
    return np.array([numbers.setdefault(each, len(numbers)) for each in inside], np.int64)


def _classes(columns: list[Ints]) -> tuple[Ints, int]:
    """Rows that are the same in all columns (N,) have the same number."""
    number = np.zeros(len(columns[0]), np.int64)
    for column in columns:
        values, own = np.unique(column, return_inverse=True)
        number = np.unique(number * len(values) + own.reshape(-1), return_inverse=True)[1].reshape(-1)
    return number, int(number.max(initial=-1)) + 1


def _sums(numbers: Numbers) -> tuple[dict[int, list[cp_model.IntVar]], dict[int, list[cp_model.IntVar]]]:
    by_class: dict[int, list[cp_model.IntVar]] = defaultdict(list)
    by_part: dict[int, list[cp_model.IntVar]] = defaultdict(list)
    for (own, there), var in numbers.items():
        by_class[own].append(var)
        by_part[there].append(var)
    return by_class, by_part


def _keep_apart(
    model: cp_model.CpModel, numbers: Numbers, conflict: Conflict, word: Ints, group: Ints
) -> None:
    held: dict[tuple[int, int], list[cp_model.IntVar]] = defaultdict(list)
    for (own, there), var in numbers.items():
        if word[own] >= 0 and group[there] >= 0:
            held[int(group[there]), int(word[own])].append(var)
    present = {key: model.new_bool_var("") for key in held}
    for key, terms in held.items():
        for var in terms:
            model.add(var == 0).only_enforce_if(present[key].negated())
    for (at, own), one in present.items():
        for near in conflict.near[conflict.near_start[at] : conflict.near_start[at + 1]].tolist():
            for foe in np.flatnonzero(conflict.apart[own]).tolist():
                if (near, foe) == (at, own):
                    model.add(sum(held[at, own]) <= 1)
                elif (at, own) < (near, foe) and (near, foe) in present:
                    model.add_bool_or(one.negated(), present[near, foe].negated())


def _choose_home(
    model: cp_model.CpModel, numbers: Numbers, case: Case, row: int, home_of: Ints, part: Ints
) -> list[cp_model.IntVar]:
    homes = [model.new_bool_var("") for _ in case.homes[row].names]
    model.add_exactly_one(homes)
    of_part: dict[int, list[cp_model.IntVar]] = defaultdict(list)
    for home, places in zip(homes, case.homes[row].places, strict=True):
        for there in np.unique(part[places]).tolist():
            of_part[there].append(home)
    for (own, there), var in numbers.items():
        if home_of[own] == row:
            most = case.units
            model.add(var <= most * sum(of_part[there]))
    return homes


def _shared_out(case: Case, unit_class: Ints, part: Ints, found: dict[tuple[int, int], int]) -> Ints:
    """Who is in a part where some of the class go stays, as far as there is room; the others fill what is left."""
    part_of_unit = np.full(case.units, -1)
    left = dict(found)
    for unit in np.flatnonzero(case.now >= 0).tolist():
        key = (int(unit_class[unit]), int(part[case.now[unit]]))
        if left.get(key, 0) > 0:
            left[key] -= 1
            part_of_unit[unit] = key[1]
    rest: dict[int, list[int]] = defaultdict(list)
    for (own, there), number in sorted(left.items()):
        rest[own] += [there] * number
    for unit in np.flatnonzero(part_of_unit < 0).tolist():
        part_of_unit[unit] = rest[int(unit_class[unit])].pop()
    return part_of_unit
