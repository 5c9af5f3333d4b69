"""The web application: the page, the facility's files, the present over a websocket."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Sequence
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import msgspec
from fastapi import FastAPI, HTTPException, Request, Response, WebSocket, WebSocketDisconnect
from fastapi.responses import FileResponse, HTMLResponse
from fastapi.staticfiles import StaticFiles
from starlette.middleware.trustedhost import TrustedHostMiddleware

from layouts.run import Run
from layouts.slotting.pictures.velocity_map import VelocityMap
from server.answers import LocationDetails, Picks, RunSummary, SiteSummary
from server.live import Follower, Live
from server.sites import CLOUD, FACILITY, MESH, Site
from server.slotting_answers import SlottingAnswer
from viewer.messages import PROTOCOL, Ack, FromViewer, Hello, Refusal, decode_from_viewer, encode
from viewer.timeline import Timeline
from viewer.web_assets import BUILD_COMMAND, built_page

LOOPBACK = ("127.0.0.1", "localhost")
HELLO_WITHIN_S = 10.0

CONTENT_POLICY = (
    "default-src 'self'; img-src 'self' data: blob:; connect-src 'self' blob:; "
    "object-src 'none'; base-uri 'none'; frame-ancestors 'none'"
)

MISSING_PAGE = f"""<!doctype html><html lang="en"><meta charset="utf-8"><title>aisletwin</title>
<h1>The page has not been built</h1>
<p>This server runs, and its data are under <a href="/api/site">/api/site</a>, but the browser page is not in
this checkout. Build it once, with Node.js 20 or later, and load this address again:</p>
<pre>{BUILD_COMMAND}</pre></html>"""


def create_app(
    site: Site,
    run: Run | None = None,
    *,
    plan: VelocityMap | None = None,
    allowed_hosts: Sequence[str] = LOOPBACK,
) -> FastAPI:
    """The application for one site and, if given, the run that it plays and the slotting plan that it shows.

    Requests must name one of `allowed_hosts` (`*` means any), and a browser's websocket must come from the
    page itself: so no other web site can reach a server on loopback.
    """
    live = Live(None if run is None else Timeline(run))

    @asynccontextmanager
    async def with_clock(_: FastAPI) -> AsyncIterator[None]:
        clock = asyncio.create_task(live.run_clock())
        yield
        clock.cancel()
        with suppress(asyncio.CancelledError):
            await clock

    app = FastAPI(
        title="aisletwin", lifespan=with_clock, openapi_url="/api/openapi.json", docs_url=None, redoc_url=None
    )
    app.state.live = live
    app.add_middleware(TrustedHostMiddleware, allowed_hosts=list(allowed_hosts))
    app.middleware("http")(_keep_to_itself)
    _serve_page(app)
    _serve_site(app, site, has_run=run is not None, has_plan=plan is not None)
    _serve_run(app, run)
    _serve_plan(app, site, plan)
    _serve_locations(app, site, Picks(run), live)
    _serve_present(app, live)
    return app


async def _keep_to_itself(request: Request, answer: Callable[[Request], Awaitable[Response]]) -> Response:
    """The page may load nothing from elsewhere, and nothing is shown stale after a new scan or build."""
    response = await answer(request)
    response.headers["Content-Security-Policy"] = CONTENT_POLICY
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers.setdefault("Cache-Control", "no-cache")
    return response


def _serve_page(app: FastAPI) -> None:
    folder = built_page()
    if folder is None:
        app.get("/", include_in_schema=False)(lambda: HTMLResponse(MISSING_PAGE))
        return
    app.get("/", include_in_schema=False)(lambda: FileResponse(folder / "index.html"))
    app.mount("/assets", StaticFiles(directory=folder / "assets"))


def _serve_site(app: FastAPI, site: Site, *, has_run: bool, has_plan: bool) -> None:
    @app.get("/api/health")
    def health() -> dict[str, str]:
        """Answers when the server can."""
        return {"status": "ok"}

    @app.get("/api/site")
    def summary() -> SiteSummary:
        """What this site has."""
        return SiteSummary.of(site, has_run=has_run, has_plan=has_plan)

    @app.get("/api/facility", response_class=FileResponse)
    def facility() -> FileResponse:
        """The facility as facility.json."""
        return FileResponse(_existing(site, FACILITY), media_type="application/json")

    @app.get("/api/facility.glb", response_class=FileResponse)
    def mesh() -> FileResponse:
        """The facility's mesh: glTF frame, Y up, metres."""
        return FileResponse(_existing(site, MESH), media_type="model/gltf-binary")

    @app.get("/api/cloud.ply", response_class=FileResponse)
    def cloud() -> FileResponse:
        """The scan, thinned: world frame, Z up, metres."""
        return FileResponse(_existing(site, CLOUD), media_type="application/octet-stream")


