"""The web application: the page, the facility's files, the present over a websocket."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from urllib.parse import urlsplit

from fastapi import FastAPI, WebSocket
from starlette.middleware.trustedhost import TrustedHostMiddleware

from layouts.run import Run
from layouts.slotting.pictures.velocity_map import VelocityMap
from server.present.playback import PlayedRun
from server.present.present import Present
from server.routes.alerts import alert_routes
from server.routes.door import Door, OpenDoor
from server.routes.events import event_routes
from server.routes.follow import follow_routes
from server.routes.jobs import job_routes
from server.routes.page import keep_to_itself, serve_page
from server.routes.site import site_routes
from server.sites import Site
from server.twin.live_server import LiveServer
from viewer.messages import Command
from viewer.timeline import Timeline

LOOPBACK = ("127.0.0.1", "localhost")


def create_app(
    site: Site,
    run: Run | None = None,
    *,
    plan: VelocityMap | None = None,
    live: LiveServer | None = None,
    door: Door | None = None,
    allowed_hosts: Sequence[str] = LOOPBACK,
) -> FastAPI:
    """The application for one site and, if given, the run that it plays and the slotting plan that it shows, or the
    live twin, which it starts and stops. A live twin is shown instead of a run.

    Requests must name one of `allowed_hosts` (`*` means any), and a browser's websocket must come from the
    page itself: so no other web site can reach a server on loopback.
    """
    played = PlayedRun(None if run is None else Timeline(run))

    @asynccontextmanager
    async def with_clock(_: FastAPI) -> AsyncIterator[None]:
        clock = asyncio.create_task(played.run_clock())
        if live is not None:
            await live.start()
        yield
        if live is not None:
            await live.stop()
        clock.cancel()
        with suppress(asyncio.CancelledError):
            await clock

    app = FastAPI(
        title="aisletwin", lifespan=with_clock, openapi_url="/api/openapi.json", docs_url=None, redoc_url=None
    )
    app.state.played = played
    app.add_middleware(TrustedHostMiddleware, allowed_hosts=list(allowed_hosts))
    app.middleware("http")(keep_to_itself)
    serve_page(app)
    app.get("/api/health")(health)
    app.include_router(site_routes(site, run, plan, is_live=live is not None, sim_s=lambda: played.sim_s))
    if live is None:
        _follow(app, played.present, played.obey)
        return app
    _follow(app, live.live.present, _leave_alone)
    for routes in (event_routes, alert_routes, job_routes):
        app.include_router(routes(live, door or OpenDoor()))
    return app


def _follow(app: FastAPI, present: Present, obey: Callable[[Command], None]) -> None:
    app.include_router(follow_routes(present, obey, from_the_page))


def _leave_alone(_: Command) -> None:
    raise ValueError("nobody stops the time of day: play a recorded run to go back")


def health() -> dict[str, str]:
    """Answers when the server can."""
    return {"status": "ok"}


async def from_the_page(socket: WebSocket) -> bool:
    """Admits pages of this server, and programs, which send no Origin."""
    origin = socket.headers.get("origin")
    if origin is None or urlsplit(origin).netloc == socket.headers.get("host"):
        return True
    await socket.close(1008)
    return False
