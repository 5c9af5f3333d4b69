"""Forecasts and what came of them: the key figures of whole days of a log beside those that were foretold."""

from __future__ import annotations

import csv
import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from layouts.calibration.actuals import Actuals, actuals
from layouts.calibration.coverage import Forecast
from layouts.live.events import LinkChanged, OrderClosed, OrderReleased, Recorded, Work
from layouts.live.recorded_run import run_of
from layouts.live.staleness import ago
from layouts.run import Run
from server.fork.forecast import KeptForecast
from server.fork.fork import MAX_AGE_S
from server.store.store import EventStore
from spatial.whole_files import write_whole

LONGEST_WORK_MS = 86_400_000
"""Work that reaches over the end of a day is told when it ends; it is looked for as long after."""
_DAY = dt.timedelta(days=1)
_EPOCH = dt.datetime.fromtimestamp(0, dt.UTC)


@dataclass(frozen=True, kw_only=True)
class Collected:
    """`forecasts` with what came, in order of day; which were `left_out` and why; of each figure why it was
    `not_told`, with the days.
    """

    forecasts: tuple[Forecast, ...]
    left_out: tuple[str, ...]
    not_told: Mapping[str, Mapping[str, Sequence[str]]]
    notes: tuple[str, ...]


class _Span(NamedTuple):
    """The time that a forecast speaks of."""

    forecast: KeptForecast
    day: str
    until_ms: int


def collect(
    log: EventStore,
    forecasts: Iterable[KeptForecast],
    *,
    site: str,
    zone: dt.tzinfo = dt.UTC,
    day: dt.date | None = None,
) -> Collected:
    """Hold what was foretold of `site` against what the log tells of it; of one `day` alone, if given.

    1. A forecast speaks of its horizon, else of the time to the end of its day in `zone`.
    2. Left out is one of another log, one that was made after the end of that time, one that foretells beyond it,
       and one whose time is not whole: the log must reach over its end, and no feed may have been down for longer
       than a fork allows.
    3. Of each day the forecast that was made first counts: others of it say nothing of their own.
    4. Figures are those of the log's day as a Run, by the simulator's definitions; what it cannot tell has no row.
    """
    spans = [_span(each, zone) for each in forecasts if each.site == site]
    spans = [span for span in spans if day is None or span.day == day.isoformat()]
    told = _told(log, site)
    chosen = _chosen(spans, log.id, told)
    rows: list[Forecast] = []
    not_told: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    later = 0
    for span in chosen.spans:
        run = _run(log, span, told)
        came = actuals(run, kinds=told.kinds, warm_up_s=span.forecast.warm_up_s)
        rows += _rows(span, came)
        later += bool((run.orders.released_s > 0).any())
        for name in sorted(span.forecast.kpis.keys() & came.not_told.keys()):
            not_told[name][came.not_told[name]].append(span.day)
    note = f"On {later} of {len(chosen.spans)} days orders came in after the forecast, which it did not know."
    return Collected(
        forecasts=tuple(rows),
        left_out=chosen.left_out,
        not_told=not_told,
        notes=(note,) if later else (),
    )


class _Told(NamedTuple):
    """What the whole log tells of a site."""

    orders: Sequence[Recorded]
    kinds: frozenset[str]
    downs: Mapping[str, Sequence[tuple[int, float]]]
    until_ms: int


def _told(log: EventStore, site: str) -> _Told:
    """One pass over the log: orders, kinds of work, when feeds were down, and how far it reaches.

    What the server tells of itself, of feeds and alerts, does not show that the warehouse was heard.
    """
    orders: list[Recorded] = []
    links: dict[str, list[tuple[int, int, bool]]] = defaultdict(list)
    kinds: set[str] = set()
    until_ms = 0
    for each in log.read():
        event = each.event
        if event.site != site:
            continue
        body = event.body
        if isinstance(body, (OrderReleased, OrderClosed)):
            orders.append(each)
        elif isinstance(body, Work):
            kinds.add(body.kind)
        elif isinstance(body, LinkChanged) and event.entity.startswith("feed/"):
            links[event.entity].append((event.happened_ms, each.seq, body.is_up))
        if not event.entity.startswith(("feed/", "alert/")):
            until_ms = max(until_ms, event.happened_ms)
    downs = {entity: tuple(_downs(sorted(changes))) for entity, changes in sorted(links.items())}
    return _Told(orders, frozenset(kinds), downs, until_ms)


