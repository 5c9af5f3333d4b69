"""Everything that changes something, and everybody who is turned away from it, told to the audit log."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence
from typing import Any

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from server.access.access import SAFE_METHODS
from server.access.audit import AuditLog
from server.access.body_limit import is_at
from server.access.errors import AuditError
from server.access.rates import Rates, caller_at
from server.access.refusals import POLICY_VIOLATION, refuse
from server.access.roles import Who
from server.clock import clock_ms

log = logging.getLogger(__name__)

REFUSED = (401, 403, 429)
REFUSALS_PER_S, REFUSALS_AT_ONCE, CALLERS_KEPT = 0.2, 20, 10_000


class AuditTrail:
    """ASGI middleware around the gate: a line for each request that changes something, before its outcome is told,
    and one for each request or websocket that is turned away.

    `unaudited` are paths and folders (`/…/`) of what is in the event log anyway. Refusals are told in bounded numbers
    by caller, so that nobody fills the disk. What was done and could not be written is answered with 503.
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        audit: AuditLog,
        unaudited: Sequence[str] = (),
        now_ms: Callable[[], int] = clock_ms,
    ) -> None:
        self._app, self._audit, self._unaudited, self._now_ms = app, audit, unaudited, now_ms
        self._refusals = Rates(per_s=REFUSALS_PER_S, at_once=REFUSALS_AT_ONCE, kept=CALLERS_KEPT)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, and tell what came of it."""
        if scope["type"] == "websocket":
            await self._app(scope, receive, self._telling_of_refusal(scope, send))
            return
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        is_unwritten = False

        async def tell(message: Message) -> None:
            nonlocal is_unwritten
            if message["type"] == "http.response.start" and self._is_told(scope, message["status"]):
                try:
                    await asyncio.to_thread(self._record, scope, message["status"])
                except AuditError as error:
                    log.critical("what was done is not in the audit log: %s", error)
                    is_unwritten = True
                    await refuse(
                        scope, send, 503, f"done with status {message['status']}, but not in the audit log"
                    )
            if not is_unwritten:
                await send(message)

        try:
            await self._app(scope, receive, tell)
        except Exception:
            if self._is_told(scope, 500):  # the answer is written outside of this
                await asyncio.to_thread(self._record, scope, 500)
            raise

    def _telling_of_refusal(self, scope: Scope, send: Send) -> Send:
        """`send` of a websocket, which tells of a refusal first: an answer of HTTP, or a close before it is accepted.

        A refusal that cannot be told stays one.
        """
        is_decided = False

        async def tell(message: Message) -> None:
            nonlocal is_decided
            status = None if is_decided else _socket_status(message)
            is_decided = True
            if status in REFUSED and self._is_told(scope, status):
                try:
                    await asyncio.to_thread(self._record, scope, status)
                except AuditError as error:
                    log.critical("a websocket that was refused is not in the audit log: %s", error)
            await send(message)

        return tell

    def _is_told(self, scope: Scope, status: int) -> bool:
        if status in REFUSED:
            client = scope.get("client")
            return not self._refusals.take(caller_at(client[0] if client else None))
        is_in_event_log = any(is_at(scope["path"], place) for place in self._unaudited)
        return scope["method"] not in SAFE_METHODS and not is_in_event_log

    def _record(self, scope: Scope, status: int) -> None:
        who: Who | None = _state(scope).get("who")
        client = scope.get("client")
        self._audit.record(
            at_ms=self._now_ms(),
            who=who.name if who else "",
            role=who.role if who else "",
            source=client[0] if client else "",
            what=scope.get("method", "CONNECT"),
            target=scope["path"],
            outcome=str(status),
        )


def _socket_status(message: Message) -> int | None:
    """The status of HTTP that the first message about a websocket means; None for one that does not refuse it."""
    if message["type"] == "websocket.http.response.start":
        return int(message["status"])
    is_denied = message["type"] == "websocket.close" and message.get("code") == POLICY_VIOLATION
    return 403 if is_denied else None


def _state(scope: Scope) -> dict[str, Any]:
    state: dict[str, Any] = scope.get("state", {})
    return state
