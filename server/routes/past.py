"""The live past, played again: what happened between two times as a run with a clock of each viewer's own."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import suppress
from typing import Annotated

from fastapi import APIRouter, Depends, Query, WebSocket, WebSocketDisconnect

from layouts.live.events import FUTURE_MS, OrderClosed, OrderReleased, Position, Recorded, Work
from layouts.live.recorded_run import run_of
from layouts.run import Run
from server.access.declared import require
from server.present.playback import PlayedRun
from server.routes.follow import follow_present, refuse
from server.store.errors import StoreError
from server.twin.live_server import LiveServer
from spatial.errors import AisletwinError

MOST_MS = 24 * 3_600_000
MOST_EVENTS = 200_000
"""Reports of places and work that one viewer may have played at once."""


class TooMuchError(AisletwinError):
    """More happened in a span than is played at once."""


def past_routes(live: LiveServer) -> APIRouter:
    """The websocket of the past; each viewer of it may stop and seek for itself."""
    routes = APIRouter()
    one_at_a_time = asyncio.Semaphore(1)  # what is read for a viewer may be large

    @routes.websocket("/ws/past", dependencies=[Depends(require("see"))])
    async def follow(
        socket: WebSocket,
        from_ms: Annotated[int, Query(ge=0, le=2**53)],
        until_ms: Annotated[int, Query(ge=0, le=2**53)],
    ) -> None:
        await socket.accept()
        with suppress(WebSocketDisconnect):
            if not 0 < until_ms - from_ms <= MOST_MS:
                hours = (until_ms - from_ms) / 3_600_000
                await refuse(
                    socket, f"{hours:.1f} h of the past were asked for: ask for more than 0 and up to 24"
                )
                await socket.close(1008)
                return
            try:
                async with one_at_a_time:
                    run = await asyncio.to_thread(_recorded, live, from_ms, until_ms)
            except (TooMuchError, StoreError) as error:
                await refuse(socket, str(error))
                await socket.close(1008)
                return
            played = PlayedRun(run, epoch_ms=from_ms)
            clock = asyncio.create_task(played.run_clock())
            try:
                await follow_present(socket, played.present, played.obey)
            finally:
                clock.cancel()

    return routes


def _recorded(live: LiveServer, from_ms: int, until_ms: int) -> Run:
    return run_of(
        _told(live, from_ms, until_ms),
        site=live.site_id,
        from_ms=from_ms,
        until_ms=until_ms,
        facility=live.site.facility,
    )


def _told(live: LiveServer, from_ms: int, until_ms: int) -> Iterator[Recorded]:
    """What a run of that time can tell of. Raises TooMuchError for more of it than is played."""
    count = 0
    after = live.store.before(
        from_ms - FUTURE_MS
    )  # nothing is learned before it happens but by a clock's error
    for each in live.store.read(after=after, happened_from_ms=from_ms, happened_until_ms=until_ms):
        if isinstance(each.event.body, (Position, Work, OrderReleased, OrderClosed)):
            count += 1
            if count > MOST_EVENTS:
                minutes = (until_ms - from_ms) // 60_000
                raise TooMuchError(
                    f"more than {MOST_EVENTS:,} reports came in these {minutes} minutes: look at a shorter time, or "
                    "record them with `aisletwin record`"
                )
            yield each
