"""A plan held against what came of it: saved walking on the demand that came, by the clock, and as carried out.

What was predicted and not seen is split: what the plan knew of its learning tours only (with held-out days), what
demand changed, what was not carried out, and what the clock shows less of than walking saves.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, timedelta

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from layouts.slotting.problem import SlottingProblem
from layouts.slotting.verification.actual_tours import ActualTours, Grouping, actual_tours
from layouts.slotting.verification.day_mean import DayMean, ratio_by_cluster
from layouts.slotting.verification.execution import execution
from layouts.slotting.verification.measured import Measured, measure
from layouts.slotting.verification.verification import Part, Verdict, Verification
from layouts.slotting.verification.walked import Prediction, Walked, predict, walk
from layouts.statistics.intervals import CONFIDENCE, Estimate, check_confidence
from spatial.errors import UndecidedError

Ints = npt.NDArray[np.int64]

EPOCH = date(1970, 1, 1)
MOST_LEFT_OUT = 0.1
"""A note tells so if a larger share of the picks is in no tour."""


def verify(
    problem: SlottingProblem,
    plan: Ints,
    tasks: pa.Table,
    *,
    moved: tuple[date, date],
    learnt: Collection[date] | None = None,
    predicted: Prediction | None = None,
    tolerance: float = 0.1,
    grouping: Grouping | None = None,
    confidence: float = CONFIDENCE,
) -> Verification:
    """Hold `plan` (U,), which was to better `problem.now`, against the `tasks` of before and after.

    `moved` are the first and last day of the moves, in the site's time zone; those days count for neither side.
    `learnt` are the days that the plan was made from: days before the moves that are not among them are held out, by
    default none. `predicted` is by default what the tours of `problem` say. It is "as predicted" within `tolerance`
    of the prediction.

    Raises BadDataError for tasks without what is needed, UndecidedError where none is after the moves, ValueError
    for days in the wrong order.
    """
    first, last = ((day - EPOCH).days for day in moved)
    if first > last or tolerance < 0:
        raise ValueError(
            f"moved {moved[0]} to {moved[1]}, tolerance {tolerance}: give days in order, 0 or more"
        )
    check_confidence(confidence)
    predicted = predicted or predict(problem, plan)
    tours = actual_tours(problem, plan, tasks, grouping=grouping)
    before, after = tours.only(tours.day < first), tours.only(tours.day > last)
    if not len(after):
        latest = EPOCH + timedelta(days=int(tours.day.max(initial=0)))
        raise UndecidedError(
            f"no tour is after the moves ended on {moved[1]}, the last is of {latest}: wait for more"
        )
    walked = walk(problem, plan, after)
    planned = _per_line(walked.before_s - walked.plan_s, after)
    realised = _per_line(walked.before_s - walked.actual_s, after)
    held_out = None if learnt is None else _held_out(problem, plan, before, learnt)
    measured = measure(before, after, walked)
    difference = realised.minus(predicted.per_line)
    clock = None
    if measured is not None and measured.is_whole:
        clock = measured.saved.minus(predicted.per_line).estimate(confidence)
    zone_s = tolerance * abs(predicted.per_line.value)
    return Verification(
        predicted=predicted,
        held_out=held_out,
        planned=planned,
        realised=realised,
        measured=measured,
        execution=execution(problem, plan, after, confidence=confidence),
        parts=_parts(predicted, held_out, planned, _undone(walked, after), measured, confidence),
        difference=difference.estimate(confidence),
        verdict=_verdict(difference.estimate(confidence), zone_s),
        measured_difference=clock,
        measured_verdict=None if clock is None else _verdict(clock, zone_s),
        lines_a_day=float(after.lines.sum() / len(np.unique(after.day))),
        days=len(np.unique(after.day)),
        tolerance=tolerance,
        confidence=confidence,
        notes=tuple(_notes(problem, before, after, measured)),
    )


def _held_out(
    problem: SlottingProblem, plan: Ints, before: ActualTours, learnt: Collection[date]
) -> DayMean | None:
    known = [(day - EPOCH).days for day in learnt]
    unknown = before.only(~np.isin(before.day, known))
    if not len(unknown):
        return None
    walked = walk(problem, plan, unknown)
    return _per_line(walked.before_s - walked.plan_s, unknown)


def _per_line(saved_s: npt.NDArray[np.float64], tours: ActualTours) -> DayMean:
    return ratio_by_cluster(saved_s, tours.lines, tours.day, said="days")


def _undone(walked: Walked, after: ActualTours) -> DayMean:
    """What walking would have been less, had the plan been carried out: the same tours on both sides."""
    return _per_line(walked.actual_s - walked.plan_s, after)


def _parts(
    predicted: Prediction,
    held_out: DayMean | None,
    planned: DayMean,
    undone: DayMean,
    measured: Measured | None,
    confidence: float,
) -> tuple[Part, ...]:
    parts = []
    if held_out is not None:
        parts.append(Part(name="overfitted", missing=predicted.per_line.minus(held_out).estimate(confidence)))
    known = held_out or predicted.per_line
    parts.append(Part(name="demand changed", missing=known.minus(planned).estimate(confidence)))
    parts.append(Part(name="not carried out", missing=undone.estimate(confidence)))
    if measured is not None and measured.beyond_s is not None:
        parts.append(Part(name="not on the clock", missing=measured.beyond_s.estimate(confidence)))
    return tuple(parts)


def _verdict(difference: Estimate, zone_s: float) -> Verdict:
    if -zone_s <= difference.low and difference.high <= zone_s:
        return "as predicted"
    if difference.high < 0:
        return "less than predicted"
    if difference.low > 0:
        return "more than predicted"
    return "cannot decide"


def _notes(
    problem: SlottingProblem, before: ActualTours, after: ActualTours, measured: Measured | None
) -> list[str]:
    notes = [f"{count} picks left out: {why}" for why, count in after.left_out.items()]
    picks = len(after.unit) + len(before.unit)
    out = sum(after.left_out.values())
    if out > MOST_LEFT_OUT * (picks + out):
        notes.append(
            f"only {100 * picks / (picks + out):.3g} % of the picks are in tours: the rest may tell another tale"
        )
    told = before.location >= 0
    if told.any():
        strange = before.location[told] != problem.now[before.unit[told]]
        if strange.mean() > MOST_LEFT_OUT:
            notes.append(
                f"{100 * strange.mean():.3g} % of the picks before the moves were not where the slotting before has "
                "them: check it, savings are against it"
            )
    if (after.location < 0).any():
        share = 100 * float((after.location < 0).mean())
        notes.append(f"{share:.3g} % of the picks after the moves tell no location: counted as carried out")
    if measured is None:
        notes.append("no measured saving: two days before and two after need tours with times")
    elif not measured.is_whole:
        notes.append(
            "the clock runs from first to last task, as tours hardly follow each other: no verdict from it"
        )
    return notes
