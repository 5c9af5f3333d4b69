"""What was worked out before and may be wanted again, in bounded memory."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from threading import Lock
from typing import Generic, TypeVar

Value = TypeVar("Value")


class LastUsed(Generic[Value]):
    """The values last used, by key: so many as weigh at most `most` together, and the last one in any case.

    Each weighs 1 unless `weight` says otherwise. A value that raises while it is made is not kept.
    """

    def __init__(self, most: int, weight: Callable[[Value], int] = lambda _: 1) -> None:
        self._most, self._weight = most, weight
        self._kept: OrderedDict[str, tuple[Value, int]] = OrderedDict()
        self._weighs = 0
        self._lock = Lock()

    def get(self, key: str, make: Callable[[], Value]) -> Value:
        """The value of `key`, made where it is not kept; threads that want it at once may both make it."""
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                return self._kept[key][0]
        value = make()
        with self._lock:
            self._keep(key, value)
        return value

    def _keep(self, key: str, value: Value) -> None:
        _, before = self._kept.pop(key, (None, 0))
        self._kept[key] = value, self._weight(value)
        self._weighs += self._kept[key][1] - before
        while self._weighs > self._most and len(self._kept) > 1:
            _, (_, weighed) = self._kept.popitem(last=False)
            self._weighs -= weighed
