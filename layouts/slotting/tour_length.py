"""How long the tours of an assignment are: shortest ones of few stops, short ones of many.

1. Of up to MOST_EXACT stops the shortest order is found, by the dynamic program of Held and Karp (1962).
2. More stops are inserted one after the other where that costs least, then runs of up to three are moved, either
   way round, and stretches turned, until nothing gets shorter.

The same source runs compiled and, with NUMBA_DISABLE_JIT=1, as plain Python, with equal results.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from numba import njit

from layouts.slotting.metric import Metric, apart_m
from layouts.slotting.problem import SlottingProblem

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

MOST_EXACT = 7
LONGEST_RUN = 3
WORTH_M = 1e-6
"""A change counts if it saves more than this."""


def tour_lengths(problem: SlottingProblem, assignment: Ints) -> Floats:
    """Metres (T,) of each tour, from the metric's start over its units' places to its end."""
    tours = problem.tours
    if len(tours.unit) and assignment[tours.unit].min() < 0:
        raise ValueError("a tour visits a unit that has no location: place it first")
    places = problem.place[assignment[tours.unit]]
    return _lengths(problem.metric, tours.start, places)


@njit(cache=True)
def _lengths(metric: Metric, start: Ints, places: Ints) -> Floats:
    lengths = np.zeros(len(start) - 1)
    for tour in range(len(lengths)):
        lengths[tour] = short_order(metric, distinct(places[start[tour] : start[tour + 1]]))[0]
    return lengths


@njit(cache=True)
def distinct(places: Ints) -> Ints:
    """The different ones, in rising order."""
    ordered = np.sort(places)
    kept = 0
    for row in range(len(ordered)):
        if row == 0 or ordered[row] != ordered[row - 1]:
            ordered[kept] = ordered[row]
            kept += 1
    return ordered[:kept]


@njit(cache=True)
def short_order(metric: Metric, stops: Ints) -> tuple[float, Ints]:
    """Metres of a short tour over different `stops` (n,) and the order it visits them in; 0 without stops."""
    if len(stops) == 0:
        return 0.0, stops.copy()
    if len(stops) <= MOST_EXACT:
        return _shortest(metric, stops)
    route = _inserted(metric, stops)
    _improve(metric, route)
    return route_m(metric, route), route[1:-1].copy()


@njit(cache=True)
def route_m(metric: Metric, route: Ints) -> float:
    """Metres along a row of places."""
    length = 0.0
    for row in range(1, len(route)):
        length += apart_m(metric, route[row - 1], route[row])
    return length


@njit(cache=True)
def _shortest(metric: Metric, stops: Ints) -> tuple[float, Ints]:
    n = len(stops)
    full = (1 << n) - 1
    best = np.full((full + 1, n), np.inf)
    before = np.full((full + 1, n), -1)
    way = np.zeros((n, n))
    for one in range(n):
        best[1 << one, one] = apart_m(metric, metric.start, stops[one])
        for other in range(n):
            way[one, other] = apart_m(metric, stops[one], stops[other])
    for seen in range(1, full + 1):
        for last in range(n):
            if best[seen, last] == np.inf:
                continue
            for then in range(n):
                if seen & (1 << then):
                    continue
                length = best[seen, last] + way[last, then]
                if length < best[seen | (1 << then), then]:
                    best[seen | (1 << then), then] = length
                    before[seen | (1 << then), then] = last
    least, last = np.inf, 0
    for one in range(n):
        length = best[full, one] + apart_m(metric, stops[one], metric.end)
        if length < least:
            least, last = length, one
    order = np.zeros(n, np.int64)
    seen = full
    for row in range(n - 1, -1, -1):
        order[row] = stops[last]
        seen, last = seen & ~(1 << last), before[seen, last]
    return least, order


@njit(cache=True)
def _inserted(metric: Metric, stops: Ints) -> Ints:
    """A route from start to end with every stop put where it costs least in its turn."""
    route = np.empty(len(stops) + 2, np.int64)
    route[0], route[1] = metric.start, metric.end
    size = 2
    for stop in stops:
        least, at = np.inf, 1
        for row in range(1, size):
            added = (
                apart_m(metric, route[row - 1], stop)
                + apart_m(metric, stop, route[row])
                - apart_m(metric, route[row - 1], route[row])
            )
            if added < least:
                least, at = added, row
        for row in range(size, at, -1):
            route[row] = route[row - 1]
        route[at] = stop
        size += 1
    return route


@njit(cache=True)
def _improve(metric: Metric, route: Ints) -> None:
    """Change `route` in place until neither a moved run nor a turned stretch shortens it."""
    better = True
    while better:
        better = _turn_a_stretch(metric, route) or _move_a_run(metric, route)


@njit(cache=True)
def _turn_a_stretch(metric: Metric, route: Ints) -> bool:
    size = len(route)
    for low in range(1, size - 2):
        there, back = 0.0, 0.0
        for high in range(low + 1, size - 1):
            there += apart_m(metric, route[high - 1], route[high])
            back += apart_m(metric, route[high], route[high - 1])
            was = apart_m(metric, route[low - 1], route[low]) + apart_m(metric, route[high], route[high + 1])
            new = apart_m(metric, route[low - 1], route[high]) + apart_m(metric, route[low], route[high + 1])
            if new + back < was + there - WORTH_M:
                route[low : high + 1] = route[low : high + 1][::-1].copy()
                return True
    return False


@njit(cache=True)
def _move_a_run(metric: Metric, route: Ints) -> bool:
    size = len(route)
    for low in range(1, size - 1):
        for high in range(low + 1, min(low + LONGEST_RUN, size - 1) + 1):
            run = route[low:high].copy()
            turned = run[::-1].copy()
            freed = (
                apart_m(metric, route[low - 1], run[0])
                + apart_m(metric, run[-1], route[high])
                - apart_m(metric, route[low - 1], route[high])
            )
            longer = route_m(metric, turned) - route_m(metric, run)
            rest = np.concatenate((route[:low], route[high:]))
            for row in range(1, len(rest)):
                one, other = rest[row - 1], rest[row]
                open_m = apart_m(metric, one, other)
                kept = apart_m(metric, one, run[0]) + apart_m(metric, run[-1], other) - open_m
                flipped = apart_m(metric, one, run[-1]) + apart_m(metric, run[0], other) - open_m + longer
                if min(kept, flipped) < freed - WORTH_M:
                    put = run if kept <= flipped else turned
                    route[:] = np.concatenate((rest[:row], put, rest[row:]))
                    return True
    return False
