"""A case decided for certain by OR-Tools CP-SAT: a legal assignment with the fewest changes, or that none exists."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
from ortools.sat.python import cp_model

from layouts.slotting.hard_rules import Capacity, Conflict
from layouts.slotting.rules.case import Case

Ints = npt.NDArray[np.int64]
Here = dict[tuple[int, int], cp_model.IntVar]

SCALE = 10**6
"""Uses that are not whole numbers are counted in millionths."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Decided:
    """What is known: `assignment` (U,) and the home of each family if there is one, and whether none changes less."""

    verdict: Literal["feasible", "infeasible", "unknown"]
    assignment: Ints | None = None
    homes: tuple[int, ...] = ()
    is_least: bool = False


def decide(
    case: Case, *, seed: int, effort: float, fewest_changes: bool = False, hint: Ints | None = None
) -> Decided:
    """Decide the case with `effort` in the solver's own seconds, which are the same on every machine.

    Variable (u, l) is 1 where unit u is in location l; one for each pair that rules about one unit allow. `hint` (U,)
    is an assignment to begin with.
    """
    model = cp_model.CpModel()
    here = _variables(case, model)
    by_unit: dict[int, list[cp_model.IntVar]] = {unit: [] for unit in range(case.units)}
    for (unit, _), var in here.items():
        by_unit[unit].append(var)
    if not all(by_unit.values()):
        return Decided(verdict="infeasible")
    for each in by_unit.values():
        model.add_exactly_one(each)
    for capacity in case.rules.capacities:
        _limit(model, here, capacity)
    for conflict in case.rules.conflicts:
        _keep_apart(model, here, conflict)
    chosen = [_choose_home(case, model, here, row) for row in range(len(case.homes))]
    if fewest_changes:
        model.maximize(sum(var for (unit, place), var in here.items() if case.now[unit] == place))
    if hint is not None:
        for (unit, place), var in here.items():
            model.add_hint(var, int(hint[unit] == place))
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    solver.parameters.random_seed = seed % 2**31
    solver.parameters.max_deterministic_time = effort
    solver.parameters.symmetry_level = 0  # looking for symmetries of many like places takes minutes
    solver.parameters.cp_model_probing_level = 0
    status = solver.solve(model)
    if status == cp_model.INFEASIBLE:
        return Decided(verdict="infeasible")
    if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        return Decided(verdict="unknown")
    assignment = np.full(case.units, -1)
    for (unit, place), var in here.items():
        if solver.boolean_value(var):
            assignment[unit] = place
    return Decided(
        verdict="feasible",
        assignment=assignment,
        homes=tuple(next(h for h, var in enumerate(each) if solver.boolean_value(var)) for each in chosen),
        is_least=fewest_changes and status == cp_model.OPTIMAL,
    )


def _variables(case: Case, model: cp_model.CpModel) -> Here:
    may = case.rules.may(case.units)
    here: Here = {}
    for unit in range(case.units):
        places = np.flatnonzero(may[unit, case.rules.kind])
        if case.fixed[unit]:
            places = places[places == case.now[unit]]
        for place in places.tolist():
            here[unit, place] = model.new_bool_var("")
    return here


def _limit(model: cp_model.CpModel, here: Here, capacity: Capacity) -> None:
    is_whole = bool((capacity.use == np.round(capacity.use)).all())
    use = np.round(capacity.use if is_whole else capacity.use * SCALE)
    most = np.floor(capacity.most if is_whole else capacity.most * SCALE + 1e-3)
    inside: dict[int, list[tuple[int, cp_model.IntVar]]] = defaultdict(list)
    for (unit, place), var in here.items():
        group = capacity.group[place]
        if group >= 0 and use[unit] > most[group]:
            model.add(var == 0)
        elif group >= 0 and use[unit] > 0:
            inside[group].append((int(use[unit]), var))
    for group, loads in inside.items():
        if sum(load for load, _ in loads) <= most[group]:
            continue
        if 2 * min(load for load, _ in loads) > most[group]:
            model.add_at_most_one(var for _, var in loads)
        else:
            model.add(sum(load * var for load, var in loads) <= int(most[group]))


def _keep_apart(model: cp_model.CpModel, here: Here, conflict: Conflict) -> None:
    held: dict[tuple[int, int], list[cp_model.IntVar]] = defaultdict(list)
    for (unit, place), var in here.items():
        group, own = int(conflict.group[place]), int(conflict.of_unit[unit])
        if group >= 0 and own >= 0:
            held[group, own].append(var)
    present = {key: _any_of(model, held[key]) for key in sorted(held)}
    for (group, own), one in present.items():
        for near in conflict.near[conflict.near_start[group] : conflict.near_start[group + 1]].tolist():
            for foe in np.flatnonzero(conflict.apart[own]).tolist():
                if (near, foe) == (group, own):
                    model.add_at_most_one(held[group, own])
                elif (group, own) < (near, foe) and (near, foe) in present:
                    model.add_bool_or(one.negated(), present[near, foe].negated())


def _any_of(model: cp_model.CpModel, several: Sequence[cp_model.IntVar]) -> cp_model.IntVar:
    if len(several) == 1:
        return several[0]
    found = model.new_bool_var("")
    for var in several:
        model.add_implication(var, found)
    return found


def _choose_home(case: Case, model: cp_model.CpModel, here: Here, row: int) -> list[cp_model.IntVar]:
    choice = case.homes[row]
    homes = [model.new_bool_var("") for _ in choice.names]
    model.add_exactly_one(homes)
    of_place: dict[int, list[cp_model.IntVar]] = defaultdict(list)
    for home, places in zip(homes, choice.places, strict=True):
        for place in places.tolist():
            of_place[place].append(home)
    units = set(choice.units.tolist())
    for (unit, place), var in here.items():
        if unit in units:
            model.add_bool_or(var.negated(), *of_place[place])
    return homes
