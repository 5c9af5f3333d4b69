"""More than one cart holds: the stops of an order split into trips from the depot."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from layouts.tours.bounded import Bounded
from layouts.tours.metric.best_tour import MetricTour, best_tour, quick_bound
from layouts.tours.metric.branch_and_cut import PROOF, branch_and_cut
from layouts.tours.metric.fixed_ends import FixedEnds, Lengths, checked_lengths
from layouts.tours.metric.local_search import search
from layouts.tours.metric.search_kernel import UNLOAD, Order
from layouts.tours.metric.trips_program import SPARE, TripsProgram, carts_for

ITERATIONS, ITERATIONS_PER_PLACE = 500, 100
"""Random changes of a search by default."""
PROOF_ROUNDS = 15
"""Linear programs solved for the bound by default: a few seconds for a hundred places."""


@dataclass(frozen=True, kw_only=True)
class CartTrips(Bounded):
    """Closed tours from the depot, `trips[k]` with it at both ends; no split into trips is below the bound."""

    trips: tuple[tuple[int, ...], ...]


def cart_trips(
    length_m: Lengths,
    load: Sequence[float],
    *,
    capacity: float,
    depot: int = 0,
    iterations: int | None = None,
    proof_rounds: int = PROOF_ROUNDS,
    seed: int = 0,
) -> CartTrips:
    """Trips from `depot` that visit every other place once, none with a load above `capacity`, as short as found.

    `length_m` (n, n) are finite metres, the diagonal does not count; `load` (n,), in the unit of `capacity`, is
    what each place adds, the depot's does not count. A tour over all is cut into trips (Prins, 2004), then one
    search moves places within and between them; `proof_rounds` linear programs raise the bound, 0 for the quick
    bounds alone. Raises ValueError for a load that is negative or does not fit a
    cart, and for a table that is not square, finite and positive.
    """
    table = checked_lengths(length_m)
    loads = _checked_loads(table, load, capacity, depot)
    stops = [place for place in range(len(table)) if place != depot]
    past_depot = table[:, depot, None] + table[None, depot, :]
    if loads.sum() <= capacity * (1 + SPARE) and bool((table <= past_depot).all()):
        tour = best_tour(table, start=depot, iterations=iterations, proof_rounds=proof_rounds, seed=seed)
        return CartTrips(
            trips=(tour.order,) if stops else (), length_m=tour.length_m, lower_bound_m=tour.lower_bound_m
        )
    count = ITERATIONS + ITERATIONS_PER_PLACE * len(table) if iterations is None else iterations
    rows = np.array([depot, *stops, depot])
    ground = table[np.ix_(rows, rows)]
    roundtrip = search(_between_depots(ground), iterations=count // 4, seed=seed)
    cut = _cut(ground, loads[rows], roundtrip, capacity)
    trips = _search_trips(ground, loads[rows], cut, capacity, count, seed)
    tours = [_polished(table, depot, rows[trip]) for trip in trips]
    length = _sum_m(tours)
    bound = min(_bound(ground, loads[rows], capacity, length), length)
    program = TripsProgram(ground[:-1, :-1], loads[rows[:-1]], capacity)
    proof = branch_and_cut(program.relaxation(), tour_m=length, bound_m=bound, rounds=proof_rounds)
    if proof.chosen is not None:
        proven = [_polished(table, depot, rows[trip]) for trip in program.trips(proof.chosen)]
        tours = min(tours, proven, key=_sum_m)
        length = _sum_m(tours)
    return CartTrips(
        trips=tuple(tour.order for tour in tours),
        length_m=length,
        lower_bound_m=length if proof.bound_m >= length * (1 - PROOF) else proof.bound_m,
    )


def _sum_m(tours: list[MetricTour]) -> float:
    return sum(tour.length_m for tour in tours)


def _checked_loads(table: Lengths, load: Sequence[float], capacity: float, depot: int) -> Lengths:
    """The loads with none at the depot; ValueError for what no cart can take."""
    n = len(table)
    if not np.isfinite(table).all():
        i, j = np.argwhere(~np.isfinite(table))[0].tolist()
        raise ValueError(f"length_m[{i}, {j}] is inf: drop the places that cannot be reached from all others")
    if not 0 <= depot < n:
        raise ValueError(f"depot {depot} is outside the table's places 0 … {n - 1}")
    if not capacity > 0:
        raise ValueError(f"capacity is {capacity}: expected more than 0")
    loads = np.array(load, np.float64)
    if loads.shape != (n,):
        raise ValueError(f"load has shape {loads.shape}: expected one load for each of {n} places")
    loads[depot] = 0.0
    wrong = np.flatnonzero(~((loads >= 0) & (loads <= capacity * (1 + SPARE))))
    if len(wrong):
        raise ValueError(
            f"load of place {wrong[0]} is {loads[wrong[0]]}: expected 0 … {capacity}, the cart's capacity; "
            "split it into several places"
        )
    return loads


def _between_depots(ground: Lengths) -> FixedEnds:
    """A tour from the depot in the first row to the depot in the last, without anything to check."""
    m = len(ground)
    places = (*((row,) for row in range(m - 1)), (0,))
    blocked = 1.0 + 2.0 * float(ground.max(axis=1).sum())
    return FixedEnds(length_m=ground, before=np.zeros((m, m), np.bool_), places=places, blocked_m=blocked)


def _cut(ground: Lengths, loads: Lengths, roundtrip: Order, capacity: float) -> list[Order]:
    """The best cut of a tour into trips that fit: the shortest way over "first stop not yet taken"."""
    stops = roundtrip[1:-1]
    count = len(stops)
    least, cut_at = np.full(count + 1, np.inf), np.zeros(count + 1, np.int64)
    least[0] = 0.0
    for start in range(count):
        load, length = 0.0, float(ground[0, stops[start]])
        for stop in range(start, count):
            load += float(loads[stops[stop]])
            if load > capacity * (1 + SPARE):
                break
            length += float(ground[stops[stop - 1], stops[stop]]) if stop > start else 0.0
            whole = least[start] + length + ground[stops[stop], 0]
            if whole < least[stop + 1]:
                least[stop + 1], cut_at[stop + 1] = whole, start
    trips, stop = [], count
    while stop > 0:
        trips.append(stops[cut_at[stop] : stop])
        stop = int(cut_at[stop])
    return trips[::-1]


def _search_trips(
    ground: Lengths, loads: Lengths, trips: list[Order], capacity: float, iterations: int, seed: int
) -> list[Order]:
    """One search over all trips as a single tour that passes a copy of the depot between them, and one to spare."""
    end = len(ground) - 1
    copies = np.arange(end, end + len(trips) + 1)
    rows = np.array([*range(end), *(0 for _ in copies)])
    weight = loads[rows]
    weight[0] = weight[copies] = UNLOAD
    joined = [
        0,
        *(row for trip, copy in zip(trips, copies, strict=False) for row in (*trip, copy)),
        copies[-1],
    ]
    found = search(
        _between_depots(np.ascontiguousarray(ground[np.ix_(rows, rows)])),
        iterations=iterations,
        seed=seed,
        weight=weight,
        capacity=capacity * (1 + SPARE),
        first=np.array(joined, np.int64),
    )
    pieces = np.split(found, np.flatnonzero(found >= end))
    return [stops for stops in (piece[(piece > 0) & (piece < end)] for piece in pieces) if len(stops)]


def _polished(table: Lengths, depot: int, stops: Order) -> MetricTour:
    """One trip by itself, in the places of the caller."""
    places = np.array([depot, *stops])
    tour = best_tour(table[np.ix_(places, places)], proof_rounds=0)
    return replace(tour, order=tuple(places[list(tour.order)].tolist()))


def _bound(ground: Lengths, loads: Lengths, capacity: float, length_m: float) -> float:
    """The better of two bounds.

    A tour that passes the depot as often as carts must be filled, never twice in a row: more trips than that
    are no shorter where a way past the depot counts as a way. And from every place a share of the way to the
    depot and back, as large as its share of a cart (Haimovich and Rinnooy Kan, 1985).
    """
    past_depot = np.minimum(ground, ground[:, 0, None] + ground[None, 0, :])
    trips = max(1, int(carts_for(float(loads.sum()), capacity)))
    end = len(ground) - 1
    rows = np.array([*range(end), *[0] * trips])
    problem = _between_depots(past_depot[np.ix_(rows, rows)])
    depots = np.flatnonzero(rows == 0)
    problem.length_m[np.ix_(depots, depots)] = problem.blocked_m
    tree_m, _ = quick_bound(problem, length_m)
    return max(tree_m, float((loads * (ground[0] + ground[:, 0])).sum() / capacity))
