"""The log: durable, numbered without gaps, each event once, in SQLite and in PostgreSQL alike."""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest
from msgspec.structs import replace

from layouts.live.events import FUTURE_MS, LiveEvent, Noted
from layouts.live.state import TwinState
from server.store.errors import StoreError
from server.store.opening import open_store
from server.store.schema import STEPS
from server.store.sql_store import SqlStore
from server.store.sqlite_store import SqliteStore
from server.store.store import DeadLetter, Snapshot
from server.store.thinning import superfluous

NOW_MS = 1_790_000_100_000
Told = Callable[..., LiveEvent]


def test_what_is_recorded_is_read_back_numbered_and_survives(store: SqlStore, url: str, told: Told) -> None:
    events = [told(n) for n in range(5)]
    appended = store.append(events, now_ms=NOW_MS)
    assert [each.seq for each in appended.recorded] == [1, 2, 3, 4, 5]
    again = open_store(url)
    assert [each.event for each in again.read()] == events
    assert (again.id, again.head()) == (store.id, 5)
    again.close()


def test_what_is_told_twice_is_recorded_once(store: SqlStore, told: Told) -> None:
    first = store.append([told(1), told(1), told(2)], now_ms=NOW_MS)
    second = store.append([told(2), told(3)], now_ms=NOW_MS)
    assert (len(first.recorded), first.known) == (2, 1)
    assert ([each.seq for each in second.recorded], second.known) == ([3], 1)
    assert store.head() == 3


def test_one_id_with_two_contents_is_refused_and_what_differs_is_told(store: SqlStore, told: Told) -> None:
    store.append([told(1)], now_ms=NOW_MS)
    appended = store.append([told(1, x_m=2.0), told(2), told(2, agent="P2")], now_ms=NOW_MS)
    reasons = [reason for _, reason in appended.refused]
    assert len(appended.recorded) == 1
    assert "body was" in reasons[0]
    assert "entity was agent/P1, is agent/P2" in reasons[1]


def test_what_is_folded_at_once_is_what_is_read_later(store: SqlStore, told: Told) -> None:
    appended = store.append([told(1, x_m=3)], now_ms=NOW_MS)  # not 3.0
    folded, read = TwinState(), TwinState()
    folded.apply(appended.recorded[0])
    read.apply(next(store.read()))
    assert folded.encode() == read.encode()
    assert store.append([told(1, x_m=3.0)], now_ms=NOW_MS).known == 1


def test_record_time_never_runs_backwards(store: SqlStore, told: Told) -> None:
    for number, now_ms in enumerate([NOW_MS, NOW_MS - 3_600_000, NOW_MS + 5, NOW_MS + 1]):
        store.append([told(number)], now_ms=now_ms)
    assert [each.learned_ms for each in store.read()] == [NOW_MS, NOW_MS, NOW_MS + 5, NOW_MS + 5]


def test_the_future_is_refused(store: SqlStore, told: Told) -> None:
    appended = store.append(
        [told(1, at_ms=NOW_MS + FUTURE_MS + 1), told(2, at_ms=NOW_MS + FUTURE_MS)], now_ms=NOW_MS
    )
    assert len(appended.recorded) == 1
    assert "set the source's clock" in appended.refused[0][1]


def test_bounds_and_pages(store: SqlStore, told: Told) -> None:
    store.append([told(n, agent=f"P{n % 3}") for n in range(4_500)], now_ms=NOW_MS)
    assert sum(1 for _ in store.read()) == 4_500
    assert [each.seq for each in store.read(after=4_498)] == [4_499, 4_500]
    assert [each.seq for each in store.read(after=1, until=3)] == [2, 3]
    own = list(store.read(entity="agent/P1"))
    assert len(own) == 1_500
    assert {each.event.entity for each in own} == {"agent/P1"}
    start = told(0).happened_ms
    inside = store.read(happened_from_ms=start + 10, happened_until_ms=start + 12)
    assert [each.event.id for each in inside] == ["rtls:10", "rtls:11", "rtls:12"]
    assert list(store.read(learned_until_ms=NOW_MS - 1)) == []


