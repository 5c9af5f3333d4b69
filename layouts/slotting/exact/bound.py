"""What any slotting costs at least: the largest of three floors, quick at any size.

1. By shares: each tour is at least its longest round trip, the other costs at least their own least.
2. By prices, where tables of all lengths are small: tours with the order of their stops open, all costs at once.
3. By what a budget of moves can save: only tours of moved units get shorter, and none below its least.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from layouts.slotting.exact.dual import bound, first_prices, follow, loads_of
from layouts.slotting.exact.ground import MOST_LOCATIONS, ground
from layouts.slotting.exact.nearest import seating
from layouts.slotting.exact.round_trips import round_trips_m
from layouts.slotting.exact.shares import shared_floor
from layouts.slotting.exact.some_units import of_units
from layouts.slotting.problem import SlottingProblem
from layouts.slotting.score import score
from layouts.slotting.tour_length import MOST_EXACT, tour_lengths

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

FLOAT32 = 1e-6
"""Lengths of single precision may be short by this share."""
ROUNDS, LEAST_ROUNDS = 60, 8
MOST_STEPS = 1.5e9
"""Of the inner loops of all rounds by prices together: some seconds."""
STALLED = 1e-4
"""No more rounds where one raises the bound by less than this share."""


def lower_bound_s(problem: SlottingProblem, *, most_moves: int | None = None) -> float:
    """Seconds that every slotting costs at least that keeps the rules and moves at most `most_moves` units.

    Holds for `score(...).total_s`, for any lengths, symmetric or not. Of the hard rules, it uses how many units a
    location holds, the kinds, and what is fixed. Raises ValueError where crowding has a price below 0.
    """
    for crowd in problem.crowd_costs:
        if crowd.price.min(initial=0) < 0 or crowd.of_unit.min(initial=0) < 0:
            raise ValueError(f"{crowd.name} has a price or a load below 0: crowding must cost")
    trips_m = round_trips_m(problem.metric)[problem.place]
    floors = [_by_shares(problem, trips_m), _by_prices(problem, most_moves)]
    if most_moves is not None and (problem.now >= 0).all():
        floors.append(_by_moves(problem, trips_m, most_moves))
    best = max(floors)
    return best - 1e-9 * abs(best)


def _by_shares(problem: SlottingProblem, trips_m: Floats) -> float:
    reachable = trips_m[np.isfinite(trips_m)]
    trips_m = np.minimum(trips_m, reachable.max(initial=0.0))
    units = len(problem.sku)
    walked_m = shared_floor(problem.tours, seating(problem, trips_m), units=units)
    floor = walked_m * problem.seconds_per_m * (1 - FLOAT32)
    placed = (problem.visits > 0) | (problem.now >= 0)
    for cost in problem.place_costs:
        least = float(cost.of_location.min())
        of_unit = np.where(placed, cost.of_unit, 0.0)
        above = seating(problem, cost.of_location - least).least(np.maximum(of_unit, 0.0))[0]
        below = np.minimum(of_unit, 0.0).sum() * (float(cost.of_location.max()) - least)
        floor += least * float(of_unit.sum()) + above + float(below)
    return floor + sum(
        _evenly(np.where(placed, crowd.of_unit, 0.0), crowd.group, crowd.price)
        for crowd in problem.crowd_costs
    )


def _evenly(of_unit: Floats, group: Ints, price: Floats) -> float:
    """The least of Σ price × load² for all that must be somewhere: loads in inverse proportion to the prices."""
    used = price[np.unique(group)] if group.min(initial=0) >= 0 else np.zeros(1)
    return float(of_unit.sum() ** 2 / (1 / used).sum()) if used.min(initial=0.0) > 0 else 0.0


def _by_prices(problem: SlottingProblem, most_moves: int | None) -> float:
    problem = of_units(problem, np.flatnonzero((problem.visits > 0) | (problem.now >= 0)))
    units, locations = len(problem.sku), len(problem.location)
    if locations > MOST_LOCATIONS or LEAST_ROUNDS * units**2 * locations > MOST_STEPS:
        return -np.inf
    size = np.diff(problem.tours.start)
    for longest in range(MOST_EXACT, 0, -1):
        steps = float((2.0 ** np.minimum(size, longest)).sum()) * locations**2
        if steps * LEAST_ROUNDS <= MOST_STEPS:
            break
    else:
        return -np.inf
    small = ground(problem, longest=longest)
    prices, best = first_prices(small), -np.inf
    for number in range(min(ROUNDS, int(MOST_STEPS / max(steps, 1.0)))):
        found, prices = bound(small, small.may, prices, most_moves)
        if not np.isfinite(found.seconds):
            return best
        if number and found.seconds - best < STALLED * abs(best) and not (problem.crowd_costs or most_moves):
            return max(best, found.seconds)
        best = max(best, found.seconds)
        prices = follow(small, prices, found, most_moves, 1 / (number + 1))
    return best


def _by_moves(problem: SlottingProblem, trips_m: Floats, most_moves: int) -> float:
    """Today's cost less the most that so many units can save, were each the only one of its tours that moves."""
    tours = problem.tours
    least_m = float(trips_m.min()) * (1 - FLOAT32)
    spare_s = np.maximum(tour_lengths(problem, problem.now) - least_m, 0.0) * problem.seconds_per_m
    saved = np.bincount(
        tours.unit,
        weights=np.repeat(spare_s * tours.weight, np.diff(tours.start)),
        minlength=len(problem.sku),
    )
    for cost in problem.place_costs:
        here = cost.of_unit * cost.of_location[problem.now]
        ends = np.outer(cost.of_unit, [cost.of_location.min(), cost.of_location.max()])
        saved += here - ends.min(axis=1)
    for crowd in problem.crowd_costs:
        group = crowd.group[problem.now]
        rate = np.append(2 * crowd.price * loads_of(crowd.of_unit, group, len(crowd.price)), 0.0)
        saved += crowd.of_unit * rate[group]
    saved[problem.fixed] = 0.0
    most = np.sort(saved)[::-1][:most_moves].sum()
    return score(problem, problem.now).total_s - float(most)
