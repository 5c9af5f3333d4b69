"""How far each location is by itself: a tour to it alone."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from numba import njit

from layouts.slotting.metric import Metric, apart_m
from layouts.slotting.problem import SlottingProblem

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]


def depot_m(problem: SlottingProblem) -> Floats:
    """Metres (L,) of a tour to each location alone."""
    metres: Floats = _detours(problem.metric, problem.place)
    return metres


@njit(cache=True)
def _detours(metric: Metric, places: Ints) -> Floats:
    metres = np.zeros(len(places))
    for row in range(len(places)):
        place = places[row]
        metres[row] = float(apart_m(metric, metric.start, place)) + float(apart_m(metric, place, metric.end))
    return metres
