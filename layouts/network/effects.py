"""What each event does by itself: how long the network survives it, and when it has recovered."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from layouts.network.disruptions import Disruption, Disruptions
from layouts.network.figures import differences
from layouts.network.simulate import Outcome, Played, Stage, simulate
from layouts.statistics.common_numbers import CommonNumbers
from layouts.statistics.intervals import CONFIDENCE, Estimate, mean_interval, share_interval
from spatial.progress import Progress, silent
from spatial.tasks.workers import Workers

Ints = npt.NDArray[np.int64]

NOTICED = 0.01
"""Of a usual day's demand: less is what orders that fall on other days make."""


@dataclass(frozen=True, kw_only=True)
class Effect:
    """An event by itself, beside the same days without it.

    Of the replications in which it happens: the share in which demand is missed; days from its begin until that
    (`survived`), where it is; days from its end until service and what is owed are as without it (`recovered`), where
    that is within the days played. None where there is no such replication.
    """

    event: Disruption
    happened: int
    missed: Estimate | None
    survived: Estimate | None
    recovered: Estimate | None
    not_recovered: int
    differences: Mapping[str, CommonNumbers]


def effects(
    stage: Stage,
    events: Sequence[Disruption],
    played: Played,
    *,
    usual: Outcome,
    reaction_days: int = 1,
    confidence: float = CONFIDENCE,
    workers: Workers | None = None,
    progress: Progress = silent,
) -> tuple[Effect, ...]:
    """The effect of each event by itself, in their order; `usual` is the outcome without any.

    Differences have intervals of this `confidence`.
    """
    found = []
    for number, event in enumerate(events):
        alone = Disruptions(events=(event,), reaction_days=reaction_days)
        outcome = simulate(stage, alone, played, workers=workers)
        found.append(_effect(event, outcome, usual, confidence))
        progress(f"event {number + 1}", (number + 1) / len(events))
    return tuple(found)


def _effect(event: Disruption, outcome: Outcome, usual: Outcome, confidence: float) -> Effect:
    noticed = _noticed(outcome, usual)
    days = noticed.shape[1]
    first, end = outcome.spans[:, 0].T
    happened = np.flatnonzero(first < days)
    missed = [r for r in happened if noticed[r, first[r] :].any()]
    survived = [int(noticed[r, first[r] :].argmax()) for r in missed]
    last = [days - int(noticed[r, ::-1].argmax()) for r in missed]  # the day after the last one missed
    recovered = [max(0, day - int(end[r])) for r, day in zip(missed, last, strict=True) if day < days]
    return Effect(
        event=event,
        happened=len(happened),
        missed=share_interval(len(missed), len(happened)) if len(happened) else None,
        survived=_mean(survived),
        recovered=_mean(recovered),
        not_recovered=len(missed) - len(recovered),
        differences=differences(outcome, usual, confidence=confidence),
    )


def _noticed(outcome: Outcome, usual: Outcome) -> npt.NDArray[np.bool_]:
    """The days (R, T) on which more is short, or owed, than without the event."""
    least = NOTICED * usual.series("asked").mean()
    short = (outcome.series("asked") - outcome.series("at_once")) - (
        usual.series("asked") - usual.series("at_once")
    )
    owed = outcome.series("owed") - usual.series("owed")
    found: npt.NDArray[np.bool_] = (short > least) | (owed > least)
    return found


def _mean(days: Sequence[int]) -> Estimate | None:
    return mean_interval([float(each) for each in days]) if days else None
