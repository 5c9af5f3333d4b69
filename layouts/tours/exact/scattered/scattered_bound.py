"""Lagrangian bounds for scattered storage: what is short of the demand is paid for, so that any tour is allowed.

For prices of the SKUs, places are worth the price of what they hold, and the shortest tour less the value of the
places it passes is found by the same sweep; with the value of the whole demand added it is a lower bound. The best
prices give the bound of the linear relaxation of Heßler & Irnich's state network (2022). Held & Karp (1971) for the
steps between prices.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from numba import njit

from layouts.tours.exact.aisles.aisle_sweep import sweep
from layouts.tours.exact.aisles.aisle_tables import AisleTables
from layouts.tours.exact.aisles.aisle_walk import ways_taken
from layouts.tours.exact.frontier_state import CLOSED, EVEN, NONE, WAYS
from layouts.tours.exact.scattered.valued_stretch import valued_ways


class Stock(NamedTuple):
    """L places in the order of their stretches; the depot's junction is one of them, of SKU −1.

    Stretch s holds the places start[s] : start[s + 1], rising in `offset_m`. `sku` (L,) and `supply` (L,) are what
    lies there, `demand` (K,) what is asked for of each SKU. `place` (L,) is the number the caller knows.
    """

    start: npt.NDArray[np.int64]
    offset_m: npt.NDArray[np.float64]
    sku: npt.NDArray[np.int64]
    supply: npt.NDArray[np.int64]
    place: npt.NDArray[np.int64]
    demand: npt.NDArray[np.int64]


@njit(cache=True)
def place_values(stock: Stock, price_m: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """What every place (L,) is worth at these prices (K,) a unit; the depot must be visited."""
    value_m = np.empty(len(stock.sku))
    for place in range(len(stock.sku)):
        sku = stock.sku[place]
        value_m[place] = np.inf if sku < 0 else stock.supply[place] * price_m[sku]
    return value_m


@njit(cache=True)
def best_at_prices(
    aisle_m: npt.NDArray[np.float64],
    cross_m: npt.NDArray[np.float64],
    stock: Stock,
    price_m: npt.NDArray[np.float64],
    tables: AisleTables,
) -> tuple[float, npt.NDArray[np.bool_]]:
    """The lower bound at these prices, and which places (L,) its tour passes."""
    blocks, aisles = aisle_m.shape
    ways, gap = valued_ways(aisle_m, stock.offset_m, place_values(stock, price_m), stock.start)
    came_from = np.empty(((2 * blocks + 1) * aisles, tables.degree.shape[1]), np.int32)
    length_m, step, state = sweep(ways, cross_m, tables, came_from)
    taken, _ = ways_taken(came_from, step, state, blocks, aisles, tables)
    passed = np.ones(len(stock.sku), np.bool_)
    for stretch in range(blocks * aisles):
        left_out = gap[stretch, taken[stretch]]
        passed[left_out[0] : left_out[1]] = False
    return length_m + np.sum(stock.demand * price_m), passed


@njit(cache=True)
def missing(stock: Stock, passed: npt.NDArray[np.bool_]) -> npt.NDArray[np.int64]:
    """How much of each SKU (K,) the places passed lack; less than 0 where there is too much."""
    short = stock.demand.copy()
    for place in range(len(passed)):
        if passed[place] and stock.sku[place] >= 0:
            short[stock.sku[place]] -= stock.supply[place]
    return short


@njit(cache=True)
def lengths_through(
    ways: npt.NDArray[np.float64], cross_m: npt.NDArray[np.float64], tables: AisleTables
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """The least length up to every step and state, and from there on, (steps + 1, S) each.

    A step and state that no tour passes has an infinite sum. Steps as in `sweep`.
    """
    states = tables.degree.shape[1]
    blocks = cross_m.shape[0] - 1
    aisles = len(ways) // blocks
    steps = (2 * blocks + 1) * aisles
    before, after = np.full((steps + 1, states), np.inf), np.full((steps + 1, states), np.inf)
    rest = np.full(steps + 1, 0.0)
    for step in range(steps - 1, -1, -1):
        aisle, part = step // (2 * blocks + 1), step % (2 * blocks + 1)
        rest[step] = rest[step + 1] + (ways[aisle * blocks + part, NONE] if part < blocks else 0.0)
    before[0, 0] = 0.0
    for step in range(steps):
        aisle, part = step // (2 * blocks + 1), step % (2 * blocks + 1)
        for state in range(states):
            so_far = before[step, state]
            if so_far == np.inf:
                continue
            if part < blocks:
                for way in range(WAYS):
                    there = tables.after[part, state, way]
                    if there >= 0:
                        total = so_far + ways[aisle * blocks + part, way]
                        before[step + 1, there] = min(before[step + 1, there], total)
                continue
            cross = part - blocks
            ahead = cross_m[cross, aisle] if aisle + 1 < aisles else np.inf
            degree, there = tables.degree[cross, state], tables.left[cross, state]
            total = so_far + (degree * ahead if degree else 0.0)
            before[step + 1, state] = min(before[step + 1, state], total)
            if degree == EVEN and there >= 0:
                before[step + 1, there] = min(before[step + 1, there], so_far)
    for step in range(steps - 1, -1, -1):
        aisle, part = step // (2 * blocks + 1), step % (2 * blocks + 1)
        for state in range(states):
            if part < blocks:
                for way in range(WAYS):
                    there = tables.after[part, state, way]
                    if there >= 0:
                        total = ways[aisle * blocks + part, way] + after[step + 1, there]
                        after[step, state] = min(after[step, state], total)
                continue
            cross = part - blocks
            ahead = cross_m[cross, aisle] if aisle + 1 < aisles else np.inf
            degree, there = tables.degree[cross, state], tables.left[cross, state]
            after[step, state] = (degree * ahead if degree else 0.0) + after[step + 1, state]
            if degree == EVEN and there >= 0:
                after[step, state] = min(after[step, state], after[step + 1, there])
            if degree == EVEN and there == CLOSED:
                after[step, state] = min(after[step, state], rest[step + 1])
    return before, after
