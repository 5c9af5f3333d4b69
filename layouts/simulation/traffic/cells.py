"""A narrow lane in cells: pieces of floor with room for one agent, cut between the places where agents work."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise

ROUNDING_M = 1e-6
"""Lengths closer than this are equal."""


def cell_bounds(
    start_m: float, end_m: float, spots_m: Sequence[float], *, cell_m: float
) -> tuple[float, ...]:
    """The borders of the K ≥ 1 cells of a lane (K + 1), rising from `start_m` to `end_m` metres along it.

    1. No cell is shorter than `cell_m`, the longest agent with the gap it keeps; a shorter lane is one cell.
    2. Borders lie midway between two places `spots_m` where agents work, or further from both than half a cell.
    3. From the start on, cells are as short as that allows: places at least `cell_m` apart have one each.
    """
    spots = sorted({spot for spot in spots_m if start_m < spot < end_m})
    bounds = [start_m]
    for border in _borders(start_m, end_m, spots, cell_m):
        if border - bounds[-1] >= cell_m - ROUNDING_M and end_m - border >= cell_m - ROUNDING_M:
            bounds.append(border)
    return (*bounds, end_m)


def _borders(start_m: float, end_m: float, spots: Sequence[float], cell_m: float) -> list[float]:
    """Where borders may be, rising."""
    if not spots:
        return _evenly(start_m, end_m, _fitting(end_m - start_m, cell_m))[1:-1]
    lead_in, lead_out = spots[0] - cell_m / 2, spots[-1] + cell_m / 2
    found = _evenly(start_m, lead_in, _fitting(lead_in - start_m, cell_m))[1:]
    for one, other in pairwise(spots):
        half = (other - one) / (2 * max(1, _fitting(other - one, cell_m)))
        found += _evenly(one + half, other - half, max(1, _fitting(other - one, cell_m)) - 1)
    return found + _evenly(lead_out, end_m, _fitting(end_m - lead_out, cell_m))[:-1]


def _fitting(length_m: float, cell_m: float) -> int:
    return max(0, math.floor((length_m + ROUNDING_M) / cell_m))


def _evenly(start_m: float, end_m: float, parts: int) -> list[float]:
    """The borders of equal parts, both ends included; of no part its middle."""
    if parts == 0:
        return [(start_m + end_m) / 2]
    return [start_m + (end_m - start_m) * k / parts for k in range(parts + 1)]
