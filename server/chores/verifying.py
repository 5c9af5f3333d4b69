"""Whether a log is sound: numbered without gaps, and its newest snapshot is what a fold from nothing comes to."""

from __future__ import annotations

import hashlib
from typing import NamedTuple

from layouts.live.state import TwinState
from server.store.backup import log_sha256
from server.store.store import EventStore
from spatial.progress import Progress, silent

TOLD_EVERY = 10_000


class Verified(NamedTuple):
    """The log up to `events`, its hash, the state that it comes to, and what is wrong, a sentence each."""

    log: str
    events: int
    log_sha256: str
    state_sha256: str
    snapshot_seq: int | None
    faults: tuple[str, ...]


def verify(store: EventStore, *, progress: Progress = silent) -> Verified:
    """Read the whole log twice, as it is now; nothing is changed. Raises StoreError for a log that cannot be read."""
    head, snapshot = store.head(), store.snapshot()
    faults: list[str] = []
    folded, at_snapshot = TwinState(), ""
    for recorded in store.read(until=head):
        if recorded.seq != folded.seq + 1:
            faults.append(f"event {folded.seq + 1} is missing, {recorded.seq} is next: restore a backup")
        folded.apply(recorded)
        if snapshot is not None and recorded.seq == snapshot.seq:
            at_snapshot = folded.sha256()
        if recorded.seq % TOLD_EVERY == 0:
            progress(f"event {recorded.seq}", 0.8 * recorded.seq / head)
    if folded.seq != head:
        faults.append(f"the log ends with event {folded.seq}, not with {head}: restore a backup")
    if snapshot is not None:
        held = hashlib.sha256(snapshot.state).hexdigest()
        if held != snapshot.sha256:
            faults.append(
                f"the snapshot at event {snapshot.seq} is damaged: the next start takes the one before"
            )
        elif held != at_snapshot:
            faults.append(
                f"the snapshot at event {snapshot.seq} has hash {held[:12]}…, a fold {at_snapshot[:12]}…: it is "
                "of another version, or the log was changed; back the log up and restore it into a new store"
            )
    progress("hash", 0.8)
    return Verified(
        store.id,
        head,
        log_sha256(store, until=head),
        folded.sha256(),
        None if snapshot is None else snapshot.seq,
        tuple(faults),
    )
