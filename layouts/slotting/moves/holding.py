"""Which unit is where while goods are moved, and which rule forbids a move."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from layouts.slotting.hard_rules import Capacity, Conflict
from layouts.slotting.problem import NOWHERE, SlottingProblem

Ints = npt.NDArray[np.int64]
ROUNDING = 1e-9
"""Loads may be over what a group holds by this share, for they are sums."""


def room(most: float) -> float:
    """What a group holds, with room for rounding."""
    return most + ROUNDING * max(1.0, abs(most))


class Hindrance(NamedTuple):
    """A rule that forbids a move, and the number of the rule and of the group that something must leave first."""

    rule: str
    key: tuple[int, int]


NEVER = (-1, -1)
"""The key of a hindrance that stays."""


class Holding:
    """The units of a problem in their locations; `move` changes it, `hindrance` asks first.

    A unit may move where its place is allowed, where no conflicting unit is near, and where no group that it enters
    gets too full. So a legal state stays legal, and one that breaks a rule today gets no worse.
    """

    def __init__(self, problem: SlottingProblem, assignment: Ints) -> None:
        rules = problem.rules
        self.location: list[int] = assignment.tolist()
        self.count = np.bincount(assignment[assignment >= 0], minlength=len(problem.location)).tolist()
        self._allowed = [(name, allowed) for name, allowed in rules.allowed.items()]
        self._may = rules.may(len(problem.sku))
        self._kind: list[int] = rules.kind.tolist()
        self._loads = [_Load(capacity, assignment) for capacity in rules.capacities]
        self._near = [_Near(conflict, assignment) for conflict in rules.conflicts]
        self._groups = [*(load.group for load in self._loads), *(near.group for near in self._near)]

    def hindrance(self, unit: int, to: int) -> Hindrance | None:
        """What forbids `unit` in location `to`, None where it may be there."""
        if to == NOWHERE:
            return None
        kind = self._kind[to]
        if not self._may[unit, kind]:
            return Hindrance(next(name for name, allowed in self._allowed if not allowed[unit, kind]), NEVER)
        here = self.location[unit]
        for number, load in enumerate(self._loads):
            if load.is_full(unit, here, to):
                return Hindrance(load.name, (number, load.group[to]))
        for number, near in enumerate(self._near, len(self._loads)):
            group = near.disturbed(unit, here, to)
            if group is not None:
                return Hindrance(near.name, (number, group))
        return None

    def keys(self, location: int) -> Iterator[tuple[int, int]]:
        """What a unit in `location` may hinder others by."""
        for number, group in enumerate(self._groups):
            if group[location] >= 0:
                yield number, group[location]

    def move(self, unit: int, to: int) -> None:
        """Put `unit` into location `to`, or NOWHERE, whether that is allowed or not."""
        here = self.location[unit]
        for load in self._loads:
            load.move(unit, here, to)
        for near in self._near:
            near.move(unit, here, to)
        if here != NOWHERE:
            self.count[here] -= 1
        if to != NOWHERE:
            self.count[to] += 1
        self.location[unit] = to


class _Load:
    def __init__(self, capacity: Capacity, assignment: Ints) -> None:
        self.name = capacity.name
        self.group: list[int] = [*capacity.group.tolist(), -1]  # the last is NOWHERE's
        self._use: list[float] = capacity.use.tolist()
        self._room = [room(most) for most in capacity.most.tolist()]
        self._load = [0.0] * len(self._room)
        for use, location in zip(self._use, assignment.tolist(), strict=True):
            if self.group[location] >= 0:
                self._load[self.group[location]] += use

    def is_full(self, unit: int, here: int, to: int) -> bool:
        group = self.group[to]
        if group < 0 or self.group[here] == group or self._use[unit] == 0:
            return False
        return self._load[group] + self._use[unit] > self._room[group]

    def move(self, unit: int, here: int, to: int) -> None:
        old, new = self.group[here], self.group[to]
        if old != new:
            if old >= 0:
                self._load[old] -= self._use[unit]
            if new >= 0:
                self._load[new] += self._use[unit]


class _Near:
    def __init__(self, conflict: Conflict, assignment: Ints) -> None:
        self.name = conflict.name
        self._of_unit: list[int] = conflict.of_unit.tolist()
        self._apart: list[set[int]] = [{*np.flatnonzero(row).tolist()} for row in conflict.apart]
        self.group: list[int] = [*conflict.group.tolist(), -1]
        self._start: Sequence[int] = conflict.near_start.tolist()
        self._near: Sequence[int] = conflict.near.tolist()
        self._classes: list[dict[int, int]] = [{} for _ in range(len(self._start) - 1)]
        for unit, location in enumerate(assignment.tolist()):
            self._count(unit, location, 1)

    def disturbed(self, unit: int, here: int, to: int) -> int | None:
        """The group near `to` that holds a unit from which this one must be apart."""
        mine, group = self._of_unit[unit], self.group[to]
        if mine < 0 or group < 0 or not self._apart[mine]:
            return None
        for near in self._near[self._start[group] : self._start[group + 1]]:
            for other, count in self._classes[near].items():
                if other in self._apart[mine]:
                    is_itself = other == mine and self.group[here] == near
                    if count > is_itself:
                        return near
        return None

    def move(self, unit: int, here: int, to: int) -> None:
        if self._of_unit[unit] >= 0:
            self._count(unit, here, -1)
            self._count(unit, to, 1)

    def _count(self, unit: int, location: int, by: int) -> None:
        mine, group = self._of_unit[unit], self.group[location]
        if mine < 0 or group < 0:
            return
        classes = self._classes[group]
        count = classes.get(mine, 0) + by
        if count:
            classes[mine] = count
        else:
            del classes[mine]
