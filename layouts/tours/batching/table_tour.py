"""A good tour over a table of lengths, quick enough to ask for every batch a search thinks of.

Farthest insertion (Rosenkrantz, Stearns & Lewis 1977), then 2-opt and Or-opt moves while they shorten it.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from numba import njit

GAIN_M = 1e-9


@njit(cache=True)
def table_length(table_m: npt.NDArray[np.float64], stops: npt.NDArray[np.int64], count: int) -> float:
    """Metres of a tour from row 0 over `stops[:count]` to row 1 of a symmetric table (S, S); 0 without stops."""
    if count == 0:
        return 0.0
    tour = _inserted(table_m, stops, count)
    better = True
    while better:
        better = _reversed_parts(table_m, tour) or _moved_parts(table_m, tour)
    length_m = 0.0
    for at in range(len(tour) - 1):
        length_m += table_m[tour[at], tour[at + 1]]
    return length_m


@njit(cache=True)
def _inserted(
    table_m: npt.NDArray[np.float64], stops: npt.NDArray[np.int64], count: int
) -> npt.NDArray[np.int64]:
    """Always the stop farthest from the tour, where it lengthens it least."""
    tour = np.zeros(count + 2, np.int64)
    tour[1] = 1
    away = np.zeros(count)
    for at in range(count):
        away[at] = min(table_m[0, stops[at]], table_m[1, stops[at]])
    for length in range(2, count + 2):
        pick = 0
        for at in range(1, count):
            if away[at] > away[pick]:
                pick = at
        stop = stops[pick]
        away[pick] = -1.0
        place, least_m = 1, np.inf
        for at in range(1, length):
            longer = table_m[tour[at - 1], stop] + table_m[stop, tour[at]] - table_m[tour[at - 1], tour[at]]
            if longer < least_m:
                place, least_m = at, longer
        for at in range(length, place, -1):
            tour[at] = tour[at - 1]
        tour[place] = stop
        for at in range(count):
            if away[at] >= 0.0:
                away[at] = min(away[at], table_m[stop, stops[at]])
    return tour


@njit(cache=True)
def _reversed_parts(table_m: npt.NDArray[np.float64], tour: npt.NDArray[np.int64]) -> bool:
    """One pass of 2-opt, each gain taken at once."""
    better = False
    for first in range(1, len(tour) - 2):
        for last in range(first + 1, len(tour) - 1):
            before, after = tour[first - 1], tour[last + 1]
            gain = table_m[before, tour[first]] + table_m[tour[last], after]
            gain -= table_m[before, tour[last]] + table_m[tour[first], after]
            if gain > GAIN_M:
                low, high = first, last
                while low < high:
                    tour[low], tour[high] = tour[high], tour[low]
                    low += 1
                    high -= 1
                better = True
    return better


@njit(cache=True)
def _moved_parts(table_m: npt.NDArray[np.float64], tour: npt.NDArray[np.int64]) -> bool:
    """Or-opt: the first gain from moving one to three stops in a row to another place, either way round."""
    part = np.zeros(3, np.int64)
    for size in range(1, 4):
        for first in range(1, len(tour) - size):
            last = first + size - 1
            before, after = tour[first - 1], tour[last + 1]
            freed = table_m[before, tour[first]] + table_m[tour[last], after] - table_m[before, after]
            if freed <= GAIN_M:
                continue
            for at in range(len(tour) - 1):
                if first - 1 <= at <= last:
                    continue
                here, there = tour[at], tour[at + 1]
                straight = table_m[here, tour[first]] + table_m[tour[last], there] - table_m[here, there]
                turned = table_m[here, tour[last]] + table_m[tour[first], there] - table_m[here, there]
                if freed - min(straight, turned) > GAIN_M:
                    for step in range(size):
                        part[step] = tour[first + step] if straight <= turned else tour[last - step]
                    if at > last:
                        for step in range(last + 1, at + 1):
                            tour[step - size] = tour[step]
                        start = at - size + 1
                    else:
                        for step in range(first - 1, at, -1):
                            tour[step + size] = tour[step]
                        start = at + 1
                    for step in range(size):
                        tour[start + step] = part[step]
                    return True
    return False
