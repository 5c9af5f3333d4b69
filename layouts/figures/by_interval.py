"""How a run went by, interval for interval."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from layouts.events import Floats
from layouts.figures.time_split import TimeSplit, add_up, time_splits
from layouts.figures.window import Window
from layouts.run import Run


@dataclass(frozen=True, kw_only=True)
class Interval:
    """Figures of one interval; those of all intervals add up to the run's, since events are shared out exactly.

    `lines` were finished within. `busy` agents were neither waiting nor idle and `queueing` ones waiting, on average
    over the interval. `blocked_share` is waiting as a share of time on duty.
    """

    start_s: float
    end_s: float
    lines: int
    lines_per_hour: float | None
    blocked_share: float | None
    busy: float | None
    queueing: float | None
    time: TimeSplit


def by_interval(run: Run, window: Window, *, interval_s: float) -> tuple[Interval, ...]:
    """The window cut every `interval_s` seconds from its start; the last interval may be shorter."""
    edges = window.cut(interval_s)
    lines = _done_in(edges, run.events.end_s[are_lines(run, window)])
    splits = time_splits(run, edges)
    return tuple(
        _interval(*ends, done, add_up(split))
        for ends, done, split in zip(
            zip(edges[:-1].tolist(), edges[1:].tolist(), strict=True), lines, splits, strict=True
        )
    )


def are_lines(run: Run, window: Window) -> npt.NDArray[np.bool_]:
    """Which events (N,) are order lines picked to the end within `window`."""
    events = run.events
    lines: npt.NDArray[np.bool_] = (
        events.kind.are("pick") & (events.quantity > 0) & window.holds(events.end_s)
    )
    return lines


def _done_in(edges: Floats, done_s: Floats) -> Sequence[int]:
    """How many of `done_s` lie in each interval, its end included; at the very start in the first one."""
    place = np.maximum(np.searchsorted(edges, done_s, side="left") - 1, 0)
    counts: list[int] = np.bincount(place, minlength=len(edges) - 1).tolist()
    return counts


def _interval(start_s: float, end_s: float, lines: int, time: TimeSplit) -> Interval:
    length = end_s - start_s
    busy_s = time.sum_s - time.blocked_s - time.idle_s
    return Interval(
        start_s=start_s,
        end_s=end_s,
        lines=lines,
        lines_per_hour=lines / length * 3600 if length > 0 else None,
        blocked_share=time.blocked_s / time.sum_s if time.sum_s > 0 else None,
        busy=busy_s / length if length > 0 else None,
        queueing=time.blocked_s / length if length > 0 else None,
        time=time,
    )