def _existing(site: Site, name: str) -> Path:
    path = site.file(name)
    if path is None:
        raise HTTPException(404, f"this site has no {name}")
    return path


def _serve_run(app: FastAPI, run: Run | None) -> None:
    figures = None if run is None else RunSummary.of(run)

    @app.get("/api/run")
    def summary() -> RunSummary:
        """What is played, and its KPIs over the whole run."""
        if figures is None:
            raise HTTPException(404, "no run is loaded: serve one with `aisletwin serve SITE --run RUN`")
        return figures


def _serve_plan(app: FastAPI, site: Site, plan: VelocityMap | None) -> None:
    answer = None if plan is None else SlottingAnswer.of(site.facility, plan)

    @app.get("/api/slotting")
    def slotting() -> SlottingAnswer:
        """What a slotting plan changes: how often each location is visited before and after, and what moves."""
        if answer is None:
            raise HTTPException(404, "no plan is loaded: serve one with `aisletwin serve SITE --plan PLAN`")
        return answer


def _serve_locations(app: FastAPI, site: Site, picks: Picks, live: Live) -> None:
    @app.get("/api/locations/{location_id}")
    def location(location_id: str) -> LocationDetails:
        """One location: what it is, what is in it, how often it was picked."""
        place = site.locations.get(location_id)
        if place is None:
            raise HTTPException(404, f"this site has no location {location_id!r}")
        return LocationDetails.of(place, site, picks, live.sim_s)


def _serve_present(app: FastAPI, live: Live) -> None:
    @app.websocket("/ws")
    async def follow(socket: WebSocket) -> None:
        if not _comes_from_the_page(socket):
            await socket.close(1008)
            return
        await socket.accept()
        with suppress(WebSocketDisconnect, TimeoutError):
            hello = await asyncio.wait_for(_hello(socket), HELLO_WITHIN_S)
            if hello is None:
                await _refuse(socket, f"expected a hello of protocol {PROTOCOL}: reload the page")
                await socket.close(1002)
                return
            with live.follow(hello) as follower:
                await _until_one_ends(_send_updates(socket, follower), _obey_viewer(socket, follower, live))


def _comes_from_the_page(socket: WebSocket) -> bool:
    """True for a page of this server, and for programs, which send no Origin."""
    origin = socket.headers.get("origin")
    return origin is None or urlsplit(origin).netloc == socket.headers.get("host")


async def _until_one_ends(*works: Coroutine[Any, Any, None]) -> None:
    """Do all of them at once until one ends, then stop the others; its exception goes on to the caller."""
    tasks = [asyncio.create_task(work) for work in works]
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        ends = await asyncio.gather(*tasks, return_exceptions=True)
    for end in ends:
        if isinstance(end, Exception):
            raise end


async def _send_updates(socket: WebSocket, follower: Follower) -> None:
    async for update in follower.updates():
        await socket.send_text(encode(update).decode())


async def _obey_viewer(socket: WebSocket, follower: Follower, live: Live) -> None:
    """Take the viewer's messages until it leaves; what cannot be done is refused, with the reason."""
    while True:
        try:
            match await _message(socket):
                case Ack(seq=seq):
                    follower.acknowledge(seq)
                case Hello():
                    await _refuse(socket, "a second hello: open a new connection to start afresh")
                case command:
                    live.obey(command)
        except (msgspec.DecodeError, ValueError) as error:
            await _refuse(socket, str(error))


async def _hello(socket: WebSocket) -> Hello | None:
    """The viewer's first message, None if it is not a hello of this protocol."""
    with suppress(msgspec.DecodeError):
        message = await _message(socket)
        return message if isinstance(message, Hello) and message.protocol == PROTOCOL else None
    return None


async def _message(socket: WebSocket) -> FromViewer:
    frame = await socket.receive()
    if frame["type"] == "websocket.disconnect":
        raise WebSocketDisconnect(frame.get("code", 1000))
    return decode_from_viewer(frame.get("text") or frame.get("bytes") or "")


async def _refuse(socket: WebSocket, reason: str) -> None:
    await socket.send_text(encode(Refusal(reason)).decode())
