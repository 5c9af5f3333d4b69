"""Heights at which a hall may have a deck: much of the plan is seen there, with hardly a gap."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from scans.recognition.column_map import ColumnMap, column_map
from scans.recognition.levels.cells import CELL_M, Cells, Grid, area_m2, closed, opened

WIDTH_M = 3.0
"""Racks are narrower, two deep ones back to back as well; what people call a floor is not."""
AREA_M2 = 10.0
LOWEST_M, HIGHEST_M = 2.0, 6.5
"""Between floor and deck: who walks there needs the least, and a crane the most."""
SHADOW_M = 1.0  # what stands on a deck or hangs under it hides as much of it


@dataclass(frozen=True)
class Hint:
    """The `cells` (I, J) of `grid` that are seen between `low_m` and `high_m`, metres of the world's z."""

    grid: Grid
    cells: Cells
    low_m: float
    high_m: float


def deck_hints(points: npt.NDArray[np.float64], ground_m: float) -> list[Hint]:
    """Where `points` (N, 3) may show a deck over a ground at `ground_m`, the largest first; none in most halls.

    A hint is as wide as no rack is, once gaps of a metre are closed, and no smaller than one a bin lower or higher.
    """
    plan = column_map(points, points[:, 2] - ground_m, cell_m=CELL_M, top_m=HIGHEST_M)
    grid = Grid(plan.origin, (plan.bits.shape[0], plan.bits.shape[1]))
    first, last = int(LOWEST_M / plan.bin_m), int(HIGHEST_M / plan.bin_m) - 1
    seen = [_seen(plan, k) for k in range(first, last)]
    areas = [area_m2(each) for each in seen]
    found = [
        Hint(grid, each, ground_m + k * plan.bin_m, ground_m + (k + 2) * plan.bin_m)
        for i, (k, each) in enumerate(enumerate(seen, start=first))
        if areas[i] >= max(AREA_M2, *areas[i : i + 2]) and (i == 0 or areas[i] > areas[i - 1])
    ]
    return sorted(found, key=lambda hint: -area_m2(hint.cells))


def _seen(plan: ColumnMap, k: int) -> Cells:
    """The wide parts of what is seen in bin `k` or the one above it: a deck's two faces may lie in both."""
    seen = (plan.bits >> np.uint64(k)) & np.uint64(3) != 0
    if area_m2(seen) < 0.5 * AREA_M2:
        return np.zeros_like(seen)
    return opened(closed(seen, SHADOW_M), WIDTH_M)
