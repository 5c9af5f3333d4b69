"""Shortest tours where a SKU lies in many places: which places to visit, and how, with a bound on what is lost.

Prices of the SKUs give a lower bound and good choices; with both, few states of the floor are left, and a
mixed-integer program over those closes the gap as far as its budget goes.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from layouts.tours.exact.aisles.aisle_sweep import places_to_visit
from layouts.tours.exact.aisles.aisle_tables import AisleTables, aisle_tables
from layouts.tours.exact.aisles.block_tour import BlockTour, optimal_tour
from layouts.tours.exact.scattered.scattered_bound import Stock, best_at_prices, missing
from layouts.tours.exact.scattered.scattered_program import best_choice
from layouts.tours.exact.scattered.scattered_search import good_choice
from layouts.tours.exact.stretch import sort_by_stretch
from layouts.tours.parallel_aisles import ParallelAisles, Picks

Indices = npt.NDArray[np.int64]
Lengths = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

PATIENCE = 20
"""Price steps without a better bound before steps are halved."""
SEARCH_EVERY = 50
"""Price steps from one search for a better choice to the next."""
OVERSHOOT = 1.02
"""Steps aim this much above the best length known, for it may be the optimum."""
CLOSED_M = 1e-6
"""A bound this close to the length is proof: the solver's own tolerance."""


@dataclass(frozen=True, kw_only=True, eq=False)
class ScatteredTour:
    """`chosen` (C,) are the places to visit, in rising order, `tour` is a shortest one through them: its picks are
    numbered as in `chosen`. No tour that meets the demand is shorter than `lower_bound_m`.
    """

    tour: BlockTour
    chosen: Indices
    lower_bound_m: float

    @property
    def gap(self) -> float:
        """(length − bound) / length: 0 where the tour is proven shortest."""
        lost_m = self.tour.length_m - self.lower_bound_m
        return lost_m / self.tour.length_m if lost_m > CLOSED_M else 0.0


def optimal_scattered_tour(
    warehouse: ParallelAisles,
    places: Picks,
    *,
    sku: Indices,
    supply: Indices,
    demand: Indices,
    price_steps: int = 600,
    most_nodes: int = 1000,
    time_limit_s: float | None = None,
) -> ScatteredTour:
    """The shortest tour that finds `demand` (K,) units of every SKU.

    At `places` (L,) lie `supply` (L,) units of SKU `sku` (L,), 0 … K − 1. The effort is bounded by `price_steps` of
    the bound and `most_nodes` of the program's search, and by `time_limit_s` of it where told: then another machine
    may tell another tour.

    Raises ValueError for places outside the warehouse and for a demand that all places together cannot meet.
    """
    places.within(warehouse)
    stock = _stock(warehouse, places, sku, supply, demand)
    tables = aisle_tables(warehouse.blocks + 1)
    aisle_m, cross_m = np.ascontiguousarray(warehouse.aisle_m), np.ascontiguousarray(warehouse.cross_m)
    price_m, lower_m, length_m, choice = _best_prices(aisle_m, cross_m, stock, tables, price_steps)
    if length_m - lower_m > CLOSED_M:
        proven_m, better = best_choice(
            aisle_m,
            cross_m,
            stock,
            tables,
            price_m=price_m,
            bound_m=length_m,
            most_nodes=most_nodes,
            time_limit_s=time_limit_s,
        )
        lower_m = max(lower_m, min(proven_m, length_m))
        if better is not None:
            better_m, better = good_choice(aisle_m, cross_m, stock, better, tables)
            choice = better if better_m < length_m else choice
    chosen = np.sort(stock.place[choice & (stock.sku >= 0)])
    visited = Picks(aisle=places.aisle[chosen], block=places.block[chosen], offset_m=places.offset_m[chosen])
    return ScatteredTour(
        tour=optimal_tour(warehouse, visited),
        chosen=chosen,
        lower_bound_m=max(lower_m, 0.0) + (2 * warehouse.depot_m if len(chosen) else 0.0),
    )


def _stock(warehouse: ParallelAisles, places: Picks, sku: Indices, supply: Indices, demand: Indices) -> Stock:
    """What is asked for of what lies there, in the order of the floor; more than the demand is of no use."""
    lies = np.bincount(sku, weights=supply, minlength=len(demand))
    short = np.flatnonzero(lies[: len(demand)] < demand)
    if len(short):
        one = short[0]
        raise ValueError(f"SKU {one}: {demand[one]} are asked for and {lies[one]:.0f} lie in all its places")
    wanted = np.flatnonzero(
        (sku < len(demand)) & (demand[np.minimum(sku, len(demand) - 1)] > 0) & (supply > 0)
    )
    stretch, offset_m, pick = places_to_visit(
        np.ascontiguousarray(warehouse.aisle_m),
        *warehouse.depot,
        places.aisle[wanted],
        places.block[wanted],
        places.offset_m[wanted],
    )
    order, start = sort_by_stretch(stretch, offset_m, warehouse.aisle_m.size)
    pick = pick[order]
    place = np.where(pick < 0, -1, np.append(wanted, -1)[pick])
    return Stock(
        start=start,
        offset_m=offset_m[order],
        sku=np.where(place < 0, -1, sku[place]),
        supply=np.where(place < 0, 0, np.minimum(supply[place], demand[sku[place]])),
        place=place,
        demand=np.asarray(demand, np.int64),
    )


def _best_prices(
    aisle_m: Lengths, cross_m: Lengths, stock: Stock, tables: AisleTables, steps: int
) -> tuple[Lengths, float, float, Flags]:
    """Prices (K,), the lower bound they prove, and the length and places (L,) of the best choice on the way."""
    length_m, choice = good_choice(aisle_m, cross_m, stock, stock.sku < 0, tables)
    best_m, best_prices = -np.inf, np.zeros(len(stock.demand))
    price_m, pace, stalled = best_prices, 1.0, 0
    for step in range(1, steps + 1):
        bound_m, passed = best_at_prices(aisle_m, cross_m, stock, price_m, tables)
        stalled += 1
        if bound_m > best_m:
            best_m, best_prices, stalled = bound_m, price_m, 0
        if stalled == PATIENCE:
            pace, stalled, price_m = pace / 2, 0, best_prices
        if step % SEARCH_EVERY == 0:
            other_m, other = good_choice(aisle_m, cross_m, stock, passed, tables)
            if other_m < length_m:
                length_m, choice = other_m, other
        short = missing(stock, passed).astype(np.float64)
        if not short.any() or length_m - best_m < CLOSED_M:
            break
        price_m = np.maximum(
            0.0, price_m + pace * (OVERSHOOT * length_m - bound_m) / float(short @ short) * short
        )
    return best_prices, best_m, length_m, choice
