"""The web application: the page, the facility's files, the present over a websocket."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, suppress

from fastapi import APIRouter, Depends, FastAPI
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.middleware.trustedhost import TrustedHostMiddleware

from server.access.access import Access, open_access
from server.access.audit import AuditLog
from server.access.audit_routes import audit_routes
from server.access.declared import reaching, require
from server.access.guarding import guard
from server.access.session_routes import session_routes
from server.access.settings import LimitSettings
from server.answers.shown import Shown
from server.observing.metrics import Metrics
from server.observing.requests import Observed
from server.observing.routes import observing_routes
from server.present.playback import PlayedRun, PlayedRuns
from server.routes.alerts import alert_routes
from server.routes.ar import ar_routes
from server.routes.cloud import cloud_routes
from server.routes.edits import edit_routes
from server.routes.events import event_routes
from server.routes.follow import follow_routes
from server.routes.inventory import inventory_routes
from server.routes.jobs import job_routes
from server.routes.looking import looking_routes
from server.routes.page import keep_to_itself, serve_page
from server.routes.past import past_routes
from server.routes.planned import planned_routes
from server.routes.refused import tell_faulty_fields
from server.routes.site import site_routes
from server.twin.live_server import LiveServer
from server.twin.watching import checks_of, standing_of
from viewer.messages import Command

LOOPBACK = ("127.0.0.1", "localhost")


def create_app(
    shown: Shown,
    *,
    beside: Shown | None = None,
    live: LiveServer | None = None,
    access: Access | None = None,
    limits: LimitSettings | None = None,
    audit: tuple[AuditLog, bytes] | None = None,
    allowed_hosts: Sequence[str] = LOOPBACK,
) -> FastAPI:
    """The application for one site with what is shown of it, and if given, another `beside` it, under `/b`; or the
    live twin, which it starts and stops and which is shown instead of a run.

    Both sides play on one clock. Requests must name one of `allowed_hosts` (`*` means any) and pass `access`, by
    default that of whoever sits at this machine. What a browser sends must come from the page itself: so no other web
    site can reach the server. Whoever changes anything is told to `audit`, if there is one, a log with the key that
    seals it.
    """
    played = PlayedRuns([each.run for each in (shown, beside) if each is not None])

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

    app = FastAPI(title="aisletwin", lifespan=with_clock, openapi_url=None, docs_url=None, redoc_url=None)
    app.add_exception_handler(RequestValidationError, tell_faulty_fields)
    app.state.played = played
    access = access or open_access("127.0.0.1", site=shown.site.facility.id)
    metrics = Metrics()
    serve_page(app)
    app.include_router(observing_routes(metrics, {} if live is None else checks_of(live)))
    if live is not None:
        metrics.watch(standing_of(live))
        live.intake.on_commit, live.on_shown = metrics.committed, metrics.seen
    app.include_router(session_routes(access))
    app.include_router(_side(shown, played.sides[0], played.obey, is_beside=beside is not None, live=live))
    if beside is not None:
        app.include_router(
            _side(beside, played.sides[1], played.obey, is_beside=True),
            prefix="/b",
            dependencies=[Depends(reaching(beside.site.facility.id))],
        )
    if live is not None:
        for routes in (event_routes, alert_routes, job_routes, inventory_routes, past_routes):
            app.include_router(routes(live))
    see = [Depends(require("see"))]
    app.get("/api/openapi.json", include_in_schema=False, dependencies=see)(
        lambda: JSONResponse(app.openapi())
    )
    log = None
    if audit is not None:
        log, key = audit
        app.include_router(audit_routes(log.path, key))
    # from the inside out
    app.state.sockets = guard(app, access, limits=limits, audit=log)
    app.add_middleware(TrustedHostMiddleware, allowed_hosts=list(allowed_hosts))
    app.middleware("http")(keep_to_itself)
    app.add_middleware(Observed, metrics=metrics)
    return app


def _side(
    shown: Shown,
    played: PlayedRun,
    obey: Callable[[Command], None],
    *,
    is_beside: bool,
    live: LiveServer | None = None,
) -> APIRouter:
    """All that a page asks for one side of what it shows."""
    side = APIRouter()
    side.include_router(
        site_routes(shown, is_live=live is not None, is_beside=is_beside, sim_s=lambda: played.sim_s)
    )
    side.include_router(cloud_routes(shown.site))
    side.include_router(planned_routes(shown.deviations))
    side.include_router(looking_routes(shown, live))
    side.include_router(ar_routes(shown, live))
    side.include_router(edit_routes(shown.site.facility))
    if live is None:
        side.include_router(follow_routes(played.present, obey))
    else:
        side.include_router(follow_routes(live.live.present, _leave_alone))
    return side


def _leave_alone(_: Command) -> None:
    raise ValueError("nobody stops the time of day: play a recorded run to go back")
