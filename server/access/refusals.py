"""How it is said that somebody may not: as JSON with a sentence, on a websocket before it is accepted."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from typing import Any

from starlette.types import Send

ALWAYS = {
    "content-type": "application/json",
    "cache-control": "no-store",
    "x-content-type-options": "nosniff",
    "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
}
POLICY_VIOLATION = 1008


async def refuse(
    scope: Any, send: Send, status: int, reason: str, headers: Mapping[str, str] | None = None
) -> None:
    """Answer `status` with `reason`, as HTTP also to a websocket that was not accepted yet."""
    body = json.dumps({"detail": reason}).encode()
    told = {**ALWAYS, "content-length": str(len(body)), **(headers or {})}
    if status == 401:
        told["www-authenticate"] = "Bearer"
    kind = "http.response"
    if scope["type"] == "websocket":
        if "websocket.http.response" not in scope.get("extensions", {}):
            await send({"type": "websocket.close", "code": POLICY_VIOLATION, "reason": reason[:120]})
            return
        kind = "websocket.http.response"
    pairs = [(name.encode(), value.encode("latin-1", "replace")) for name, value in told.items()]
    await send({"type": f"{kind}.start", "status": status, "headers": pairs})
    await send({"type": f"{kind}.body", "body": body})
    if scope["type"] == "websocket":
        for _ in range(
            3
        ):  # uvicorn takes an answer that returns before its connection has closed for a fault
            await asyncio.sleep(0)
