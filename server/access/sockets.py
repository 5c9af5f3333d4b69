"""Open websockets: how many, how much each may say, and that each ends when whoever opened it may no longer."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Literal

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from server.access.rates import Rates
from server.access.settings import LimitSettings

GOING_AWAY, POLICY_VIOLATION, TOO_BIG, TRY_AGAIN_LATER = 1001, 1008, 1009, 1013
LOOK_EVERY_S = 1.0


@dataclass
class Sockets:
    """The websockets of one server process."""

    limits: LimitSettings = field(default_factory=LimitSettings)
    look_every_s: float = LOOK_EVERY_S
    _open: set[Socket] = field(default_factory=set)
    _by_caller: Counter[str] = field(default_factory=Counter)

    def __len__(self) -> int:
        return len(self._open)

    def refusal(self, caller: str) -> str | None:
        """Why `caller` may not open another one, None if it may."""
        if len(self._open) >= self.limits.sockets:
            return f"{len(self._open)} websockets are open, the most: try again later"
        if self._by_caller[caller] >= self.limits.sockets_per_caller:
            return f"{self._by_caller[caller]} websockets of yours are open, the most: close one first"
        return None

    async def serve(
        self,
        app: ASGIApp,
        scope: Scope,
        receive: Receive,
        send: Send,
        *,
        caller: str,
        still_admits: Callable[[], bool],
    ) -> None:
        """Let `app` answer the websocket until it ends, or `still_admits` says no."""
        socket = Socket(receive, send, self.limits)

        async def answer() -> None:
            await app(scope, socket.receive, socket.send)

        self._open.add(socket)
        self._by_caller[caller] += 1
        work = asyncio.create_task(answer())
        try:
            while not work.done():
                await asyncio.wait({work}, timeout=self.look_every_s)
                if not work.done() and not still_admits():
                    await socket.close(POLICY_VIOLATION, "your access has ended")
                    break
            await socket.end(work)
        finally:
            work.cancel()
            self._open.discard(socket)
            self._by_caller[caller] -= 1
            if not self._by_caller[caller]:
                del self._by_caller[caller]

    async def close_all(self, code: int = GOING_AWAY, reason: str = "the server is being stopped") -> int:
        """Close all of them; how many there were. Viewers come back by themselves."""
        sockets = list(self._open)
        await asyncio.gather(*(socket.close(code, reason) for socket in sockets))
        return len(sockets)


@dataclass(eq=False)
class Socket:
    """One websocket between the server's protocol and the application; whoever closes it first, it closes once."""

    _receive: Receive
    _send: Send
    _limits: LimitSettings
    _state: Literal["new", "open", "closed"] = "new"
    _code: int = 1006

    def __post_init__(self) -> None:
        self._rates = Rates(
            per_s=self._limits.socket_messages_per_s, at_once=self._limits.socket_messages_at_once, kept=1
        )

    async def receive(self) -> Message:
        """The next message; a disconnect once it was closed here, or said too much."""
        message = await self._receive()
        if message["type"] == "websocket.receive":
            size = len(message.get("bytes") or (message.get("text") or "").encode())
            if size > self._limits.largest_socket_message_bytes:
                await self.close(TOO_BIG, f"a message of {size} bytes is too large")
            elif self._rates.take("this"):
                await self.close(POLICY_VIOLATION, "too many messages: send fewer")
            if self._state == "closed":
                return {"type": "websocket.disconnect", "code": self._code, "reason": ""}
        elif message["type"] == "websocket.disconnect":
            self._state = "closed"
        return message

    async def send(self, message: Message) -> None:
        """Send the application's message; OSError once it was closed, as from a connection that broke."""
        if self._state == "closed":
            raise OSError("this websocket is closed")
        kind = message["type"]
        if kind == "websocket.accept":
            self._state = "open"
        elif kind == "websocket.close" or (
            kind == "websocket.http.response.body" and not message.get("more_body")
        ):
            self._state = "closed"
        await self._send(message)

    async def close(self, code: int, reason: str) -> None:
        """Close it, if it is not closed yet."""
        if self._state == "closed":
            return
        self._state, self._code = "closed", code
        with suppress(OSError):  # it has just gone by itself
            await self._send({"type": "websocket.close", "code": code, "reason": reason[:120]})

    async def end(self, work: asyncio.Task[None], *, within_s: float = 1.0) -> None:
        """Wait for the application to notice, cancel it if it does not, and pass its error on."""
        await asyncio.wait({work}, timeout=within_s)
        if not work.done():
            work.cancel()
            await asyncio.wait({work})
        if not work.cancelled() and (error := work.exception()) is not None:
            raise error
