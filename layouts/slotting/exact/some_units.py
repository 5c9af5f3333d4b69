"""The same slotting problem with some of its units only."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.typing as npt

from layouts.slotting.problem import SlottingProblem, TourUnits

Ints = npt.NDArray[np.int64]


def of_units(problem: SlottingProblem, kept: Ints) -> SlottingProblem:
    """The problem of the units `kept`, in that order, as if there were no others; tours keep their rows."""
    if len(kept) == len(problem.sku):
        return problem
    tours, rules = problem.tours, problem.rules
    number = np.full(len(problem.sku), -1)
    number[kept] = np.arange(len(kept))
    inside = number[tours.unit] >= 0
    tour = np.repeat(np.arange(len(tours)), np.diff(tours.start))
    return replace(
        problem,
        sku=tuple(problem.sku[unit] for unit in kept),
        now=problem.now[kept],
        fixed=problem.fixed[kept],
        tours=TourUnits(
            start=np.append(0, np.cumsum(np.bincount(tour[inside], minlength=len(tours)))),
            unit=number[tours.unit[inside]],
            weight=tours.weight,
        ),
        rules=replace(
            rules,
            allowed={name: allowed[kept] for name, allowed in rules.allowed.items()},
            capacities=tuple(replace(capacity, use=capacity.use[kept]) for capacity in rules.capacities),
            conflicts=tuple(
                replace(conflict, of_unit=conflict.of_unit[kept]) for conflict in rules.conflicts
            ),
        ),
        place_costs=tuple(replace(cost, of_unit=cost.of_unit[kept]) for cost in problem.place_costs),
        crowd_costs=tuple(replace(crowd, of_unit=crowd.of_unit[kept]) for crowd in problem.crowd_costs),
    )
