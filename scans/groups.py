"""Points sorted into numbered groups by counting, not comparing, and what ranks where in each group."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
from numba import njit

from scans.roomy_arrays import roomy_empty


def plan_cells(
    points: npt.NDArray[np.float64], low: npt.NDArray[np.float64], cell_m: float, shape: tuple[int, int]
) -> npt.NDArray[np.int64]:
    """Number (N,) of the cell i · `shape[1]` + j of each of `points` (N, 2 or more), cell (0, 0) at `low`.

    No point may lie outside of `shape`.
    """
    number: npt.NDArray[np.int64] = roomy_empty((len(points),), np.int64)
    _plan_cells(points, low, cell_m, shape[1], number)
    return number


def plan_shape(low: npt.NDArray[np.float64], high: npt.NDArray[np.float64], cell_m: float) -> tuple[int, int]:
    """How many cells of `cell_m` cover `low` to `high` along x and y."""
    across = np.floor((high[:2] - low[:2]) / cell_m).astype(np.int64) + 1
    return int(across[0]), int(across[1])


def occupied_cells(xy: npt.NDArray[np.float64], cell_m: float) -> npt.NDArray[np.int64]:
    """The cells (C, 2) that `xy` (N, 2) fall in, floor(xy / `cell_m`), each once, in order of x, then y."""
    if len(xy) == 0:
        return np.zeros((0, 2), np.int64)
    first, last = (np.floor(np.array(side(axis=0)) / cell_m).astype(np.int64) for side in (xy.min, xy.max))
    seen = np.zeros(tuple(last - first + 1), np.bool_)
    _mark_cells(xy, cell_m, first, seen)
    return np.argwhere(seen) + first


def grouped(group: npt.NDArray[np.int64], groups: int) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Rows (N,) in order of their `group` (N,), 0 … `groups` − 1, and where each group starts: (`groups` + 1,).

    Rows of one group keep their order.
    """
    start = np.zeros(groups + 1, np.int64)
    order: npt.NDArray[np.int64] = roomy_empty((len(group),), np.int64)
    _grouped(group, start, order)
    return order, start


def by_key(
    key: npt.NDArray[np.int32],
) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """The different keys (K,) in `key` (N,), rising, and its rows and their starts as `grouped` by them.

    Fast where keys come in long runs, as the stations of a scan do.
    """
    is_new = np.ones(len(key), np.bool_)
    np.not_equal(key[1:], key[:-1], out=is_new[1:])
    keys = np.unique(key[is_new])
    index: npt.NDArray[np.int64] = roomy_empty((len(key),), np.int64)
    _index_in(keys, key, index)
    order, start = grouped(index, len(keys))
    return keys, order, start


def nth_lowest(
    value: npt.NDArray[np.float64],
    order: npt.NDArray[np.int64],
    start: npt.NDArray[np.int64],
    nth: npt.NDArray[np.int64],
) -> npt.NDArray[np.int64]:
    """Row (G,) of the `nth` (G,) lowest `value` (N,), from 0, of each of the groups of `grouped`; −1 if nth is.

    Of equal values the earlier row ranks first.
    """
    found = np.full(len(nth), -1, np.int64)
    _nth_lowest(value, order, start, nth, found)
    return found


@njit(cache=True)
def _plan_cells(points, low, cell_m, across, number):  # type: ignore[no-untyped-def]
    for n in range(len(points)):
        i = math.floor((points[n, 0] - low[0]) / cell_m)
        number[n] = i * across + math.floor((points[n, 1] - low[1]) / cell_m)


@njit(cache=True)
def _mark_cells(xy, cell_m, first, seen):  # type: ignore[no-untyped-def]
    for n in range(len(xy)):
        seen[math.floor(xy[n, 0] / cell_m) - first[0], math.floor(xy[n, 1] / cell_m) - first[1]] = True


@njit(cache=True)
def _grouped(group, start, order):  # type: ignore[no-untyped-def]
    for n in range(len(group)):
        start[group[n] + 1] += 1
    for g in range(1, len(start)):
        start[g] += start[g - 1]
    following = start.copy()
    for n in range(len(group)):
        g = group[n]
        order[following[g]] = n
        following[g] += 1


@njit(cache=True)
def _index_in(keys, key, index):  # type: ignore[no-untyped-def]
    at = 0
    for n in range(len(key)):
        if keys[at] != key[n]:
            at = np.searchsorted(keys, key[n])
        index[n] = at


@njit(cache=True)
def _nth_lowest(value, order, start, nth, found):  # type: ignore[no-untyped-def]
    for g in range(len(nth)):
        if nth[g] < 0:
            continue
        rows = order[start[g] : start[g + 1]]
        mine = value[rows]
        wanted = np.partition(mine, nth[g])[nth[g]]
        equal_before = nth[g]
        for v in mine:
            if v < wanted:
                equal_before -= 1
        for n in range(len(rows)):
            if mine[n] == wanted:
                if equal_before == 0:
                    found[g] = rows[n]
                    break
                equal_before -= 1
