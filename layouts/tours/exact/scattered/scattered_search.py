"""Good choices of places for scattered storage: whatever is chosen, its tour is a shortest one."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from numba import njit

from layouts.tours.exact.aisles.aisle_sweep import aisle_ways, sweep
from layouts.tours.exact.aisles.aisle_tables import AisleTables
from layouts.tours.exact.scattered.scattered_bound import Stock, missing

_WORTH_M = 1e-9
"""What is shorter by less is not shorter."""


@njit(cache=True)
def good_choice(
    aisle_m: npt.NDArray[np.float64],
    cross_m: npt.NDArray[np.float64],
    stock: Stock,
    chosen: npt.NDArray[np.bool_],
    tables: AisleTables,
) -> tuple[float, npt.NDArray[np.bool_]]:
    """A choice (L,) that meets the demand, from any choice on, and the length of its tour.

    What lacks is added where it lengthens the tour least, what is too much left out where that shortens it most;
    then each place in turn is done without, for as long as that helps.
    """
    best = chosen.copy()
    best_m = _meet_demand(aisle_m, cross_m, stock, best, tables)
    improved = True
    while improved:
        improved = False
        for place in range(len(best)):
            if not best[place] or stock.sku[place] < 0:
                continue
            other = best.copy()
            other[place] = False
            if _length(aisle_m, cross_m, stock, other, tables) > best_m - _WORTH_M:
                continue
            other_m = _meet_demand(aisle_m, cross_m, stock, other, tables)
            if other_m < best_m - _WORTH_M:
                best, best_m, improved = other, other_m, True
    return best_m, best


@njit(cache=True)
def _meet_demand(
    aisle_m: npt.NDArray[np.float64],
    cross_m: npt.NDArray[np.float64],
    stock: Stock,
    chosen: npt.NDArray[np.bool_],
    tables: AisleTables,
) -> float:
    """Add to and take from `chosen` until it meets the demand with nothing to spare; its length."""
    short = missing(stock, chosen)
    length_m = _length(aisle_m, cross_m, stock, chosen, tables)
    while np.max(short) > 0:
        best, best_m, least = -1, np.inf, np.inf
        for place in range(len(chosen)):
            sku = stock.sku[place]
            if chosen[place] or sku < 0 or short[sku] <= 0:
                continue
            chosen[place] = True
            longer_m = _length(aisle_m, cross_m, stock, chosen, tables)
            chosen[place] = False
            each = (longer_m - length_m) / min(short[sku], stock.supply[place])
            if each < least:
                best, best_m, least = place, longer_m, each
        chosen[best] = True
        short[stock.sku[best]] -= stock.supply[best]
        length_m = best_m
    while True:
        best, best_m = -1, np.inf
        for place in range(len(chosen)):
            sku = stock.sku[place]
            if not chosen[place] or sku < 0 or short[sku] + stock.supply[place] > 0:
                continue
            chosen[place] = False
            shorter_m = _length(aisle_m, cross_m, stock, chosen, tables)
            chosen[place] = True
            if shorter_m < best_m:
                best, best_m = place, shorter_m
        if best < 0:
            return length_m
        chosen[best] = False
        short[stock.sku[best]] += stock.supply[best]
        length_m = best_m


@njit(cache=True)
def _length(
    aisle_m: npt.NDArray[np.float64],
    cross_m: npt.NDArray[np.float64],
    stock: Stock,
    chosen: npt.NDArray[np.bool_],
    tables: AisleTables,
) -> float:
    start = np.zeros(len(stock.start), np.int64)
    for stretch in range(len(start) - 1):
        inside = chosen[stock.start[stretch] : stock.start[stretch + 1]]
        start[stretch + 1] = start[stretch] + np.sum(inside)
    ways = aisle_ways(aisle_m, stock.offset_m[chosen], start)
    return float(sweep(ways, cross_m, tables, np.empty((0, 0), np.int32))[0])
