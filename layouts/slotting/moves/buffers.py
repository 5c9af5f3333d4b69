"""Where a unit can wait: the nearest location that may hold it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from layouts.slotting.moves.holding import Holding
from layouts.slotting.moves.move_work import Carrying
from layouts.slotting.problem import NOWHERE, SlottingProblem

Ints = npt.NDArray[np.int64]

MOST_NEAR = 1024
"""Of more locations than this, those of the two lanes and this many all over the hall are compared."""


def can_share(problem: SlottingProblem) -> npt.NDArray[np.bool_]:
    """Which locations (L,) may hold two units; those of one SKU each cannot."""
    can = np.ones(len(problem.location), np.bool_)
    for capacity in problem.rules.capacities:
        inside = capacity.group >= 0
        alone = np.bincount(capacity.group[inside], minlength=len(capacity.most)) == 1
        is_full = alone & (capacity.most < 2 * float(capacity.use.min(initial=np.inf)))
        can[inside] &= ~is_full[capacity.group[inside]]
    return can


class _Candidates(NamedTuple):
    every: Ints
    spread: Ints
    of_lane: dict[int, Ints]


class Buffers:
    """The locations in which a unit may wait: those given, or all that may hold it.

    Those empty before and after all moves come first, then those that are empty just then, then those with room; at
    last the floor where tours start, if goods may be staged there.
    """

    def __init__(
        self, carrying: Carrying, holding: Holding, target: Ints, given: Sequence[int] | None = None
    ) -> None:
        self._carrying, self._holding = carrying, holding
        problem = carrying.problem
        self._may = problem.rules.may(len(problem.sku))
        self._is_given = given is not None
        is_empty = np.array(holding.count, np.int64) == 0
        if given is not None:
            self._always = np.unique(np.asarray(given, np.int64))
            self._now_empty: set[int] = set()
            self._shared = self._always[:0]
        else:
            is_target = np.zeros(len(problem.location), np.bool_)
            is_target[target[target >= 0]] = True
            self._always = np.flatnonzero(is_empty & ~is_target)
            self._now_empty = {*np.flatnonzero(is_empty & is_target).tolist()}
            self._shared = np.flatnonzero(can_share(problem))
        self._known: dict[bytes, _Candidates] = {}

    def moved(self, here: int, to: int) -> None:
        """Note that a unit went from one location to another."""
        if not self._is_given:
            if here >= 0 and self._holding.count[here] == 0:
                self._now_empty.add(here)
            self._now_empty.discard(to)

    def nearest(self, unit: int, here: int, to: int) -> Iterator[tuple[float, int]]:
        """Extra seconds of the way over each location where `unit` may wait now, and that location."""
        kinds = self._candidates(unit)
        near = self._near(kinds, here, to)
        yield from self._legal(unit, here, to, near)
        if len(near) < len(kinds.every):
            yield from self._legal(unit, here, to, np.setdiff1d(kinds.every, near))
        if self._now_empty:
            now = np.array(sorted(self._now_empty), np.int64)
            yield from self._legal(unit, here, to, self._allowed(unit, now))
        yield from self._legal(unit, here, to, self._allowed(unit, self._shared), occupied=True)
        if self._carrying.staging and here != NOWHERE:
            yield float(self._carrying.detour_s(here, to, np.array([NOWHERE]))[0]), NOWHERE

    def _allowed(self, unit: int, locations: Ints) -> Ints:
        allowed: Ints = locations[self._may[unit, self._carrying.problem.rules.kind[locations]]]
        return allowed

    def _legal(
        self, unit: int, here: int, to: int, over: Ints, *, occupied: bool = False
    ) -> Iterator[tuple[float, int]]:
        if not len(over):
            return
        extra = self._carrying.detour_s(here, to, over)
        first = int(np.argmin(extra))
        if self._is_free(unit, here, int(over[first]), occupied=occupied):
            yield float(extra[first]), int(over[first])
        for row in np.lexsort((over, extra)).tolist():
            if row != first and self._is_free(unit, here, int(over[row]), occupied=occupied):
                yield float(extra[row]), int(over[row])

    def _is_free(self, unit: int, here: int, location: int, *, occupied: bool) -> bool:
        is_wanted = self._is_given or (self._holding.count[location] > 0) == occupied
        return location != here and is_wanted and self._holding.hindrance(unit, location) is None

    def _candidates(self, unit: int) -> _Candidates:
        may = self._may[unit]
        known = self._known.get(may.tobytes())
        if known is None:
            problem = self._carrying.problem
            every = self._always[may[problem.rules.kind[self._always]]]
            rows = np.arange(min(len(every), MOST_NEAR)) * len(every) // max(min(len(every), MOST_NEAR), 1)
            spread = every[np.argsort(problem.place[every], kind="stable")][rows]
            known = _Candidates(every, spread, self._by_lane(every))
            self._known[may.tobytes()] = known
        return known

    def _by_lane(self, every: Ints) -> dict[int, Ints]:
        problem = self._carrying.problem
        if len(every) <= MOST_NEAR or not len(problem.metric.lane):
            return {}
        lane = problem.metric.lane[problem.place[every]]
        order = np.argsort(lane, kind="stable")
        starts = np.flatnonzero(np.diff(lane[order], prepend=-1))
        return {int(lane[part[0]]): every[part] for part in np.split(order, starts[1:])}

    def _near(self, kinds: _Candidates, here: int, to: int) -> Ints:
        if not kinds.of_lane:
            return kinds.spread
        lane, place = self._carrying.problem.metric.lane, self._carrying.place
        lanes = {int(lane[place[here]]), int(lane[place[to]])}
        return np.concatenate(
            [kinds.spread, *(kinds.of_lane[one] for one in sorted(lanes) if one in kinds.of_lane)]
        )
