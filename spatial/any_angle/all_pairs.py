"""All distances among many places, through the few corners that each of them sees.

The way from one place to another is straight, or leads to a corner that the one sees, on from corner to corner,
and from a corner that the other sees to it. The places of an aisle see the same few corners, so the lengths
among those that any place sees, the passed ones, are found once and shared by all.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import numpy.typing as npt
from numba import njit

from spatial.any_angle.corners import Lines
from spatial.any_angle.sight import NONE, Edges, hides, hiding_edge
from spatial.any_angle.spread import spread

Numbers = npt.NDArray[np.float64]


def all_pairs(
    places: Numbers,
    seen: Lines,
    lines: Lines,
    edges: Edges,
    *,
    dtype: type[np.floating],
    threads: int | None,
) -> npt.NDArray[np.floating]:
    """The lengths (n (n − 1) / 2,) among `places` (n, 2), pairs in the order (0, 1), (0, 2) … (1, 2) ….

    `seen` are the lines from places to corners, `lines` those among corners. The table of lengths among passed
    corners is made where it has no more entries than the answer; else there is one search a place.
    """
    length_m = np.zeros(len(places) * (len(places) - 1) // 2, dtype)
    passed, to = np.unique(seen.to, return_inverse=True)
    seen = seen._replace(to=to.reshape(-1))
    table = np.zeros((0, 0))
    if len(passed) ** 2 <= len(length_m):
        table = np.zeros((len(passed), len(passed)))
        _share_out(threads, lambda first, step: _fill_table(table, passed, lines, first, step))
    _share_out(
        threads,
        lambda first, step: _fill_rows(length_m, places, seen, passed, table, lines, edges, first, step),
    )
    return length_m


def _share_out(threads: int | None, rows_from: Callable[[int, int], None]) -> None:
    """Every n-th row to each of n threads, which compiled code lets run side by side."""
    count = threads or os.cpu_count() or 1
    with ThreadPoolExecutor(count) as pool:
        list(pool.map(rows_from, range(count), [count] * count))


@njit(cache=True, nogil=True)
def _fill_table(table: Numbers, passed: npt.NDArray[np.int64], lines: Lines, first: int, step: int) -> None:
    """Rows `first`, `first` + `step` … of the lengths (K, K) among the corners `passed` (K,)."""
    itself = Lines(np.arange(len(passed) + 1), np.arange(len(passed)), np.zeros(len(passed)))
    for row in range(first, len(passed), step):
        _search(table[row], itself, row, passed, lines)


@njit(cache=True, nogil=True)
def _fill_rows(
    length_m: npt.NDArray[np.floating],
    places: Numbers,
    seen: Lines,
    passed: npt.NDArray[np.int64],
    table: Numbers,
    lines: Lines,
    edges: Edges,
    first: int,
    step: int,
) -> None:
    """Rows `first`, `first` + `step` … of the upper triangle `length_m`."""
    count = len(places)
    reach = np.zeros(len(passed))
    for one in range(first, count - 1, step):
        if len(table) > 0:
            _look_up(reach, seen, one, table)
        else:
            _search(reach, seen, one, passed, lines)
        ax, ay = places[one, 0], places[one, 1]
        row = one * count - one * (one + 1) // 2 - one - 1
        hidden_by = NONE
        for other in range(one + 1, count):
            shortest = np.inf
            for at in range(seen.start[other], seen.start[other + 1]):
                shortest = min(shortest, reach[seen.to[at]] + seen.length_m[at])
            bx, by = places[other, 0], places[other, 1]
            straight = np.sqrt((bx - ax) ** 2 + (by - ay) ** 2)
            if straight < shortest:
                if hidden_by == NONE or not hides(edges, hidden_by, ax, ay, bx, by):
                    hidden_by = hiding_edge(edges, ax, ay, bx, by)
                if hidden_by == NONE:
                    shortest = straight
            length_m[row + other] = shortest


@njit(cache=True, nogil=True)
def _look_up(reach: Numbers, seen: Lines, one: int, table: Numbers) -> None:
    """`reach` (K,) from a place to all passed corners, over the ones it sees."""
    reach[:] = np.inf
    for at in range(seen.start[one], seen.start[one + 1]):
        length, onwards = seen.length_m[at], table[seen.to[at]]
        for corner in range(len(reach)):
            reach[corner] = min(reach[corner], length + onwards[corner])


@njit(cache=True, nogil=True)
def _search(reach: Numbers, seen: Lines, one: int, passed: npt.NDArray[np.int64], lines: Lines) -> None:
    """`reach` (K,) from a place to all passed corners, by a search over all corners."""
    distance = np.full(len(lines.start) - 1, np.inf)
    for at in range(seen.start[one], seen.start[one + 1]):
        distance[passed[seen.to[at]]] = seen.length_m[at]
    spread(lines, distance)
    for corner in range(len(passed)):
        reach[corner] = distance[passed[corner]]
