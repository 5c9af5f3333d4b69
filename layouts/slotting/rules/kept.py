"""Which rules an assignment keeps, by name."""

from __future__ import annotations

from collections import defaultdict

import numpy as np
import numpy.typing as npt

from layouts.slotting.hard_rules import Capacity, Conflict
from layouts.slotting.rules.case import FIXED, Case
from layouts.slotting.rules.homes import HomeChoice

Ints = npt.NDArray[np.int64]

NOISE = 1e-9


def kept_rules(case: Case, assignment: Ints) -> set[str]:
    """The rules of `case` that an assignment (U,) of all units keeps; one with several parts only if all are kept."""
    kind = case.rules.kind[assignment]
    broken = {
        name for name, table in case.rules.allowed.items() if not table[np.arange(case.units), kind].all()
    }
    broken |= {each.name for each in case.rules.capacities if not _is_within(each, assignment)}
    broken |= {each.name for each in case.rules.conflicts if not _is_apart(each, assignment)}
    broken |= {each.name for each in case.homes if not _is_home(each, assignment)}
    if (assignment != case.now)[case.fixed].any():
        broken.add(FIXED)
    return set(case.instances) - broken


def _is_within(capacity: Capacity, assignment: Ints) -> bool:
    group = capacity.group[assignment]
    inside = group >= 0
    load = np.bincount(group[inside], weights=capacity.use[inside], minlength=len(capacity.most))
    return bool((load <= capacity.most + NOISE).all())


def _is_apart(conflict: Conflict, assignment: Ints) -> bool:
    count: dict[int, dict[int, int]] = defaultdict(lambda: defaultdict(int))
    for unit in np.flatnonzero(conflict.of_unit >= 0).tolist():
        group = int(conflict.group[assignment[unit]])
        if group >= 0:
            count[group][int(conflict.of_unit[unit])] += 1
    for group, classes in count.items():
        for near in conflict.near[conflict.near_start[group] : conflict.near_start[group + 1]].tolist():
            for own in classes:
                for foe, number in count.get(near, {}).items():
                    is_itself = near == group and foe == own and number == 1
                    if conflict.apart[own, foe] and not is_itself:
                        return False
    return True


def _is_home(choice: HomeChoice, assignment: Ints) -> bool:
    return any(bool(np.isin(assignment[choice.units], places).all()) for places in choice.places)
