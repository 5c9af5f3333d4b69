"""rehearse: a run told to a server keeps stock at or above zero, and can be recorded back as it was."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import msgspec
import pytest

from layouts.inventory.stock import on_hand
from layouts.live.events import LiveEvent, Position, Recorded, Work
from layouts.live.recorded_run import run_of
from layouts.live.state import TwinState
from layouts.run import Run
from layouts.run_files import write_run
from server.answers.shown import Shown
from server.app import create_app
from server.chores.rehearsing import rehearsal
from server.cli import run_command
from server.sites import load_site
from server.store.opening import open_store
from server.twin.live_server import LiveServer
from server.twin.twin_file import read_twin_file
from spatial.facility import Facility

EPOCH_MS = 1_790_000_000_000


def recorded(events: list[LiveEvent]) -> list[Recorded]:
    return [Recorded(number, EPOCH_MS + number, each) for number, each in enumerate(events, 1)]


def test_stock_is_never_below_zero_and_ends_at_zero(hall_run: Run, hall: Facility) -> None:
    state = TwinState()
    for each in recorded(list(rehearsal(hall_run, hall, epoch_ms=EPOCH_MS, speed=1e6))):
        state.apply(each)
        assert all(row.quantity >= 0 for row in on_hand(state.stock))
    assert not [row for row in on_hand(state.stock) if row.quantity != 0]


def test_a_rehearsed_run_is_recorded_back_as_it_was(hall_run: Run, hall: Facility) -> None:
    told = list(rehearsal(hall_run, hall, epoch_ms=EPOCH_MS))
    until_ms = EPOCH_MS + round(1000 * hall_run.duration_s) + 1
    back = run_of(recorded(told), site=hall.id, from_ms=EPOCH_MS, until_ms=until_ms)
    assert len(hall_run.events) > 0

    def plain(run: Run) -> list[object]:
        return sorted((replace(each, seq=0) for each in run.events), key=repr)

    assert plain(back) == plain(hall_run)


def test_speed_shortens_all_times_alike_and_ids_are_its_own(hall_run: Run, hall: Facility) -> None:
    slow = list(rehearsal(hall_run, hall, epoch_ms=EPOCH_MS))
    fast = list(rehearsal(hall_run, hall, epoch_ms=EPOCH_MS + 1, speed=4.0))
    assert not {each.id for each in slow} & {each.id for each in fast}
    assert [each.happened_ms for each in slow] == sorted(each.happened_ms for each in slow)

    def work_ms(events: list[LiveEvent]) -> list[int]:
        return [each.happened_ms - each.body.start_ms for each in events if isinstance(each.body, Work)]

    assert work_ms(slow)
    for slowly, quickly in zip(work_ms(slow), work_ms(fast), strict=True):
        assert abs(quickly - slowly / 4) <= 1


class _Taking(BaseHTTPRequestHandler):
    """Takes events, and answers as `answers` says."""

    events: list[LiveEvent]
    tokens: set[str | None]
    status = 200
    answer = b'{"refused": []}'

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        type(self).events += msgspec.json.decode(body, type=list[LiveEvent])
        type(self).tokens.add(self.headers["Authorization"])
        self.send_response(self.status)
        self.send_header("Content-Length", str(len(self.answer)))
        self.end_headers()
        self.wfile.write(self.answer)

    def log_message(self, *_: object) -> None:
        """Nobody reads it."""


@pytest.fixture
def taking() -> Iterator[tuple[str, type[_Taking]]]:
    handler = type("Taking", (_Taking,), {"events": [], "tokens": set()})
    with HTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}", handler
        server.shutdown()
        thread.join()


def test_a_run_is_told_to_a_server_with_the_token(
    hall_site: Path,
    hall_run: Run,
    tmp_path: Path,
    taking: tuple[str, type[_Taking]],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    url, handler = taking
    write_run(tmp_path / "run", hall_run)
    monkeypatch.setenv("TWIN_TOKEN", "secret")
    command = ["rehearse", str(hall_site), str(tmp_path / "run"), "--to", url, "--speed", "600"]
    assert run_command([*command, "--token-env", "TWIN_TOKEN"]) == 0
    assert handler.tokens == {"Bearer secret"}
    assert f"{len(handler.events)} events told" in capsys.readouterr().out
    assert any(isinstance(each.body, Position) for each in handler.events)
    handler.answer = b'{"refused": [{"id": "1", "reason": "it happened 400 s in the future"}]}'
    assert run_command(command) == 3
    assert "400 s in the future" in capsys.readouterr().err
    handler.status = 403
    assert run_command(command) == 3
    assert "serve --live" in capsys.readouterr().err


def test_a_live_twin_takes_all_of_it(
    hall_site: Path,
    hall_run: Run,
    tmp_path: Path,
    serving: Callable[..., AbstractContextManager[str]],
    capsys: pytest.CaptureFixture[str],
) -> None:
    write_run(tmp_path / "run", hall_run)
    (tmp_path / "twin.yaml").write_text("store: twin.db\n", encoding="utf-8")
    site = load_site(hall_site)
    app = create_app(Shown(site=site), live=LiveServer(read_twin_file(tmp_path / "twin.yaml"), site))
    with serving(app) as url:
        assert (
            run_command(["rehearse", str(hall_site), str(tmp_path / "run"), "--to", url, "--speed", "300"])
            == 0
        )
    told = int(capsys.readouterr().out.split()[0])
    log = open_store(tmp_path / "twin.db")
    assert log.head() == told > 100
    log.close()


def test_ctrl_c_ends_with_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def interrupted(*_: object, **__: object) -> int:
        raise KeyboardInterrupt

    monkeypatch.setattr("server.chores.rehearsing.rehearse", interrupted)
    assert run_command(["rehearse", str(tmp_path), str(tmp_path), "--to", "http://127.0.0.1:1"]) == 130
    assert "stays in the log" in capsys.readouterr().err


@pytest.mark.parametrize("options", [["--speed", "0"], ["--token-env", "NOT_SET_ANYWHERE"]])
def test_wrong_usage_is_told_before_anything_is_read(tmp_path: Path, options: list[str]) -> None:
    assert (
        run_command(["rehearse", str(tmp_path), str(tmp_path), "--to", "http://127.0.0.1:1", *options]) == 2
    )
