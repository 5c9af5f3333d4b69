"""Events in and out over HTTP: what others tell, what the log holds, and what could not be understood."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from itertools import islice
from typing import Annotated, Any

import msgspec
from fastapi import APIRouter, Depends, HTTPException, Query, Request, Response

from layouts.live.events import LiveEvent
from server.access.declared import require
from server.access.roles import Who
from server.clock import clock_ms
from server.feeds.dead_letters import ReplayError, replay
from server.intake.intake import IntakeFullError, Receipt
from server.routes.refused import BY_THE_GATE, refuses
from server.store.errors import StoreError
from server.twin.live_server import LiveServer
from spatial.errors import BadDataError

MOST_EVENTS = 5_000
ROOM_S = 5.0
RETRY_S = "1"

Teller = Annotated[Who, Depends(require("operate", about="asked"))]
Reader = Annotated[Who, Depends(require("see", about="asked"))]
"""Whoever asks; what is told of which site is looked at one by one."""

_batch = msgspec.json.Decoder(list[LiveEvent])


def event_routes(live: LiveServer) -> APIRouter:
    """Routes about events and dead letters."""
    routes = APIRouter(responses=refuses(*BY_THE_GATE))
    _take_events(routes, live)
    _tell_events(routes, live)
    _serve_letters(routes, live)
    return routes


def _take_events(routes: APIRouter, live: LiveServer) -> None:
    @routes.post(
        "/api/events",
        openapi_extra=_body("An array of events, as `aisletwin events append` takes them."),
        responses=refuses(400, 422, 503),
    )
    async def take(request: Request, who: Teller) -> dict[str, Any]:
        """Record a batch of events; answered once all of it is on disk. Events that are known are not doubled."""
        try:
            events = _batch.decode(await request.body())
        except msgspec.ValidationError as error:
            raise HTTPException(422, f"expected an array of events: {error}") from error
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            raise HTTPException(400, f"the body is no JSON: {error}") from error
        if len(events) > MOST_EVENTS:
            raise HTTPException(
                413, f"{len(events)} events at once, at most {MOST_EVENTS}: send them in parts"
            )
        strange = next((event.site for event in events if not who.reaches(event.site)), None)
        if strange is not None:
            raise HTTPException(403, f"your token does not reach site '{strange}': ask an admin")
        receipt = await _answered(lambda: _written(live, events))
        refused = [{"id": event.id, "reason": reason} for event, reason in receipt.refused]
        return {"seq": receipt.seq, "recorded": receipt.recorded, "known": receipt.known, "refused": refused}

    @routes.post(
        "/api/feeds/{name}",
        openapi_extra=_body("A document as the feed's decoder reads it."),
        responses=refuses(404, 422, 503),
        dependencies=[Depends(require("operate"))],
    )
    async def push(name: str, request: Request) -> dict[str, Any]:
        """Hand a document to a push feed; answered once all that it tells is on disk. Parts that could not be
        understood wait as dead letters.
        """
        if name not in live.feeds.pushed:
            known = ", ".join(live.feeds.pushed) or "none"
            raise HTTPException(
                404, f"there is no push feed '{name}' (there is {known}): add it to twin.yaml"
            )
        body = await request.body()
        receipt = await _answered(lambda: live.feeds.push(name, body))
        refused = [reason for _, reason in receipt.refused]
        return {"seq": receipt.seq, "recorded": receipt.recorded, "known": receipt.known, "refused": refused}


def _written(live: LiveServer, events: list[LiveEvent]) -> Receipt:
    if live.intake.waiting > 0 and not live.intake.has_room(len(events), timeout_s=ROOM_S):
        raise IntakeFullError("too much waits to be written: try again in a second")
    return live.intake.write(events)


async def _answered(work: Callable[[], Receipt]) -> Receipt:
    """Do it in a thread; what goes wrong becomes the answer that says whether to try again."""
    try:
        return await asyncio.to_thread(work)
    except (IntakeFullError, StoreError, TimeoutError) as error:
        raise HTTPException(503, str(error), headers={"Retry-After": RETRY_S}) from error
    except BadDataError as error:
        raise HTTPException(422, str(error)) from error


def _tell_events(routes: APIRouter, live: LiveServer) -> None:
    @routes.get("/api/events", responses=refuses(422, 503))
    async def tell(
        who: Reader,
        after: Annotated[int, Query(ge=0, le=2**62)] = 0,
        entity: Annotated[str | None, Query(max_length=200)] = None,
        happened_from_ms: Annotated[int | None, Query(ge=0, le=2**62)] = None,
        happened_until_ms: Annotated[int | None, Query(ge=0, le=2**62)] = None,
        limit: Annotated[int, Query(ge=1, le=5_000)] = 500,
    ) -> Response:
        """What the log holds after an event, of one entity or all, in the order in which it was learned; of the sites
        that one may see.
        """

        def read() -> bytes:
            rows = live.store.read(
                after=after,
                entity=entity,
                happened_from_ms=happened_from_ms,
                happened_until_ms=happened_until_ms,
            )
            own = (row for row in rows if who.reaches(row.event.site))
            return msgspec.json.encode(list(islice(own, limit)))

        return Response(await asyncio.to_thread(read), media_type="application/json")

    @routes.get("/api/state", dependencies=[Depends(require("operate", about="server"))])
    async def state() -> dict[str, Any]:
        """Up to which event of which log the state has come, and its hash: equal for all servers behind one log."""
        return {"log": live.store.id, "seq": live.twin.state.seq, "sha256": live.twin.state.sha256()}


def _serve_letters(routes: APIRouter, live: LiveServer) -> None:
    @routes.get(
        "/api/letters",
        responses=refuses(422, 503),
        dependencies=[Depends(require("operate", about="server"))],
    )
    async def letters(
        source: Annotated[str | None, Query(max_length=200)] = None,
        limit: Annotated[int, Query(ge=1, le=1_000)] = 100,
    ) -> list[dict[str, Any]]:
        """Messages that could not be understood, with the reason; oldest first."""
        kept = await asyncio.to_thread(lambda: list(islice(live.store.letters(source=source), limit)))
        return [
            {
                "number": each.number,
                "source": each.letter.source,
                "address": each.letter.address,
                "arrived_ms": each.letter.arrived_ms,
                "reason": each.letter.reason,
                "payload": each.letter.payload[:2_000].decode(errors="replace"),
            }
            for each in kept
        ]

    @routes.post(
        "/api/letters/replay",
        responses=refuses(422, 503),
        dependencies=[Depends(require("administer", about="server"))],
    )
    async def again(
        source: Annotated[str | None, Query(max_length=200)] = None,
    ) -> dict[str, Any]:
        """Read the letters again, by the feeds as they are set up now; those that are taken are settled."""
        try:
            report = await asyncio.to_thread(
                lambda: replay(
                    live.store, live.intake, live.feeds.decoder_for, now_ms=clock_ms(), source=source
                )
            )
        except (ReplayError, StoreError) as error:
            raise HTTPException(503, str(error), headers={"Retry-After": RETRY_S}) from error
        return {
            "taken": report.taken,
            "recorded": report.recorded,
            "known": report.known,
            "waiting": [each._asdict() for each in report.waiting],
        }


def _body(about: str) -> dict[str, Any]:
    return {
        "requestBody": {
            "description": about,
            "required": True,
            "content": {"application/json": {"schema": {}}},
        }
    }
