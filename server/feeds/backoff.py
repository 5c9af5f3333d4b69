"""How long to wait before the next try: twice as long each time, with jitter, so that many do not return at once."""

from __future__ import annotations

from random import Random


class Backoff:
    """Waits of `first_s`, then twice the one before, up to `longest_s`, each cut by up to a half at random."""

    def __init__(self, *, first_s: float, longest_s: float, random: Random | None = None) -> None:
        self._first_s, self._longest_s = first_s, longest_s
        self._random = random or Random()
        self._next_s = first_s

    def wait_s(self) -> float:
        """The next wait [s]."""
        wait_s = self._next_s * (1 - self._random.random() / 2)
        self._next_s = min(2 * self._next_s, self._longest_s)
        return wait_s

    def begin_anew(self) -> None:
        """It went well: the next wait is the first again."""
        self._next_s = self._first_s
