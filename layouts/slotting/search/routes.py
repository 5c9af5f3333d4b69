"""The route of each tour as the search keeps it, and what a stop less and a stop more do to it.

A stop that goes is bridged, one that comes is put where that costs least: at most that long is the new tour. A route
that is changed for good has its runs moved and its stretches turned until nothing gets shorter.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from numba import njit

from layouts.compiled import compiled
from layouts.slotting.metric import apart_m
from layouts.slotting.search.case import Case
from layouts.slotting.tour_length import LONGEST_RUN, WORTH_M, distinct, short_order

Ints = npt.NDArray[np.int64]


class Routes(NamedTuple):
    """Tour t of n = `stops[t]` places visits `place[i]`, from i = `tour_start[t]` on, for `held[i]` units each.

    `leg_m[tour_start[t] + t + j]` is the way to its j-th stop, the n-th that to the end. `way_m`, `order` and `spare`
    are room to work in.
    """

    place: npt.NDArray[np.int32]
    held: npt.NDArray[np.int32]
    stops: npt.NDArray[np.int32]
    leg_m: npt.NDArray[np.float64]
    way_m: npt.NDArray[np.float64]
    order: npt.NDArray[np.int64]
    spare: npt.NDArray[np.int64]


def new_routes(case: Case, assignment: Ints) -> Routes:
    """Short routes for an assignment (U,)."""
    lines, wide = len(case.line_unit), case.longest + 2
    routes = Routes(
        place=np.zeros(lines, np.int32),
        held=np.zeros(lines, np.int32),
        stops=np.zeros(len(case.tour_s), np.int32),
        leg_m=np.zeros(lines + len(case.tour_s)),
        way_m=np.zeros((wide, wide)),
        order=np.zeros(wide, np.int64),
        spare=np.zeros(wide, np.int64),
    )
    _start(case, routes, case.place[assignment[case.line_unit]].astype(np.int64))
    return routes


@njit(cache=True)
def _start(case: Case, routes: Routes, places: Ints) -> None:
    for tour in range(len(case.tour_s)):
        first, last = case.tour_start[tour], case.tour_start[tour + 1]
        order = short_order(case.metric, distinct(places[first:last]))[1]
        routes.stops[tour] = len(order)
        for row in range(len(order)):
            routes.place[first + row] = order[row]
            held = 0
            for line in range(first, last):
                if places[line] == order[row]:
                    held += 1
            routes.held[first + row] = held
        measure(case, routes, tour)


@compiled
def measure(case: Case, routes: Routes, tour: int) -> None:
    """Work out the legs of a tour."""
    first, stops = case.tour_start[tour], routes.stops[tour]
    here = case.metric.start
    for row in range(stops):
        there = routes.place[first + row]
        routes.leg_m[first + tour + row] = apart_m(case.metric, here, there)
        here = there
    routes.leg_m[first + tour + stops] = 0.0 if stops == 0 else apart_m(case.metric, here, case.metric.end)


@compiled
def tour_m(case: Case, routes: Routes, tour: int) -> float:
    """Metres of a tour's route."""
    first = case.tour_start[tour] + tour
    length = 0.0
    for row in range(routes.stops[tour] + 1):
        length += routes.leg_m[first + row]
    return length


@compiled
def row_of(case: Case, routes: Routes, tour: int, place: int) -> int:
    """Which stop of the tour `place` is, −1 for none."""
    first = case.tour_start[tour]
    for row in range(routes.stops[tour]):
        if routes.place[first + row] == place:
            return row
    return -1


@compiled
def bridged_m(case: Case, routes: Routes, tour: int, row: int) -> float:
    """Metres from the stop before `row` to the one after it."""
    first, stops = case.tour_start[tour], routes.stops[tour]
    before = case.metric.start if row == 0 else routes.place[first + row - 1]
    after = case.metric.end if row == stops - 1 else routes.place[first + row + 1]
    return 0.0 if stops == 1 else apart_m(case.metric, before, after)


@compiled
def cheapest(
    case: Case, routes: Routes, tour: int, gone: int, bridge_m: float, place: int
) -> tuple[float, int]:
    """Metres that `place` adds where it adds least, and the row it gets; stop `gone` (−1 for none), bridged by
    `bridge_m`, is left out, and rows are counted without it.
    """
    metric, first, stops = case.metric, case.tour_start[tour], routes.stops[tour]
    legs = first + tour
    left = stops - 1 if gone >= 0 else stops
    if left == 0:
        return apart_m(metric, metric.start, place) + apart_m(metric, place, metric.end), 0
    least, at, row = np.inf, 0, 0
    to_m = apart_m(metric, metric.start, place)
    for each in range(stops + 1):
        if each == gone:
            continue
        node = metric.end if each == stops else routes.place[first + each]
        open_m = bridge_m if gone >= 0 and each == gone + 1 else routes.leg_m[legs + each]
        from_m = apart_m(metric, place, node)
        added = to_m + from_m - open_m
        if added < least:
            least, at = added, row
        to_m = from_m if case.is_symmetric else apart_m(metric, node, place)
        row += 1
    return least, at


