"""What the tours and the other costs of a slotting save while it is moved, step by step."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from numba import njit

from layouts.slotting.metric import Metric
from layouts.slotting.moves.gains import ToursOfUnit, tours_of_unit
from layouts.slotting.moves.move_list import MoveList
from layouts.slotting.problem import CrowdCost
from layouts.slotting.tour_length import distinct, short_order

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]


def walking_saved(
    moves: MoveList, walked: npt.NDArray[np.bool_], sample: Ints, stops: Ints
) -> tuple[Floats, Floats]:
    """Seconds (P,) of walking saved at each stop, and the sum (P,) of the squares of what each sample saves.

    `sample` (T,) is the sample that a tour is part of; only `walked` (T,) tours count.
    """
    problem = moves.problem
    places = np.append(problem.place, problem.metric.start).astype(np.int64)
    total, squares = _saved_m(
        problem.metric,
        problem.tours.start,
        problem.tours.unit,
        problem.tours.weight,
        tours_of_unit(problem, walked),
        sample,
        places[problem.now],
        np.array([move.unit for move in moves.moves], np.int64),
        places[np.array([move.to for move in moves.moves], np.int64)],
        stops,
    )
    return total * problem.seconds_per_m, squares * problem.seconds_per_m**2


def others_saved(moves: MoveList) -> Floats:
    """Seconds (M + 1,) that other costs than walking are less after each move."""
    problem = moves.problem
    unit, here, to = (np.array([move[i] for move in moves.moves], np.int64) for i in range(3))
    saved = np.zeros(len(moves.moves))
    for cost in problem.place_costs:
        of_location = np.append(cost.of_location, 0.0)
        saved += cost.of_unit[unit] * (of_location[here] - of_location[to])
    for crowd in problem.crowd_costs:
        saved += _crowd_saved(crowd, problem.now, unit, here, to)
    return np.append(0.0, np.cumsum(saved))


def _crowd_saved(crowd: CrowdCost, now: Ints, unit: Ints, here: Ints, to: Ints) -> Floats:
    groups = np.append(crowd.group, -1)
    group = groups[now]
    load = np.bincount(group[group >= 0], weights=crowd.of_unit[group >= 0], minlength=len(crowd.price))
    saved = np.zeros(len(unit))
    for row, (one, old, new) in enumerate(zip(unit, groups[here], groups[to], strict=True)):
        size = crowd.of_unit[one]
        for group_of, by in ((old, -size), (new, size)):
            if group_of >= 0:
                after = load[group_of] + by
                saved[row] += crowd.price[group_of] * (load[group_of] ** 2 - after**2)
                load[group_of] = after
    return saved


@njit(cache=True)
def _saved_m(
    metric: Metric,
    start: Ints,
    unit: Ints,
    weight: Floats,
    visits: ToursOfUnit,
    sample: Ints,
    place: Ints,
    moved: Ints,
    to: Ints,
    stops: Ints,
) -> tuple[Floats, Floats]:
    """Metres saved at each stop, and the squares; `place` (U,) of each unit is changed."""
    tours = len(start) - 1
    now = np.full(tours, np.nan)
    changed, is_changed = np.zeros(tours, np.int64), np.zeros(tours, np.bool_)
    of_sample = np.zeros(max(sample.max() + 1, 0)) if tours > 0 else np.zeros(0)
    total, squares = np.zeros(len(stops)), np.zeros(len(stops))
    sum_now, squares_now, done = 0.0, 0.0, 0
    for row in range(len(stops)):
        count = 0
        for move in range(done, stops[row]):
            one = moved[move]
            if place[one] == to[move]:
                continue
            for visit in range(visits.start[one], visits.start[one + 1]):
                tour = visits.tour[visit]
                if np.isnan(now[tour]):
                    now[tour] = _length_m(metric, unit[start[tour] : start[tour + 1]], place)
                if not is_changed[tour]:
                    is_changed[tour] = True
                    changed[count] = tour
                    count += 1
            place[one] = to[move]
        for turn in range(count):
            tour = changed[turn]
            is_changed[tour] = False
            length = _length_m(metric, unit[start[tour] : start[tour + 1]], place)
            one = sample[tour]
            saved = weight[tour] * (now[tour] - length)
            sum_now += saved
            squares_now += (of_sample[one] + saved) ** 2 - of_sample[one] ** 2
            of_sample[one] += saved
            now[tour] = length
        done = max(done, stops[row])
        total[row], squares[row] = sum_now, squares_now
    return total, squares


@njit(cache=True)
def _length_m(metric: Metric, units: Ints, place: Ints) -> float:
    length: float = short_order(metric, distinct(place[units]))[0]
    return length
