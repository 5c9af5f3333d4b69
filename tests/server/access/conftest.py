"""A small server with one route of each kind, guarded as the real one is."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import unquote

import pytest
from fastapi import APIRouter, Depends, FastAPI, Request, WebSocket
from fastapi.staticfiles import StaticFiles
from starlette.websockets import WebSocketDisconnect

from server.access.access import Access
from server.access.audit import AuditLog
from server.access.declared import Caller, anyone, require
from server.access.guarding import guard
from server.access.roles import Role, Who
from server.access.session_routes import session_routes
from server.access.settings import LimitSettings
from server.access.sockets import Sockets
from server.access.tokens import Tokens, make_token

NOW_MS = 1_790_000_000_000
KEY = bytes(range(32))


@dataclass
class Clock:
    now_ms: int = NOW_MS

    def __call__(self) -> int:
        return self.now_ms


@dataclass
class Guarded:
    """The application and what guards it; `tokens` by role, and `scoped` an operator of site A."""

    app: FastAPI
    access: Access
    sockets: Sockets
    clock: Clock
    path: Path
    tokens: dict[str, str]

    def bearer(self, role: str) -> dict[str, str]:
        return {"authorization": f"Bearer {self.tokens[role]}"}


def nothing() -> dict[str, str]:
    return {}


def small_app() -> FastAPI:
    app = FastAPI(openapi_url="/api/openapi.json", docs_url=None, redoc_url=None)
    app.get("/", dependencies=[Depends(anyone)])(lambda: {"page": "here"})
    app.get("/api/health", dependencies=[Depends(anyone)])(lambda: {"status": "ok"})
    routes = APIRouter()
    routes.get("/api/site", dependencies=[Depends(require("see"))])(lambda: {"id": "A"})
    named = [Depends(require("see", about="named"))]

    @routes.get("/api/sites/{site}/stock", dependencies=named)
    def stock(site: str) -> dict[str, str]:
        return {"site": site}

    @routes.get("/api/orders", dependencies=named)
    def orders(site: str | None = None) -> dict[str, str | None]:
        return {"site": site}

    routes.post("/api/jobs", dependencies=[Depends(require("plan"))])(lambda: {"number": 1})
    routes.delete("/api/jobs/{number}", dependencies=[Depends(require("plan"))])(nothing)
    routes.post("/api/notes", dependencies=[Depends(require("operate"))])(nothing)
    routes.get("/api/metrics", dependencies=[Depends(require("see", about="server"))])(lambda: "metrics")
    routes.get("/api/audit", dependencies=[Depends(require("administer", about="server"))])(nothing)
    routes.post("/api/letters/replay", dependencies=[Depends(require("administer"))])(nothing)

    @routes.post("/api/events", dependencies=[Depends(require("operate", about="asked"))])
    async def events(request: Request, who: Caller) -> dict[str, Any]:
        size = len(await request.body())
        return {"bytes": size, "reaches_a": who.reaches("A"), "reaches_b": who.reaches("B")}

    @routes.websocket("/ws")
    async def follow(socket: WebSocket, who: Annotated[Who, Depends(require("see"))]) -> None:
        await socket.accept()
        try:
            while True:
                await socket.send_text(f"{who.name}: {await socket.receive_text()}")
        except WebSocketDisconnect:
            return

    @routes.websocket("/ws/steer")
    async def steer(socket: WebSocket, who: Annotated[Who, Depends(require("operate"))]) -> None:
        await socket.accept()
        await socket.close()

    app.include_router(routes)
    app.mount("/assets", StaticFiles(directory=Path(__file__).parent))
    return app


@pytest.fixture
def guarded(tmp_path: Path) -> Callable[..., Guarded]:
    def make(
        *,
        limits: LimitSettings | None = None,
        is_open: bool = False,
        site: str | None = None,
        audit: AuditLog | None = None,
        **options: Any,
    ) -> Guarded:
        path = tmp_path / "tokens.json"
        clock = Clock()
        roles: tuple[Role, ...] = ("viewer", "planner", "operator", "admin")
        tokens = {role: make_token(path, role, role=role, now_ms=NOW_MS) for role in roles}
        tokens["scoped"] = make_token(path, "scoped", role="operator", sites=["A"], now_ms=NOW_MS)
        access = Access(None if is_open else Tokens(path), KEY, site=site, now_ms=clock, **options)
        app = small_app()
        app.include_router(session_routes(access))
        sockets = guard(app, access, limits=limits, audit=audit, look_every_s=0.02)
        return Guarded(app, access, sockets, clock, path, tokens)

    return make


@dataclass
class Answer:
    """How an application answered: a websocket that was accepted has the status 101."""

    status: int
    headers: dict[str, str]
    body: bytes


Ask = Callable[..., Answer]


@pytest.fixture
def ask() -> Ask:
    """`ask(app, "GET", "/api/site", headers)`: one request as a server would pass it on, its path unquoted.

    The method CONNECT opens a websocket. `told` are headers as pairs, when one comes twice.
    """

    def one(
        app: Any,
        method: str,
        path: str,
        headers: dict[str, str] | None = None,
        *,
        told: Sequence[tuple[str, str]] = (),
        body: Sequence[bytes] = (b"",),
        scheme: str = "http",
        client: tuple[str, int] | None = ("127.0.0.1", 50_000),
    ) -> Answer:
        is_socket = method == "CONNECT"
        pairs = {"host": "127.0.0.1:8000", **(headers or {})}.items()
        bare, _, query = path.partition("?")
        scope: dict[str, Any] = {
            "type": "websocket" if is_socket else "http",
            "asgi": {"version": "3.0", "spec_version": "2.4"},
            "http_version": "1.1",
            "scheme": scheme.replace("http", "ws") if is_socket else scheme,
            "path": unquote(bare),
            "raw_path": bare.encode(),
            "query_string": query.encode(),
            "root_path": "",
            "headers": [(k.encode(), v.encode()) for k, v in (*pairs, *told)],
            "client": client,
            "server": ("127.0.0.1", 8000),
            "extensions": {"websocket.http.response": {}},
        }
        scope |= {"subprotocols": []} if is_socket else {"method": method}
        coming: list[dict[str, Any]] = [
            {"type": "http.request", "body": part, "more_body": n < len(body) - 1}
            for n, part in enumerate(body)
        ]
        if is_socket:
            coming = [{"type": "websocket.connect"}, {"type": "websocket.disconnect", "code": 1000}]
        answer = Answer(0, {}, b"")

        async def receive() -> dict[str, Any]:
            if coming:
                return coming.pop(0)
            await asyncio.Event().wait()
            raise AssertionError

        async def send(message: dict[str, Any]) -> None:
            kind = message["type"]
            if kind == "websocket.accept":
                answer.status = 101
            elif kind == "websocket.close":
                answer.status = answer.status or 403
            elif kind.endswith("response.start"):
                answer.status = message["status"]
                answer.headers = {k.decode().lower(): v.decode() for k, v in message["headers"]}
            else:
                answer.body += message.get("body", b"")

        asyncio.run(app(scope, receive, send))
        return answer

    return one
