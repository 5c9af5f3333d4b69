"""What the server answers, what it keeps out, and how the present reaches viewers."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection, connect

import server.routes.page
from layouts.run import Run
from server.answers.shown import Shown
from server.app import create_app
from server.sites import load_site
from spatial.errors import BadDataError
from spatial.facility import Facility
from spatial.facility_json import write_facility
from viewer.messages import (
    ACK_WINDOW,
    PROTOCOL,
    Ack,
    Clock,
    Command,
    Hello,
    Pause,
    Play,
    Refusal,
    Seek,
    SetSpeed,
    Track,
    Update,
    decode_from_server,
    encode,
)

Serving = Callable[[FastAPI], AbstractContextManager[str]]


class Client:
    """A program that talks to one server."""

    def __init__(self, address: str) -> None:
        self.address = address

    def get(self, path: str, headers: dict[str, str] | None = None) -> httpx.Response:
        return httpx.get(self.address.rstrip("/") + path, headers=headers, trust_env=False)

    def follow(self, **options: Any) -> ClientConnection:
        return connect(f"ws{self.address[4:]}ws", proxy=None, **options)


@pytest.fixture
def client(hall_site: Path, hall_run: Run, serving: Serving) -> Iterator[Client]:
    with serving(create_app(Shown(site=load_site(hall_site), run=hall_run))) as address:
        yield Client(address)


def say(socket: ClientConnection, message: Hello | Ack | Command) -> None:
    socket.send(encode(message).decode())


def hear(socket: ClientConnection) -> Update:
    update = decode_from_server(socket.recv(timeout=5))
    assert isinstance(update, Update), update
    say(socket, Ack(update.seq))
    return update


def greet(socket: ClientConnection, session: str | None = None, since: int | None = None) -> Update:
    say(socket, Hello(PROTOCOL, session, since))
    return hear(socket)


def test_a_site_says_what_it_has(client: Client, hall: Facility) -> None:
    assert client.get("/api/health").json() == {"status": "ok"}
    assert client.get("/api/site").json() == {
        "id": "HALL", "name": "Test hall", "kind": "planned", "racks": 2, "locations": len(hall.locations),
        "has_mesh": True, "has_cloud": True, "has_tiles": False, "has_run": True, "has_plan": False,
        "has_deviations": False, "is_live": False, "is_beside": False,
    }  # fmt: skip


def test_the_sites_files_come_as_they_are(client: Client, hall_site: Path) -> None:
    for address, name in [("facility", "facility.json"), ("facility.glb",) * 2, ("cloud.ply",) * 2]:
        answer = client.get(f"/api/{address}")
        assert answer.content == (hall_site / name).read_bytes()
        assert answer.headers["content-security-policy"].startswith("default-src 'self'")


def test_a_run_is_summed_up(client: Client) -> None:
    run = client.get("/api/run").json()
    assert (run["id"], run["agents"], run["notes"]) == ("hand-made", ["P1", "P2"], ["Drawn by hand."])
    assert (run["kpis"]["lines"], run["kpis"]["total"]["blocked_s"]) == (2, 20.0)


def test_a_location_tells_its_contents_and_the_picks_so_far(client: Client) -> None:
    assert client.get("/api/locations/01-01-A-1").json()["skus"] == ["SKU-1"]
    with client.follow() as socket:
        greet(socket)
        say(socket, Seek(45.0))
        hear(socket)
        place = client.get("/api/locations/02-02-A-1").json()
    assert (place["rack"], place["bay"], place["tier"], place["state"]) == ("R2", 1, 0, "unseen")
    assert (place["skus"], place["picks_so_far"], place["picks_in_run"]) == (["SKU-7"], 1, 2)


def test_what_is_not_there_is_said_so(hall: Facility, tmp_path: Path, serving: Serving) -> None:
    write_facility(tmp_path / "facility.json", hall)
    with serving(create_app(Shown(site=load_site(tmp_path)))) as address:
        client = Client(address)
        assert client.get("/api/cloud.ply").json() == {"detail": "this site has no cloud.ply"}
        assert client.get("/api/locations/99").status_code == 404
        assert "no run is loaded" in client.get("/api/run").json()["detail"]
        with client.follow() as socket:
            assert greet(socket).sets == {}
            say(socket, Play())
            refusal = decode_from_server(socket.recv(timeout=5))
    assert isinstance(refusal, Refusal)
    assert "no run to play" in refusal.reason


def test_a_folder_without_a_facility_is_no_site(tmp_path: Path) -> None:
    with pytest.raises(BadDataError, match=r"facility\.json is missing"):
        load_site(tmp_path)


def test_without_built_assets_the_page_says_how_to_build_them(
    hall_site: Path, serving: Serving, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server.routes.page, "built_page", lambda: None)
    with serving(create_app(Shown(site=load_site(hall_site)))) as address:
        assert "npm run build" in Client(address).get("/").text


def test_every_viewer_sees_what_one_of_them_commands(client: Client) -> None:
    with client.follow() as one, client.follow() as other:
        first = greet(one)
        assert (first.reset, set(first.sets)) == (True, {"clock", "agent/P1", "agent/P2", "heat", "kpi"})
        greet(other)
        say(one, Seek(30.0))
        for socket in (one, other):
            sets = hear(socket).sets
            clock, track = sets["clock"], sets["agent/P1"]
            assert isinstance(clock, Clock)
            assert isinstance(track, Track)
            assert (clock.sim_s, clock.playing, track.motions[0].state) == (30.0, False, "pick")


def test_time_passes_while_the_clock_runs(client: Client) -> None:
    with client.follow() as socket:
        greet(socket)
        say(socket, SetSpeed(64.0))
        say(socket, Play())
        clocks = [clock for clock in _clocks(socket) if clock.sim_s > 0.0]
    assert (clocks[-1].sim_s, clocks[-1].playing) == (60.0, False)


def _clocks(socket: ClientConnection) -> Iterator[Clock]:
    """The clock's entries until it stands at the end of the run."""
    while True:
        clock = hear(socket).sets.get("clock")
        if isinstance(clock, Clock):
            yield clock
            if clock.sim_s == clock.duration_s:
                return


