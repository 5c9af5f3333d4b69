"""How long work says how far it is."""

from __future__ import annotations

from collections.abc import Callable

Progress = Callable[[str, float], None]
"""Told what is being done, and the share (0…1) of the whole that is done."""


def silent(_what: str, _share: float) -> None:
    """Nobody listens."""


def counted(progress: Progress, what: str, of: int) -> Callable[[int], None]:
    """To be told how many more of `of` things are done."""
    done = 0

    def told(more: int) -> None:
        nonlocal done
        done += more
        progress(what, done / of)

    return told
