"""The websocket over which viewers follow the present."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from contextlib import suppress
from typing import Any

from fastapi import APIRouter, Depends, WebSocket, WebSocketDisconnect

from server.access.declared import require
from server.present.present import Follower, Present
from viewer.messages import (
    PROTOCOL,
    Ack,
    Command,
    FromViewer,
    Hello,
    Interest,
    Refusal,
    decode_from_viewer,
    encode,
)

HELLO_WITHIN_S = 10.0


def follow_routes(present: Present, obey: Callable[[Command], None]) -> APIRouter:
    """The websocket; `obey` does what a viewer asks or raises ValueError."""
    routes = APIRouter()

    @routes.websocket("/ws", dependencies=[Depends(require("see"))])
    async def follow(socket: WebSocket) -> None:
        await socket.accept()
        await follow_present(socket, present, obey)

    return routes


async def follow_present(socket: WebSocket, present: Present, obey: Callable[[Command], None]) -> None:
    """Tell a viewer of the present until it leaves, and do what it asks. The socket has been accepted."""
    with suppress(WebSocketDisconnect, TimeoutError):
        hello = await asyncio.wait_for(_hello(socket), HELLO_WITHIN_S)
        if hello is None:
            await refuse(socket, f"expected a hello of protocol {PROTOCOL}: reload the page")
            await socket.close(1002)
            return
        with present.follow(hello) as follower:
            await _until_one_ends(_send_frames(socket, follower), _hear_viewer(socket, follower, obey))


async def _until_one_ends(*works: Coroutine[Any, Any, None]) -> None:
    """Do all of them at once until one ends, then stop the others; its exception goes on to the caller."""
    tasks = [asyncio.create_task(work) for work in works]
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        ends = await asyncio.gather(*tasks, return_exceptions=True)
    for end in ends:
        if isinstance(end, Exception):
            raise end


async def _send_frames(socket: WebSocket, follower: Follower) -> None:
    async for frame in follower.frames():
        if isinstance(frame, bytes):
            await socket.send_bytes(frame)
        else:
            await socket.send_text(frame)


async def _hear_viewer(socket: WebSocket, follower: Follower, obey: Callable[[Command], None]) -> None:
    """Take the viewer's messages until it leaves; what cannot be done is refused, with the reason."""
    while True:
        try:
            match await _message(socket):
                case Ack(seq=seq):
                    follower.acknowledge(seq)
                case Interest() as interest:
                    follower.choose(interest)
                case Hello():
                    await refuse(socket, "a second hello: open a new connection to start afresh")
                case command:
                    obey(command)
        except ValueError as error:  # a DecodeError is one too
            await refuse(socket, str(error))


async def _hello(socket: WebSocket) -> Hello | None:
    """The viewer's first message, None if it is not a hello of this protocol."""
    with suppress(ValueError):
        message = await _message(socket)
        return message if isinstance(message, Hello) and message.protocol == PROTOCOL else None
    return None


async def _message(socket: WebSocket) -> FromViewer:
    frame = await socket.receive()
    if frame["type"] == "websocket.disconnect":
        raise WebSocketDisconnect(frame.get("code", 1000))
    return decode_from_viewer(frame.get("text") or frame.get("bytes") or "")


async def refuse(socket: WebSocket, reason: str) -> None:
    """Tell a viewer what cannot be done, and why."""
    await socket.send_text(encode(Refusal(reason)).decode())
