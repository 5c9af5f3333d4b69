"""Trucks at the doors, played once.

1. A truck that comes takes a free door at once if it may, and else a slot of the yard; while the yard is full it
   waits at the gate, whatever doors are free, and so do all behind it.
2. A door that is free calls the truck that has stood longest in the yard of those that may use it; then the gate lets
   in whom there is room for.
3. Of doors that are free the first takes the truck. Doors come free before trucks come at the same instant.
"""

from __future__ import annotations

from collections import deque
from heapq import heapify, heappop, heappush
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]


class Visits(NamedTuple):
    """When each truck (N,) came to the gate, was let in, began and was done at its `door`, a number."""

    came_s: Floats
    let_in_s: Floats
    began_s: Floats
    done_s: Floats
    door: npt.NDArray[np.int64]


def play_docks(
    came_s: Floats, takes_s: Floats, allowed: npt.NDArray[np.bool_], *, yard: int | None = None
) -> Visits:
    """Trucks (N,) that come, take so long at a door, and may use some of the doors (N, D).

    No truck gives empty arrays. Raises ValueError for a truck that may use no door, which would wait for ever.
    """
    if not allowed.any(axis=1).all():
        raise ValueError(f"truck {int(np.argmin(allowed.any(axis=1)))} may use no door: allow it one")
    return _Dock(came_s, takes_s, allowed, yard).play()


class _Dock:
    """Where the trucks stand: numbers in `gate` and `yard`, and which doors are free."""

    def __init__(
        self, came_s: Floats, takes_s: Floats, allowed: npt.NDArray[np.bool_], slots: int | None
    ) -> None:
        self.takes_s, self.allowed = takes_s, allowed
        self.slots = len(came_s) if slots is None else slots
        self.gate: deque[int] = deque()
        self.yard: list[int] = []
        self.is_free = np.ones(allowed.shape[1], np.bool_)
        let_in, began, done = np.full((3, len(came_s)), np.nan)
        self.visits = Visits(came_s, let_in, began, done, np.full(len(came_s), -1, np.int64))

    def play(self) -> Visits:
        # a door that comes free is (when, 0, door), a truck that comes (when, 1, truck)
        events = [(float(when), 1, truck) for truck, when in enumerate(self.visits.came_s)]
        heapify(events)
        while events:
            now, is_truck, number = heappop(events)
            if is_truck:
                self.gate.append(number)
            else:
                self.is_free[number] = True
            for truck, door in self._called(now):
                heappush(events, (now + float(self.takes_s[truck]), 0, door))
        return self.visits

    def _called(self, now: float) -> list[tuple[int, int]]:
        """Trucks and the doors they go to now."""
        called = self._from_yard(now)
        while self.gate and (door := self._door(self.gate[0], len(self.yard) < self.slots)) is not None:
            truck = self.gate.popleft()
            self.visits.let_in_s[truck] = now
            if door < 0:
                self.yard.append(truck)
            else:
                called.append(self._begin(truck, door, now))
        return called

    def _from_yard(self, now: float) -> list[tuple[int, int]]:
        called = []
        for truck in list(self.yard):
            free = np.flatnonzero(self.allowed[truck] & self.is_free)
            if len(free):
                self.yard.remove(truck)
                called.append(self._begin(truck, int(free[0]), now))
        return called

    def _door(self, truck: int, has_room: bool) -> int | None:
        """Where a truck at the gate goes: a door, or -1 for the yard; None where it stays."""
        if not has_room:
            return None
        free = np.flatnonzero(self.allowed[truck] & self.is_free)
        return int(free[0]) if len(free) else -1

    def _begin(self, truck: int, door: int, now: float) -> tuple[int, int]:
        self.is_free[door] = False
        self.visits.began_s[truck] = now
        self.visits.done_s[truck] = now + self.takes_s[truck]
        self.visits.door[truck] = door
        return truck, door
