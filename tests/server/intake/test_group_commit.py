"""The way in: durable before anybody is told, in order, and at work again once a store that failed is back."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from layouts.live.events import LiveEvent, Position, Recorded
from server.intake.group_commit import GroupCommit
from server.intake.intake import IntakeFullError, Receipt
from server.store.errors import StoreError
from server.store.sqlite_store import SqliteStore
from server.store.store import Appended, DeadLetter

NOW_MS = 1_790_000_100_000
Told = Callable[..., LiveEvent]


class Faulty(SqliteStore):
    """A store that can be told to fail, or to wait."""

    fails = False
    gate = threading.Event()
    appends = 0

    def append(self, events: Sequence[LiveEvent], *, now_ms: int) -> Appended:
        self.gate.wait(10)
        self.appends += 1
        if self.fails:
            raise StoreError("the disk is full")
        return super().append(events, now_ms=now_ms)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Faulty]:
    opened = Faulty(tmp_path / "log.db")
    opened.gate = threading.Event()
    opened.gate.set()
    yield opened
    opened.close()


@pytest.fixture
def told() -> Told:
    """Makes events: `told(number, agent=)`."""

    def make(number: int, *, agent: str = "P1") -> LiveEvent:
        return LiveEvent(
            id=f"rtls:{number}", site="DE01", source="rtls", entity=f"agent/{agent}",
            happened_ms=NOW_MS - 100_000 + number, body=Position("L0", 0.0, 1.0),
        )  # fmt: skip

    return make


def intake(store: Faulty, **options: Any) -> GroupCommit:
    return GroupCommit(store, now_ms=lambda: NOW_MS, **options)


def test_whoever_is_told_finds_it_on_disk(store: Faulty, tmp_path: Path, told: Told) -> None:
    commit, heads = intake(store), []

    def durable(_: Receipt | Exception) -> None:
        other = SqliteStore(tmp_path / "log.db")
        heads.append(other.head())
        other.close()

    for n in range(5):
        commit.submit([told(n)], on_durable=durable)
    commit.write([])
    assert all(head >= n + 1 for n, head in enumerate(heads))
    commit.stop()


def test_many_share_a_commit_and_each_has_its_own_receipt(store: Faulty, told: Told) -> None:
    store.gate.clear()
    recorded: list[Recorded] = []
    commit, receipts = intake(store, on_recorded=recorded.extend), {}
    for n in range(50):
        event = told(n // 2)  # each is told twice
        commit.submit([event], on_durable=lambda receipt, n=n: receipts.__setitem__(n, receipt))
    store.gate.set()
    commit.write([])
    assert store.appends <= 3
    assert sum(receipt.recorded for receipt in receipts.values()) == 25
    assert sum(receipt.known for receipt in receipts.values()) == 25
    assert [each.seq for each in recorded] == list(range(1, 26))
    commit.stop()


def test_a_store_that_fails_is_told_to_all_once_and_used_again_when_it_is_back(
    store: Faulty, told: Told
) -> None:
    store.fails = True
    store.gate.clear()
    commit, outcomes = intake(store), []
    for n in range(100):
        commit.submit([told(n)], on_durable=outcomes.append)
    store.gate.set()
    with pytest.raises(StoreError, match="full"):
        commit.write([told(1000)])
    assert len(outcomes) == 100
    assert all(isinstance(outcome, StoreError) for outcome in outcomes)
    assert store.appends <= 3
    store.fails = False
    assert commit.write([told(n) for n in range(100)]).recorded == 100
    commit.stop()


def test_a_follower_that_fails_hides_no_commit(store: Faulty, told: Told) -> None:
    def fails(_: Sequence[Recorded]) -> None:
        raise RuntimeError("no matter")

    commit = intake(store, on_recorded=fails)
    assert commit.write([told(1)]).recorded == 1
    commit.stop()


def test_too_much_waits_no_longer_than_it_is_told(store: Faulty, told: Told) -> None:
    store.gate.clear()
    commit = intake(store, most_waiting=10)
    for part in (range(10), range(10, 20)):  # the first may be on its way already
        commit.submit([told(n) for n in part], timeout_s=0.5)
    with pytest.raises(IntakeFullError, match="hand it over again later"):
        commit.submit([told(20)], timeout_s=0.05)
    store.gate.set()
    commit.write([])
    assert commit.waiting == 0
    commit.stop()


def test_what_was_handed_over_before_the_stop_is_written(store: Faulty, told: Told) -> None:
    store.gate.clear()
    commit = intake(store)
    for n in range(20):
        commit.submit([told(n)], [DeadLetter("t", "a", b"%d" % n, NOW_MS, "why")])
    threading.Timer(0.2, store.gate.set).start()
    assert commit.stop()
    assert (store.head(), store.waiting()) == (20, 20)
    with pytest.raises(IntakeFullError, match="being stopped"):
        commit.submit([told(99)])


def test_events_are_rewritten_before_they_are_written(store: Faulty, told: Told) -> None:
    commit = intake(store, rewrite=lambda event: told(int(event.id.partition(":")[2]), agent="someone"))
    commit.write([told(1, agent="Ada")])
    assert [each.event.entity for each in store.read()] == ["agent/someone"]
    commit.stop()
