"""A viewer that asks for less is told less, and for all again is told all."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

from websockets.sync.client import ClientConnection, connect

from layouts.run import Run
from server.answers.shown import Shown
from server.app import create_app
from server.sites import load_site
from viewer.messages import PROTOCOL, Ack, Hello, Interest, Update, decode_from_server, encode

Serving = Callable[..., AbstractContextManager[str]]


def told(socket: ClientConnection, message: Hello | Interest) -> Update:
    socket.send(encode(message).decode())
    update = decode_from_server(socket.recv(timeout=10))
    assert isinstance(update, Update)
    assert update.reset
    socket.send(encode(Ack(update.seq)).decode())
    return update


def test_interest_by_layer_and_area(hall_site: Path, hall_run: Run, serving: Serving) -> None:
    with (
        serving(create_app(Shown(site=load_site(hall_site), run=hall_run))) as address,
        connect(f"ws{address[4:]}ws") as socket,
    ):
        everything = set(told(socket, Hello(PROTOCOL)).sets)
        assert {"agent/P1", "agent/P2", "clock", "kpi"} <= everything
        assert set(told(socket, Interest(layers=("kpi",))).sets) == {"clock", "kpi"}
        nowhere = set(told(socket, Interest(area=(900.0, 900.0, 901.0, 901.0))).sets)
        assert nowhere == {key for key in everything if not key.startswith("agent/")}
        assert set(told(socket, Interest()).sets) == everything
