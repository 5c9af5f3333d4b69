"""Where time is lost and spent: blocked seconds and agent-seconds on a grid over the floor."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
from numba import njit

from layouts.events import Floats, Ints
from layouts.figures.pieces import straight_pieces
from layouts.run import Run

Bounds = tuple[float, float, float, float]


def heat(
    run: Run,
    *,
    bounds: Bounds,
    cell_m: float = 0.5,
    until_s: float = math.inf,
    level: str | None = None,
) -> npt.NDArray[np.float64]:
    """Blocked seconds (H, W) until `until_s` on the grid over `bounds` (x0, y0, x1, y1) in metres.

    Row 0 is at y0, column 0 at x0. A wait outside the bounds counts in the nearest cell, so that the grid
    sums to the log's blocked seconds. With `level`, only waits there count. Raises ValueError for bounds
    without area or a cell that is not above 0.
    """
    grid = _grid(bounds, cell_m)
    events = run.events
    waits = events.kind.are("wait") & (events.start_s < until_s) & _are_on(run, level)
    seconds = np.minimum(events.end_s[waits], until_s) - events.start_s[waits]
    at = events.xy[events.path_start[:-1][waits]]
    cells = [
        np.clip((at[:, axis] - bounds[axis]) // cell_m, 0, grid.shape[1 - axis] - 1).astype(np.int64)
        for axis in (0, 1)
    ]
    np.add.at(grid, (cells[1], cells[0]), seconds)
    return grid


def traffic_heat(
    run: Run,
    *,
    bounds: Bounds,
    cell_m: float = 0.5,
    until_s: float = math.inf,
    level: str | None = None,
) -> npt.NDArray[np.float64]:
    """Agent-seconds (H, W) of all events until `until_s` on the same grid as `heat`; over time, agents by cell.

    Moves are spread along their paths, to the second. What is outside the bounds counts in the nearest cell, so that
    the grid sums to the length of all events. Arguments and errors are those of `heat`.
    """
    grid = _grid(bounds, cell_m)
    pieces = straight_pieces(run.events)
    counts = (pieces.start_s < until_s) & _are_on(run, level)[pieces.event]
    start_s, end_s, p0, p1 = (column[counts] for column in pieces[1:])
    part = np.ones(len(start_s))
    cut = end_s > until_s
    part[cut] = (until_s - start_s[cut]) / (end_s[cut] - start_s[cut])
    seconds = np.minimum(end_s, until_s) - start_s
    origin = np.array(bounds[:2])
    _spread((p0 - origin) / cell_m, (p0 + part[:, None] * (p1 - p0) - origin) / cell_m, seconds, grid)
    return grid


def _grid(bounds: Bounds, cell_m: float) -> Floats:
    x0, y0, x1, y1 = bounds
    if not (x1 > x0 and y1 > y0 and cell_m > 0):
        raise ValueError(f"bounds {bounds} with cells of {cell_m} m hold no grid")
    return np.zeros((math.ceil((y1 - y0) / cell_m), math.ceil((x1 - x0) / cell_m)))


def _are_on(run: Run, level: str | None) -> npt.NDArray[np.bool_]:
    return np.ones(len(run.events), bool) if level is None else run.events.level.are(level)


@njit(cache=True)
def _spread(p0: Floats, p1: Floats, seconds: Floats, grid: Floats) -> None:
    """Add each piece's seconds (N,) to the cells that it crosses, by length; places are in cells, from the corner."""
    size = np.array([grid.shape[1], grid.shape[0]])
    cell, last, step = np.empty(2, np.int64), np.empty(2, np.int64), np.empty(2, np.int64)
    for i in range(len(seconds)):
        crossings = 0
        for axis in range(2):
            cell[axis] = math.floor(p0[i, axis])
            last[axis] = math.floor(p1[i, axis])
            step[axis] = 1 if last[axis] > cell[axis] else -1
            crossings += abs(last[axis] - cell[axis])
        share = 0.0
        for _ in range(crossings):
            x, y = (
                _border(p0[i, 0], p1[i, 0], cell[0], last[0]),
                _border(p0[i, 1], p1[i, 1], cell[1], last[1]),
            )
            axis = 0 if x <= y else 1
            until = min(max(share, min(x, y)), 1.0)
            _add(grid, size, cell, (until - share) * seconds[i])
            share = until
            cell[axis] += step[axis]
        _add(grid, size, cell, (1.0 - share) * seconds[i])


@njit(cache=True)
def _border(start: float, end: float, cell: int, last: int) -> float:
    """The share of the way from `start` to `end` after which it leaves `cell`; infinite in the last one."""
    if cell == last:
        return np.inf
    return ((cell + 1 if end > start else cell) - start) / (end - start)


@njit(cache=True)
def _add(grid: Floats, size: Ints, cell: Ints, seconds: float) -> None:
    """Add to a cell, or to the nearest one of the grid."""
    x, y = min(max(cell[0], 0), size[0] - 1), min(max(cell[1], 0), size[1] - 1)
    grid[y, x] += seconds
