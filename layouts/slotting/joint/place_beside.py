"""Locations for units that have none, beside the routes that will visit them."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from numba import njit

from layouts.slotting.joint.batch_routes import Routes, cheapest
from layouts.slotting.metric import Metric
from layouts.slotting.problem import SlottingProblem
from layouts.slotting.search.ledger import Ledger, Limits, enter, enter_all, fits, new_ledger, new_limits
from spatial.errors import UndecidedError

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]


def place_beside(problem: SlottingProblem, assignment: Ints, routes: Routes, batch_of: Ints) -> Ints:
    """`assignment` (U,) with a location for each unit without one that a tour visits, most visited first.

    Each takes the location, of those that the rules allow, that adds least to the routes of the batches `batch_of`
    (T,) its orders are in; ties by number. Raises UndecidedError where a unit finds none this way.
    """
    limits = new_limits(problem.rules, len(problem.sku))
    ledger = new_ledger(limits)
    placed = assignment.astype(np.int64).copy()
    enter_all(limits, ledger, placed)
    tours = problem.tours
    order = np.repeat(np.arange(len(tours)), np.diff(tours.start))
    for unit in np.argsort(-problem.visits, kind="stable").tolist():
        mine = tours.unit == unit
        if placed[unit] >= 0 or not mine.any():
            continue
        batches = np.unique(batch_of[order[mine]])
        location = _least(problem.metric, limits, ledger, problem.place, routes, batches, unit)
        if location < 0:
            raise UndecidedError(
                f"SKU {problem.sku[unit]!r} finds no location beside its tours that the rules allow: start from "
                "an assignment in which it has one"
            )
        placed[unit] = location
        enter(limits, ledger, unit, location, 1)
    return placed


@njit(cache=True)
def _least(
    metric: Metric, limits: Limits, ledger: Ledger, place: Ints, routes: Routes, batches: Ints, unit: int
) -> int:
    least, best = np.inf, -1
    for location in range(len(place)):
        if not fits(limits, ledger, unit, location):
            continue
        added = 0.0
        for batch in batches:
            added += cheapest(metric, routes.place[batch], routes.size[batch], place[location])[0]
        if added < least:
            least, best = added, location
    return best
