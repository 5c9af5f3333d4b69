"""How much of a building map is read and how much is left out, by kind."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from spatial.exchange.record import Record
from spatial.facility import Wall

_READ = ("vertices", "walls", "doors", "floors", "holes", "lanes", "measurements", "fiducials")

_LISTS = ("floors", "holes", "lanes", "measurements", "fiducials")

_WORDS = {
    "models": "models of furniture (their sizes are not in the map)",
    "drawing": "drawings (the picture that was drawn over)",
    "layers": "layers (further pictures)",
}


def left_out(building: Record, levels: Sequence[Record], walls: Sequence[Wall]) -> dict[str, int]:
    """How many entries of each kind nobody reads, and how many walls and doors have no length."""
    counts: Counter[str] = Counter()
    for kind, built in _built(walls).items():
        counts[f"{kind} without a length"] = sum(_entries(level, kind) for level in levels) - built
    for level in levels:
        for key, value in level.value.items():
            if key not in _READ and isinstance(value, (list, dict)):
                counts[_WORDS.get(key, key)] += len(value)
    counts["crowd simulations"] += bool(building.value.get("crowd_sim"))
    return dict(sorted(counts.items()))


def used(levels: Sequence[Record], walls: Sequence[Wall]) -> dict[str, int]:
    """How many entries of each kind are read, over all levels."""
    return (
        {"levels": len(levels)}
        | _built(walls)
        | {kind: sum(_entries(level, kind) for level in levels) for kind in _LISTS}
    )


def _built(walls: Sequence[Wall]) -> dict[str, int]:
    """The entries of the file that became walls and doors."""
    return {
        "walls": sum(wall.extra["drawn_as"] == "wall" for wall in walls),
        "doors": sum(opening.kind == "door" for wall in walls for opening in wall.openings),
    }


def _entries(level: Record, key: str) -> int:
    value: Any = level.value.get(key)
    return len(value) if isinstance(value, list) else 0