def _downs(changes: Iterable[tuple[int, int, bool]]) -> Iterator[tuple[int, float]]:
    """From when until when a feed was down, by its changes in order."""
    since_ms: int | None = None
    for at_ms, _, is_up in changes:
        if is_up and since_ms is not None:
            yield since_ms, at_ms
            since_ms = None
        elif not is_up and since_ms is None:
            since_ms = at_ms
    if since_ms is not None:
        yield since_ms, float("inf")


def _span(forecast: KeptForecast, zone: dt.tzinfo) -> _Span:
    begins = (_EPOCH + dt.timedelta(milliseconds=forecast.from_ms)).astimezone(zone)
    if forecast.horizon_s is not None:
        until_ms = forecast.from_ms + round(1000 * forecast.horizon_s)
    else:
        midnight = dt.datetime.combine(begins.date() + _DAY, dt.time(), zone)
        until_ms = (midnight - _EPOCH) // dt.timedelta(milliseconds=1)
    return _Span(forecast, begins.date().isoformat(), until_ms)


class _Chosen(NamedTuple):
    """The spans that count, one of each day, in order; and why others do not."""

    spans: Sequence[_Span]
    left_out: tuple[str, ...]


def _chosen(spans: Iterable[_Span], log_id: str, told: _Told) -> _Chosen:
    first: dict[str, _Span] = {}
    left_out = []
    for span in sorted(spans, key=lambda each: (each.forecast.made_ms, each.forecast.name)):
        reason = _refused(span, log_id, told)
        if reason is None and first.setdefault(span.day, span) is not span:
            reason = f"{first[span.day].forecast.name} speaks of the same day, and was made before it"
        if reason is not None:
            left_out.append(f"{span.forecast.name} of {span.day}: {reason}")
    return _Chosen([span for _, span in sorted(first.items())], tuple(left_out))


def _refused(span: _Span, log_id: str, told: _Told) -> str | None:
    """Why a forecast does not count; None if it does."""
    forecast, from_ms, until_ms = span.forecast, span.forecast.from_ms, span.until_ms
    if forecast.log != log_id:
        return f"it was made from the log {forecast.log}, and this one is {log_id}"
    if forecast.made_ms >= until_ms:
        return f"it was made {ago(forecast.made_ms - until_ms)} after the end of what it speaks of"
    longest_s, length_s = _longest_s(forecast), (until_ms - from_ms) / 1000
    if longest_s > length_s + 0.001:  # a horizon is rounded to milliseconds
        return (
            f"it foretells work for {longest_s:.0f} s, and its day has {length_s:.0f} s left: "
            "give the scenario a horizon_s"
        )
    if told.until_ms < until_ms:
        return f"its time is not whole: the log ends {ago(until_ms - told.until_ms)} before the end of it"
    for feed, downs in told.downs.items():
        down_ms = sum(max(0.0, min(end, until_ms) - max(start, from_ms)) for start, end in downs)
        if down_ms > 1000 * MAX_AGE_S:
            return f"its time is not whole: {feed} was down for {ago(round(down_ms))} of it"
    return None


def _longest_s(forecast: KeptForecast) -> float:
    """How long a forecast needs its time to be."""
    makespan = forecast.kpis.get("makespan_s")
    return max(forecast.warm_up_s, 0.0 if makespan is None else makespan.high)


def _run(log: EventStore, span: _Span, told: _Told) -> Run:
    from_ms, until_ms = span.forecast.from_ms, span.until_ms
    before = (each for each in told.orders if each.event.happened_ms < from_ms)
    within = log.read(happened_from_ms=from_ms, happened_until_ms=until_ms + LONGEST_WORK_MS)
    return run_of((*before, *within), site=span.forecast.site, from_ms=from_ms, until_ms=until_ms)


def _rows(span: _Span, came: Actuals) -> Iterator[Forecast]:
    for name, told in span.forecast.kpis.items():
        if name in came.told:
            yield Forecast(
                kpi=name,
                day=span.day,
                low=told.low,
                high=told.high,
                actual=came.told[name],
                level=told.level,
                expected=told.expected,
            )


def write_forecasts(path: Path, forecasts: Iterable[Forecast]) -> None:
    """Write the CSV that `read_forecasts` reads, whole."""
    with write_whole(path) as aside, aside.open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file, lineterminator="\n")
        rows.writerow(("kpi", "day", "low", "high", "actual", "level", "expected"))
        rows.writerows(
            (each.kpi, each.day, each.low, each.high, each.actual, each.level, each.middle)
            for each in forecasts
        )
