"""Upkeep in small steps: which stamps are the newest, and what is still to be gone through."""

from __future__ import annotations

from collections.abc import Iterable
from heapq import heappush, heappushpop
from typing import Generic, TypeVar

from layouts.inventory.account import Stamp

Thing = TypeVar("Thing")


class Newest:
    """The newest `most` stamps, and the one before them, as a heap: each costs O(log most)."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._heap: list[Stamp] = []

    def take(self, stamp: Stamp) -> None:
        """Take the next stamp in."""
        if len(self._heap) <= self._most:
            heappush(self._heap, stamp)
        else:
            heappushpop(self._heap, stamp)

    def oldest(self, since: Stamp) -> Stamp | None:
        """The oldest of the newest `most`; None unless there are more than these from `since` on."""
        heap = self._heap
        return min(heap[1:3]) if len(heap) > self._most and heap[0] >= since else None


class Round(Generic[Thing]):
    """Things that are gone through once in `steps` even shares; what is put back makes it longer."""

    def __init__(self, things: Iterable[Thing] = (), *, steps: int = 1) -> None:
        self._left = list(things)
        self._share = -(-len(self._left) // steps)

    def share(self) -> list[Thing]:
        """The next of them; nothing once all are through."""
        if not self._left:
            return []
        share = self._left[-self._share :]
        del self._left[-self._share :]
        return share

    def put_back(self, thing: Thing) -> None:
        """It is not through yet."""
        self._left.append(thing)
