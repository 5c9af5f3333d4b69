"""The least that a tour walks if it stops at a place at all, wherever else it stops.

That is the shortest chain of legs from the start to the place and on to the end. Where the lengths obey the triangle
inequality the chain is one leg; where they do not, other places may shorten it (Bellman 1958, Ford 1956).
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from numba import njit

from layouts.slotting.metric import Metric

Floats = npt.NDArray[np.float64]


def round_trips_m(metric: Metric) -> Floats:
    """Metres (P,) from the start over each place to the end; infinite where there is no way."""
    if len(metric.table):
        table = metric.table.astype(np.float64)
        return _chains(table, metric.start) + _chains(np.ascontiguousarray(table.T), metric.end)
    there = _lane_chains(
        metric.start,
        metric.lane,
        metric.up_m,
        metric.leave_m,
        metric.enter_m,
        metric.mouths_m,
        metric.sense,
        np.lexsort((metric.up_m, metric.lane)),
    )
    back = _lane_chains(
        metric.end,
        metric.lane,
        metric.up_m,
        metric.enter_m,
        metric.leave_m,
        np.ascontiguousarray(metric.mouths_m.T),
        -metric.sense,
        np.lexsort((metric.up_m, metric.lane)),
    )
    whole: Floats = there + back
    return whole


@njit(cache=True)
def _chains(table: Floats, source: int) -> Floats:
    """Shortest chains (P,) from one place to all, by Dijkstra's method (1959) on the whole table."""
    n = len(table)
    length = np.full(n, np.inf)
    length[source] = 0.0
    settled = np.zeros(n, np.bool_)
    for _ in range(n):
        here, least = -1, np.inf
        for place in range(n):
            if not settled[place] and length[place] < least:
                here, least = place, length[place]
        if here < 0:
            break
        settled[here] = True
        for there in range(n):
            length[there] = min(length[there], least + table[here, there])
    return length


@njit(cache=True)
def _lane_chains(
    source: int,
    lane: npt.NDArray[np.int32],
    up_m: npt.NDArray[np.float32],
    leave_m: npt.NDArray[np.float32],
    enter_m: npt.NDArray[np.float32],
    mouths_m: npt.NDArray[np.float32],
    sense: npt.NDArray[np.int8],
    order: npt.NDArray[np.int64],
) -> Floats:
    """The same (P,) over lanes; `order` has the places by lane and height. Leg after leg, until none shortens."""
    places, mouths = len(lane), len(mouths_m)
    length = np.full(places, np.inf)
    length[source] = 0.0
    while True:
        before = length.copy()
        out, into = np.full(mouths, np.inf), np.full(mouths, np.inf)
        for place in range(places):
            for side in range(2):
                mouth = 2 * lane[place] + side
                out[mouth] = min(out[mouth], length[place] + leave_m[place, side])
        for one in range(mouths):
            if out[one] < np.inf:
                for other in range(mouths):
                    into[other] = min(into[other], out[one] + mouths_m[one, other])
        for place in range(places):
            for side in range(2):
                length[place] = min(length[place], into[2 * lane[place] + side] + enter_m[place, side])
        for row in range(1, places):
            _step(length, lane, up_m, sense, order[row - 1], order[row], 1)
        for row in range(places - 1, 0, -1):
            _step(length, lane, up_m, sense, order[row], order[row - 1], -1)
        if (length >= before - 1e-9).all():
            return length


@njit(cache=True)
def _step(
    length: Floats,
    lane: npt.NDArray[np.int32],
    up_m: npt.NDArray[np.float32],
    sense: npt.NDArray[np.int8],
    here: int,
    there: int,
    way: int,
) -> None:
    """Along a lane to the neighbour, if the lane is walked that way or both are at one height."""
    if lane[here] != lane[there]:
        return
    apart = abs(float(up_m[there]) - float(up_m[here]))
    if apart == 0.0 or sense[lane[here]] * way >= 0:
        length[there] = min(length[there], length[here] + apart)
