"""From the spot of every unit to its location: who stays keeps it, the least visited make way."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from layouts.slotting.aisles.floor import AisleFloor
from layouts.slotting.aisles.one_more import alone_m
from layouts.slotting.problem import SlottingProblem

Ints = npt.NDArray[np.int64]


def seats(problem: SlottingProblem, floor: AisleFloor, at: Ints) -> Ints:
    """The location (U,) of units that shall stand at the spots `at` (U,).

    Where a spot is too small the least visited of those that stay there go to the free location nearest to the
    depot. ValueError where nobody may.
    """
    assignment = problem.now.copy()
    spot_of = floor.spot[problem.place]
    placed = problem.now >= 0
    moved = placed.copy()
    moved[placed] = at[placed] != spot_of[problem.now[placed]]
    is_free = np.ones(len(spot_of), np.bool_)
    is_free[problem.now[placed & ~moved]] = False
    arriving = np.flatnonzero(moved)
    displaced: list[int] = []
    for spot in np.unique(at[arriving]):
        units = arriving[at[arriving] == spot]
        free = np.flatnonzero(is_free & (spot_of == spot))
        if len(free) < len(units):
            leaving = _leaving(problem, at, moved, int(spot), len(units) - len(free))
            displaced += leaving.tolist()
            free = np.append(free, problem.now[leaving])
        assignment[units] = free[: len(units)]
        is_free[free[: len(units)]] = False
    left = np.flatnonzero(is_free)
    left = left[np.argsort(alone_m(floor)[spot_of[left]], kind="stable")]
    assignment[displaced] = left[: len(displaced)]
    return assignment


def _leaving(problem: SlottingProblem, at: Ints, moved: npt.NDArray[np.bool_], spot: int, count: int) -> Ints:
    staying = np.flatnonzero(~moved & ~problem.fixed & (at == spot))
    leaving: Ints = staying[np.argsort(problem.visits[staying], kind="stable")][:count]
    if len(leaving) < count:
        raise ValueError(
            f"spot {spot} has {len(leaving)} units that may leave, {count} must: allow fewer moves"
        )
    return leaving
