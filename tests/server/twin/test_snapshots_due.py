"""A twin that is killed again and again still saves snapshots, so that no start reads much of the log."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from pathlib import Path

import pytest

from layouts.live.events import LiveEvent, Position
from server.store.opening import open_store
from server.store.snapshots import restored
from server.twin import twin as twin_module
from server.twin.twin import Twin


def event(name: str, at_ms: int) -> LiveEvent:
    return LiveEvent(
        id=name, site="S", source="t", entity="agent/A", happened_ms=at_ms, body=Position("L0", at_ms, 0)
    )


def test_events_since_the_last_snapshot_count_whoever_took_them_in(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(twin_module, "SNAPSHOT_EVERY", 100)
    monkeypatch.setattr(twin_module, "WAIT_S", 0.01)
    store = open_store(tmp_path / "twin.db")
    try:
        for life in range(3):  # each takes 40 events in and is killed
            store.append([event(f"{life}:{number}", number) for number in range(40)], now_ms=1_000)
            twin = Twin(store, restored(store))

            async def live(twin: Twin = twin) -> None:
                with suppress(TimeoutError):
                    await asyncio.wait_for(twin.follow(), 0.2)

            asyncio.run(live())
        snapshot = store.snapshot()
        assert snapshot is not None
        assert snapshot.seq == 120
    finally:
        store.close()
