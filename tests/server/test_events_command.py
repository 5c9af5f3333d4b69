"""events: what is appended is listed, known as of then, verified, and backed up to the same hash."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from layouts.live.events import Body, LiveEvent, Position, Recorded, StockMoved, encode_event
from layouts.live.state import TwinState
from server.cli import run_command
from server.commands import app
from server.store.backup import log_sha256
from server.store.opening import open_store
from server.store.store import Snapshot
from server.twin.twin import snapshot_of

EPOCH_MS = 1_790_000_000_000  # 2026-09-21T14:13:20Z


def event(number: int, entity: str, at_s: int, body: Body) -> LiveEvent:
    return LiveEvent(
        id=f"e{number}",
        site="NORTH",
        source="test",
        entity=entity,
        happened_ms=EPOCH_MS + 1000 * at_s,
        body=body,
    )


EVENTS = [
    event(1, "agent/P1", 0, Position("L0", 1.0, 2.0)),
    event(2, "agent/P1", 20, Position("L0", 5.0, 2.0)),
    event(3, "agent/P1", 10, Position("L0", 3.0, 2.0)),
    event(4, "sku/A", 30, StockMoved("A", 2.0, None, "NORTH/01")),
]


def lines(*events: LiveEvent) -> bytes:
    return b"".join(encode_event(each) + b"\n" for each in events)


@pytest.fixture
def store(tmp_path: Path) -> Path:
    """EVENTS, learned a minute apart from 15:00:00Z on."""
    path = tmp_path / "twin.db"
    log = open_store(path)
    for number, each in enumerate(EVENTS):
        log.append([each], now_ms=EPOCH_MS + 2_800_000 + 60_000 * number)
    log.close()
    return path


def answer(*arguments: object, code: int = 0) -> Any:
    done = CliRunner().invoke(app, ["events", *map(str, arguments), "--json"])
    assert done.exit_code == code, done.output
    return json.loads(done.stdout)


def test_files_are_appended_once_and_bad_lines_are_told_with_their_place(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    plain, packed, log = tmp_path / "a.jsonl", tmp_path / "b.jsonl.gz", tmp_path / "twin.db"
    plain.write_bytes(lines(*EVENTS[:2]) + b"no event\n")
    packed.write_bytes(gzip.compress(lines(*EVENTS[1:])))
    assert run_command(["events", "append", str(log), str(plain), str(packed)]) == 1
    told = capsys.readouterr()
    assert "4 recorded, 1 known, 1 refused" in told.out
    assert f"{plain} line 3 is no event" in told.err
    assert answer("append", log, packed) == {"recorded": 0, "known": 3, "refused": [], "seq": 4}


def test_an_id_with_another_content_is_refused(store: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.jsonl"
    other.write_bytes(lines(event(1, "agent/P2", 0, Position("L0", 1.0, 2.0))))
    told = answer("append", store, other, code=1)
    assert told["recorded"] == 0
    assert "'e1'" in told["refused"][0]
    assert "another content" in told["refused"][0]


def test_no_log_is_made_for_files_that_are_not_there_or_by_asking(tmp_path: Path) -> None:
    log = tmp_path / "twin.db"
    assert run_command(["events", "append", str(log), str(tmp_path / "none.jsonl")]) == 3
    for command in ("list", "as-of", "verify"):
        assert run_command(["events", command, str(log)]) == 3
    assert not log.exists()


def test_list_keeps_to_its_bounds(store: Path, capsys: pytest.CaptureFixture[str]) -> None:
    def seqs(*options: str) -> list[int]:
        return [each["seq"] for each in answer("list", store, *options)]

    assert seqs() == [1, 2, 3, 4]
    assert seqs("--after", "2") == [3, 4]
    assert seqs("--entity", "sku/A") == [4]
    assert seqs("--from", "2026-09-21T14:13:30Z", "--until", "2026-09-21T16:13:40+02:00") == [2, 3]
    assert seqs("--limit", "2") == [1, 2]
    assert run_command(["events", "list", str(store), "--limit", "2"]) == 0
    told = capsys.readouterr()
    assert told.out.splitlines()[0].startswith("1 2026-09-21T14:13:20.000Z NORTH agent/P1 ")
    assert "--after 2" in told.err


def test_as_of_tells_what_was_known_of_what_had_happened(
    store: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def x_m(*options: str) -> float:
        latest = answer("as-of", store, *options)["state"]["latest"]
        return float(latest["NORTH/position/agent/P1"]["body"]["x_m"])

    assert x_m() == 5.0
    assert x_m("--at", "2026-09-21T14:13:35Z") == 3.0
    assert x_m("--at", "2026-09-21T14:13:35Z", "--known", "2026-09-21T15:01:30Z") == 1.0
    assert x_m("--seq", "1") == 1.0
    assert run_command(["events", "as-of", str(store), "--seq", "5"]) == 4
    assert run_command(["events", "as-of", str(store)]) == 0
    told = capsys.readouterr().out
    assert "agent: 1, last seen 2026-09-21T14:13:40.000Z" in told
    assert answer("as-of", store)["sha256"] in told


def folded(*, until: int) -> TwinState:
    """What the first events of the store come to."""
    state = TwinState()
    for number, each in enumerate(EVENTS[:until]):
        state.apply(Recorded(number + 1, EPOCH_MS + 2_800_000 + 60_000 * number, each))
    return state


def save(store: Path, snapshot: Snapshot) -> None:
    log = open_store(store)
    log.save_snapshot(snapshot)
    log.close()


def test_verify_holds_the_newest_snapshot_against_a_fold_from_nothing(store: Path) -> None:
    save(store, snapshot_of(folded(until=3)))
    told = answer("verify", store)
    assert told["events"] == 4
    assert told["snapshot_seq"] == 3
    assert told["state_sha256"] == folded(until=4).sha256()
    log = open_store(store)
    assert told["log_sha256"] == log_sha256(log)
    log.close()


def test_verify_finds_a_damaged_snapshot_and_one_of_another_log(store: Path) -> None:
    sound = snapshot_of(folded(until=3))
    save(store, sound._replace(state=sound.state + b" "))
    assert "damaged" in answer("verify", store, code=1)["faults"][0]
    save(store, snapshot_of(folded(until=2))._replace(seq=4))
    assert "a fold" in answer("verify", store, code=1)["faults"][0]


def test_a_backup_is_restored_to_the_same_hash_and_never_over_a_log(store: Path, tmp_path: Path) -> None:
    file, other = tmp_path / "log.jsonl.gz", tmp_path / "other.db"
    kept = answer("backup", store, file)
    assert kept["events"] == 4
    assert answer("restore", file, other) == kept
    assert answer("verify", other)["log_sha256"] == kept["sha256"] == answer("verify", store)["log_sha256"]
    assert run_command(["events", "restore", str(file), str(store)]) != 0
    file.write_bytes(file.read_bytes()[:-20])
    assert run_command(["events", "restore", str(file), str(tmp_path / "third.db")]) == 3
