"""The past over a websocket: played like a run, each viewer seeks for itself, and too much of it is refused."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from pathlib import Path

import httpx
import msgspec
import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

from layouts.live.events import LiveEvent, Position
from server.answers.shown import Shown
from server.app import create_app
from server.clock import clock_ms
from server.routes import past
from server.sites import load_site
from server.twin.live_server import LiveServer
from server.twin.twin_file import read_twin_file
from viewer.messages import (
    PROTOCOL,
    Clock,
    Hello,
    Refusal,
    Seek,
    Track,
    Update,
    decode_from_server,
    encode,
)

Serving = Callable[..., AbstractContextManager[str]]


@pytest.fixture
def now_ms() -> int:
    return clock_ms()


@pytest.fixture
def address(hall_site: Path, tmp_path: Path, serving: Serving, now_ms: int) -> Iterator[str]:
    (tmp_path / "twin.yaml").write_text("{}")
    site = load_site(hall_site)
    live = LiveServer(read_twin_file(tmp_path / "twin.yaml"), site)
    with serving(create_app(Shown(site=site), live=live)) as address:
        events = [
            LiveEvent(
                id=f"e{n}", site="HALL", source="t", entity="agent/P1",
                happened_ms=now_ms - 60_000 + 1000 * n, body=Position("L0", 1.0 + n / 2, 3.5),
            )
            for n in range(10)
        ]  # fmt: skip
        answer = httpx.post(f"{address}api/events", content=msgspec.json.encode(events))
        assert answer.json()["recorded"] == 10
        yield address


@contextmanager
def followed(address: str, from_ms: int, until_ms: int) -> Iterator[ClientConnection]:
    with connect(f"ws{address[4:]}ws/past?from_ms={from_ms}&until_ms={until_ms}") as socket:
        with suppress(ConnectionClosed):  # who is refused is told so at once
            socket.send(encode(Hello(PROTOCOL)).decode())
        yield socket


def heard(socket: ClientConnection) -> Update | Refusal:
    return decode_from_server(socket.recv(timeout=10))


def test_the_past_is_a_run_with_a_time_of_day(address: str, now_ms: int) -> None:
    with followed(address, now_ms - 62_000, now_ms) as socket:
        update = heard(socket)
        assert isinstance(update, Update)
        clock, track = update.sets["clock"], update.sets["agent/P1"]
        assert isinstance(clock, Clock)
        assert (clock.epoch_ms, clock.is_live, clock.duration_s) == (now_ms - 62_000, False, 62.0)
        assert isinstance(track, Track)
        walked = [motion for motion in track.motions if motion.state == "walk"]
        assert walked[0].start_s == pytest.approx(2.0, abs=0.01)
        assert walked[0].path[0] == pytest.approx((1.0, 3.5))


def test_each_viewer_seeks_for_itself(address: str, now_ms: int) -> None:
    with (
        followed(address, now_ms - 62_000, now_ms) as one,
        followed(address, now_ms - 62_000, now_ms) as other,
    ):
        heard(one)
        heard(other)
        one.send(encode(Seek(30.0)).decode())
        moved = heard(one)
        assert isinstance(moved, Update)
        assert isinstance(moved.sets["clock"], Clock)
        assert moved.sets["clock"].sim_s == 30.0
        with pytest.raises(TimeoutError):
            other.recv(timeout=0.5)


@pytest.mark.parametrize(("from_ago_ms", "until_ago_ms"), [(0, 1_000), (25 * 3_600_000, 0)])
def test_a_span_that_cannot_be_played_is_refused_in_words(
    address: str, now_ms: int, from_ago_ms: int, until_ago_ms: int
) -> None:
    with followed(address, now_ms - from_ago_ms, now_ms - until_ago_ms) as socket:
        said = heard(socket)
    assert isinstance(said, Refusal)
    assert "up to 24" in said.reason


def test_more_than_can_be_played_is_refused(
    address: str, now_ms: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(past, "MOST_EVENTS", 5)
    with followed(address, now_ms - 62_000, now_ms) as socket:
        said = heard(socket)
    assert isinstance(said, Refusal)
    assert "more than 5 reports" in said.reason
