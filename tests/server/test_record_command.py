"""record and replay: a simulated shift told live comes back as it was; a replay ends in the state that was live."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from layouts.live.recorded_export import live_events_of
from layouts.run import Run
from layouts.run_files import read_run
from server.cli import run_command
from server.commands import app
from server.store.opening import open_store
from server.store.snapshots import restored
from server.twin.replay import state_at
from server.twin.twin import snapshot_of

EPOCH_MS = 1_790_000_000_000
BEGIN, END = "2026-09-21T14:13:20Z", "2026-09-21T14:14:20Z"


@pytest.fixture
def store(hall_run: Run, tmp_path: Path) -> Path:
    """The hand-made minute of HALL, learned two events a second."""
    path = tmp_path / "twin.db"
    log = open_store(path)
    events = sorted(
        live_events_of(hall_run, site="HALL", epoch_ms=EPOCH_MS), key=lambda each: each.happened_ms
    )
    for number, event in enumerate(events):
        log.append([event], now_ms=EPOCH_MS + 60_000 + 500 * number)
    log.close()
    return path


def answer(*arguments: object, code: int = 0) -> Any:
    done = CliRunner().invoke(app, [*map(str, arguments), "--json"])
    assert done.exit_code == code, done.output
    return json.loads(done.stdout)


def test_a_run_that_was_told_live_is_recorded_back(store: Path, hall_run: Run, tmp_path: Path) -> None:
    span = ("--site", "HALL", "--from", BEGIN, "--until", END)
    told = answer("record", store, *span, "-o", tmp_path / "RUN")
    run = read_run(tmp_path / "RUN")
    assert (run.kind, run.agents, run.duration_s) == ("recorded", ("P1", "P2"), 60.0)
    assert {replace(event, seq=0) for event in run.events} == {
        replace(event, seq=0) for event in hall_run.events
    }
    assert told["kpis"]["lines"] == 2
    again = tmp_path / "AGAIN"
    answer("record", store, *span, "-o", again)
    for path in again.iterdir():
        assert path.read_bytes() == (tmp_path / "RUN" / path.name).read_bytes()


def test_where_nobody_was_there_is_nothing_to_record(
    store: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    span = ["--from", BEGIN, "--until", END, "-o", str(tmp_path / "RUN")]
    assert run_command(["record", str(store), "--site", "YARD", *span]) == 4
    assert "nobody was seen at site 'YARD'" in capsys.readouterr().err
    assert not (tmp_path / "RUN").exists()
    assert (
        run_command(["record", str(store), "--site", "HALL", "--from", END, "--until", BEGIN, *span[4:]]) == 2
    )


def test_a_replay_ends_with_the_hash_of_the_live_state(store: Path) -> None:
    log = open_store(store)
    live, middle = restored(log), state_at(log, seq=4)
    log.save_snapshot(snapshot_of(middle))
    log.close()
    for begin in ((), ("--from-seq", 5), ("--as-of", "2026-09-21T14:14:21Z"), ("--speed", 1e6)):
        told = answer("replay", store, *begin)
        assert (told["seq"], told["sha256"]) == (live.seq, live.sha256())
    assert answer("replay", store, "--as-of", "2026-09-21T14:14:21Z")["from_seq"] == 3
    assert answer("replay", store, "--until-seq", 4)["sha256"] == middle.sha256()


def test_lines_tell_what_happens_in_order(store: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run_command(["replay", str(store), "--from-seq", "2", "--until-seq", "4", "--lines"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines[:2]] == ["3", "4"]
    assert lines[2] == "events 3 to 4 played"
    assert "HALL agent/P" in lines[0]


@pytest.mark.parametrize(
    ("wish", "code"),
    [
        (("--from-seq", "99"), 4),
        (("--until-seq", "99"), 4),
        (("--from-seq", "4", "--until-seq", "2"), 2),
        (("--from-seq", "1", "--as-of", BEGIN), 2),
        (("--speed", "0"), 2),
        (("--lines", "--json"), 2),
    ],
)
def test_what_cannot_be_played_is_told(store: Path, wish: tuple[str, ...], code: int) -> None:
    assert run_command(["replay", str(store), *wish]) == code
