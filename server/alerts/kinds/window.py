"""Readings or events of a window of time, in the order in which they happened, whatever the order they come in."""

from __future__ import annotations

from bisect import bisect_left

import msgspec

MOST = 20_000
"""So many are kept of one window; beyond it the oldest go, so that a source gone wild costs bounded memory."""


class Window(msgspec.Struct):
    """Times in milliseconds, ids and values, side by side."""

    times_ms: list[int] = msgspec.field(default_factory=list)
    ids: list[str] = msgspec.field(default_factory=list)
    values: list[float] = msgspec.field(default_factory=list)

    def insert(self, at_ms: int, name: str, value: float, *, length_ms: int) -> int | None:
        """Put one in its place and let go of what is older than the newest by more than `length_ms`.

        Its index; None for one that is in the window already or too old for it.
        """
        i = self._place(at_ms, name)
        if i < len(self.ids) and self.times_ms[i] == at_ms and self.ids[i] == name:
            return None
        if self.times_ms and at_ms < self.times_ms[-1] - length_ms:
            return None
        self.times_ms.insert(i, at_ms)
        self.ids.insert(i, name)
        self.values.insert(i, value)
        gone = max(bisect_left(self.times_ms, self.times_ms[-1] - length_ms), len(self.ids) - MOST)
        if gone > 0:
            del self.times_ms[:gone], self.ids[:gone], self.values[:gone]
        return i - gone if i >= gone else None

    def clear(self) -> None:
        """Forget all."""
        self.times_ms.clear()
        self.ids.clear()
        self.values.clear()

    def _place(self, at_ms: int, name: str) -> int:
        i = len(self.times_ms)
        while i > 0 and (self.times_ms[i - 1], self.ids[i - 1]) > (at_ms, name):
            i -= 1
        if i > 0 and (self.times_ms[i - 1], self.ids[i - 1]) == (at_ms, name):
            return i - 1
        return i
