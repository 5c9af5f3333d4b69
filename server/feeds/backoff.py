"""How long to wait before the next try: twice as long each time."""

from __future__ import annotations

from random import Random


class Backoff:
    """Waits of `first_s`, then twice the one before, up to `longest_s`, each cut by up to the share `jitter` at
    random, so that many do not return at once.
    """

    def __init__(
        self, *, first_s: float, longest_s: float, jitter: float = 0.5, random: Random | None = None
    ) -> None:
        self._first_s, self._longest_s = min(first_s, longest_s), longest_s
        self._jitter = jitter
        self._random = random or Random()
        self._next_s = self._first_s

    def wait_s(self, asked_s: float = 0.0) -> float:
        """The next wait [s], as long as the other side asked for if that is longer, up to the longest."""
        wait_s = self._next_s * (1 - self._jitter * self._random.random())
        self._next_s = min(2 * self._next_s, self._longest_s)
        return max(wait_s, min(asked_s, self._longest_s))

    def begin_anew(self) -> None:
        """It went well: the next wait is the first again."""
        self._next_s = self._first_s
