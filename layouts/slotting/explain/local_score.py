"""What a few moved units change, by the tours and groups that they touch and no others: `score`, told locally."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from layouts.slotting.problem import NOWHERE, SlottingProblem, TourUnits
from layouts.slotting.tour_length import tour_lengths

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

TRAVEL = "travel"


class LocalScore:
    """Changes of the score of `problem` from `assignment` (U,)."""

    def __init__(self, problem: SlottingProblem, assignment: Ints) -> None:
        self._problem, self._assignment = problem, assignment
        tours = problem.tours
        order = np.argsort(tours.unit, kind="stable")
        self._tour = np.repeat(np.arange(len(tours)), np.diff(tours.start))[order]
        self._first = np.searchsorted(tours.unit[order], np.arange(len(problem.sku) + 1))
        self._length_m: dict[int, float] = {}
        self._loads = [_loads(problem, index, assignment) for index in range(len(problem.crowd_costs))]

    def tours_of(self, units: list[int]) -> Ints:
        """The tours that visit any of the `units`, rising."""
        tours: Ints = np.unique(
            np.concatenate([self._tour[self._first[u] : self._first[u + 1]] for u in units])
        )
        return tours

    def units_of(self, tours: Ints) -> TourUnits:
        """Some of the tours, by number."""
        every = self._problem.tours
        sizes = np.diff(every.start)[tours]
        start = np.concatenate(([0], np.cumsum(sizes)))
        rows = np.repeat(every.start[tours] - start[:-1], sizes) + np.arange(start[-1])
        return TourUnits(start=start, unit=every.unit[rows], weight=every.weight[tours])

    def change_s(self, moves: Mapping[int, int]) -> dict[str, float]:
        """Seconds more by part, if each unit of `moves` were in its location; NOWHERE only for unvisited ones."""
        problem, after = self._problem, self._assignment.copy()
        units = list(moves)
        after[units] = list(moves.values())
        tours = self.tours_of(units)
        some = self.units_of(tours)
        metres = tour_lengths(replace(problem, tours=some), after) - self._known_m(tours, some)
        changes = {TRAVEL: float(metres @ some.weight) * problem.seconds_per_m}
        for cost in problem.place_costs:
            changes[cost.name] = sum(
                float(cost.of_unit[unit]) * (_at(cost.of_location, there) - _at(cost.of_location, here))
                for unit, here, there in zip(units, self._assignment[units], after[units], strict=True)
            )
        for index, crowd in enumerate(problem.crowd_costs):
            more: dict[int, float] = {}
            for unit in units:
                for place, sign in ((self._assignment[unit], -1.0), (after[unit], 1.0)):
                    group = -1 if place == NOWHERE else int(crowd.group[place])
                    if group >= 0:
                        more[group] = more.get(group, 0.0) + sign * float(crowd.of_unit[unit])
            loads = self._loads[index]
            changes[crowd.name] = sum(
                float(crowd.price[group]) * ((loads[group] + extra) ** 2 - loads[group] ** 2)
                for group, extra in more.items()
            )
        return changes

    def _known_m(self, tours: Ints, some: TourUnits) -> Floats:
        """The lengths of the tours as they are, each walked once only."""
        new = np.array([tour not in self._length_m for tour in tours.tolist()], np.bool_)
        if new.any():
            missing = self.units_of(tours[new])
            lengths = tour_lengths(replace(self._problem, tours=missing), self._assignment)
            self._length_m |= dict(zip(tours[new].tolist(), lengths.tolist(), strict=True))
        return np.array([self._length_m[tour] for tour in tours.tolist()], np.float64).reshape(len(some))


def _at(of_location: Floats, location: int) -> float:
    return 0.0 if location == NOWHERE else float(of_location[location])


def _loads(problem: SlottingProblem, index: int, assignment: Ints) -> Floats:
    crowd = problem.crowd_costs[index]
    group = np.where(assignment == NOWHERE, -1, crowd.group[assignment])
    inside = group >= 0
    loads = np.bincount(group[inside], weights=crowd.of_unit[inside], minlength=len(crowd.price))
    return loads.astype(np.float64)
