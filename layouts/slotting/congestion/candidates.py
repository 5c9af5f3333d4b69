"""Slottings for the simulator to choose from: the same search with crowding priced at several weights.

The price of crowding is right to first order only. That of a lane is too high where much of the work is in few lanes,
as pickers who work behind each other do not wait for all of it, and too low where lanes are nearly full. So no weight
is believed: each gives a candidate, from none, which is the shortest walking, to so much that lanes share the work.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from layouts.slotting.congestion.crowding import Crowding
from layouts.slotting.problem import CrowdCost, SlottingProblem
from layouts.slotting.search.improve import Effort, improve
from spatial.progress import Progress, silent
from spatial.tasks.workers import Workers

Ints = npt.NDArray[np.int64]


class Weight(NamedTuple):
    """How much meeting at stops and meeting in lanes count, in units of their first-order prices."""

    stops: float
    lanes: float

    @property
    def name(self) -> str:
        """How the candidate of this weight is told."""
        if not (self.stops or self.lanes):
            return "shortest walking"
        return f"stops × {self.stops:g}, lanes × {self.lanes:g}"


WEIGHTS = (Weight(0, 0), Weight(1, 0), Weight(1, 0.1), Weight(1, 0.25), Weight(1, 0.5), Weight(2, 1))


@dataclass(frozen=True, kw_only=True, eq=False)
class Candidates:
    """Assignments (U,) by name, different ones, and the costs of crowding that each was found with.

    `rounds` is the least that any search played, `is_cut` says whether time ended one.
    """

    assignments: Mapping[str, Ints]
    crowds: Mapping[str, tuple[CrowdCost, ...]]
    rounds: int
    is_cut: bool


def candidates(
    problem: SlottingProblem,
    crowding: Crowding,
    *,
    pickers: int,
    start: Ints | None = None,
    weights: Sequence[Weight] = WEIGHTS,
    most_moves: int | None = None,
    effort: Effort | None = None,
    seed: int = 0,
    seconds: float | None = None,
    workers: Workers | None = None,
    progress: Progress = silent,
) -> Candidates:
    """One candidate a weight, each searched from `start` (None is today's); see `improve` on the other arguments.

    The price is that of `pickers` and of the tours of the start. What two weights agree on is told once, under the
    first's name. `seconds` are for all searches together. Raises what `improve` and `Crowding.costs` do.
    """
    begin = problem.now if start is None else start
    tour_s = crowding.free_tour_s(problem, begin)
    found: dict[str, Ints] = {}
    crowds: dict[str, tuple[CrowdCost, ...]] = {}
    rounds: list[int] = []
    is_cut = False
    for number, weight in enumerate(weights):
        priced = crowding.costs(pickers=pickers, tour_s=tour_s, stops=weight.stops, lanes=weight.lanes)
        improved = improve(
            replace(problem, crowd_costs=(*problem.crowd_costs, *priced)),
            start=begin,
            most_moves=most_moves,
            effort=effort,
            seed=seed,
            workers=workers,
            seconds=None if seconds is None else seconds / len(weights),
            progress=_part(progress, number, len(weights)),
        )
        rounds.append(improved.rounds)
        is_cut = is_cut or improved.is_cut
        if not any(np.array_equal(improved.assignment, known) for known in found.values()):
            found[weight.name], crowds[weight.name] = improved.assignment, priced
    return Candidates(assignments=found, crowds=crowds, rounds=min(rounds, default=0), is_cut=is_cut)


def _part(progress: Progress, number: int, count: int) -> Progress:
    return lambda stage, share: progress(stage, (number + share) / count)
