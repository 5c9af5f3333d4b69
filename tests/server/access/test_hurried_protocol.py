"""Clients that let their headers drip are let go; those that take their time elsewhere are not."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

import httpx
import pytest
import uvicorn
from fastapi import FastAPI, Request, WebSocket
from websockets.sync.client import connect

from server.access.hurried_protocol import hurried
from server.listening import listen

WITHIN_S = 0.5


@contextmanager
def served() -> Iterator[str]:
    app = FastAPI()

    @app.post("/slow")
    async def slow(request: Request) -> dict[str, int]:
        return {"bytes": len(await request.body())}

    @app.websocket("/ws")
    async def echo(websocket: WebSocket) -> None:
        await websocket.accept()
        await websocket.send_text(await websocket.receive_text())

    config = uvicorn.Config(
        app, http=hurried(WITHIN_S), ws="websockets-sansio", log_level="critical", lifespan="off"
    )
    listener = listen("127.0.0.1", 0)
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, args=([listener],))
    thread.start()
    until_s = time.monotonic() + 10
    while not server.started and time.monotonic() < until_s:
        time.sleep(0.01)
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join()


def raw(address: str) -> socket.socket:
    parts = urlsplit(address)
    return socket.create_connection((parts.hostname, parts.port or 80), timeout=10)


def is_ended(connection: socket.socket) -> bool:
    """True once the server has let go; TimeoutError when it does not."""
    try:
        while connection.recv(4096):
            pass
    except ConnectionResetError:
        pass
    return True


def answer_on(connection: socket.socket) -> bytes:
    told = b""
    while not told.endswith(b'{"detail":"Not Found"}'):
        part = connection.recv(4096)
        assert part, told
        told += part
    return told


@pytest.mark.parametrize("opening", [b"", b"GET / HTTP/1.1\r\nHost: a\r\n"])
def test_headers_that_drip_for_ever_are_not_waited_for(opening: bytes) -> None:
    with served() as address, raw(address) as connection:
        connection.sendall(opening)
        dripped = 0
        try:
            while dripped < 200:
                connection.sendall(b"X: y\r\n" if opening else b"")
                dripped += 1
                time.sleep(0.05)
                connection.settimeout(0.01)
                try:
                    if connection.recv(1) == b"":
                        break
                except TimeoutError:
                    continue
        except (ConnectionResetError, BrokenPipeError):
            pass
        assert dripped < 200


def test_a_second_request_has_its_own_deadline() -> None:
    with served() as address, raw(address) as connection:
        connection.sendall(b"GET /none HTTP/1.1\r\nHost: a\r\n\r\n")
        assert answer_on(connection).startswith(b"HTTP/1.1 404")
        connection.sendall(b"GET /none HTTP/1.1\r\n")
        assert is_ended(connection)


def test_a_slow_body_and_an_open_websocket_are_waited_for() -> None:
    def body() -> Iterator[bytes]:
        for _ in range(5):
            time.sleep(WITHIN_S / 3)
            yield b"x"

    with served() as address:
        assert httpx.post(f"{address}/slow", content=body(), trust_env=False).json() == {"bytes": 5}
        with connect(f"ws{address[4:]}/ws", proxy=None) as websocket:
            time.sleep(2 * WITHIN_S)
            websocket.send("still here")
            assert websocket.recv(timeout=5) == "still here"
