"""The floors of a plant model: openTCS gives every point a height and knows no levels."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise

STOREY_M = 2.0
"""Heights that lie farther apart, with none in between, are of different floors; ramps have heights in between."""


@dataclass(frozen=True)
class Floor:
    """A level's id, the height of its floor, and of the highest point on it."""

    id: str
    elevation_m: float
    top_m: float


def floors_of(heights_m: Iterable[float]) -> list[Floor]:
    """The floors of points at these heights, from below: L0, L1, …; one at 0 for none."""
    inorder = sorted(set(heights_m)) or [0.0]
    starts = [inorder[0], *(high for low, high in pairwise(inorder) if high - low > STOREY_M)]
    groups = [
        [z for z in inorder if start <= z < following]
        for start, following in zip(starts, [*starts[1:], float("inf")], strict=True)
    ]
    return [Floor(f"L{number}", group[0], group[-1]) for number, group in enumerate(groups)]


def floor_at(floors: list[Floor], height_m: float) -> Floor:
    """The highest floor that lies at or below `height_m`; the lowest for what is below all."""
    return max(
        (floor for floor in floors if floor.elevation_m <= height_m), default=floors[0], key=_elevation
    )


def _elevation(floor: Floor) -> float:
    return floor.elevation_m
