"""A Run as live events: what a day that went like it would have told."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from layouts.live.events import Body, LiveEvent, OrderClosed, OrderReleased, Work
from layouts.live.recorded_run import WORK_FIELDS
from layouts.run import Run, Times


def live_events_of(run: Run, *, site: str, epoch_ms: int) -> Iterator[LiveEvent]:
    """A Run as what a live day would have told, its times rounded to milliseconds; `run_of` gives its events back.

    An order's lines are those that were picked; one of which nothing was, is not told.
    """
    lines: dict[str, list[tuple[str, float]]] = defaultdict(list)
    for row, event in enumerate(run.events):
        if event.kind == "pick" and event.order and event.sku and event.quantity:
            lines[event.order].append((event.sku, float(event.quantity)))
        yield LiveEvent(
            id=f"{run.id}/event/{row:09d}",
            site=site,
            source=f"run/{run.id}",
            entity=f"agent/{event.agent}",
            happened_ms=epoch_ms + round(1000 * event.end_s),
            body=Work(
                kind=event.kind,
                start_ms=epoch_ms + round(1000 * event.start_s),
                level=event.level,
                path=event.path,
                **{name: getattr(event, name) for name in WORK_FIELDS},
            ),
        )
    for order, times in run.orders.items():
        for at_s, body in _steps(times, tuple(lines[order]), epoch_ms):
            yield LiveEvent(
                id=f"{run.id}/order/{order}/{body.__struct_config__.tag}",
                site=site,
                source=f"run/{run.id}",
                entity=f"order/{order}",
                happened_ms=epoch_ms + round(1000 * at_s),
                body=body,
            )


def _steps(times: Times, lines: tuple[tuple[str, float], ...], epoch_ms: int) -> Iterator[tuple[float, Body]]:
    if lines and times.released_s is not None:
        due_ms = None if times.due_s is None else epoch_ms + round(1000 * times.due_s)
        yield times.released_s, OrderReleased(lines=lines, due_ms=due_ms)
    if lines and times.done_s is not None:
        yield times.done_s, OrderClosed("done")