@compiled
def change_route(case: Case, routes: Routes, tour: int, lost: int, gained: int) -> float:
    """One unit of the tour goes from place `lost` to place `gained`: metres that adds, for good."""
    was = tour_m(case, routes, tour)
    first = case.tour_start[tour]
    row = row_of(case, routes, tour, lost)
    routes.held[first + row] -= 1
    gone = row if routes.held[first + row] == 0 else -1
    there = row_of(case, routes, tour, gained)
    at = 0
    if there < 0:
        bridge_m = bridged_m(case, routes, tour, gone) if gone >= 0 else 0.0
        at = cheapest(case, routes, tour, gone, bridge_m, gained)[1]
    else:
        routes.held[first + there] += 1
    if gone >= 0:
        for each in range(first + gone, first + routes.stops[tour] - 1):
            routes.place[each], routes.held[each] = routes.place[each + 1], routes.held[each + 1]
        routes.stops[tour] -= 1
    if there < 0:
        for each in range(first + routes.stops[tour], first + at, -1):
            routes.place[each], routes.held[each] = routes.place[each - 1], routes.held[each - 1]
        routes.place[first + at], routes.held[first + at] = gained, 1
        routes.stops[tour] += 1
    if routes.stops[tour] > 1:
        _shorten(case, routes, tour)
    measure(case, routes, tour)
    return tour_m(case, routes, tour) - was


@compiled
def _shorten(case: Case, routes: Routes, tour: int) -> None:
    first, stops = case.tour_start[tour], routes.stops[tour]
    ways, order, metric = routes.way_m, routes.order, case.metric
    for one in range(stops + 2):
        order[one] = one
        here = metric.start if one == 0 else metric.end if one == stops + 1 else routes.place[first + one - 1]
        for other in range(stops + 2):
            if case.is_symmetric and other < one:
                ways[one, other] = ways[other, one]
                continue
            there = (
                metric.start
                if other == 0
                else metric.end
                if other == stops + 1
                else routes.place[first + other - 1]
            )
            ways[one, other] = apart_m(metric, here, there)
    changed = False
    while _turn(ways, order, stops + 2) or _carry(ways, order, routes.spare, stops + 2):
        changed = True
    if not changed:
        return
    for row in range(stops):
        routes.spare[row] = routes.place[first + order[row + 1] - 1]
    for row in range(stops):
        order[row + 1] = routes.held[first + order[row + 1] - 1]
    for row in range(stops):
        routes.place[first + row] = routes.spare[row]
        routes.held[first + row] = order[row + 1]


@compiled
def _turn(ways: npt.NDArray[np.float64], order: Ints, size: int) -> bool:
    """Turn the first stretch that is shorter the other way round."""
    for low in range(1, size - 2):
        there, back = 0.0, 0.0
        for high in range(low + 1, size - 1):
            there += ways[order[high - 1], order[high]]
            back += ways[order[high], order[high - 1]]
            was = ways[order[low - 1], order[low]] + there + ways[order[high], order[high + 1]]
            new = ways[order[low - 1], order[high]] + back + ways[order[low], order[high + 1]]
            if new < was - WORTH_M:
                while low < high:
                    order[low], order[high] = order[high], order[low]
                    low, high = low + 1, high - 1
                return True
    return False


@compiled
def _carry(ways: npt.NDArray[np.float64], order: Ints, spare: Ints, size: int) -> bool:
    """Carry the first run, either way round, to where the tour is shorter."""
    for low in range(1, size - 1):
        inner, outer = 0.0, 0.0
        for high in range(low + 1, min(low + LONGEST_RUN, size - 1) + 1):
            head, tail = order[low], order[high - 1]
            if high - 1 > low:
                inner += ways[order[high - 2], tail]
                outer += ways[tail, order[high - 2]]
            freed = ways[order[low - 1], head] + ways[tail, order[high]] - ways[order[low - 1], order[high]]
            for row in range(1, size):
                if low <= row <= high:
                    continue
                one, other = order[row - 1], order[row]
                kept = ways[one, head] + ways[tail, other] - ways[one, other]
                flipped = ways[one, tail] + ways[head, other] - ways[one, other] + outer - inner
                if min(kept, flipped) < freed - WORTH_M:
                    _put(order, spare, low, high, row, flipped < kept)
                    return True
    return False


@compiled
def _put(order: Ints, spare: Ints, low: int, high: int, row: int, is_turned: bool) -> None:
    """Take `order[low:high]` out and put it before what stands at `row` now."""
    count = high - low
    for each in range(count):
        spare[each] = order[high - 1 - each] if is_turned else order[low + each]
    if row > high:
        for each in range(high, row):
            order[each - count] = order[each]
        at = row - count
    else:
        for each in range(low - 1, row - 1, -1):
            order[each + count] = order[each]
        at = row
    for each in range(count):
        order[at + each] = spare[each]
