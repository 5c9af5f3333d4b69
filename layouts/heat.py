"""Where time is lost: blocked seconds on a grid over the floor."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from layouts.run import Run


def heat(
    run: Run,
    *,
    bounds: tuple[float, float, float, float],
    cell_m: float = 0.5,
    until_s: float = math.inf,
    level: str | None = None,
) -> npt.NDArray[np.float64]:
    """Blocked seconds (H, W) until `until_s` on the grid over `bounds` (x0, y0, x1, y1) in metres.

    Row 0 is at y0, column 0 at x0. A wait outside the bounds counts in the nearest cell, so that the grid
    sums to the log's blocked seconds. With `level`, only waits there count. Raises ValueError for bounds
    without area or a cell that is not above 0.
    """
    x0, y0, x1, y1 = bounds
    if not (x1 > x0 and y1 > y0 and cell_m > 0):
        raise ValueError(f"bounds {bounds} with cells of {cell_m} m hold no grid")
    height, width = math.ceil((y1 - y0) / cell_m), math.ceil((x1 - x0) / cell_m)
    grid = np.zeros((height, width))
    waits = [
        (*event.path[0], min(event.end_s, until_s) - event.start_s)
        for event in run.events
        if event.kind == "wait" and event.start_s < until_s and level in (None, event.level)
    ]
    x, y, seconds = np.array(waits, np.float64).reshape(-1, 3).T
    column = np.clip((x - x0) // cell_m, 0, width - 1).astype(np.int64)
    row = np.clip((y - y0) // cell_m, 0, height - 1).astype(np.int64)
    np.add.at(grid, (row, column), seconds)
    return grid
