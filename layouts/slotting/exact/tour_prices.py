"""What tours cost at least if one of their units is in a certain location, wherever the others are.

A dynamic program over the units visited so far and the location of the last one, forwards and backwards: that of
Held and Karp (1962) with the stops still open. Two units that are not visited one after the other may be in one
location, so the answer is at most the true one; it is the true one where each unit has one location left.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from numba import njit

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]


@njit(cache=True)
def all_prices(
    apart: Floats,
    first: Floats,
    last: Floats,
    alone: Bools,
    may: Bools,
    start: Ints,
    unit: Ints,
    weight: Floats,
    extra: Floats,
) -> Floats:
    """`tour_prices` of all tours, in the rows of their units: `extra` and the answer are (V, L)."""
    prices = np.empty_like(extra)
    for tour in range(len(weight)):
        low, high = start[tour], start[tour + 1]
        prices[low:high] = tour_prices(
            apart, first, last, alone, may[unit[low:high]], extra[low:high], weight[tour]
        )
    return prices


@njit(cache=True)
def tour_prices(
    apart: Floats, first: Floats, last: Floats, alone: Bools, may: Bools, extra: Floats, weight: float
) -> Floats:
    """(k, L) the least of weight × the tour's seconds + the `extra` (k, L) of where its k units are, by the location
    of each unit; infinite where `may` (k, L) forbids it. `alone` (L,) are locations that hold one unit only.
    """
    k, locations = may.shape
    spots = _spots(may)
    full = (1 << k) - 1
    before = np.full((full + 1, locations), np.inf)
    before[0] = weight * first
    stopped = np.empty(locations)
    for mask in range(1, full):
        stopped[:] = np.inf
        for unit in range(k):
            if mask & (1 << unit):
                rest = mask & ~(1 << unit)
                for here in spots:
                    if may[unit, here]:
                        stopped[here] = min(stopped[here], before[rest, here] + extra[unit, here])
        for here in spots:
            if stopped[here] < np.inf:
                for there in spots:
                    if here != there or not alone[here]:
                        seconds = stopped[here] + weight * apart[here, there]
                        before[mask, there] = min(before[mask, there], seconds)
    after = np.full((full + 1, locations), np.inf)
    after[full] = weight * last
    for mask in range(full - 1, 0, -1):
        stopped[:] = np.inf
        for unit in range(k):
            if not mask & (1 << unit):
                more = mask | (1 << unit)
                for there in spots:
                    if may[unit, there]:
                        stopped[there] = min(stopped[there], after[more, there] + extra[unit, there])
        for there in spots:
            if stopped[there] < np.inf:
                for here in spots:
                    if here != there or not alone[here]:
                        seconds = stopped[there] + weight * apart[here, there]
                        after[mask, here] = min(after[mask, here], seconds)
    prices = np.full((k, locations), np.inf)
    for unit in range(k):
        for mask in range(full + 1):
            if mask & (1 << unit):
                rest = mask & ~(1 << unit)
                for here in spots:
                    if may[unit, here]:
                        whole = before[rest, here] + after[mask, here]
                        prices[unit, here] = min(prices[unit, here], whole)
        prices[unit] += extra[unit]
    return prices


@njit(cache=True)
def _spots(may: Bools) -> Ints:
    """The locations where any of the units may be."""
    spots = np.zeros(may.shape[1], np.int64)
    count = 0
    for here in range(may.shape[1]):
        if may[:, here].any():
            spots[count] = here
            count += 1
    return spots[:count]
