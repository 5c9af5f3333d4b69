"""How a run went, interval for interval."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from layouts.events import NONE, Events, Floats, Ints
from layouts.figures.blocked import Blocked, blocked, waits_in
from layouts.figures.lead_times import LeadTimes, lead_times, lives, on_time
from layouts.figures.queues import Queue, queues
from layouts.figures.spans import cut
from layouts.figures.time_split import TimeSplit, as_splits
from layouts.figures.traffic import Present, present, stays
from layouts.figures.window import done_in
from layouts.run import Run
from layouts.statistics.intervals import Estimate


@dataclass(frozen=True, kw_only=True)
class Interval:
    """Figures of one interval; those of all intervals add up to the run's, since events are shared out exactly.

    `lines` were finished within; `tour_lead` and `order_lead` are of tours and orders done within, `on_time` of
    orders that were, or whose due time passed there first. A wait counts in every interval that it reaches into, with
    its part there: only `waits`, their number, do not add up. `blocked_share` is waiting as a share of time on duty.
    `busy` agents were neither waiting nor idle and `queueing` ones waiting, on average over the interval. Only pairs,
    resources and aisles that had any are listed. A ratio with nothing below the line is None.
    """

    start_s: float
    end_s: float
    lines: int
    lines_per_hour: float | None
    labour_h: float
    lines_per_labour_hour: float | None
    distance_m: float
    metres_per_line: float | None
    blocked_share: float | None
    busy: float | None
    queueing: float | None
    time: TimeSplit
    blocked: Blocked
    queues: Mapping[str, Queue]
    traffic: Mapping[str, Present]
    total_traffic: Present | None
    tour_lead: LeadTimes | None
    order_lead: LeadTimes | None
    on_time: Estimate | None


def by_interval(run: Run, *cuts: tuple[Floats, Floats]) -> list[tuple[Interval, ...]]:
    """For each of `cuts` the figures of its K intervals: given are their rising edges (K + 1,) and the `time_splits`
    (K, A, S) there.
    """
    events = run.events
    lines_s, length_m = events.end_s[are_lines(events)], events.length_m
    seen = stays(run)
    tours, orders = lives(events, events.job, run.jobs), lives(events, events.order, run.orders)

    def figures(edges_s: Floats, spent_s: Floats) -> tuple[Interval, ...]:
        lengths_s = np.diff(edges_s).tolist()
        times = as_splits(spent_s.sum(axis=1))
        waits = waits_in(events, edges_s)
        columns = zip(
            edges_s[:-1].tolist(),
            edges_s[1:].tolist(),
            _counts(done_in(edges_s, lines_s), len(lengths_s)),
            _distances_m(events, length_m, edges_s),
            times,
            blocked(run, waits, on_duty_s=[time.sum_s for time in times]),
            queues(waits, events.resource, lengths_s=lengths_s),
            present(run, seen, edges_s),
            lead_times(tours, edges_s),
            lead_times(orders, edges_s),
            on_time(run.orders, edges_s),
            strict=True,
        )
        return tuple(_interval(*column) for column in columns)

    return [figures(*each) for each in cuts]


def are_lines(events: Events) -> npt.NDArray[np.bool_]:
    """Which events (N,) are picks of an order line, to their end."""
    lines: npt.NDArray[np.bool_] = events.kind.are("pick") & (events.quantity > 0)
    return lines


def _counts(interval: Ints, intervals: int) -> list[int]:
    counts: list[int] = np.bincount(interval[interval != NONE], minlength=intervals).tolist()
    return counts


def _distances_m(events: Events, length_m: Floats, edges_s: Floats) -> list[float]:
    """The length of the moves in each interval, each shared out by time; one of no time counts when it is done."""
    rows = np.flatnonzero(events.kind.are("move"))
    start_s, end_s, length_m = events.start_s[rows], events.end_s[rows], length_m[rows]
    parts = cut(edges_s, start_s, end_s)
    share = parts.seconds / (end_s - start_s)[parts.of]
    at_once = end_s == start_s
    interval = np.append(parts.interval, done_in(edges_s, end_s[at_once]))
    went_m = np.append(length_m[parts.of] * share, length_m[at_once])
    distances_m = np.zeros(len(edges_s) - 1)
    np.add.at(distances_m, interval[interval != NONE], went_m[interval != NONE])
    return distances_m.tolist()


def _interval(
    start_s: float,
    end_s: float,
    lines: int,
    distance_m: float,
    time: TimeSplit,
    blocked: Blocked,
    queues: Mapping[str, Queue],
    present: tuple[Mapping[str, Present], Present | None],
    tour_lead: LeadTimes | None,
    order_lead: LeadTimes | None,
    on_time: Estimate | None,
) -> Interval:
    length_s, labour_s = end_s - start_s, time.sum_s
    return Interval(
        start_s=start_s,
        end_s=end_s,
        lines=lines,
        lines_per_hour=ratio(lines * 3600, length_s),
        labour_h=labour_s / 3600,
        lines_per_labour_hour=ratio(lines * 3600, labour_s),
        distance_m=distance_m,
        metres_per_line=ratio(distance_m, lines),
        blocked_share=ratio(time.blocked_s, labour_s),
        busy=ratio(labour_s - time.blocked_s - time.idle_s, length_s),
        queueing=ratio(time.blocked_s, length_s),
        time=time,
        blocked=blocked,
        queues=queues,
        traffic=present[0],
        total_traffic=present[1],
        tour_lead=tour_lead,
        order_lead=order_lead,
        on_time=on_time,
    )


def ratio(above: float, below: float) -> float | None:
    """One over the other, None over nothing."""
    return above / below if below > 0 else None
