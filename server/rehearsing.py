"""A run told as if it happened now: for a first look at the live twin, for demonstrations and for load.

Positions once a second, work as it is done, stock as it is picked and orders as they open and close.
"""

from __future__ import annotations

import heapq
import time
from collections.abc import Callable, Iterator
from itertools import groupby
from pathlib import Path

import httpx
import msgspec

from layouts.live.events import LiveEvent, OrderClosed, OrderReleased, Position, StockMoved
from layouts.run import Run
from layouts.run_files import read_run
from server.sites import load_site
from spatial.errors import AisletwinError
from spatial.facility import Facility
from viewer.motion import positions_at, straight_motions

SOURCE = "rehearsal"
REPORT_EVERY_S = 1.0
AT_ONCE = 500
TRIES = 5


class RehearsalError(AisletwinError):
    """The server does not take what is rehearsed."""

    exit_code = 3


def rehearsal(run: Run, facility: Facility, *, epoch_ms: int, speed: float = 1.0) -> Iterator[LiveEvent]:
    """The events of a run that begins at `epoch_ms` and runs `speed` times as fast, in order of time."""
    told = heapq.merge(
        _positions(run, facility), _orders(run), _picks(run, facility.id), key=lambda item: item[0]
    )
    name = f"{SOURCE}-{epoch_ms}"
    for number, (at_s, entity, body) in enumerate(told):
        happened_ms = epoch_ms + round(1000 * at_s / speed)
        yield LiveEvent(
            id=f"{name}:{number}",
            site=facility.id,
            source=SOURCE,
            entity=entity,
            happened_ms=happened_ms,
            body=body,
        )


_Told = tuple[float, str, Position | OrderReleased | OrderClosed | StockMoved]


def _positions(run: Run, facility: Facility) -> Iterator[_Told]:
    motions = straight_motions(run, facility)
    level = facility.levels[0].id
    at_s = 0.0
    while at_s <= run.duration_s:
        places, _ = positions_at(motions, at_s)
        for agent, (x, y, _) in zip(motions.agents, places.tolist(), strict=True):
            yield at_s, f"agent/{agent}", Position(level=level, x_m=round(x, 3), y_m=round(y, 3), sigma_m=0.1)
        at_s += REPORT_EVERY_S


def _orders(run: Run) -> Iterator[_Told]:
    lines: dict[str, list[tuple[str, float]]] = {}
    closed_s: dict[str, float] = {}
    for event in run.events:
        if event.kind == "pick" and event.order and event.sku:
            lines.setdefault(event.order, []).append((event.sku, float(event.quantity or 1)))
            closed_s[event.order] = max(closed_s.get(event.order, 0.0), event.end_s)
    told: list[_Told] = [(0.0, f"order/{order}", OrderReleased(tuple(own))) for order, own in lines.items()]
    told += [(at_s, f"order/{order}", OrderClosed("done")) for order, at_s in closed_s.items()]
    return iter(sorted(told, key=lambda item: item[0]))


def _picks(run: Run, site: str) -> Iterator[_Told]:
    picks = sorted((e for e in run.events if e.kind == "pick"), key=lambda e: (e.end_s, e.seq))
    for event in picks:
        if event.sku and event.location and event.quantity:
            moved = StockMoved(
                event.sku,
                float(event.quantity),
                from_place=f"{site}/{event.location}",
                reason="pick",
                order=event.order,
            )
            yield event.end_s, f"sku/{event.sku}", moved


def rehearse(
    site_dir: Path,
    run_dir: Path,
    url: str,
    *,
    speed: float = 1.0,
    token: str | None = None,
    told: Callable[[int], None] = lambda _: None,
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
            told(count)
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
                return
            said = f"{answer.status_code}: {answer.text[:200]}"
            if answer.status_code not in (429, 503):
                break
        time.sleep(0.5 * 2**attempt)
    raise RehearsalError(
        f"{client.base_url} does not take the events ({said}): see that `serve --live` runs there"
    )
