"""How long work says how far it is."""

from __future__ import annotations

from collections.abc import Callable

Progress = Callable[[str, float], None]
"""Told what is being done, and the share (0…1) of the whole that is done."""


def silent(_what: str, _share: float) -> None:
    """Nobody listens."""
