"""What an assignment costs, part by part: the plain account that every search must agree with."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from layouts.slotting.problem import SlottingProblem
from layouts.slotting.tour_length import tour_lengths

Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, kw_only=True)
class Score:
    """Seconds over the stretch of the tours: walking, and each other cost by its name; and the metres walked."""

    travel_m: float
    travel_s: float
    others_s: dict[str, float]

    @property
    def total_s(self) -> float:
        """All together."""
        return self.travel_s + sum(self.others_s.values())


def score(problem: SlottingProblem, assignment: Ints) -> Score:
    """What `assignment` (U,) costs; every unit that a tour visits must have a location."""
    metres = float(tour_lengths(problem, assignment) @ problem.tours.weight)
    others = {
        cost.name: float((cost.of_unit * cost.of_location[assignment])[assignment >= 0].sum())
        for cost in problem.place_costs
    }
    for crowd in problem.crowd_costs:
        group = np.where(assignment >= 0, crowd.group[assignment], -1)
        inside = group >= 0
        load = np.bincount(group[inside], weights=crowd.of_unit[inside], minlength=len(crowd.price))
        others[crowd.name] = float(crowd.price @ load**2)
    return Score(travel_m=metres, travel_s=metres * problem.seconds_per_m, others_s=others)