def test_two_writers_leave_no_gap_and_no_double(url: str, told: Told) -> None:
    stores = [open_store(url) for _ in range(2)]

    def write(which: int) -> None:
        for n in range(40):
            stores[which].append([told(n * 2 + which), told(n)], now_ms=NOW_MS)

    threads = [threading.Thread(target=write, args=(which,)) for which in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    recorded = list(stores[0].read())
    assert [each.seq for each in recorded] == list(range(1, len(recorded) + 1))
    assert len({each.event.id for each in recorded}) == len(recorded) == 80
    for each in stores:
        each.close()


def test_who_waits_is_woken_by_another(url: str, told: Told) -> None:
    waits, writes = open_store(url), open_store(url)
    assert not waits.wait(0, 0.05)
    timer = threading.Timer(0.2, lambda: writes.append([told(1)], now_ms=NOW_MS))
    timer.start()
    began_s = time.monotonic()
    assert waits.wait(0, 10.0)
    assert time.monotonic() - began_s < 5.0
    timer.join()
    waits.close()
    writes.close()


def test_letters_wait_until_they_are_settled(store: SqlStore) -> None:
    letters = [DeadLetter("mqtt", f"topic/{n}", b"\xff\x00%d" % n, NOW_MS, "no JSON") for n in range(3)]
    store.bury(letters)
    store.bury(letters[:1])  # the broker told it again
    kept = list(store.letters())
    assert ([each.letter for each in kept], store.waiting()) == (letters, 3)
    store.settle([kept[1].number], now_ms=NOW_MS + 1)
    assert [each.letter.address for each in store.letters()] == ["topic/0", "topic/2"]
    assert [each.settled_ms for each in store.letters(is_settled=True)] == [NOW_MS + 1]
    assert list(store.letters(source="other")) == []


def test_snapshots_are_thinned_but_any_past_is_near_one(store: SqlStore) -> None:
    for seq in range(1, 201):
        store.save_snapshot(Snapshot(seq * 1000, NOW_MS + seq, NOW_MS + seq, b"state %d" % seq, "hash"))
    kept = []
    for seq in range(1, 201):
        found = store.snapshot(seq=seq * 1000)
        kept.append(0 if found is None else found.seq)
    assert len(set(kept)) <= 24
    for asked, found in zip(range(1000, 201_000, 1000), kept, strict=True):
        assert asked - found <= 2 * max(1000, 200_000 - asked)
    newest = store.snapshot()
    assert newest is not None
    assert (newest.seq, newest.state) == (200_000, b"state 200")
    by_time = store.snapshot(happened_ms=NOW_MS + 198)
    assert by_time is not None
    assert by_time.happened_ms <= NOW_MS + 198


def test_of_few_snapshots_none_is_superfluous() -> None:
    assert superfluous([]) == superfluous([5]) == superfluous([5, 9, 12]) == []


def test_a_newer_store_is_refused_and_an_older_one_is_brought_up_with_all_it_holds(
    tmp_path: Path, told: Told
) -> None:
    path = tmp_path / "log.db"
    store = SqliteStore(path)
    store.append([told(1)], now_ms=NOW_MS)
    store.close()
    newer = SqliteStore(path, steps=(*STEPS, ("ALTER TABLE events ADD COLUMN note TEXT",)))
    assert newer.head() == 1
    newer.close()
    with pytest.raises(StoreError, match="version 2, and this program knows 1: install a newer"):
        SqliteStore(path)


def test_what_is_no_store_of_ours_is_left_alone(tmp_path: Path) -> None:
    foreign = tmp_path / "other.db"
    with sqlite3.connect(foreign) as connection:
        connection.execute("CREATE TABLE theirs (x)")
    connection.close()
    with pytest.raises(StoreError, match="another program"):
        open_store(foreign)
    (tmp_path / "text.db").write_text("no database " * 200)
    with pytest.raises(StoreError, match=r"text\.db"):
        open_store(tmp_path / "text.db")
    with pytest.raises(StoreError, match="'mysql://' is no store"):
        open_store("mysql://host/db")
    assert not (tmp_path / "mysql:").exists()


@pytest.mark.parametrize("password", ["geheim", "50%geheim", "ge@heim", "ge:heim", "ge%20heim"])
def test_a_database_that_is_away_is_told_without_its_password(password: str) -> None:
    with pytest.raises(StoreError) as told:
        open_store(f"postgresql://me:{password}@127.0.0.1:1/nothing")
    assert "heim" not in str(told.value)
    assert told.value.__cause__ is None


def test_an_event_that_no_database_takes_sinks_none_beside_it(store: SqlStore, told: Told) -> None:
    bad = [
        replace(told(2), id="a\0b"),
        replace(told(3), id="\ud800"),
        replace(told(4), body=Noted("\ud800", "me")),
    ]
    appended = store.append([told(1), *bad, told(5)], now_ms=NOW_MS)
    assert [each.event.id for each in appended.recorded] == ["rtls:1", "rtls:5"]
    assert len(appended.refused) == 3


def test_a_letter_that_no_database_takes_is_kept_with_that_written_out(store: SqlStore) -> None:
    store.bury([DeadLetter("a\0", "topic/\ud800", b"\0", NOW_MS, "why \0")])
    (kept,) = store.letters()
    assert kept.letter == DeadLetter("a\\0", "topic/\\ud800", b"\0", NOW_MS, "why \\0")
    store.settle([kept.number], now_ms=NOW_MS)
    store.bury([DeadLetter("a\0", "topic/\ud800", b"\0", NOW_MS, "why \0")])
    assert store.waiting() == 1


def test_a_path_that_cannot_be_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreError, match="its folder cannot be made"):
        open_store(tmp_path / "file" / "log.db")
    with pytest.raises(StoreError, match="is a folder"):
        open_store(tmp_path)


