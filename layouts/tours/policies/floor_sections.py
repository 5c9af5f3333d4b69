"""Sections on a real floor, found from where its aisles run.

1. Aisles of one level and one heading, to 5°, make a section.
2. Those whose extents along it overlap by half of the shorter one make a block.
3. Lanes of different blocks in one line, to a metre, are parts of one aisle.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from layouts.tours.problem import Lane, Section

PARALLEL = 0.996
"""Cosine of 5°: aisles closer in heading run side by side."""

IN_LINE_M = 1.0
"""Lanes no farther apart across the aisles than this are parts of one aisle."""

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class AisleEnds:
    """An aisle that holds stops: the rows of its two mouths and of its stops, its level, and the only way to walk
    it where there is but one, as `only_way` tells it.
    """

    id: str
    mouths: tuple[int, int]
    stops: tuple[int, ...]
    level: int = 0
    only: tuple[int, int] | None = None


@dataclass(frozen=True, kw_only=True)
class _Placed:
    """An aisle as it lies in its section: from `low_m` to `high_m` along it, `across_m` from left to right."""

    lane: Lane
    low_m: float
    high_m: float
    across_m: float


def floor_sections(aisles: Sequence[AisleEnds], *, xy: Floats) -> tuple[Section, ...]:
    """The sections that `aisles` make, their rows being those of `xy` (P, 2)."""
    left, sections = list(aisles), []
    while left:
        first = left[0]
        along = _heading(xy, first)
        mates = [aisle for aisle in left if _runs_beside(xy, first, aisle)]
        left = [aisle for aisle in left if aisle not in mates]
        placed = [_placed(xy, aisle, along) for aisle in mates]
        across = (float(along[1]), -float(along[0]))
        sections.append(Section(blocks=_blocks(_in_aisles(placed)), across=across))
    return tuple(sections)


def _heading(xy: Floats, aisle: AisleEnds) -> Floats:
    start, end = xy[list(aisle.mouths)]
    heading: Floats = (end - start) / max(float(np.linalg.norm(end - start)), 1e-9)
    return heading


def _runs_beside(xy: Floats, one: AisleEnds, other: AisleEnds) -> bool:
    """RULE 1."""
    same = abs(float(_heading(xy, one) @ _heading(xy, other))) >= PARALLEL
    return one is other or (one.level == other.level and same)


def _placed(xy: Floats, aisle: AisleEnds, along: Floats) -> _Placed:
    low, high = sorted(aisle.mouths, key=lambda mouth: (float(xy[mouth] @ along), mouth))
    lane = Lane(
        low=low,
        high=high,
        stops=tuple(sorted(aisle.stops, key=lambda stop: (float(xy[stop] @ along), stop))),
        aisle=0,
        only=None if aisle.only is None else (aisle.mouths[aisle.only[0]], aisle.mouths[aisle.only[1]]),
    )
    return _Placed(
        lane=lane,
        low_m=float(xy[low] @ along),
        high_m=float(xy[high] @ along),
        across_m=float(xy[[low, high]].mean(axis=0) @ (along[1], -along[0])),
    )


def _in_aisles(placed: Sequence[_Placed]) -> list[_Placed]:
    """RULE 3: the lanes from left to right, each with the number of its aisle."""
    numbered: list[_Placed] = []
    for each in sorted(placed, key=lambda each: (each.across_m, each.lane.low)):
        line = [other for other in numbered if other.lane.aisle == numbered[-1].lane.aisle]
        same = bool(line) and each.across_m - line[0].across_m <= IN_LINE_M
        same = same and not any(_overlap(each, other) for other in line)
        number = numbered[-1].lane.aisle + (not same) if numbered else 0
        numbered.append(replace(each, lane=replace(each.lane, aisle=number)))
    return numbered


def _blocks(placed: Sequence[_Placed]) -> tuple[tuple[Lane, ...], ...]:
    """RULE 2, the blocks from front to back."""
    left, blocks = sorted(placed, key=lambda each: (each.low_m + each.high_m, each.lane.low)), []
    while left:
        block = [each for each in left if each is left[0] or _overlap(left[0], each)]
        left = [each for each in left if each not in block]
        blocks.append(tuple(each.lane for each in placed if each in block))
    return tuple(blocks)


def _overlap(one: _Placed, other: _Placed) -> bool:
    shared = min(one.high_m, other.high_m) - max(one.low_m, other.low_m)
    return bool(2 * shared >= min(one.high_m - one.low_m, other.high_m - other.low_m))
