"""What the clock says: seconds of a line before and after the moves, at the same mix of work.

1. Within each day, the seconds of tours are regressed on their tasks and pieces: days cancel, and with them what is
   before and after the moves.
2. Each tour's seconds are put to the mean mix of the tours afterwards by those slopes.
3. Where hardly any tour follows another, time runs from a tour's first task to its last: without the ways from and to
   the depot, so that it is not held against what was predicted.
4. The mean of each period is divided by the lines of a tour; days are the clusters, the difference is Welch's.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from layouts.slotting.verification.actual_tours import ActualTours
from layouts.slotting.verification.day_mean import DayMean, ratio_by_cluster
from layouts.slotting.verification.walked import Walked
from layouts.statistics.intervals import CONFIDENCE

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class Measured:
    """Seconds a line by the clock, handling and all: `saved` after against before at the same mix, `raw` without
    regard to the mix; `beyond_s` is what walking saves by the model less what the clock shows.

    `task_s` and `piece_s` are what a further task and piece take. Times are of whole tours or not (`is_whole`): those
    from first to last task tell no verdict, and `beyond_s` is None.
    """

    before: DayMean
    after: DayMean
    saved: DayMean
    raw: DayMean
    beyond_s: DayMean | None
    task_s: float
    piece_s: float
    is_whole: bool

    def record(self, confidence: float = CONFIDENCE) -> dict[str, Any]:
        """As JSON holds it."""
        return {
            "before_s": self.before.estimate(confidence).record(),
            "after_s": self.after.estimate(confidence).record(),
            "saved_s": self.saved.estimate(confidence).record(),
            "saved_raw_s": self.raw.estimate(confidence).record(),
            "task_s": self.task_s,
            "piece_s": self.piece_s,
            "is_whole": self.is_whole,
        }


def measure(before: ActualTours, after: ActualTours, walked: Walked) -> Measured | None:
    """From the tours before and after the moves, of which `walked` is that of those after.

    None where less than two days on either side have tours whose time is known, whole or from first to last task.
    """
    saved_s = walked.before_s - walked.actual_s
    whole = _compared(before, after, saved_s)
    if whole is not None:
        return whole
    part = _compared(_within(before), _within(after), saved_s)
    return None if part is None else replace(part, is_whole=False, beyond_s=None)


def _compared(before: ActualTours, after: ActualTours, saved_s: Floats) -> Measured | None:
    timed_before, timed_after = ~np.isnan(before.seconds), ~np.isnan(after.seconds)
    saved_s = saved_s[timed_after]
    before, after = before.only(timed_before), after.only(timed_after)
    if min(len(np.unique(before.day)), len(np.unique(after.day))) < 2:
        return None
    slopes = _slopes(before, after)
    mean = _mix(after).mean(axis=0)
    lines = float(after.lines.mean())
    at_mean_before = before.seconds - (_mix(before) - mean) @ slopes
    at_mean_after = after.seconds - (_mix(after) - mean) @ slopes
    was, now = _of_tour(at_mean_before, before, lines), _of_tour(at_mean_after, after, lines)
    return Measured(
        before=was,
        after=now,
        saved=was.minus(now),
        raw=_of_line(before).minus(_of_line(after)),
        beyond_s=_of_tour(at_mean_after + saved_s, after, lines).minus(was),
        task_s=float(slopes[0]),
        piece_s=float(slopes[1]),
        is_whole=True,
    )


def _within(tours: ActualTours) -> ActualTours:
    return replace(tours, seconds=tours.span_s)


def _mix(tours: ActualTours) -> Floats:
    return np.stack((tours.tasks, tours.pieces), axis=1)


def _slopes(*periods: ActualTours) -> Floats:
    """Seconds of a further task and piece (2,), within days; 0 for what never differs within one."""
    sides, seconds = [], []
    for period in periods:
        own = np.unique(period.day, return_inverse=True)[1]
        count = np.bincount(own)
        mix = _mix(period)
        means = np.stack([np.bincount(own, weights=side) / count for side in mix.T], axis=1)
        sides.append(mix - means[own])
        seconds.append(period.seconds - (np.bincount(own, weights=period.seconds) / count)[own])
    slopes: Floats = np.linalg.lstsq(np.concatenate(sides), np.concatenate(seconds), rcond=None)[0]
    return slopes


def _of_tour(seconds: Floats, tours: ActualTours, lines: float) -> DayMean:
    return ratio_by_cluster(seconds, np.full(len(seconds), lines), tours.day, said="days")


def _of_line(tours: ActualTours) -> DayMean:
    return ratio_by_cluster(tours.seconds, tours.lines, tours.day, said="days")