def test_tables_of_others_are_left_alone(postgres: str, other_url: Callable[[str], str]) -> None:
    import psycopg

    url = other_url("postgres")
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("CREATE TABLE about (theirs TEXT)")
    with pytest.raises(StoreError, match="another program"):
        open_store(url)


def test_a_server_that_ends_all_connections_is_connected_to_again(
    postgres: str, other_url: Callable[[str], str], told: Told
) -> None:
    import psycopg

    store = open_store(other_url("postgres"))
    store.append([told(1)], now_ms=NOW_MS)
    with psycopg.connect(postgres, autocommit=True) as connection:
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE pid <> pg_backend_pid() AND usename IS NOT NULL"
        )
    with pytest.raises(StoreError):
        store.append([told(2)], now_ms=NOW_MS)
    assert store.append([told(2)], now_ms=NOW_MS).recorded[0].seq == 2
    with suppress(StoreError):
        store.head()
    assert store.head() == 2
    store.close()


def test_a_full_disk_is_told_and_leaves_nothing_half(tmp_path: Path, told: Told) -> None:
    store = SqliteStore(tmp_path / "log.db")
    store.append([told(0)], now_ms=NOW_MS)
    (pages,) = store._writer.execute("PRAGMA page_count").fetchone()
    store._writer.execute(f"PRAGMA max_page_count = {pages + 20}")
    with pytest.raises(StoreError, match="make room on the disk"):
        store.append([told(n) for n in range(1, 5_000)], now_ms=NOW_MS)
    assert store.head() == 1
    store._writer.execute("PRAGMA max_page_count = 1000000")
    assert len(store.append([told(n) for n in range(1, 5_000)], now_ms=NOW_MS).recorded) == 4_999
    store.close()


def test_the_last_event_before_a_time_is_found(store: SqlStore, told: Told) -> None:
    assert store.before(NOW_MS) == 0
    for n, after_ms in enumerate((0, 0, 10, 20, 20, 20, 30)):
        store.append([told(n)], now_ms=NOW_MS + after_ms)
    befores = [store.before(NOW_MS + after_ms) for after_ms in (-5, 0, 1, 10, 15, 20, 21, 30, 99)]
    assert befores == [0, 0, 2, 2, 3, 3, 6, 6, 7]
