"""What each single move brings: the mean of what it saves done before all others and what it saves done after them.

For savings that are sums over units and pairs of them that mean is the unit's share by Shapley (1953).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from numba import njit

from layouts.slotting.metric import Metric
from layouts.slotting.problem import CrowdCost, SlottingProblem
from layouts.slotting.tour_length import MOST_EXACT, distinct, short_order

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

MOST_EFFORT = 400_000_000
"""Steps of tour search, about two seconds' worth; beyond that, only some of a unit's tours are looked at."""


class ToursOfUnit(NamedTuple):
    """Tours `tour[start[u]:start[u + 1]]` visit unit u."""

    start: Ints
    tour: Ints


def walked_tours(problem: SlottingProblem, target: Ints) -> npt.NDArray[np.bool_]:
    """Whether all units of a tour (T,) have a location before and after; no other can be compared."""
    tours = problem.tours
    is_placed = (problem.now >= 0) & (target >= 0)
    missing = np.repeat(np.arange(len(tours)), np.diff(tours.start))[~is_placed[tours.unit]]
    walked = np.ones(len(tours), np.bool_)
    walked[missing] = False
    return walked


def tours_of_unit(problem: SlottingProblem, walked: npt.NDArray[np.bool_]) -> ToursOfUnit:
    """Which of the `walked` tours visit each unit."""
    tours = problem.tours
    of_visit = np.repeat(np.arange(len(tours)), np.diff(tours.start))
    kept = walked[of_visit]
    unit, tour = tours.unit[kept], of_visit[kept]
    count = np.bincount(unit, minlength=len(problem.sku))
    start = np.concatenate((np.zeros(1, np.int64), np.cumsum(count))).astype(np.int64)
    return ToursOfUnit(start, tour[np.argsort(unit, kind="stable")].astype(np.int64))


def effort(problem: SlottingProblem) -> Floats:
    """About how many steps the length of each tour (T,) takes."""
    stops = np.diff(problem.tours.start).astype(np.float64)
    exact = np.exp2(np.minimum(stops, MOST_EXACT)) * stops**2
    return np.where(stops <= MOST_EXACT, exact, 40.0 * stops**3)


def unit_gains(problem: SlottingProblem, target: Ints) -> Floats:
    """Seconds (U,) over the tours' stretch that each unit's move from `problem.now` to `target` saves; 0 for one
    that does not move, is placed anew, or taken out.
    """
    moved = np.flatnonzero((target != problem.now) & (target >= 0) & (problem.now >= 0))
    gains = np.zeros(len(problem.sku))
    visits = tours_of_unit(problem, walked_tours(problem, target))
    places = np.append(problem.place, problem.metric.start).astype(np.int64)
    gains[moved] = problem.seconds_per_m * _saved_m(
        problem.metric,
        problem.tours.start,
        problem.tours.unit,
        problem.tours.weight,
        visits,
        moved,
        places[problem.now],
        places[target],
        _most_tours(problem, visits, moved),
    )
    old, new = problem.now[moved], target[moved]
    for cost in problem.place_costs:
        gains[moved] += cost.of_unit[moved] * (cost.of_location[old] - cost.of_location[new])
    for crowd in problem.crowd_costs:
        gains[moved] += (_crowd_gain(crowd, problem.now, moved, old, new)) / 2
        gains[moved] -= (_crowd_gain(crowd, target, moved, new, old)) / 2
    return gains


def _most_tours(problem: SlottingProblem, visits: ToursOfUnit, moved: Ints) -> int:
    """How many tours of each unit can be looked at with no more than the most effort."""
    count = np.diff(visits.start)
    mean = np.zeros(len(count))
    steps = np.concatenate((np.zeros(1), np.cumsum(effort(problem)[visits.tour])))
    np.divide(np.diff(steps[visits.start]), count, out=mean, where=count > 0)
    most = int(count[moved].max(initial=1))
    while most > 1 and 2 * float((mean[moved] * np.minimum(count[moved], most)).sum()) > MOST_EFFORT:
        most = most * 3 // 4
    return max(most, 1)


def _crowd_gain(crowd: CrowdCost, assignment: Ints, moved: Ints, old: Ints, new: Ints) -> Floats:
    """What each of the `moved` units alone saves in `assignment` by going from `old` to `new`."""
    group = np.append(crowd.group, -1)[assignment]
    load = np.bincount(group[group >= 0], weights=crowd.of_unit[group >= 0], minlength=len(crowd.price))
    size, one, other = crowd.of_unit[moved], crowd.group[old], crowd.group[new]
    fewer = np.where(one >= 0, crowd.price[one] * (load[one] ** 2 - (load[one] - size) ** 2), 0.0)
    more = np.where(other >= 0, crowd.price[other] * ((load[other] + size) ** 2 - load[other] ** 2), 0.0)
    saved: Floats = np.where(one == other, 0.0, fewer - more)
    return saved


@njit(cache=True)
def _saved_m(
    metric: Metric,
    start: Ints,
    unit: Ints,
    weight: Floats,
    visits: ToursOfUnit,
    moved: Ints,
    old: Ints,
    new: Ints,
    most_tours: int,
) -> Floats:
    saved = np.zeros(len(moved))
    before = np.full(len(start) - 1, np.nan)
    after = np.full(len(start) - 1, np.nan)
    nobody = -1
    for row in range(len(moved)):
        one = moved[row]
        low, high = visits.start[one], visits.start[one + 1]
        if old[one] == new[one]:
            continue
        looked = min(high - low, most_tours)
        seen, total = 0.0, 0.0
        for visit in range(low, high):
            total += weight[visits.tour[visit]]
        for turn in range(looked):
            tour = visits.tour[low + turn * (high - low) // looked]
            units = unit[start[tour] : start[tour + 1]]
            if np.isnan(before[tour]):
                before[tour] = _length_m(metric, units, old, nobody, 0)
                after[tour] = _length_m(metric, units, new, nobody, 0)
            first = before[tour] - _length_m(metric, units, old, one, new[one])
            last = _length_m(metric, units, new, one, old[one]) - after[tour]
            saved[row] += weight[tour] * (first + last) / 2
            seen += weight[tour]
        if seen > 0:
            saved[row] *= total / seen
    return saved


@njit(cache=True)
def _length_m(metric: Metric, units: Ints, places: Ints, moved: int, place: int) -> float:
    """Metres of a tour to `places` (U,) of its units, but to `place` for the one that is moved."""
    stops = places[units]
    for row in range(len(units)):
        if units[row] == moved:
            stops[row] = place
    length: float = short_order(metric, distinct(stops))[0]
    return length
