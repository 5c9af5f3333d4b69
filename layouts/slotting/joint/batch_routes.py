"""The route of each batch as the search keeps it: how an order leaves one and joins another.

A stop that nobody needs any more is bridged, a new one is put where that costs least: at most that long is the new
tour. A route that is kept has runs moved and stretches turned until nothing gets shorter. Rows 0 and last of a route
are the metric's start and end.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from layouts.compiled import compiled
from layouts.slotting.metric import Metric, apart_m
from layouts.slotting.tour_length import LONGEST_RUN, WORTH_M

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]


class Visits(NamedTuple):
    """Order n wants the different places `place[start[n]:start[n + 1]]`."""

    start: Ints
    place: Ints


class Routes(NamedTuple):
    """Batch b goes along `place[b, :size[b]]`, its start and end among them, and `held[b, row]` of its orders want
    the place of a row. It is `length_m[b]` long, 0 for a batch of no stops.
    """

    place: Ints
    held: Ints
    size: Ints
    length_m: Floats


def new_routes(metric: Metric, batches: int, width: int) -> Routes:
    """So many empty ones of up to `width` stops."""
    routes = Routes(
        place=np.zeros((batches, width + 2), np.int64),
        held=np.zeros((batches, width + 2), np.int64),
        size=np.full(batches, 2),
        length_m=np.zeros(batches),
    )
    routes.place[:, 0], routes.place[:, 1] = metric.start, metric.end
    return routes


@compiled
def leave(routes: Routes, batch: int, visits: Visits, order: int) -> None:
    """Take an order's stops out of a batch."""
    places, helds = routes.place[batch], routes.held[batch]
    for each in range(visits.start[order], visits.start[order + 1]):
        row = _row_of(places, routes.size[batch], visits.place[each])
        helds[row] -= 1
        if helds[row] == 0:
            for after in range(row, routes.size[batch] - 1):
                places[after], helds[after] = places[after + 1], helds[after + 1]
            routes.size[batch] -= 1


@compiled
def join(metric: Metric, routes: Routes, batch: int, visits: Visits, order: int) -> None:
    """Put an order's stops into a batch, one after the other, each where it costs least."""
    places, helds = routes.place[batch], routes.held[batch]
    for each in range(visits.start[order], visits.start[order + 1]):
        place = visits.place[each]
        size = routes.size[batch]
        row = _row_of(places, size, place)
        if row >= 0:
            helds[row] += 1
            continue
        at = cheapest(metric, places, size, place)[1]
        for after in range(size, at, -1):
            places[after], helds[after] = places[after - 1], helds[after - 1]
        places[at], helds[at] = place, 1
        routes.size[batch] += 1


@compiled
def cheapest(metric: Metric, places: Ints, size: int, place: int) -> tuple[float, int]:
    """Metres that a stop adds where it adds least, and the row it gets."""
    least, at = np.inf, 1
    to_m = apart_m(metric, places[0], place)
    for row in range(1, size):
        from_m = apart_m(metric, place, places[row])
        added = to_m + from_m - apart_m(metric, places[row - 1], places[row])
        if added < least:
            least, at = added, row
        to_m = apart_m(metric, places[row], place)
    return least, at


@compiled
def measure(metric: Metric, routes: Routes, batch: int) -> float:
    """Work out how long a batch's route is."""
    length = 0.0
    if routes.size[batch] > 2:
        for row in range(1, routes.size[batch]):
            length += apart_m(metric, routes.place[batch, row - 1], routes.place[batch, row])
    routes.length_m[batch] = length
    return length


@compiled
def copy_route(source: Routes, batch: int, target: Routes, row: int) -> None:
    """Write a batch's route into a row of others."""
    for each in range(source.size[batch]):
        target.place[row, each] = source.place[batch, each]
        target.held[row, each] = source.held[batch, each]
    target.size[row] = source.size[batch]
    target.length_m[row] = source.length_m[batch]


@compiled
def shorten(metric: Metric, routes: Routes, batch: int) -> float:
    """Metres of the route after all changes that shorten it."""
    places, helds, size = routes.place[batch], routes.held[batch], routes.size[batch]
    better = True
    while better:
        better = _turn(metric, places, helds, size) or _carry(metric, places, helds, size)
    return measure(metric, routes, batch)


@compiled
def _row_of(places: Ints, size: int, place: int) -> int:
    for row in range(1, size - 1):
        if places[row] == place:
            return row
    return -1


@compiled
def _turn(metric: Metric, places: Ints, helds: Ints, size: int) -> bool:
    """One pass in which every stretch is turned that is shorter the other way round."""
    is_better = False
    for low in range(1, size - 2):
        there, back = 0.0, 0.0
        for high in range(low + 1, size - 1):
            there += apart_m(metric, places[high - 1], places[high])
            back += apart_m(metric, places[high], places[high - 1])
            was = (
                apart_m(metric, places[low - 1], places[low])
                + there
                + apart_m(metric, places[high], places[high + 1])
            )
            new = (
                apart_m(metric, places[low - 1], places[high])
                + back
                + apart_m(metric, places[low], places[high + 1])
            )
            if new < was - WORTH_M:
                _reverse(places, helds, low, high)
                there, back = back, there
                is_better = True
    return is_better


@compiled
def _carry(metric: Metric, places: Ints, helds: Ints, size: int) -> bool:
    """Carry the first run, either way round, to where the tour is shorter."""
    for low in range(1, size - 1):
        inner, outer = 0.0, 0.0
        for high in range(low + 1, min(low + LONGEST_RUN, size - 1) + 1):
            head, tail = places[low], places[high - 1]
            if high - 1 > low:
                inner += apart_m(metric, places[high - 2], tail)
                outer += apart_m(metric, tail, places[high - 2])
            before, after = places[low - 1], places[high]
            freed = (
                apart_m(metric, before, head) + apart_m(metric, tail, after) - apart_m(metric, before, after)
            )
            if freed <= WORTH_M and outer >= inner:
                continue
            for row in range(1, size):
                if low <= row <= high:
                    continue
                one, other = places[row - 1], places[row]
                open_m = apart_m(metric, one, other)
                kept = apart_m(metric, one, head) + apart_m(metric, tail, other) - open_m
                turned = apart_m(metric, one, tail) + apart_m(metric, head, other) - open_m + outer - inner
                if min(kept, turned) < freed - WORTH_M:
                    if turned < kept:
                        _reverse(places, helds, low, high - 1)
                    _put(places, helds, low, high, row)
                    return True
    return False


@compiled
def _put(places: Ints, helds: Ints, low: int, high: int, row: int) -> None:
    """Move the run `low … high − 1` before what stands at `row`: two neighbouring stretches change places."""
    first, middle, last = (low, high, row) if row > high else (row, low, high)
    _reverse(places, helds, first, middle - 1)
    _reverse(places, helds, middle, last - 1)
    _reverse(places, helds, first, last - 1)


@compiled
def _reverse(places: Ints, helds: Ints, low: int, high: int) -> None:
    while low < high:
        places[low], places[high] = places[high], places[low]
        helds[low], helds[high] = helds[high], helds[low]
        low, high = low + 1, high - 1
