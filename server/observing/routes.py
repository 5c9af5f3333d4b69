"""The routes by which others watch the server: `/api/metrics`, `/api/health` and `/api/ready`."""

from __future__ import annotations

from collections.abc import Mapping

from fastapi import APIRouter, Depends, Response
from fastapi.responses import JSONResponse

from server.access.declared import anyone, require
from server.observing.health import Check, Probe
from server.observing.metrics import CONTENT_TYPE, Metrics


def observing_routes(metrics: Metrics, checks: Mapping[str, Check]) -> APIRouter:
    """Metrics ask for `see` of all sites: they tell how busy each is. Health and readiness are for anyone."""
    routes = APIRouter()
    probe = Probe(checks)

    @routes.get(
        "/api/metrics", dependencies=[Depends(require("see", about="server"))], response_class=Response
    )
    async def figures() -> Response:
        """Figures for Prometheus."""
        return Response(metrics.text(), media_type=CONTENT_TYPE)

    @routes.get("/api/health", dependencies=[Depends(anyone)])
    async def health() -> dict[str, str]:
        """Answers when the server can."""
        return {"status": "ok"}

    @routes.get("/api/ready", dependencies=[Depends(anyone)], responses={503: {"description": "Not ready."}})
    async def ready() -> JSONResponse:
        """Whether it writes, hears its feeds and keeps up: 200 or 503."""
        found = await probe.look()
        return JSONResponse(found.public(), 200 if found.is_ready else 503)

    return routes
