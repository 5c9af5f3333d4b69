"""The live twin of one process: it follows the log, keeps the state, and tells who listens what happened.

Whatever process recorded an event, the state takes it from the log in the log's order: so two servers behind one
store hold the same state, and a replay runs through the same code.
"""

from __future__ import annotations

import asyncio
import hashlib
import logging
import threading
from collections.abc import Callable, Sequence
from itertools import islice
from typing import TypeAlias

from layouts.live.events import Recorded
from layouts.live.state import TwinState
from server.store.errors import StoreError
from server.store.store import EventStore, Snapshot

log = logging.getLogger(__name__)

Listener: TypeAlias = Callable[[Recorded, str | None], None]
"""Told of each event once the state has it, with the key of `TwinState.latest` that it changed."""

READ_AT_ONCE = 2_000
BACKLOG = 100_000
"""So many recorded events may wait to be taken in; then the writer waits, and with it who hands events over."""
SNAPSHOT_EVERY = 50_000
WAIT_S = 1.0


class Twin:
    """Follows `store` from `state` on. All but `offer` belongs to the event loop's thread."""

    def __init__(self, store: EventStore, state: TwinState) -> None:
        self.state = state
        self.listeners: list[Listener] = []
        self._store = store
        self._loop: asyncio.AbstractEventLoop | None = None
        self._room = threading.Semaphore(BACKLOG)
        snapshot = store.snapshot(seq=state.seq)
        # counted from the snapshot, not from this start: else one that is killed often would never save any
        self._snapshot_seq = 0 if snapshot is None else snapshot.seq

    def offer(self, recorded: Sequence[Recorded]) -> None:
        """Take what this process has just recorded, from the thread that did; blocks while too much waits."""
        loop = self._loop
        if loop is None:
            return  # `follow` will read it
        for start in range(0, len(recorded), READ_AT_ONCE):
            part = recorded[start : start + READ_AT_ONCE]
            for _ in part:
                self._room.acquire()
            loop.call_soon_threadsafe(self._take_offer, part)

    def _take_offer(self, recorded: Sequence[Recorded]) -> None:
        self._room.release(len(recorded))
        if recorded[0].seq <= self.state.seq + 1:  # else `follow` reads what is between, and this again
            self.take(recorded)

    def take(self, recorded: Sequence[Recorded]) -> None:
        """Take the next events of the log in; those that are known already are passed over."""
        for each in recorded:
            if each.seq <= self.state.seq:
                continue
            key = self.state.apply(each)
            for listener in self.listeners:
                try:
                    listener(each, key)
                except Exception:
                    log.exception("event %d is in the state, and one that follows it failed", each.seq)

    async def follow(self) -> None:
        """Take in what anyone records, for ever; snapshots are saved on the way."""
        self._loop = asyncio.get_running_loop()
        while True:
            try:
                await self._catch_up()
                await asyncio.to_thread(self._store.wait, self.state.seq, WAIT_S)
            except StoreError as error:
                log.warning("the log cannot be read, it is tried again: %s", error)
                await asyncio.sleep(WAIT_S)

    async def _catch_up(self) -> None:
        while batch := await asyncio.to_thread(self._read_next):
            self.take(batch)
            await self._save_snapshot_if_due()
        await self._save_snapshot_if_due()

    def _read_next(self) -> list[Recorded]:
        return list(islice(self._store.read(after=self.state.seq), READ_AT_ONCE))

    async def _save_snapshot_if_due(self) -> None:
        if self.state.seq - self._snapshot_seq >= SNAPSHOT_EVERY:
            await self.save_snapshot()

    async def save_snapshot(self) -> None:
        """Keep the state as it is now, so that the next start reads little of the log."""
        if self.state.seq == self._snapshot_seq:
            return
        snapshot = snapshot_of(self.state)
        self._snapshot_seq = snapshot.seq
        await asyncio.to_thread(self._store.save_snapshot, snapshot)
        log.info("snapshot saved at event %d", snapshot.seq)


def snapshot_of(state: TwinState) -> Snapshot:
    """The state as a snapshot."""
    data = state.encode()
    return Snapshot(state.seq, state.learned_ms, state.happened_ms, data, hashlib.sha256(data).hexdigest())
