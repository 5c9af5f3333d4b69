"""How much a request may send, and how long it may take to: counted as it comes, whatever it said beforehand."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

from fastapi import HTTPException
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from server.access.refusals import refuse


class BodyLimit:
    """ASGI middleware: 413 beyond `largest` bytes, by path or folder (`/…/`), else `usual`; 408 after `within_s`."""

    def __init__(self, app: ASGIApp, *, usual: int, largest: Mapping[str, int], within_s: float) -> None:
        self._app, self._usual, self._largest, self._within_s = app, usual, largest, within_s

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, its body bounded."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        most = next(
            (size for place, size in self._largest.items() if is_at(scope["path"], place)), self._usual
        )
        told = Headers(scope=scope).get("content-length", "0")
        if not (told.isascii() and told.isdigit()) or int(told) > most:
            await refuse(scope, send, 413, _too_large(most), {"connection": "close"})
            return
        await self._app(scope, _Bounded(receive, most, self._within_s), send)


def is_at(path: str, place: str) -> bool:
    """Whether a path is `place`, or in it when that is a folder, `/…/`."""
    return path == place or (place.endswith("/") and path.startswith(place))


class _Bounded:
    """What `receive` gives, until it is too much or takes too long."""

    def __init__(self, receive: Receive, most: int, within_s: float) -> None:
        self._receive, self._most, self._within_s = receive, most, within_s
        self._until_s = asyncio.get_running_loop().time() + within_s
        self._size = 0
        self._is_whole = False

    async def __call__(self) -> Message:
        if self._is_whole:
            return await self._receive()  # waits for the client to leave
        try:
            async with asyncio.timeout_at(self._until_s):
                message = await self._receive()
        except TimeoutError as error:
            reason = f"the body did not come within {self._within_s:g} s: send it faster, or less of it"
            raise HTTPException(408, reason, {"Connection": "close"}) from error
        self._size += len(message.get("body", b""))
        self._is_whole = message["type"] != "http.request" or not message.get("more_body", False)
        if self._size > self._most:
            raise HTTPException(413, _too_large(self._most), {"Connection": "close"})
        return message


def _too_large(most: int) -> str:
    return f"the body is larger than {most} bytes: send it in parts"
