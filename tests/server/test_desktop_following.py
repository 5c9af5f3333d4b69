"""The desktop viewer at a real server: it shows what is played or live, commands the run's clock, and comes back."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import httpx
import msgspec
import numpy as np
import pytest
from PIL import Image

from layouts.live.events import LiveEvent, LocationSeen, Position
from layouts.run import Run
from server.access.access import Access
from server.access.tokens import Tokens, make_token
from server.answers.shown import Shown
from server.app import create_app
from server.clock import clock_ms
from server.sites import load_site
from server.twin.live_server import LiveServer
from server.twin.twin_file import read_twin_file
from spatial.errors import BadDataError
from viewer.desktop.desktop import following, server_picture
from viewer.desktop.link import fetch, server_address, socket_address
from viewer.desktop.locations import STATES
from viewer.desktop.moments import SHOWN_STATES
from viewer.desktop.players import ServerPlayer
from viewer.desktop.scene import DesktopScene
from viewer.desktop.window import DesktopWindow
from viewer.messages import Pause, Play, Seek, SetSpeed
from viewer.motion import positions_at, straight_motions

Serving = Callable[..., AbstractContextManager[str]]
SIZE = (300, 200)
WITHIN_M = 0.02


@contextmanager
def window_at(
    address: str, token: str | None = None
) -> Iterator[tuple[DesktopWindow, ServerPlayer, DesktopScene]]:
    with following(address, token=token, off_screen=True, size=SIZE) as (scene, player):
        yield DesktopWindow((scene,), player), player, scene


def until(window: DesktopWindow, holds: Callable[[], bool], within_s: float = 8.0) -> None:
    deadline = time.monotonic() + within_s
    while not holds():
        assert time.monotonic() < deadline, window.player.status()
        window.tick()
        time.sleep(0.01)


def test_a_played_run_is_where_the_run_is_and_obeys(serving: Serving, hall_site: Path, hall_run: Run) -> None:
    site = load_site(hall_site)
    motions = straight_motions(hall_run, site.facility)
    with serving(create_app(Shown(site=site, run=hall_run))) as address, window_at(address) as shown:
        window, player, scene = shown
        assert player.status() == "connected"
        for t_s in (50.0, 3.25, 41.0, 0.0, 25.0):
            player.obey(Seek(t_s))
            until(window, lambda t_s=t_s: player.now_s == pytest.approx(t_s))
            positions, states = positions_at(motions, t_s)
            assert scene.agents is not None
            assert np.abs(scene.agents.points.points - positions).max() <= WITHIN_M
            assert scene.moment is not None
            assert scene.moment.states.tolist() == states.tolist()
        assert scene.heat is not None
        assert scene.heat.density.sum() * scene.heat.step_m**2 == pytest.approx(5.0)
        player.obey(SetSpeed(4.0))
        player.obey(Play())
        until(window, lambda: player.now_s > 27.0)
        player.obey(Pause())
        until(window, lambda: player.clock is not None and not player.clock.playing)
        assert player.clock is not None
        assert player.clock.speed == 4.0


def test_figures_and_details_come_from_the_server(serving: Serving, hall_site: Path, hall_run: Run) -> None:
    site = load_site(hall_site)
    with serving(create_app(Shown(site=site, run=hall_run))) as address, window_at(address) as shown:
        window, player, scene = shown
        player.colour_names = ("fill", "velocity")
        before = scene.locations.colours.copy()
        window.press("f")
        window.press("f")
        until(window, lambda: scene.locations.colouring is not None)
        assert scene.locations.colouring is not None
        assert scene.locations.colouring.name == "velocity"
        assert scene.locations.colouring.values["02-02-A-1"] == 120.0
        assert not np.array_equal(before, scene.locations.colours)
        player.obey(Seek(59.0))
        until(window, lambda: player.now_s == pytest.approx(59.0))
        place = site.locations["02-02-A-1"]
        camera = scene.plotter.camera
        camera.position, camera.focal_point = np.add(place.center, (0, -1.2, 0.2)), place.center
        window.draw()
        window.click(*window.project(np.array([place.center]))[0])
        until(window, lambda: "contents: SKU-7" in window.panel_lines())
        assert "picks so far: 1" in window.panel_lines()


def test_a_line_that_breaks_is_shown_and_comes_back(serving: Serving, hall_site: Path, hall_run: Run) -> None:
    site = load_site(hall_site)
    with serving(create_app(Shown(site=site, run=hall_run))) as address:
        port = int(address.rstrip("/").rpartition(":")[2])
        context = window_at(address)
        window, player, scene = context.__enter__()
        player.obey(Seek(30.0))
        until(window, lambda: player.now_s == pytest.approx(30.0))
    try:
        until(window, lambda: player.status().startswith("reconnecting"))
        session = player.world.session
        with serving(create_app(Shown(site=site, run=hall_run)), port):
            until(window, lambda: player.status() == "connected" and player.world.session != session)
            assert player.now_s == pytest.approx(0.0)
            assert scene.moment is not None
            assert len(scene.moment.names) == 2
    finally:
        context.__exit__(None, None, None)


def test_a_viewer_that_comes_back_asks_for_what_it_missed(
    serving: Serving, hall_site: Path, hall_run: Run
) -> None:
    site = load_site(hall_site)
    with serving(create_app(Shown(site=site, run=hall_run))) as address, window_at(address) as shown:
        window, player, _ = shown
        player.obey(Seek(30.0))
        until(window, lambda: player.now_s == pytest.approx(30.0))
        hello = player.world.hello()
        assert (hello.session, hello.since) == (player.world.session, player.world.seq)
        assert hello.since is not None
        assert msgspec.json.decode(player._link._hello)["since"] == hello.since


def test_the_live_twin_is_followed_with_binary_frames(
    serving: Serving, hall_site: Path, tmp_path: Path
) -> None:
    (tmp_path / "twin.yaml").write_text(
        "scenario: scenario.yaml\nfeeds: [{kind: push, name: wms, decoder: business}]\n"
    )
    (tmp_path / "scenario.yaml").write_text(f"site: {hall_site}\npickers: 2\n")
    site = load_site(hall_site)
    app = create_app(Shown(site=site), live=LiveServer(read_twin_file(tmp_path / "twin.yaml"), site))
    place = site.facility.locations[0]
    seen = "empty" if place.state == "occupied" else "occupied"
    with serving(app) as address, httpx.Client(base_url=address, trust_env=False) as client:

        def tell(number: int, entity: str, body: object, at_ms: int) -> None:
            told = LiveEvent(
                id=f"t:{number}", site="HALL", source="test", entity=entity, happened_ms=at_ms, body=body
            )  # type: ignore[arg-type]
            assert client.post("/api/events", content=msgspec.json.encode([told])).status_code == 200

        with window_at(address) as shown:
            window, player, scene = shown
            now_ms = clock_ms()
            tell(1, "agent/P1", Position(level="L0", x_m=2.0, y_m=3.5), now_ms - 2000)
            until(window, lambda: scene.moment is not None and len(scene.moment.names) == 1)
            tell(2, "agent/P1", Position(level="L0", x_m=8.0, y_m=3.5), now_ms + 1000)
            until(window, lambda: player.world.agents["P1"][-1].path[-1][0] == 8.0)
            assert player.status() == "live"
            for _ in range(20):
                window.tick()
                assert scene.moment is not None
                assert player.clock is not None
                at_ms = (player.clock.epoch_ms or 0) + 1000 * scene.moment.t_s
                x = 2.0 + 6.0 * np.clip((at_ms - (now_ms - 2000)) / 3000, 0, 1)
                assert scene.moment.positions[0, 0] == pytest.approx(x, abs=WITHIN_M)
                time.sleep(0.02)
            assert SHOWN_STATES[scene.moment.states[0]] == "move"
            assert dict(scene.moment.figures)["Agents heard"] == "1 of 1"
            tell(3, f"location/{place.id}", LocationSeen(state=seen), clock_ms())
            until(window, lambda: STATES[scene.locations.states[0]] == seen)
            player.obey(Pause())  # nobody can stop the present
            window.tick()
            assert player.clock.playing


def test_a_server_with_tokens_asks_for_one(serving: Serving, hall_site: Path, tmp_path: Path) -> None:
    token = make_token(tmp_path / "t.json", "desk", role="viewer", sites=None, now_ms=clock_ms(), days=1)
    access = Access(Tokens(tmp_path / "t.json"), b"k" * 32, site="HALL")
    app = create_app(Shown(site=load_site(hall_site)), access=access)
    with serving(app) as address:
        with pytest.raises(BadDataError, match=r"401.*--token-env"):
            server_picture(address, tmp_path / "a.png", SIZE)
        server_picture(address, tmp_path / "a.png", SIZE, token=token)
    with Image.open(tmp_path / "a.png") as image:
        assert image.size == SIZE


def test_a_site_without_a_run_is_shown_still(serving: Serving, hall_site: Path, tmp_path: Path) -> None:
    with serving(create_app(Shown(site=load_site(hall_site)))) as address:
        server_picture(address, tmp_path / "a.png", SIZE)
    with Image.open(tmp_path / "a.png") as image:
        assert np.asarray(image).std() > 5


def test_where_no_server_is_the_address_and_the_remedy_are_named() -> None:
    with pytest.raises(BadDataError, match=r"127\.0\.0\.1:9/api/facility.*is the server running"):
        fetch("http://127.0.0.1:9", "/api/facility")


@pytest.mark.parametrize(
    ("given", "server", "socket"),
    [
        ("http://127.0.0.1:8000/", "http://127.0.0.1:8000", "ws://127.0.0.1:8000/ws"),
        ("127.0.0.1:8000", "http://127.0.0.1:8000", "ws://127.0.0.1:8000/ws"),
        ("https://twin.example/hall/?a=1#b", "https://twin.example/hall", "wss://twin.example/hall/ws"),
    ],
)
def test_an_address_is_taken_as_people_give_it(given: str, server: str, socket: str) -> None:
    assert (server_address(given), socket_address(given)) == (server, socket)


@pytest.mark.parametrize("given", ["ftp://a", "http://", "file:///tmp"])
def test_what_is_no_address_is_refused(given: str) -> None:
    with pytest.raises(ValueError, match="no address"):
        server_address(given)
