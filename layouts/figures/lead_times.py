"""How long tours and orders took, and how many were on time."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from layouts.events import NONE, Floats, Texts
from layouts.figures.window import Window
from layouts.run import Run, Timetable
from layouts.statistics.intervals import Estimate, share_interval


class LeadTimes(NamedTuple):
    """Of how many, and their mean, median and 95th percentile, which is linear between neighbours."""

    done: int
    mean_s: float
    p50_s: float
    p95_s: float


def tour_lead_times(run: Run, window: Window) -> LeadTimes | None:
    """From release, or where it is unknown from first event, to the end of each job done within `window`."""
    return _lead_times(run, window, run.events.job, run.jobs)


def order_lead_times(run: Run, window: Window) -> LeadTimes | None:
    """From release, or where it is unknown from first event, to the end of each order done within `window`."""
    return _lead_times(run, window, run.events.order, run.orders)


def on_time(run: Run, window: Window) -> Estimate | None:
    """The share of orders that were done when due, with Wilson's interval; None where none was due.

    Counted are orders with a due time that were done within `window`, or whose due time passed there first. One still
    to be done, and not yet late at the end, is left out.
    """
    is_due = ~np.isnan(run.orders.due_s)
    due, done = run.orders.due_s[is_due], run.orders.done_s[is_due]
    decided = window.holds(np.fmin(due, done))
    count, kept = int(decided.sum()), int((decided & (done <= due)).sum())
    return share_interval(kept, count) if count else None


def _lead_times(run: Run, window: Window, of: Texts, known: Timetable) -> LeadTimes | None:
    """Where any times are `known`, only what they tell to be done is; else all is done with its last event."""
    belongs = of.code != NONE
    start, end = np.full(len(of.names), np.inf), np.full(len(of.names), -np.inf)
    np.minimum.at(start, of.code[belongs], run.events.start_s[belongs])
    np.maximum.at(end, of.code[belongs], run.events.end_s[belongs])
    if known:
        start, end = _released(known, of, start), known.done_s
    lead = (end - start)[window.holds(end) & np.isfinite(start)]
    if not len(lead):
        return None
    return LeadTimes(len(lead), float(lead.mean()), *np.percentile(lead, [50, 95]).tolist())


def _released(known: Timetable, of: Texts, first_s: Floats) -> Floats:
    """When each of the `known` (N,) was released, or else had its first event; `first_s` are those of `of.names`."""
    if not np.isnan(known.released_s).any():
        return known.released_s
    place = {name: i for i, name in enumerate(of.names)}
    first = np.append(first_s, np.nan)[[place.get(name, NONE) for name in known.names]]
    return np.where(np.isnan(known.released_s), first, known.released_s)
