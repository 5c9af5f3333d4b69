"""What a building map holds beside its geometry: counted, not read."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Any

from spatial.exchange.record import Record

_READ = ("vertices", "walls", "doors", "floors", "holes", "lanes", "measurements", "fiducials")

_WORDS = {
    "models": "models of furniture (their sizes are not in the map)",
    "drawing": "drawings (the picture that was drawn over)",
    "layers": "layers (further pictures)",
}


def left_out(building: Record, levels: Iterable[Record]) -> dict[str, int]:
    """How many entries of each kind nobody reads; kinds by their key in the file."""
    counts: Counter[str] = Counter()
    for level in levels:
        for key, value in level.value.items():
            if key not in _READ and isinstance(value, (list, dict)):
                counts[_WORDS.get(key, key)] += len(value)
    counts["crowd simulations"] += bool(building.value.get("crowd_sim"))
    return dict(sorted(counts.items()))


def used(levels: Iterable[Record]) -> dict[str, int]:
    """How many entries of each kind are read, over all levels."""
    told = list(levels)
    return {"levels": len(told)} | {key: sum(_entries(level, key) for level in told) for key in _READ}


def _entries(level: Record, key: str) -> int:
    value: Any = level.value.get(key)
    return len(value) if isinstance(value, list) else 0
