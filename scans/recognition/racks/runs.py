"""Shapes in a plan, worked on by their runs of cells: what closes gaps, drops what is short, fills holes, tells parts
from each other, in time that hardly grows with the size of what is sought.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from numba import njit

Mask = npt.NDArray[np.bool_]


class Part(NamedTuple):
    """Cells that touch: rows `along` and columns `across`, from the first to the one after the last; and how many of
    the part's cells are in each of these columns (C,) and how many rows it has.
    """

    along: tuple[int, int]
    across: tuple[int, int]
    lengths: npt.NDArray[np.int64]
    rows: int


def close_along(mask: Mask, cells: int) -> None:
    """Fill gaps of up to `cells` (or one less, if that is odd) down the columns of `mask` (I, J), in place.

    That is closing by a line of an odd number of cells.
    """
    _flip_along(mask, False, cells | 1, False)


def close_across(mask: Mask, cells: int) -> None:
    """The same along the rows."""
    _flip_across(mask, False, cells | 1, False)


def open_along(mask: Mask, cells: int) -> None:
    """Drop what is shorter than `cells` (one more, if that is even) down the columns of `mask` (I, J), in place."""
    _flip_along(mask, True, cells | 1, True)


def open_across(mask: Mask, cells: int) -> None:
    """The same along the rows."""
    _flip_across(mask, True, cells | 1, True)


def close_cells(mask: Mask) -> Mask:
    """`mask` (I, J) closed by a square of 3 by 3 cells."""
    wide = np.pad(mask, 2)
    wide = wide[:-2] | wide[1:-1] | wide[2:]
    wide = wide[:, :-2] | wide[:, 1:-1] | wide[:, 2:]
    wide = wide[:-2] & wide[1:-1] & wide[2:]
    return np.asarray(wide[:, :-2] & wide[:, 1:-1] & wide[:, 2:])


def fill_holes(mask: Mask) -> None:
    """Set what no path of empty cells, side by side, joins to the edge of `mask` (I, J), in place."""
    runs, first = _runs(mask, False)
    label, count = _joined(runs, first)
    row, start, end = runs.T
    at_edge = (row == 0) | (row == mask.shape[0] - 1) | (start == 0) | (end == mask.shape[1])
    is_open = np.zeros(count, np.bool_)
    is_open[label[at_edge]] = True
    _set(mask, runs[~is_open[label]])


def parts(mask: Mask) -> Iterator[Part]:
    """The parts of `mask` (I, J) whose cells touch side by side, in order of their first cells."""
    runs, first = _runs(mask, True)
    label, count = _joined(runs, first)
    order = np.argsort(label, kind="stable")
    for own in np.split(runs[order], np.cumsum(np.bincount(label, minlength=count))[:-1]) if count else ():
        low, high = int(own[:, 1].min()), int(own[:, 2].max())
        change = np.bincount(own[:, 1] - low, minlength=high - low + 1)
        change = change - np.bincount(own[:, 2] - low, minlength=high - low + 1)
        rows = own[:, 0]
        yield Part(
            (int(rows[0]), int(rows[-1]) + 1),
            (low, high),
            np.cumsum(change)[:-1],
            int(np.count_nonzero(np.diff(rows))) + 1,
        )


@njit(cache=True, nogil=True)
def _flip_along(mask, value, width, at_edge):  # type: ignore[no-untyped-def]
    """Turn what is `value` for less than `width` down a column, up to its ends only if `at_edge` says so."""
    rows = mask.shape[0]
    start = np.zeros(mask.shape[1], np.int64)
    for i in range(rows + 1):
        for j in range(mask.shape[1]):
            if i == rows or mask[i, j] != value:
                is_inside = start[j] > 0 and i < rows
                if 0 < i - start[j] < width and (is_inside or at_edge):
                    for k in range(start[j], i):
                        mask[k, j] = not value
                start[j] = i + 1


@njit(cache=True, nogil=True)
def _flip_across(mask, value, width, at_edge):  # type: ignore[no-untyped-def]
    """The same along the rows."""
    columns = mask.shape[1]
    for i in range(mask.shape[0]):
        start = 0
        for j in range(columns + 1):
            if j == columns or mask[i, j] != value:
                is_inside = start > 0 and j < columns
                if 0 < j - start < width and (is_inside or at_edge):
                    mask[i, start:j] = not value
                start = j + 1


@njit(cache=True, nogil=True)
def _set(mask, runs):  # type: ignore[no-untyped-def]
    for r in range(len(runs)):
        mask[runs[r, 0], runs[r, 1] : runs[r, 2]] = True


@njit(cache=True, nogil=True)
def _runs(mask, value):  # type: ignore[no-untyped-def]
    """Row, first and last + 1 column (R, 3) of the runs of `value` along the rows, and the first run of each row."""
    first = np.zeros(mask.shape[0] + 1, np.int64)
    for i in range(mask.shape[0]):
        before = not value
        starts = 0
        for j in range(mask.shape[1]):
            starts += mask[i, j] == value and before != value
            before = mask[i, j]
        first[i + 1] = first[i] + starts
    runs = np.empty((first[-1], 3), np.int64)
    for i in range(mask.shape[0]):
        at, before = first[i] - 1, not value
        for j in range(mask.shape[1]):
            if mask[i, j] == value:
                if before != value:
                    at += 1
                    runs[at, 0], runs[at, 1] = i, j
                runs[at, 2] = j + 1
            before = mask[i, j]
    return runs, first


@njit(cache=True, nogil=True)
def _joined(runs, first):  # type: ignore[no-untyped-def]
    """Number (R,) of the part of each run, parts in order of their first runs, and how many parts there are."""
    parent = np.arange(len(runs))
    for i in range(1, len(first) - 1):
        above, below = first[i - 1], first[i]
        while above < first[i] and below < first[i + 1]:
            if runs[above, 1] < runs[below, 2] and runs[below, 1] < runs[above, 2]:
                a, b = above, below
                while parent[a] != a:
                    parent[a] = parent[parent[a]]
                    a = parent[a]
                while parent[b] != b:
                    parent[b] = parent[parent[b]]
                    b = parent[b]
                parent[max(a, b)] = min(a, b)
            if runs[above, 2] < runs[below, 2]:
                above += 1
            else:
                below += 1
    label, count = np.empty(len(runs), np.int64), 0
    for r in range(len(runs)):
        if parent[r] == r:
            label[r] = count
            count += 1
        else:
            label[r] = label[parent[r]]
    return label, count
