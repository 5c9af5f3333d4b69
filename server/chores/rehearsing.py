"""A run told as if it happened now: for a first look at the live twin, for demonstrations and for load.

Positions once a second, work as it is done, stock as it is picked and orders as they open and close. What is picked
is counted just before the start, so the book never goes below zero; the work makes the day one that `record` gives
back as the run it was.
"""

from __future__ import annotations

import heapq
import time
from collections import defaultdict
from collections.abc import Iterable, Iterator
from itertools import groupby
from pathlib import Path

import httpx
import msgspec

from layouts.live.events import LiveEvent, OrderReleased, Position, StockCounted, StockMoved, Work
from layouts.live.recorded_export import live_events_of
from layouts.run import Run
from layouts.run_files import read_run
from server.sites import load_site
from spatial.errors import AisletwinError
from spatial.facility import Facility
from spatial.progress import Progress, silent
from viewer.motion import positions_at, straight_motions

SOURCE = "rehearsal"
REPORT_EVERY_S = 1.0
COUNTED_BEFORE_MS = 1
AT_ONCE = 500
TRIES = 5


class RehearsalError(AisletwinError):
    """The server does not take what is rehearsed."""

    exit_code = 3


def rehearsal(run: Run, facility: Facility, *, epoch_ms: int, speed: float = 1.0) -> Iterator[LiveEvent]:
    """The events of a run that begins at `epoch_ms` and runs `speed` times as fast, in order of time."""
    site, name = facility.id, f"{SOURCE}-{epoch_ms}"
    told = heapq.merge(
        _counts(run, site),
        _positions(run, facility),
        _work_and_orders(run, site),
        _picks(run, site),
        key=lambda event: event.happened_ms,
    )
    for number, event in enumerate(told):
        yield _moved(event, f"{name}:{number}", epoch_ms, speed)


def _moved(event: LiveEvent, name: str, epoch_ms: int, speed: float) -> LiveEvent:
    """An event told from the run's beginning, in milliseconds, as one of a rehearsal."""

    def now(at_ms: int) -> int:
        return epoch_ms + round(at_ms / speed)

    body = event.body
    if isinstance(body, Work):
        body = msgspec.structs.replace(body, start_ms=now(body.start_ms))
    elif isinstance(body, OrderReleased) and body.due_ms is not None:
        body = msgspec.structs.replace(body, due_ms=now(body.due_ms))
    happened_ms = epoch_ms - COUNTED_BEFORE_MS if isinstance(body, StockCounted) else now(event.happened_ms)
    return msgspec.structs.replace(event, id=name, source=SOURCE, happened_ms=happened_ms, body=body)


def _counts(run: Run, site: str) -> Iterator[LiveEvent]:
    """What is picked in the run lies there at its beginning."""
    picked: dict[tuple[str, str], float] = defaultdict(float)
    for event in run.events:
        if event.kind == "pick" and event.sku and event.location and event.quantity:
            picked[event.sku, event.location] += event.quantity
    for (sku, location), quantity in sorted(picked.items()):
        yield _event(site, f"sku/{sku}", 0, StockCounted(sku, f"{site}/{location}", quantity))


def _positions(run: Run, facility: Facility) -> Iterator[LiveEvent]:
    """Where everybody is, once a second of the run."""
    motions = straight_motions(run, facility)
    level = facility.levels[0].id
    at_s = 0.0
    while at_s <= run.duration_s:
        places, _ = positions_at(motions, at_s)
        for agent, (x, y, _) in zip(motions.agents, places.tolist(), strict=True):
            body = Position(level=level, x_m=round(x, 3), y_m=round(y, 3), sigma_m=0.1)
            yield _event(facility.id, f"agent/{agent}", round(1000 * at_s), body)
        at_s += REPORT_EVERY_S


def _work_and_orders(run: Run, site: str) -> Iterable[LiveEvent]:
    return sorted(live_events_of(run, site=site, epoch_ms=0), key=lambda event: event.happened_ms)


def _picks(run: Run, site: str) -> Iterator[LiveEvent]:
    picks = sorted((e for e in run.events if e.kind == "pick"), key=lambda e: (e.end_s, e.seq))
    for event in picks:
        if event.sku and event.location and event.quantity:
            body = StockMoved(
                event.sku,
                float(event.quantity),
                from_place=f"{site}/{event.location}",
                reason="pick",
                order=event.order,
            )
            yield _event(site, f"sku/{event.sku}", round(1000 * event.end_s), body)


def _event(site: str, entity: str, at_ms: int, body: Position | StockCounted | StockMoved) -> LiveEvent:
    return LiveEvent(id="", site=site, source=SOURCE, entity=entity, happened_ms=at_ms, body=body)


def rehearse(
    site_dir: Path,
    run_dir: Path,
    url: str,
    *,
    speed: float = 1.0,
    token: str | None = None,
    progress: Progress = silent,
) -> int:
    """Tell a run to the server at `url` as it would happen now; how many events there were.

    Raises RehearsalError when the server refuses them, or does not answer five times in a row.
    """
    run, facility = read_run(run_dir), load_site(site_dir).facility
    epoch_ms, count = time.time_ns() // 1_000_000, 0
    headers = {} if token is None else {"Authorization": f"Bearer {token}"}
    events = rehearsal(run, facility, epoch_ms=epoch_ms, speed=speed)
    with httpx.Client(base_url=url, headers=headers, timeout=30, trust_env=False) as client:
        for due_ms, due in groupby(events, key=lambda event: event.happened_ms // 200 * 200 + 200):
            time.sleep(max(0.0, due_ms / 1000 - time.time()))
            batch = list(due)
            for start in range(0, len(batch), AT_ONCE):
                _send(client, batch[start : start + AT_ONCE])
            count += len(batch)
            done_s = (batch[-1].happened_ms - epoch_ms) / 1000 * speed
            progress(
                f"{count} events", min(1.0, max(0.0, done_s / run.duration_s)) if run.duration_s else 1.0
            )
    return count


def _send(client: httpx.Client, events: list[LiveEvent]) -> None:
    body = msgspec.json.encode(events)
    said = ""
    for attempt in range(TRIES):
        try:
            answer = client.post("/api/events", content=body, headers={"Content-Type": "application/json"})
        except httpx.HTTPError as error:
            said = str(error)
        else:
            if answer.is_success:
                _require_all_taken(answer)
                return
            said = f"{answer.status_code}: {answer.text[:200]}"
            if answer.status_code not in (429, 503):
                break
        time.sleep(0.5 * 2**attempt)
    raise RehearsalError(
        f"{client.base_url} does not take the events ({said}): see that `serve --live` runs there"
    )


def _require_all_taken(answer: httpx.Response) -> None:
    refused = answer.json().get("refused", ())
    if refused:
        raise RehearsalError(
            f"{answer.request.url.host} refuses {len(refused)} events, the first since {refused[0]['reason']}"
        )
