"""The past of the log played again, at any speed, through the code that the live twin runs.

`due_s` tells when an event is due; it knows no clock. `replay` hands events to a `Twin` when they are, in the order
in which they were learned: the state after it, hash included, is that of the live twin at the same event.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterable
from itertools import islice

from layouts.live.events import Recorded
from layouts.live.state import TwinState
from server.store.snapshots import state_as_of
from server.store.store import EventStore
from server.twin.twin import Twin
from spatial.errors import UndecidedError

AT_ONCE = 2_000
"""So many events are taken in before others of the process have their turn."""


def due_s(learned_ms: int, *, first_ms: int, speed: float) -> float:
    """Seconds after the start of a replay at which what was learned at `learned_ms` is due, at `speed` × live."""
    return max(0, learned_ms - first_ms) / 1000 / speed


async def replay(
    events: Iterable[Recorded],
    twin: Twin,
    *,
    speed: float = float("inf"),
    now_s: Callable[[], float] = time.monotonic,
    sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
) -> int:
    """Hand the log's `events` to `twin`, each when it is due at `speed`; how many there were.

    `inf` is as fast as it goes. Raises ValueError for a speed that is not above 0.
    """
    if not speed > 0:
        raise ValueError(f"speed {speed} is not above 0: give 1 for as it was, inf for as fast as it goes")
    rest, count = iter(events), 0
    first_ms: int | None = None
    started_s = now_s()
    while batch := list(islice(rest, AT_ONCE)):
        first_ms = batch[0].learned_ms if first_ms is None else first_ms
        for each in batch:
            wait_s = started_s + due_s(each.learned_ms, first_ms=first_ms, speed=speed) - now_s()
            if wait_s > 0:
                await sleep(wait_s)
            twin.take([each])
        count += len(batch)
        await sleep(0)
    return count


def state_at(store: EventStore, *, seq: int | None = None, learned_ms: int | None = None) -> TwinState:
    """What was known after the event `seq`, or at the time `learned_ms`; with neither, what is known by now.

    Raises UndecidedError for a `seq` that the log has
    not reached.
    """
    if seq is not None and not 0 <= seq <= store.head():
        raise UndecidedError(
            f"event {seq} is not in the log, which has 1 to {store.head()}: choose one of them"
        )
    return state_as_of(store, seq=seq, learned_ms=learned_ms)
