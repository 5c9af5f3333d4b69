"""What was known when: any question gives the fold of what fits it, whatever snapshots there are and in any order."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from layouts.live.events import LiveEvent, Position, Reading, StockCounted, StockMoved
from layouts.live.state import TwinState
from server.store.snapshots import restored, state_as_of
from server.store.sqlite_store import SqliteStore
from server.twin.twin import snapshot_of

NOW_MS = 1_790_000_000_000
few_ms = st.integers(0, 30).map(lambda n: NOW_MS + 1000 * n)
bodies = st.one_of(
    st.builds(Position, st.just("L0"), st.integers(0, 3).map(float), st.just(1.0)),
    st.builds(Reading, st.sampled_from(["temperature", "humidity"]), st.sampled_from([0.1, 0.5])),
    st.builds(
        StockMoved, st.just("A"), st.integers(1, 4).map(float), st.just("S/1"), st.sampled_from(["S/2", None])
    ),
    st.builds(StockCounted, st.just("A"), st.sampled_from(["S/1", "S/2"]), st.integers(0, 9).map(float)),
)


@st.composite
def logs(draw: st.DrawFn) -> list[LiveEvent]:
    told = draw(
        st.lists(
            st.tuples(few_ms, bodies, st.sampled_from(["agent/P1", "sensor/T1"])), min_size=1, max_size=25
        )
    )
    return [
        LiveEvent(id=f"e:{n:02}", site="S", source="t", entity=entity, happened_ms=at_ms, body=body)
        for n, (at_ms, body, entity) in enumerate(told)
    ]


def folded(store: SqliteStore, seq: int, happened_ms: int | None) -> TwinState:
    state = TwinState()
    for recorded in store.read(until=seq):
        if happened_ms is None or recorded.event.happened_ms <= happened_ms:
            state.apply(recorded)
    return state


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40, deadline=None)
@given(logs(), st.data())
def test_a_question_about_the_past_is_a_fold_of_what_was_known(
    tmp_path: Path, events: list[LiveEvent], data: st.DataObject
) -> None:
    path = tmp_path / "log.db"
    for left in tmp_path.glob("log.db*"):
        left.unlink()
    store = SqliteStore(path)
    for n, event in enumerate(events):
        store.append([event], now_ms=NOW_MS + 100_000 + 10 * n)
        if data.draw(st.booleans()):
            store.save_snapshot(snapshot_of(folded(store, n + 1, None)))
    seq = data.draw(st.integers(0, len(events)))
    happened_ms = data.draw(st.one_of(st.none(), few_ms))
    expected = folded(store, seq, happened_ms).encode()
    assert state_as_of(store, seq=seq, happened_ms=happened_ms).encode() == expected
    learned_ms = NOW_MS + 100_000 + 10 * (seq - 1)
    assert state_as_of(store, learned_ms=learned_ms, happened_ms=happened_ms).encode() == expected
    assert state_as_of(store, learned_ms=learned_ms + 9, happened_ms=happened_ms).encode() == expected
    assert restored(store).encode() == folded(store, len(events), None).encode()
    store.close()


@settings(max_examples=60, deadline=None)
@given(logs(), st.randoms(use_true_random=False))
def test_the_state_does_not_depend_on_the_order_of_arrival(events: list[LiveEvent], random: object) -> None:
    from layouts.live.events import Recorded

    shuffled = [*events]
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    states = []
    for order in (events, shuffled):
        state = TwinState()
        for seq, event in enumerate(order, 1):
            state.apply(Recorded(seq, NOW_MS, event))
        states.append(state.encode())
    assert states[0] == states[1]


def test_a_damaged_snapshot_is_passed_over_and_told(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    store = SqliteStore(tmp_path / "log.db")
    for n in range(6):
        body = Position("L0", float(n), 1.0)
        event = LiveEvent(
            id=f"e:{n}", site="S", source="t", entity="agent/P", happened_ms=NOW_MS + n, body=body
        )
        store.append([event], now_ms=NOW_MS)
        store.save_snapshot(snapshot_of(folded(store, n + 1, None)))
    expected = folded(store, 6, None).encode()
    store._writer.execute("UPDATE snapshots SET state = x'00ff' WHERE seq = 6")
    store._writer.execute("UPDATE snapshots SET sha256 = 'other' WHERE seq = 5")
    with caplog.at_level(logging.WARNING):
        assert restored(store).encode() == expected
    assert caplog.text.count("is damaged") == 2
    store.close()
