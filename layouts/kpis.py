"""Key figures of a run, folded from its events."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from layouts.figures.blocked import Blocked
from layouts.figures.by_interval import Interval, are_lines, by_interval, ratio
from layouts.figures.lead_times import LeadTimes
from layouts.figures.near_misses import NearMissCounts, count_near_misses, near_misses
from layouts.figures.queues import Queue
from layouts.figures.time_split import TimeSplit, as_splits, time_splits
from layouts.figures.traffic import Traffic, total_traffic, traffic
from layouts.figures.window import Window
from layouts.run import Run
from layouts.statistics.intervals import Estimate

__all__ = ["Kpis", "TimeSplit", "kpis", "kpis_dict"]


@dataclass(frozen=True, kw_only=True)
class Kpis:
    """Figures of one run after its warm-up; a ratio with nothing below the line is None.

    `lines` and `pieces` were picked to the end within the run; `tours` counts hand-overs begun, so also one
    that a horizon cut. `makespan_s` is the end of the last event. `lines_per_hour` counts from the warm-up to the
    makespan, for all agents together; `lines_per_labour_hour` over `labour_h`, the agents' time on duty, in which
    breaks are paid. `distance_m` is of the moves, one that began in the warm-up with its share. `passes` and
    `back_offs` are what it took to end deadlocks.

    What lacks its data is None or empty: `tour_lead` without jobs, `order_lead` without orders, `on_time` without due
    times, `traffic` and `total_traffic` without aisles, `intervals` and `near_misses` unless asked for.
    """

    warm_up_s: float
    lines: int
    pieces: int
    tours: int
    distance_m: float
    makespan_s: float
    lines_per_hour: float | None
    metres_per_line: float | None
    labour_h: float
    lines_per_labour_hour: float | None
    passes: int
    back_offs: int
    total: TimeSplit
    by_agent: Mapping[str, TimeSplit]
    blocked: Blocked
    queues: Mapping[str, Queue]
    traffic: Mapping[str, Traffic]
    total_traffic: Traffic | None
    tour_lead: LeadTimes | None
    order_lead: LeadTimes | None
    on_time: Estimate | None
    intervals: tuple[Interval, ...] = ()
    near_misses: NearMissCounts | None = None


def kpis(
    run: Run,
    *,
    interval_s: float | None = None,
    warm_up_s: float = 0.0,
    vehicles: Collection[str] = (),
) -> Kpis:
    """The key figures of `run` from `warm_up_s` on.

    With `interval_s` also those of each such interval, with `vehicles`, names of agents, also their near misses.
    A run without events has zeros and no ratios. ValueError for a warm-up outside the run, an interval that is
    not above 0 or a vehicle that is no agent.
    """
    window = Window.of(run, warm_up_s=warm_up_s)
    cuts = [window.edges] if interval_s is None else [window.edges, window.cut(interval_s)]
    spent_s = [time_splits(run, edges_s) for edges_s in cuts]
    (whole,), *intervals = by_interval(run, *zip(cuts, spent_s, strict=True))
    events = run.events
    pieces = events.quantity[are_lines(events) & window.holds(events.end_s)].sum()
    makespan = float(events.end_s.max(initial=0.0))
    begun = window.holds(events.start_s)
    return Kpis(
        warm_up_s=warm_up_s,
        lines=whole.lines,
        pieces=int(pieces),
        tours=int((events.kind.are("drop") & begun).sum()),
        distance_m=whole.distance_m,
        makespan_s=makespan,
        lines_per_hour=ratio(whole.lines * 3600, makespan - warm_up_s),
        metres_per_line=whole.metres_per_line,
        labour_h=whole.labour_h,
        lines_per_labour_hour=whole.lines_per_labour_hour,
        passes=int((events.kind.are("pass") & begun).sum()),
        back_offs=int((events.kind.are("back_off") & begun).sum()),
        total=whole.time,
        by_agent=dict(zip(run.agents, as_splits(spent_s[0][0]), strict=True)),
        blocked=whole.blocked,
        queues=whole.queues,
        traffic=traffic(run, whole.traffic),
        total_traffic=total_traffic(run, whole.total_traffic),
        tour_lead=whole.tour_lead,
        order_lead=whole.order_lead,
        on_time=whole.on_time,
        intervals=intervals[0] if intervals else (),
        near_misses=count_near_misses(near_misses(run, window, vehicles=vehicles)) if vehicles else None,
    )


def kpis_dict(figures: Kpis) -> dict[str, Any]:
    """The figures as values for JSON, with each kind of time also as its share of the total."""
    record: dict[str, Any] = _plain(figures)
    total = figures.total.sum_s
    record["share"] = {
        name.removesuffix("_s"): seconds / total if total > 0 else None
        for name, seconds in record["total"].items()
    }
    return record


def _plain(value: Any) -> Any:
    """Values of figures as JSON has them: fields by name, and estimates as they record themselves."""
    if isinstance(value, Estimate):
        return value.record()
    if isinstance(value, Mapping):
        return {name: _plain(each) for name, each in value.items()}
    if hasattr(value, "_asdict"):
        return value._asdict()
    if hasattr(value, "__dataclass_fields__"):
        return {name: _plain(each) for name, each in vars(value).items()}
    return [_plain(each) for each in value] if isinstance(value, tuple) else value
