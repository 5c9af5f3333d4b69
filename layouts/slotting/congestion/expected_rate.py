"""Lines per hour that are expected of an assignment without simulating it: for orientation and for tests.

Tours take C = free seconds + waiting, where with L = (P − 1) / C, how many other tours there are in a second,

    waiting = (1 + v²) / 2 · (Σ_stops L · D² / (1 − L · D) + Σ_lanes L · w / (1 − L · SERIAL · D))

1. A stop with work D a tour is busy for L · D of the time; who comes then waits, and behind others who wait.
2. Who passes a lane catches up with a picker there and waits for one pick of his: w = passages a tour · D · seconds
   of a pick. Only SERIAL of a lane's work is done one after the other, the rest in other cells meanwhile.
3. No stop or lane works more than all of the time: C is at least P · D and P · SERIAL · D.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from layouts.slotting.congestion.crowding import HOUR_S, IN_NONE, Crowding
from layouts.slotting.problem import SlottingProblem, TourUnits

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

SERIAL = 0.4
"""Measured, not derived: in 32 slottings of 4 lanes of 6 bays with 10 pickers rates are 5 % too high on average.

In 10 lanes of 20 bays they are within 8 % of the simulator where lanes share the work, and up to 27 % too low where
one lane has most of it: long lanes work on more cells at once. The simulator is the judge.
"""
HALVINGS = 60


class _Groups(NamedTuple):
    """By group: seconds that meeting there costs at one other tour a second, and the busy share then."""

    waiting_s2: Floats
    busy_s: Floats


def expected_rate(problem: SlottingProblem, crowding: Crowding, assignment: Ints, *, pickers: int) -> float:
    """Lines per hour of `pickers` with every unit at its place in `assignment` (U,); 0 without tours.

    Raises ValueError for fewer than one picker and what `tour_lengths` does.
    """
    if pickers < 1:
        raise ValueError(f"pickers {pickers} must be at least 1")
    if not crowding.tours:
        return 0.0
    groups = _joined(_stops(crowding, assignment), _lanes(problem.tours, crowding, assignment))
    free_s = crowding.free_tour_s(problem, assignment)
    low = max(free_s, pickers * float(groups.busy_s.max(initial=0.0)))
    high = low
    while _tour_s(high, free_s, groups, pickers, crowding.spread) > high:
        high *= 2
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        is_longer = _tour_s(middle, free_s, groups, pickers, crowding.spread) > middle
        low, high = (middle, high) if is_longer else (low, middle)
    return pickers * HOUR_S / high * crowding.lines / crowding.tours


def _tour_s(cycle_s: float, free_s: float, groups: _Groups, pickers: int, spread: float) -> float:
    """What a tour takes where others take `cycle_s`, which leaves no group busy all of the time."""
    others = (pickers - 1) / cycle_s
    return free_s + spread * float((others * groups.waiting_s2 / (1 - others * groups.busy_s)).sum())


def _stops(crowding: Crowding, assignment: Ints) -> _Groups:
    work_s = _by_group(crowding.stop, assignment, crowding.pick_s) / crowding.tours
    return _Groups(work_s**2, work_s)


def _lanes(tours: TourUnits, crowding: Crowding, assignment: Ints) -> _Groups:
    work_s = _by_group(crowding.lane, assignment, crowding.pick_s) / crowding.tours
    visits = np.bincount(
        tours.unit, np.repeat(tours.weight, np.diff(tours.start)), minlength=len(crowding.pick_s)
    )
    one_s = np.divide(crowding.pick_s, visits, out=np.zeros(len(visits)), where=visits > 0)
    square = _by_group(crowding.lane, assignment, crowding.pick_s * one_s) / crowding.tours
    passes = _passages(tours, crowding.lane[assignment], len(work_s)) / crowding.tours
    return _Groups(passes * square, SERIAL * work_s)


def _passages(tours: TourUnits, lane_of_unit: Ints, lanes: int) -> Floats:
    """How many tours pick in each lane."""
    tour = np.repeat(np.arange(len(tours)), np.diff(tours.start))
    lane = lane_of_unit[tours.unit]
    pairs = np.unique(tour[lane != IN_NONE] * max(lanes, 1) + lane[lane != IN_NONE])
    weight = tours.weight[pairs // max(lanes, 1)]
    return np.bincount(pairs % max(lanes, 1), weight, minlength=lanes).astype(np.float64)


def _by_group(group: Ints, assignment: Ints, amount: Floats) -> Floats:
    """The sum over the units (U,) in each group."""
    its = np.where(assignment >= 0, group[assignment], IN_NONE)
    inside = its != IN_NONE
    groups = int(group.max(initial=IN_NONE)) + 1
    return np.bincount(its[inside], amount[inside], minlength=groups).astype(np.float64)


def _joined(one: _Groups, other: _Groups) -> _Groups:
    return _Groups(*(np.concatenate(pair) for pair in zip(one, other, strict=True)))
