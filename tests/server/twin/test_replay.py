"""The past played again: at any speed, from any event, the state is that of the live twin."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest

from layouts.live.events import LiveEvent, Position, Recorded
from layouts.live.state import TwinState
from server.store.snapshots import state_as_of
from server.store.store import EventStore, Snapshot
from server.twin.replay import due_s, replay, state_at
from server.twin.twin import Twin, snapshot_of
from spatial.errors import UndecidedError

COUNT = 60


def log() -> list[Recorded]:
    """Positions of five agents, every third told ten seconds late."""
    events = []
    for seq in range(1, COUNT + 1):
        happened_ms = 1000 * seq - (10_000 if seq % 3 == 0 and seq > 12 else 0)
        event = LiveEvent(id=f"e{seq}", site="S", source="t", entity=f"agent/{seq % 5}",
                          happened_ms=happened_ms, body=Position("L0", float(seq), 0.0))  # fmt: skip
        events.append(Recorded(seq, 1000 * seq, event))
    return events


class Kept:
    """A log in memory with snapshots, as far as a replay asks."""

    def __init__(self, snapshots: list[Snapshot]) -> None:
        self._log = log()
        self._snapshots = snapshots
        self.was_read = 0

    def head(self) -> int:
        return len(self._log)

    def read(
        self, *, after=0, until=None, happened_until_ms=None, learned_until_ms=None
    ) -> Iterator[Recorded]:
        for each in self._log[after:until]:
            if happened_until_ms is not None and each.event.happened_ms > happened_until_ms:
                continue
            if learned_until_ms is not None and each.learned_ms > learned_until_ms:
                continue
            self.was_read += 1
            yield each

    def snapshot(self, *, seq=None, happened_ms=None) -> Snapshot | None:
        fit = [
            each
            for each in self._snapshots
            if (seq is None or each.seq <= seq) and (happened_ms is None or each.happened_ms <= happened_ms)
        ]
        return fit[-1] if fit else None


def folded(events: list[Recorded]) -> TwinState:
    state = TwinState()
    for each in events:
        state.apply(each)
    return state


def kept(*at: int) -> Kept:
    return Kept([snapshot_of(folded(log()[:seq])) for seq in at])


def as_store(store: Kept) -> EventStore:
    return store  # type: ignore[return-value]


@pytest.mark.parametrize("speed", [0.5, 1.0, 60.0, float("inf")])
@pytest.mark.parametrize("start", [0, 17])
def test_the_state_after_a_replay_is_the_live_one(speed: float, start: int) -> None:
    clock = [100.0]

    async def sleep(seconds: float) -> None:
        clock[0] += seconds

    store = kept(10, 20)
    twin = Twin(as_store(store), state_at(as_store(store), seq=start))
    seen: list[tuple[int, float]] = []
    twin.listeners.append(lambda recorded, key: seen.append((recorded.seq, clock[0])))
    events = as_store(store).read(after=start)
    count = asyncio.run(replay(events, twin, speed=speed, now_s=lambda: clock[0], sleep=sleep))
    assert count == COUNT - start
    assert twin.state.sha256() == folded(log()).sha256()
    assert [seq for seq, _ in seen] == list(range(start + 1, COUNT + 1))
    for seq, at_s in seen:
        assert at_s == pytest.approx(100.0 + (seq - start - 1) / speed)


def test_any_event_and_time_is_reached_by_the_nearest_snapshot() -> None:
    for seq in (0, 5, 10, 11, 35, COUNT):
        store = kept(10, 30)
        assert state_at(as_store(store), seq=seq).sha256() == folded(log()[:seq]).sha256()
        assert store.was_read <= 30
        assert state_at(as_store(store), learned_ms=1000 * seq).sha256() == folded(log()[:seq]).sha256()
        happened = [each for each in log() if each.event.happened_ms <= 1000 * seq]
        assert state_as_of(as_store(store), happened_ms=1000 * seq).sha256() == folded(happened).sha256()


def test_what_cannot_be_played_is_refused() -> None:
    store = kept(10)
    with pytest.raises(UndecidedError, match="event 61 is not in the log, which has 1 to 60"):
        state_at(as_store(store), seq=61)
    with pytest.raises(ValueError, match="speed 0 is not above 0"):
        asyncio.run(replay([], Twin(as_store(store), TwinState()), speed=0))
    broken = Kept([snapshot_of(folded(log()[:10]))._replace(sha256="0" * 64)])
    assert state_at(as_store(broken), seq=20).sha256() == folded(log()[:20]).sha256()
    assert due_s(5000, first_ms=9000, speed=2.0) == 0.0
