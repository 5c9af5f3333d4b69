"""Which hard rules a few moves would newly break, by name."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from layouts.slotting.hard_rules import Conflict
from layouts.slotting.problem import NOWHERE, SlottingProblem

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

FIXED = "fixed"
ROUNDING = 1e-9
"""Sums of masses may exceed their bound by this share, which is arithmetic."""


class Forbidden:
    """The rules of `problem` around `assignment` (U,), whose own faults are nobody's fault here."""

    def __init__(self, problem: SlottingProblem, assignment: Ints) -> None:
        self._problem, self._assignment = problem, assignment
        self.loads: list[Floats] = []
        for capacity in problem.rules.capacities:
            group = np.where(assignment == NOWHERE, -1, capacity.group[assignment])
            inside = group >= 0
            load = np.bincount(group[inside], weights=capacity.use[inside], minlength=len(capacity.most))
            self.loads.append(load.astype(np.float64))

    def by(self, moves: Mapping[int, int]) -> tuple[str, ...]:
        """The names of the rules that `moves`, units to locations, would break, in the order of the rules."""
        problem = self._problem
        names = [FIXED] if any(problem.fixed[unit] for unit in moves) else []
        for name, allowed in problem.rules.allowed.items():
            if not all(allowed[unit, problem.rules.kind[place]] for unit, place in moves.items()):
                names.append(name)
        names += [
            capacity.name
            for capacity, load in zip(problem.rules.capacities, self.loads, strict=True)
            if self._overfills(capacity.group, capacity.use, capacity.most, load, moves)
        ]
        names += [
            conflict.name
            for conflict in problem.rules.conflicts
            if any(self._meets(conflict, unit, moves) for unit in moves)
        ]
        return tuple(names)

    def has_room(self, unit: int) -> npt.NDArray[np.bool_]:
        """Which locations (L,) could hold the unit as well as what they hold, by all capacities."""
        room = np.ones(len(self._problem.location), np.bool_)
        here = self._assignment[unit]
        for capacity, load in zip(self._problem.rules.capacities, self.loads, strict=True):
            use, limited = capacity.use[unit], np.flatnonzero(capacity.group >= 0)
            group = capacity.group[limited]
            full = (use > 0) & (load[group] + use > capacity.most[group] * (1 + ROUNDING))
            if here != NOWHERE:
                full &= group != capacity.group[here]
            room[limited[full]] = False
        return room

    def _overfills(
        self, group: Ints, use: Floats, most: Floats, load: Floats, moves: Mapping[int, int]
    ) -> bool:
        more: dict[int, float] = {}
        for unit, place in moves.items():
            for at, sign in ((self._assignment[unit], -1.0), (place, 1.0)):
                if at != NOWHERE and group[at] >= 0:
                    more[int(group[at])] = more.get(int(group[at]), 0.0) + sign * float(use[unit])
        return any(
            extra > ROUNDING * most[one] and load[one] + extra > most[one] * (1 + ROUNDING)
            for one, extra in more.items()
        )

    def _meets(self, conflict: Conflict, unit: int, moves: Mapping[int, int]) -> bool:
        """Whether the moved unit comes near one it must be apart from, others being where `moves` leave them."""
        group, own = conflict.group[moves[unit]], conflict.of_unit[unit]
        if group < 0 or own < 0:
            return False
        near = conflict.near[conflict.near_start[group] : conflict.near_start[group + 1]]
        foes = np.flatnonzero((conflict.of_unit >= 0) & conflict.apart[own, conflict.of_unit])
        at = self._assignment[foes]
        for row, foe in enumerate(foes.tolist()):
            at[row] = moves.get(foe, at[row]) if foe in moves else at[row]
        is_near = np.isin(np.where(at == NOWHERE, -1, conflict.group[at]), near) & (foes != unit)
        return bool(is_near.any())
