"""Who sees whom on a floor: straight lines against its edges, found in a grid of cells.

The edges are those of the floor grown by GRAZE_M. A line along a wall, past a corner or through the point
where two holes touch then keeps clear of every edge by GRAZE_M, which rounding cannot bridge, so that the
question needs no special case: a line is free if it crosses no edge.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import shapely
from numba import njit
from shapely import MultiPolygon

GRAZE_M = 1e-7
"""A line may cut this deep into what bounds the floor; a gap or wall thinner than twice this is none."""

MARGIN_M = 1e-6
"""Edges and lines count as in a cell when this close to it, so that rounding separates none that meet."""

NONE = -1


class Edges(NamedTuple):
    """The edges tail (E, 2) → head (E, 2) of a floor, and the grid that finds them.

    Cell (row, column) is `cell_m` wide and number row · columns + column; `edge[start[n]:start[n + 1]]` are
    the edges that pass through cell n. The grid begins at (`x0`, `y0`).
    """

    tail: npt.NDArray[np.float64]
    head: npt.NDArray[np.float64]
    start: npt.NDArray[np.int64]
    edge: npt.NDArray[np.int64]
    x0: float
    y0: float
    cell_m: float
    rows: int
    columns: int


def edges_of(grown: MultiPolygon) -> Edges:
    """The edges of a floor that is not empty and has been grown by GRAZE_M, in about as many cells as edges."""
    rings = [shapely.get_coordinates(ring) for ring in shapely.get_rings(shapely.get_parts(grown))]
    tail = np.concatenate([ring[:-1] for ring in rings])
    head = np.concatenate([ring[1:] for ring in rings])
    x0, y0, x1, y1 = grown.bounds
    cell_m = float(np.sqrt((x1 - x0) * (y1 - y0) / len(tail)))
    rows, columns = int((y1 - y0) / cell_m) + 1, int((x1 - x0) / cell_m) + 1
    nothing = np.zeros(rows * columns + 1, np.int64)
    blank = Edges(tail, head, nothing, np.zeros(1, np.int64), x0, y0, cell_m, rows, columns)
    start, edge = _in_cells(blank)
    return blank._replace(start=start, edge=edge)


@njit(cache=True, nogil=True)
def hides(edges: Edges, edge: int, ax: float, ay: float, bx: float, by: float) -> bool:
    """Whether the line a → b crosses this edge; an end exactly on the other's line counts as right of it."""
    px, py = edges.tail[edge, 0], edges.tail[edge, 1]
    qx, qy = edges.head[edge, 0], edges.head[edge, 1]
    dx, dy = bx - ax, by - ay
    if (dx * (py - ay) - dy * (px - ax) > 0.0) == (dx * (qy - ay) - dy * (qx - ax) > 0.0):
        return False
    ex, ey = qx - px, qy - py
    apart: bool = (ex * (ay - py) - ey * (ax - px) > 0.0) != (ex * (by - py) - ey * (bx - px) > 0.0)
    return apart


@njit(cache=True, nogil=True)
def hiding_edge(edges: Edges, ax: float, ay: float, bx: float, by: float) -> int:
    """An edge that the line a → b between points of the floor crosses, or NONE if the line stays on it.

    The cells are searched from a on. What hid one point often hides the next: ask `hides` first.
    """
    first, last = _rows(edges, ay, by)
    step = 1 if first <= last else -1
    for row in range(first, last + step, step):
        left, right = _columns(edges, ax, ay, bx, by, row)
        along = 1 if left <= right else -1
        for column in range(left, right + along, along):
            cell = row * edges.columns + column
            for at in range(edges.start[cell], edges.start[cell + 1]):
                edge: int = edges.edge[at]
                if hides(edges, edge, ax, ay, bx, by):
                    return edge
    return NONE


@njit(cache=True, nogil=True)
def _in_cells(edges: Edges) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """`start` and `edge` of the grid: the edges are counted into their cells, then written."""
    start = np.zeros(edges.rows * edges.columns + 1, np.int64)
    edge = np.zeros(1, np.int64)
    for written in range(2):
        if written:
            for cell in range(len(start) - 1):
                start[cell + 1] += start[cell]
            edge = np.zeros(start[-1], np.int64)
        for each in range(len(edges.tail)):
            ax, ay = edges.tail[each, 0], edges.tail[each, 1]
            bx, by = edges.head[each, 0], edges.head[each, 1]
            first, last = _rows(edges, min(ay, by), max(ay, by))
            for row in range(first, last + 1):
                left, right = _columns(edges, ax, ay, bx, by, row)
                for column in range(min(left, right), max(left, right) + 1):
                    cell = row * edges.columns + column
                    if written:
                        start[cell] -= 1
                        edge[start[cell]] = each
                    else:
                        start[cell] += 1
    return start, edge


@njit(cache=True, nogil=True)
def _rows(edges: Edges, ay: float, by: float) -> tuple[int, int]:
    """The first and last row of a line from `ay` to `by`."""
    margin = MARGIN_M if ay <= by else -MARGIN_M
    first = int((ay - margin - edges.y0) / edges.cell_m)
    last = int((by + margin - edges.y0) / edges.cell_m)
    return min(max(first, 0), edges.rows - 1), min(max(last, 0), edges.rows - 1)


@njit(cache=True, nogil=True)
def _columns(edges: Edges, ax: float, ay: float, bx: float, by: float, row: int) -> tuple[int, int]:
    """The first and last column that the line from a to b passes in `row`."""
    low = edges.y0 + row * edges.cell_m - MARGIN_M
    high = low + edges.cell_m + 2 * MARGIN_M
    enter, leave = 0.0, 1.0
    if ay != by:
        enter, leave = (low - ay) / (by - ay), (high - ay) / (by - ay)
        if enter > leave:
            enter, leave = leave, enter
        enter, leave = min(max(enter, 0.0), 1.0), min(max(leave, 0.0), 1.0)
    margin = MARGIN_M if ax <= bx else -MARGIN_M
    left = int((ax + enter * (bx - ax) - margin - edges.x0) / edges.cell_m)
    right = int((ax + leave * (bx - ax) + margin - edges.x0) / edges.cell_m)
    return min(max(left, 0), edges.columns - 1), min(max(right, 0), edges.columns - 1)
