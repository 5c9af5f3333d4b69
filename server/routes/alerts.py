"""Alerts as they stand, and the steps that people take."""

from __future__ import annotations

import asyncio
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, HTTPException
from pydantic import BaseModel, ConfigDict, Field

from layouts.live.events import LiveEvent
from server.access.declared import require
from server.access.roles import Who
from server.alerts.life import Alert
from server.alerts.listing import alert_named, alerts_record, alerts_shown
from server.alerts.steps import acknowledge, clear, shelve, unshelve
from server.clock import clock_ms
from server.intake.intake import IntakeFullError
from server.routes.refused import BY_THE_GATE, refuses
from server.store.errors import StoreError
from server.twin.live_server import LiveServer
from spatial.errors import BadDataError

Operator = Annotated[Who, Depends(require("operate"))]


class StepWish(BaseModel):
    """What to do with an alert; `until_ms`, in ms since 1970, goes with `shelved`."""

    model_config = ConfigDict(extra="forbid")

    step: Literal["acknowledged", "shelved", "unshelved", "cleared"]
    until_ms: Annotated[int, Field(ge=0, le=2**62)] | None = None


def alert_routes(live: LiveServer) -> APIRouter:
    """Routes about alerts."""
    routes = APIRouter(responses=refuses(*BY_THE_GATE))

    @routes.get("/api/alerts", dependencies=[Depends(require("see"))])
    async def alerts(with_cleared: bool = False) -> list[dict[str, Any]]:
        """The site's alerts, the worst open ones first."""
        shown = alerts_shown(live.twin.state, now_ms=clock_ms(), site=live.site_id, with_cleared=with_cleared)
        return alerts_record(shown)

    @routes.post("/api/alerts/{name:path}", responses=refuses(404, 409, 422, 503))
    async def step(name: str, wish: StepWish, who: Operator) -> dict[str, str]:
        """Acknowledge, shelve, unshelve or clear an alert, named RULE/ABOUT."""
        now_ms = clock_ms()
        try:
            alert = alert_named(live.twin.state, name, site=live.site_id, now_ms=now_ms)
        except BadDataError as error:
            raise HTTPException(404, str(error)) from error
        try:
            event = _step(alert, wish, by=who.name, now_ms=now_ms)
        except ValueError as error:
            raise HTTPException(409, str(error)) from error
        try:
            await asyncio.to_thread(live.intake.write, [event])
        except (IntakeFullError, StoreError) as error:
            raise HTTPException(503, str(error), headers={"Retry-After": "1"}) from error
        return {"alert": alert.entity, "step": wish.step, "by": who.name}

    return routes


def _step(alert: Alert, wish: StepWish, *, by: str, now_ms: int) -> LiveEvent:
    match wish.step:
        case "acknowledged":
            return acknowledge(alert, by=by, now_ms=now_ms)
        case "shelved":
            if wish.until_ms is None:
                raise ValueError("until_ms is missing: say until when the alert is to be shelved")
            return shelve(alert, by=by, until_ms=wish.until_ms, now_ms=now_ms)
        case "unshelved":
            return unshelve(alert, by=by, now_ms=now_ms)
        case "cleared":
            return clear(alert, by=by, now_ms=now_ms)