def test_a_returning_viewer_gets_only_what_changed(client: Client) -> None:
    with client.follow() as socket:
        before = greet(socket)
    with client.follow() as other:
        greet(other)
        say(other, SetSpeed(2.0))
        hear(other)
    with client.follow() as socket:
        back = greet(socket, before.session, before.seq)
    assert (back.reset, set(back.sets)) == (False, {"clock"})


def test_a_sequence_number_of_an_earlier_server_is_worth_nothing(client: Client) -> None:
    with client.follow() as socket:
        assert greet(socket, "another life", 1).reset


def test_a_viewer_that_never_acknowledges_is_not_sent_more_and_slows_nobody(client: Client) -> None:
    with client.follow() as stalled, client.follow() as lively:
        say(stalled, Hello(PROTOCOL))
        greet(lively)
        for number in range(10):
            say(lively, Seek(float(number + 1)))
            clock = hear(lively).sets["clock"]
            assert isinstance(clock, Clock)
            assert clock.sim_s == number + 1
        stale = [decode_from_server(stalled.recv(timeout=5)) for _ in range(ACK_WINDOW)]
        assert isinstance(stale[-1], Update)
        say(stalled, Ack(stale[-1].seq))
        newest = hear(stalled).sets["clock"]
    assert isinstance(newest, Clock)
    assert newest.sim_s == 10.0


@pytest.mark.parametrize("first", ["not json", '{"type":"play"}', '{"type":"hello","protocol":99}'])
def test_a_stranger_is_turned_away(client: Client, first: str) -> None:
    with client.follow() as socket:
        socket.send(first)
        assert isinstance(decode_from_server(socket.recv(timeout=5)), Refusal)
        with pytest.raises(ConnectionClosed):
            socket.recv(timeout=5)


def test_a_faulty_command_is_refused_and_the_viewer_stays(client: Client) -> None:
    with client.follow() as socket:
        greet(socket)
        socket.send('{"type":"speed","speed":1000}')
        assert isinstance(decode_from_server(socket.recv(timeout=5)), Refusal)
        say(socket, SetSpeed(4.0))
        say(socket, Pause())
        clock = hear(socket).sets["clock"]
    assert isinstance(clock, Clock)
    assert clock.speed == 4.0


def test_no_other_web_site_reaches_the_server(client: Client) -> None:
    with pytest.raises(InvalidStatus, match="403"):
        client.follow(origin="http://elsewhere.example")
    assert client.get("/api/site", headers={"host": "elsewhere.example"}).status_code == 400
    with client.follow(origin=client.address.rstrip("/")) as socket:
        assert greet(socket).reset
