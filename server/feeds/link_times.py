"""When a link went up or down, in the order in which its broker told so.

A last will was written when its machine connected and can only be dated by its arrival, a birth by the machine's own
clock: taken as they are, a machine whose clock is a second behind would stay down after it came back.
"""

from __future__ import annotations

from collections.abc import Hashable
from typing import NamedTuple

from layouts.live.events import FUTURE_MS


class _Told(NamedTuple):
    key: Hashable
    happened_ms: int


class LinkTimes:
    """The newest step of each link, of at most `most`: the one that was silent longest is forgotten."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._of: dict[str, _Told] = {}

    def happened_ms(self, link: str, key: Hashable, told_ms: int, *, arrived_ms: int) -> int:
        """When the step `key` happened: as told, yet after the step before; told twice, the same again."""
        before = self._of.get(link)
        if before is not None and before.key == key:
            return before.happened_ms
        happened_ms = told_ms if before is None else max(told_ms, before.happened_ms + 1)
        # a time that the store refuses must not push later steps beyond its bound
        if happened_ms <= arrived_ms + FUTURE_MS:
            self._of.pop(link, None)
            self._of[link] = _Told(key, happened_ms)
            if len(self._of) > self._most:
                del self._of[next(iter(self._of))]
        return happened_ms
