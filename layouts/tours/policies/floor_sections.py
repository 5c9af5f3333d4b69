"""Sections on a real floor, found from where its aisles run.

1. Aisles of one level and one heading, to 5°, make a section.
2. Those whose extents along it overlap by half of the shorter one make a block.
3. Lanes of different blocks in one line, to a metre, are parts of one aisle.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from functools import lru_cache, partial
from typing import NamedTuple, TypeVar

import numpy as np
import numpy.typing as npt

from layouts.tours.problem import Lane, Section

PARALLEL = 0.996
"""Cosine of 5°: aisles closer in heading run side by side."""

IN_LINE_M = 1.0
"""Lanes no farther apart across the aisles than this are parts of one aisle."""

Floats = npt.NDArray[np.float64]
Vector = tuple[float, float]
T = TypeVar("T")


class AisleEnds(NamedTuple):
    """An aisle that holds stops: the rows of its two mouths and of its stops, its level, and the only way to walk
    it where there is but one, as `only_way` tells it.
    """

    id: str
    mouths: tuple[int, int]
    stops: tuple[int, ...]
    level: int = 0
    only: tuple[int, int] | None = None


class _Placed(NamedTuple):
    """An aisle as it lies in its section: the rows of its mouths and how far along it they are, the low one first;
    `across_m` comes before all else, so that aisles sort from left to right.
    """

    across_m: float
    low: int
    high: int
    low_m: float
    high_m: float
    ends: AisleEnds


def floor_sections(aisles: Sequence[AisleEnds], *, xy: Floats) -> tuple[Section, ...]:
    """The sections that `aisles` make, their rows being those of `xy` (P, 2)."""
    at: list[Vector] = [*map(tuple, xy.tolist())]
    left, sections = [(each, _heading(at[each.mouths[0]], at[each.mouths[1]])) for each in aisles], []
    while left:
        mates, left = _parted(left, partial(_runs_beside, left[0]))
        along = mates[0][1]
        placed = [_placed(at, aisle, along) for aisle, _ in mates]
        sections.append(Section(blocks=_blocks(at, placed, along), across=_right_of(along)))
    return tuple(sections)


@lru_cache(maxsize=4096)
def _heading(start: Vector, end: Vector) -> Vector:
    """From one point to another; a floor has few aisles, and thousands of tours ask for the same."""
    (x0, y0), (x1, y1) = start, end
    length_m = max(math.hypot(x1 - x0, y1 - y0), 1e-9)
    return (x1 - x0) / length_m, (y1 - y0) / length_m


def _right_of(along: Vector) -> Vector:
    return along[1], -along[0]


def _offset_m(point: Vector, along: Vector) -> float:
    """How far a point lies along a direction, in metres."""
    return point[0] * along[0] + point[1] * along[1]


def _runs_beside(one: tuple[AisleEnds, Vector], other: tuple[AisleEnds, Vector]) -> bool:
    """RULE 1."""
    return one is other or (one[0].level == other[0].level and abs(_offset_m(one[1], other[1])) >= PARALLEL)


def _placed(at: Sequence[Vector], aisle: AisleEnds, along: Vector) -> _Placed:
    start, end = aisle.mouths
    start_m, end_m, across_m = _lies(at[start], at[end], along)
    if (end_m, end) < (start_m, start):
        return _Placed(across_m, end, start, end_m, start_m, aisle)
    return _Placed(across_m, start, end, start_m, end_m, aisle)


@lru_cache(maxsize=4096)
def _lies(start: Vector, end: Vector, along: Vector) -> tuple[float, float, float]:
    """How far both ends of an aisle are along a direction, and its middle across it."""
    right = _right_of(along)
    across_m = (_offset_m(start, right) + _offset_m(end, right)) / 2
    return _offset_m(start, along), _offset_m(end, along), across_m


def _blocks(at: Sequence[Vector], placed: Sequence[_Placed], along: Vector) -> tuple[tuple[Lane, ...], ...]:
    """RULE 2, the blocks from front to back, their lanes from left to right."""
    lane = {
        each.low: _lane(at, each, along, number)
        for number, aisle in enumerate(_in_aisles(placed))
        for each in aisle
    }
    left, blocks = sorted(placed, key=lambda each: (each.low_m + each.high_m, each.low)), []
    while left:
        block, left = _parted(left, partial(_overlap, left[0]))
        blocks.append(tuple(lane[each.low] for each in sorted(block)))
    return tuple(blocks)


def _in_aisles(placed: Sequence[_Placed]) -> list[list[_Placed]]:
    """RULE 3: the aisles from left to right, each with the lanes that are parts of it."""
    aisles: list[list[_Placed]] = []
    for each in sorted(placed):
        if not aisles or not _in_line(each, aisles[-1]):
            aisles.append([])
        aisles[-1].append(each)
    return aisles


def _in_line(one: _Placed, aisle: Sequence[_Placed]) -> bool:
    is_near = one.across_m - aisle[0].across_m <= IN_LINE_M
    return is_near and not any(_overlap(one, other) for other in aisle)


def _overlap(one: _Placed, other: _Placed) -> bool:
    shared = min(one.high_m, other.high_m) - max(one.low_m, other.low_m)
    return 2 * shared >= min(one.high_m - one.low_m, other.high_m - other.low_m)


def _lane(at: Sequence[Vector], placed: _Placed, along: Vector, aisle: int) -> Lane:
    mouths, only = placed.ends.mouths, placed.ends.only
    return Lane(
        low=placed.low,
        high=placed.high,
        stops=tuple(sorted(placed.ends.stops, key=lambda stop: (_offset_m(at[stop], along), stop))),
        aisle=aisle,
        only=None if only is None else (mouths[only[0]], mouths[only[1]]),
    )


def _parted(items: Sequence[T], belongs: Callable[[T], bool]) -> tuple[list[T], list[T]]:
    """The items that belong, and the others."""
    groups: tuple[list[T], list[T]] = [], []
    for item in items:
        groups[not belongs(item)].append(item)
    return groups
