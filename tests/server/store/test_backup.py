"""A backup holds the whole log; a restore gives the same log or nothing."""

from __future__ import annotations

import gzip
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from layouts.live.events import LiveEvent
from server.store import backup as backup_module
from server.store.backup import backup, check_backup, log_sha256, restore
from server.store.errors import StoreError
from server.store.event_files import BadLine, read_events, write_events
from server.store.opening import open_store
from server.store.snapshots import restored
from server.store.sql_store import SqlStore
from spatial.errors import BadDataError

NOW_MS = 1_790_000_100_000
Told = Callable[..., LiveEvent]


@pytest.mark.parametrize("target", ["sqlite", "postgres"])
def test_a_restored_log_is_the_same_log(
    store: SqlStore, told: Told, tmp_path: Path, other_url: Callable[[str], str], target: str
) -> None:
    for n in range(5):
        store.append([told(n * 1000 + k, agent=f"P{k % 5}") for k in range(1000)], now_ms=NOW_MS + n)
    file = tmp_path / "backup.jsonl.gz"
    count, sha256 = backup(store, file)
    assert (count, sha256) == (5_000, log_sha256(store))
    url = other_url(target)
    assert restore(file, url) == (count, sha256)
    again = open_store(url)
    assert (again.id, again.head(), log_sha256(again)) == (store.id, 5_000, sha256)
    assert restored(again).sha256() == restored(store).sha256()
    assert again.append([told(0, agent="P0"), told(9_999)], now_ms=NOW_MS + 9).known == 1
    again.close()
    with pytest.raises(StoreError, match="not empty"):
        restore(file, url)


def test_a_damaged_backup_is_refused_wherever_it_is_damaged(tmp_path: Path, told: Told) -> None:
    store = open_store(tmp_path / "log.db")
    store.append([told(n) for n in range(200)], now_ms=NOW_MS)
    file = tmp_path / "b.jsonl.gz"
    backup(store, file)
    store.close()
    whole = file.read_bytes()
    lines = gzip.decompress(whole).splitlines(keepends=True)
    broken = {
        f"byte {at}": whole[:at] + bytes([whole[at] ^ 0x55]) + whole[at + 1 :]
        for at in range(12, len(whole), 97)
    }
    broken["cut"] = whole[: len(whole) // 2]
    broken["no end"] = gzip.compress(b"".join(lines[:-1]))
    broken["one missing"] = gzip.compress(b"".join(lines[:50] + lines[51:]))
    broken["swapped"] = gzip.compress(b"".join([*lines[:50], lines[51], lines[50], *lines[52:]]))
    broken["added"] = gzip.compress(b"".join([*lines, lines[5]]))
    for name, data in broken.items():
        file.write_bytes(data)
        with pytest.raises(BadDataError):
            restore(file, str(tmp_path / "new.db"))
        assert not (tmp_path / "new.db").exists(), name


def test_a_restore_that_is_broken_off_leaves_an_empty_store(
    tmp_path: Path, told: Told, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = open_store(tmp_path / "log.db")
    store.append([told(n) for n in range(4_999)], now_ms=NOW_MS)
    file = tmp_path / "b.jsonl.gz"
    backup(store, file)
    store.close()

    def broken(path: Path) -> object:
        for number, recorded in enumerate(whole(path)):
            if number == 4_000:
                raise OSError("the disk went away")
            yield recorded

    whole = backup_module._events
    monkeypatch.setattr(backup_module, "_events", broken)
    with pytest.raises(OSError, match="went away"):
        restore(file, str(tmp_path / "new.db"))
    monkeypatch.setattr(backup_module, "_events", whole)
    assert restore(file, str(tmp_path / "new.db"))[0] == 4_999


def test_what_is_recorded_meanwhile_is_not_in_the_backup(tmp_path: Path, told: Told) -> None:
    store = open_store(tmp_path / "log.db")
    store.append([told(n) for n in range(4_000)], now_ms=NOW_MS)
    later = iter(range(4_000, 5_000))
    count, _ = backup(
        store,
        tmp_path / "b.jsonl.gz",
        told=lambda _: store.append([told(next(later))], now_ms=NOW_MS) and None,
    )
    assert count == 4_000 == check_backup(tmp_path / "b.jsonl.gz")[1]
    assert store.head() > 4_000
    store.close()


def test_the_same_log_gives_the_same_backup(tmp_path: Path, told: Told) -> None:
    store = open_store(tmp_path / "log.db")
    store.append([told(n) for n in range(50)], now_ms=NOW_MS)
    for name in ("a", "b"):
        backup(store, tmp_path / f"{name}.jsonl.gz")
    store.close()
    assert (tmp_path / "a.jsonl.gz").read_bytes() == (tmp_path / "b.jsonl.gz").read_bytes()


@pytest.mark.parametrize("name", ["events.jsonl", "events.jsonl.gz"])
def test_a_file_of_events_is_read_line_by_line(tmp_path: Path, told: Told, name: str) -> None:
    events = [told(n) for n in range(3)]
    assert write_events(tmp_path / name, events) == 3
    assert list(read_events(tmp_path / name)) == events


def test_a_line_that_is_no_event_is_told_and_the_rest_read(tmp_path: Path, told: Told) -> None:
    file = tmp_path / "events.jsonl"
    write_events(file, [told(1), told(2)])
    lines = file.read_bytes().splitlines()
    file.write_bytes(b"\n".join([lines[0], b'{"id": 3}', b"\xff\xfe", b"", lines[1]]))
    found = list(read_events(file))
    assert [type(each) for each in found] == [LiveEvent, BadLine, BadLine, LiveEvent]
    bad = found[1]
    assert isinstance(bad, BadLine)
    assert f"{file} line 2 is no event" in bad.reason


def test_a_database_stays_whole_while_it_is_read(tmp_path: Path, told: Told) -> None:
    store = open_store(tmp_path / "log.db")
    store.append([told(n) for n in range(100)], now_ms=NOW_MS)
    store.close()
    with sqlite3.connect(tmp_path / "log.db") as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    connection.close()
