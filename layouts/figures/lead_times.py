"""How long tours and orders took, and how many were on time."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from layouts.events import NONE, Events, Floats, Texts
from layouts.figures.window import done_in
from layouts.run import Timetable
from layouts.statistics.intervals import Estimate, share_interval


class Lives(NamedTuple):
    """From when to when (N,) tours or orders lived: not a number or infinite where that is unknown."""

    from_s: Floats
    until_s: Floats


class LeadTimes(NamedTuple):
    """Of how many, and their mean, median and 95th percentile, which is linear between neighbours."""

    done: int
    mean_s: float
    p50_s: float
    p95_s: float


def lives(events: Events, of: Texts, known: Timetable) -> Lives:
    """From release, or where it is unknown from first event, to the end of each tour or order that `events` are `of`.

    Where any times are `known`, only what they tell to be done is; else all is done with its last event.
    """
    belongs = of.code != NONE
    start, end = np.full(len(of.names), np.inf), np.full(len(of.names), -np.inf)
    np.minimum.at(start, of.code[belongs], events.start_s[belongs])
    np.maximum.at(end, of.code[belongs], events.end_s[belongs])
    return Lives(_released(known, of, start), known.done_s) if known else Lives(start, end)


def lead_times(lived: Lives, edges_s: Floats) -> list[LeadTimes | None]:
    """The lead times of what was done in each of the K intervals between `edges_s` (K + 1,); None for nothing."""
    interval = np.where(np.isfinite(lived.from_s), done_in(edges_s, lived.until_s), NONE)
    order = np.argsort(interval, kind="stable")
    first = np.searchsorted(interval[order], np.arange(len(edges_s) - 1))
    _, *each = np.split((lived.until_s - lived.from_s)[order], first)
    return [_lead_times(lead_s) if len(lead_s) else None for lead_s in each]


def on_time(orders: Timetable, edges_s: Floats) -> list[Estimate | None]:
    """For each of the K intervals the share of orders that were done when due, with Wilson's interval.

    Counted are orders with a due time that were done within, or whose due time passed there first; None where there
    are none. One still to be done, and not yet late at the end, is left out.
    """
    is_due = ~np.isnan(orders.due_s)
    due, done = orders.due_s[is_due], orders.done_s[is_due]
    interval = done_in(edges_s, np.fmin(due, done))
    decided = interval != NONE
    intervals = len(edges_s) - 1
    count = np.bincount(interval[decided], minlength=intervals)
    kept = np.bincount(interval[decided & (done <= due)], minlength=intervals)
    return [share_interval(k, n) if n else None for k, n in zip(kept.tolist(), count.tolist(), strict=True)]


def _lead_times(lead_s: Floats) -> LeadTimes:
    return LeadTimes(len(lead_s), float(lead_s.mean()), *np.percentile(lead_s, [50, 95]).tolist())


def _released(known: Timetable, of: Texts, first_s: Floats) -> Floats:
    """When each of the `known` (N,) was released, or else had its first event; `first_s` are those of `of.names`."""
    if not np.isnan(known.released_s).any():
        return known.released_s
    place = {name: i for i, name in enumerate(of.names)}
    first = np.append(first_s, np.nan)[[place.get(name, NONE) for name in known.names]]
    return np.where(np.isnan(known.released_s), first, known.released_s)
