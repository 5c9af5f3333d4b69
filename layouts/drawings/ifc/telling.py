"""Many similar notes as few: the same once with its count, and no more than anyone reads."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

MOST = 8


def counted(lines: Iterable[str]) -> tuple[str, ...]:
    """Every different line once, with its count if above 1, sorted; past MOST of them only how many more."""
    totals = sorted(Counter(lines).items())
    told = [line if count == 1 else f"{line} ({count} times)" for line, count in totals[:MOST]]
    rest = sum(count for _, count in totals[MOST:])
    return (*told, f"… and {rest} more like these") if rest else tuple(told)
