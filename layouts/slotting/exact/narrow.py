"""Where units may still be, once some are certain: what the hard rules and the budget of moves leave of it."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from layouts.slotting.exact.ground import SLACK
from layouts.slotting.hard_rules import Capacity, Conflict, HardRules

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]


def narrowed(may: Bools, rules: HardRules, moved: Floats, most_moves: int | None) -> Bools | None:
    """`may` (U, L) less what the units with one location left forbid the others; None if no way is left.

    With one location left for each unit, the answer is not None only if all rules are kept.
    """
    may = may.copy()
    while True:
        count = may.sum(axis=1)
        if count.min(initial=1) == 0:
            return None
        certain = np.flatnonzero(count == 1)
        where = may[certain].argmax(axis=1)
        for capacity in rules.capacities:
            if not _fits(may, capacity, certain, where):
                return None
        for conflict in rules.conflicts:
            _keep_apart(may, conflict, certain, where)
        if most_moves is not None:
            left = most_moves - moved[certain, where].sum()
            if left < 0:
                return None
            if left == 0:
                others = count > 1
                may[others] &= moved[others] == 0
        if (may.sum(axis=1) == count).all():
            return may


def _fits(may: Bools, capacity: Capacity, certain: Ints, where: Ints) -> bool:
    group = capacity.group[where]
    inside = group >= 0
    load = np.bincount(group[inside], weights=capacity.use[certain[inside]], minlength=len(capacity.most))
    left = np.append(capacity.most - load + SLACK, np.inf)
    if left.min() < 0:
        return False
    others = np.ones(len(may), np.bool_)
    others[certain] = False
    may[others] &= capacity.use[others, None] <= left[capacity.group]
    return True


def _keep_apart(may: Bools, conflict: Conflict, certain: Ints, where: Ints) -> None:
    group = conflict.group[where]
    for unit, here in zip(certain, group, strict=True):
        kind = conflict.of_unit[unit]
        if kind < 0 or here < 0:
            continue
        near = np.zeros(len(conflict.near_start), np.bool_)
        near[conflict.near[conflict.near_start[here] : conflict.near_start[here + 1]]] = True
        foes = (conflict.of_unit >= 0) & conflict.apart[kind, conflict.of_unit]
        foes[unit] = False
        may[np.ix_(foes, near[conflict.group])] = False
