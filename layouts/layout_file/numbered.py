"""Names for what has none of its own."""

from __future__ import annotations

from collections.abc import Container, Iterator
from itertools import count


def numbered(letter: str, taken: Container[str | None]) -> Iterator[str]:
    """D1, D2, … without those taken."""
    return (name for number in count(1) if (name := f"{letter}{number}") not in taken)
