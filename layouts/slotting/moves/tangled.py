"""An order of moves that conflict, or that share room with units of other sizes.

Up to MOST_EXACT moves the order with the fewest buffer moves is found by trying all; more are moved as soon as they
may, those that bring most per second first and with them those in their way, and when none may, the one that lets
most others go waits in a buffer.
"""

from __future__ import annotations

import heapq
from collections.abc import Sequence
from itertools import islice

from layouts.slotting.moves.holding import NEVER, Holding
from layouts.slotting.moves.interplay import Component
from layouts.slotting.moves.trails import Step, Trail
from layouts.slotting.problem import NOWHERE

MOST_EXACT = 7
MOST_TRIED = 40
"""So many units are tried in a buffer when none can move."""
MOST_HURRIED = 4
"""So many of those in the way of a move come as early as it."""


def tangled_trail(
    component: Component, holding: Holding, target: list[int], density: Sequence[float]
) -> Trail:
    """The moves of a component as one trail; `density` (U,) is what each unit's move brings per second.

    `holding` is as before the moves, and so again afterwards. A unit that cannot come to its target at all has no
    step that brings it there.
    """
    before = [holding.location[unit] for unit in component.units]
    steps = None
    if len(component.units) <= MOST_EXACT:
        steps = _fewest(component.units, holding, target)
    if steps is None:
        steps = _Greedy(component, holding, target, density).steps()
    for unit, location in zip(component.units, before, strict=True):
        holding.move(unit, location)
    return Trail(steps=tuple(steps), cuts=_cuts(steps))


def _cuts(steps: list[Step]) -> tuple[int, ...]:
    waiting: set[int] = set()
    cuts = []
    for count, step in enumerate(steps, 1):
        if step.is_to_buffer:
            waiting.add(step.unit)
        else:
            waiting.discard(step.unit)
        if not waiting:
            cuts.append(count)
    return tuple(cuts)


def _fewest(units: list[int], holding: Holding, target: list[int]) -> list[Step] | None:
    for buffers in range(len(units) + 1):
        steps = _Search(units, holding, target).steps(buffers)
        if steps is not None:
            return steps
    return None


class _Search:
    """Depth first over where each unit is: 0 before its move, 1 in a buffer, 2 moved."""

    def __init__(self, units: list[int], holding: Holding, target: list[int]) -> None:
        self._units, self._holding, self._target = units, holding, target
        self._where = [0] * len(units)
        self._dead: dict[tuple[int, ...], int] = {}

    def steps(self, buffers: int) -> list[Step] | None:
        """The steps to the end with so many more to a buffer; None if there are none."""
        if min(self._where) == 2:
            return []
        state = tuple(self._where)
        if self._dead.get(state, -1) >= buffers:
            return None
        for row, unit in enumerate(self._units):
            if state[row] < 2 and self._holding.hindrance(unit, self._target[unit]) is None:
                rest = self._after(row, 2, self._target[unit], buffers)
                if rest is not None:
                    return [Step(unit, False), *rest]
        for row, unit in enumerate(self._units if buffers else ()):
            if state[row] == 0:
                rest = self._after(row, 1, NOWHERE, buffers - 1)
                if rest is not None:
                    return [Step(unit, True), *rest]
        self._dead[state] = buffers
        return None

    def _after(self, row: int, where: int, location: int, buffers: int) -> list[Step] | None:
        unit, was = self._units[row], self._where[row]
        here = self._holding.location[unit]
        self._holding.move(unit, location)
        self._where[row] = where
        rest = self.steps(buffers)
        self._where[row] = was
        self._holding.move(unit, here)
        return rest


class _Greedy:
    def __init__(
        self, component: Component, holding: Holding, target: list[int], density: Sequence[float]
    ) -> None:
        self._holding, self._target = holding, target
        self._ready = [(-density[unit], unit) for unit in component.units]
        self._rank = {unit: rank for rank, unit in self._ready}
        self._waiting: dict[tuple[int, int], dict[int, None]] = {}
        self._here: dict[tuple[int, int], list[int]] = {}
        for unit in component.units:
            for key in self._keys(unit):
                self._here.setdefault(key, []).append(unit)
        self._still = set(component.units)
        self._steps: list[Step] = []

    def steps(self) -> list[Step]:
        heapq.heapify(self._ready)
        is_moving = True
        while is_moving:
            while self._ready:
                rank, unit = heapq.heappop(self._ready)
                if rank == self._rank[unit]:
                    self._try(unit)
            is_moving = self._make_room()
        return self._steps

    def _keys(self, unit: int) -> list[tuple[int, int]]:
        here = self._holding.location[unit]
        return [] if here == NOWHERE else [*self._holding.keys(here)]

    def _try(self, unit: int) -> None:
        if self._holding.location[unit] == self._target[unit]:
            return
        hindrance = self._holding.hindrance(unit, self._target[unit])
        if hindrance is None:
            self._go(unit, self._target[unit], False)
        elif hindrance.key != NEVER:
            self._waiting.setdefault(hindrance.key, {})[unit] = None
            self._hurry(hindrance.key, self._rank[unit])

    def _hurry(self, key: tuple[int, int], rank: float) -> None:
        """Let the units that are in the way of a move come as early as it; of many, those that come next anyway."""
        in_way = [unit for unit in self._here.get(key, ()) if unit in self._still and self._rank[unit] > rank]
        for unit in heapq.nsmallest(MOST_HURRIED, in_way, key=lambda one: (self._rank[one], one)):
            self._rank[unit] = rank
            heapq.heappush(self._ready, (rank, unit))

    def _go(self, unit: int, to: int, is_to_buffer: bool) -> None:
        freed = self._keys(unit)
        self._holding.move(unit, to)
        self._still.discard(unit)
        self._steps.append(Step(unit, is_to_buffer))
        for key in freed:
            for other in self._waiting.pop(key, ()):
                heapq.heappush(self._ready, (self._rank[other], other))

    def _make_room(self) -> bool:
        """Bring the unit to a buffer that lets most others go; False where none is in the way."""
        in_way: dict[int, int] = {}
        for key, units in sorted(self._waiting.items()):
            for unit in self._here.get(key, ()):
                if unit in self._still:
                    in_way[unit] = in_way.get(unit, 0) + len(units)
        if not in_way:
            return False
        tried = heapq.nsmallest(MOST_TRIED, in_way, key=lambda unit: (-in_way[unit], unit))
        best = max(tried, key=lambda unit: (self._lets_go(unit), in_way[unit], -unit))
        self._go(best, NOWHERE, True)
        return True

    def _lets_go(self, unit: int) -> int:
        here, keys = self._holding.location[unit], self._keys(unit)
        self._holding.move(unit, NOWHERE)
        others = [other for key in keys for other in islice(self._waiting.get(key, ()), MOST_TRIED)]
        going = sum(
            other != unit and self._holding.hindrance(other, self._target[other]) is None for other in others
        )
        self._holding.move(unit, here)
        return going
