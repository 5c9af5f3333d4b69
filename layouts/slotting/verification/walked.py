"""What the slotting saves by the lengths of tours: on those it was learnt from, and on those that came."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from layouts.slotting.problem import NOWHERE, SlottingProblem, TourUnits
from layouts.slotting.tour_length import tour_lengths
from layouts.slotting.verification.actual_tours import ActualTours
from layouts.slotting.verification.day_mean import DayMean, ratio_by_cluster
from layouts.statistics.intervals import CONFIDENCE

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class Prediction:
    """Seconds of walking that a plan saves, by line: a unit that a tour visits, however often it picks it there.

    `before_s` is the walking of a line today; `lines_a_day` is None where nobody told how many days the tours are of.
    """

    per_line: DayMean
    before_s: float
    lines_a_day: float | None

    def record(self, confidence: float = CONFIDENCE) -> dict[str, Any]:
        """As JSON holds it; `Prediction.of_record` reads it."""
        per_line = self.per_line.estimate(confidence)
        a_day = self.lines_a_day
        return {
            "schema": "aisletwin.slotting-prediction/1",
            "per_line_s": per_line.record(),
            "per_day_s": None if a_day is None else per_line.scaled(a_day).record(),
            "before_s": self.before_s,
            "lines_a_day": a_day,
            "cluster": self.per_line.record(),
        }

    @staticmethod
    def of_record(record: dict[str, Any]) -> Prediction:
        """What `record` wrote."""
        return Prediction(
            per_line=DayMean.of_record(record["cluster"]),
            before_s=record["before_s"],
            lines_a_day=record["lines_a_day"],
        )


def predict(
    problem: SlottingProblem, plan: Ints, *, day: Ints | None = None, days: float | None = None
) -> Prediction:
    """What `plan` (U,) saves against today's slotting on the tours of `problem`.

    `day` (T,) tells the day of each tour, whose tours are then no independent ones; without it each tour is one.
    `days` is how many days the tours are of, else as many as `day` has. Units without a place today or by the plan
    count for neither, as nobody knows what they saved; ValueError where no other is visited.
    """
    tours = _of_placed(problem, plan)
    problem = replace(problem, tours=tours)
    saved_m = tour_lengths(problem, problem.now) - tour_lengths(problem, plan)
    lines: Floats = np.diff(tours.start) * tours.weight
    told = day is not None
    cluster = day if day is not None else np.arange(len(tours))
    days = float(len(np.unique(cluster))) if told and days is None else days
    before_m = tour_lengths(problem, problem.now) @ tours.weight
    return Prediction(
        per_line=ratio_by_cluster(
            saved_m * tours.weight * problem.seconds_per_m,
            lines,
            cluster,
            said="days" if told else "tours",
        ),
        before_s=float(before_m * problem.seconds_per_m / lines.sum()),
        lines_a_day=None if days is None else float(lines.sum() / days),
    )


@dataclass(frozen=True, kw_only=True, eq=False)
class Walked:
    """Seconds of walking of each actual tour (T,): on the slotting before, on the plan, and where it really picked.

    A pick whose location the tasks do not tell counts as if it were picked where the plan has it.
    """

    before_s: Floats
    plan_s: Floats
    actual_s: Floats


def _of_placed(problem: SlottingProblem, plan: Ints) -> TourUnits:
    """The tours without what has no place."""
    tours = problem.tours
    placed = (problem.now[tours.unit] != NOWHERE) & (plan[tours.unit] != NOWHERE)
    before = np.concatenate(([0], np.cumsum(placed)))
    return TourUnits(start=before[tours.start], unit=tours.unit[placed], weight=tours.weight)


def walk(problem: SlottingProblem, plan: Ints, tours: ActualTours) -> Walked:
    """Walk the `tours` three times."""
    planned = plan[tours.unit]
    actual = np.where(tours.location == NOWHERE, planned, tours.location)
    before, as_planned, as_picked = (
        _lengths_m(problem, tours.start, at) * problem.seconds_per_m
        for at in (problem.now[tours.unit], planned, actual)
    )
    return Walked(before_s=before, plan_s=as_planned, actual_s=as_picked)


def _lengths_m(problem: SlottingProblem, start: Ints, location: Ints) -> Floats:
    """Metres (T,) of tours to locations rather than units: each location is its own unit."""
    visits = TourUnits(start=start, unit=location, weight=np.ones(len(start) - 1))
    return tour_lengths(replace(problem, tours=visits), np.arange(len(problem.location)))
