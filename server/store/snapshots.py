"""The state from the log: the newest snapshot that is sound, and what came after it."""

from __future__ import annotations

import hashlib
import logging

from layouts.live.state import TwinState
from server.store.sql_store import SqlStore
from server.store.store import EventStore, Snapshot

log = logging.getLogger(__name__)


def restored(store: EventStore) -> TwinState:
    """The state after the last event of the log."""
    return state_as_of(store)


def state_as_of(
    store: EventStore,
    *,
    seq: int | None = None,
    happened_ms: int | None = None,
    learned_ms: int | None = None,
) -> TwinState:
    """What was known after event `seq`, or at `learned_ms`, of what had happened until `happened_ms`; bounds that
    are None do not bound. It equals a fold of those events from nothing.
    """
    until = _last_learned(store, learned_ms, seq)
    state = _from_snapshot(store, until, happened_ms)
    for recorded in store.read(after=state.seq, until=until, happened_until_ms=happened_ms):
        state.apply(recorded)
    return state


def _last_learned(store: EventStore, learned_ms: int | None, seq: int | None) -> int | None:
    """The last event that was learned until `learned_ms` and not after `seq`, by bisection: times never run back."""
    if learned_ms is None:
        return seq
    low, high = 0, store.head() if seq is None else min(seq, store.head())
    while low < high:
        middle = (low + high + 1) // 2
        at = next(store.read(after=middle - 1, until=middle))
        low, high = (middle, high) if at.learned_ms <= learned_ms else (low, middle - 1)
    return low


def _from_snapshot(store: EventStore, seq: int | None, happened_ms: int | None) -> TwinState:
    """The newest state within the bounds that is sound and of a known form; a fresh one where there is none."""
    while (snapshot := store.snapshot(seq=seq, happened_ms=happened_ms)) is not None:
        if hashlib.sha256(snapshot.state).hexdigest() != snapshot.sha256:
            log.warning("the snapshot at event %d is damaged: the one before it is taken", snapshot.seq)
            if isinstance(store, SqlStore):
                store.drop_snapshot(snapshot.seq)
        elif (state := _decoded(snapshot)) is not None:
            return state
        seq = snapshot.seq - 1
    return TwinState()


def _decoded(snapshot: Snapshot) -> TwinState | None:
    """The state of a snapshot; None for a form of another version of this program, which may still want it."""
    try:
        return TwinState.decode(
            snapshot.state, seq=snapshot.seq, learned_ms=snapshot.learned_ms, happened_ms=snapshot.happened_ms
        )
    except ValueError:
        log.warning(
            "the snapshot at event %d is of another version: the one before it is taken", snapshot.seq
        )
        return None
