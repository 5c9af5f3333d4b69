"""Nearest neighbour: always on to the nearest stop that is left."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from layouts.tours.problem import RoutingProblem


def nearest_neighbour(problem: RoutingProblem) -> tuple[int, ...]:
    """Visit the nearest remaining stop each time, the lower row of two that are equally near."""
    return nearest_first(problem, start=0, stops=range(1, problem.stop_count + 1))


def nearest_first(problem: RoutingProblem, *, start: int, stops: Iterable[int]) -> tuple[int, ...]:
    """These stops in nearest-neighbour order, coming from the place `start`; the lower row wins a tie."""
    left, here = sorted(stops), start
    visits = []
    while left:
        here = left.pop(int(np.argmin(problem.length_m[here, left])))
        visits.append(here)
    return tuple(visits)
