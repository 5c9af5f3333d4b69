"""What is told of each request: an id that its log lines share, a line once it is answered, figures of its route."""

from __future__ import annotations

import logging
import re
import secrets
import time
from contextvars import ContextVar
from typing import Any

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from server.observing.metrics import Metrics

log = logging.getLogger(__name__)

REQUEST_ID: ContextVar[str | None] = ContextVar("request_id", default=None)
HEADER = b"x-request-id"
_GIVEN = re.compile(rb"[A-Za-z0-9_-]{8,64}")


class Observed:
    """ASGI middleware, around all others. It looks at no body, no query and no header but `X-Request-Id`."""

    def __init__(self, app: ASGIApp, *, metrics: Metrics) -> None:
        self._app, self._metrics = app, metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, and tell how it went; of a websocket, whether it was opened."""
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        answer = _Answer(_request_id(scope))

        async def tell(message: Message) -> None:
            if message["type"] == "websocket.send":
                self._metrics.sent(len(message.get("bytes") or (message.get("text") or "").encode()))
            elif answer.begins_with(message):
                message = answer.headed(message)
                if scope["type"] == "websocket":
                    self._tell(scope, answer.status or 500, None)
            await send(message)

        before = REQUEST_ID.set(answer.request_id)
        began_s = time.perf_counter()
        try:
            await self._app(scope, receive, tell)
        finally:
            if scope["type"] == "http" or answer.status is None:
                seconds = time.perf_counter() - began_s if scope["type"] == "http" else None
                self._tell(scope, answer.status or 500, seconds)
            REQUEST_ID.reset(before)

    def _tell(self, scope: Scope, status: int, seconds: float | None) -> None:
        method = scope["method"] if scope["type"] == "http" else "CONNECT"
        route = route_of(scope)
        self._metrics.answered(method, route, status, seconds)
        who = getattr(scope.get("state", {}).get("who"), "name", None)
        ms = None if seconds is None else round(1000 * seconds, 1)
        log.info("%s %s %d", method, route, status, extra={"status": status, "ms": ms, "who": who})


class _Answer:
    """How a request is answered: the status is None until that is known."""

    def __init__(self, request_id: str) -> None:
        self.request_id = request_id
        self.status: int | None = None

    def begins_with(self, message: Message) -> bool:
        """Whether this message, the first that does, tells how the request is answered."""
        if self.status is not None:
            return False
        match message["type"]:
            case "http.response.start" | "websocket.http.response.start":
                self.status = message["status"]
            case "websocket.accept":
                self.status = 101
            case "websocket.close":
                self.status = 403
        return self.status is not None

    def headed(self, message: Message) -> Message:
        """The message with the id of the request among its headers, where headers go out."""
        if message["type"] == "websocket.close":
            return message
        return {**message, "headers": [*message.get("headers", []), (HEADER, self.request_id.encode())]}


def route_of(scope: Any) -> str:
    """The route as it is declared, so that there are few: `(folder)` for files, `(none)` where nothing answers."""
    path = getattr(scope.get("route"), "path_format", None)
    if path is not None:
        return str(path)
    return "(folder)" if scope.get("root_path") else "(none)"


def _request_id(scope: Any) -> str:
    """The id that a proxy gave, if it is one, or a new one."""
    given = next((value for name, value in scope["headers"] if name.lower() == HEADER), b"")
    return given.decode() if _GIVEN.fullmatch(given) else secrets.token_hex(8)
