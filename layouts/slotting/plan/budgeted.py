"""A plan for a budget of time: searched with about as many moves as it pays, crowding priced as in a known plan."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from layouts.slotting.congestion.candidates import WEIGHTS
from layouts.slotting.congestion.crowding import crowding_of
from layouts.slotting.plan.crew import pickers_of
from layouts.slotting.plan.proposals import affordable_moves, with_crowds
from layouts.slotting.prepare import Prepared
from layouts.slotting.problem import CrowdCost
from layouts.slotting.search.improve import Effort, improve
from spatial.progress import Progress, silent

Ints = npt.NDArray[np.int64]


def crowds_of(ready: Prepared, name: str | None) -> tuple[CrowdCost, ...]:
    """The costs of crowding that the proposal of this name was found with; none for a name of no weight."""
    weight = next((weight for weight in WEIGHTS if weight.name == name), None)
    if weight is None:
        return ()
    crowding = crowding_of(ready.start, ready.problem)
    return crowding.costs(
        pickers=pickers_of(ready.start.scenario),
        tour_s=crowding.free_tour_s(ready.problem, ready.legal),
        stops=weight.stops,
        lanes=weight.lanes,
    )


def searched_within(
    ready: Prepared,
    crowds: tuple[CrowdCost, ...],
    budget_s: float,
    *,
    effort: Effort,
    seed: int,
    progress: Progress = silent,
) -> Ints:
    """An assignment (U,) that moves about as many units as the budget pays, and those that must move."""
    must = int((ready.legal != ready.problem.now).sum())
    return improve(
        with_crowds(ready.problem, crowds),
        start=ready.legal,
        most_moves=max(must, affordable_moves(ready, budget_s)),
        effort=effort,
        seed=seed,
        progress=progress,
    ).assignment
