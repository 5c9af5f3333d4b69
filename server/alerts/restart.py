"""Start again as if nothing had happened: the state and the alert engine as an uninterrupted run would have them.

The engine is a fold over the log, and what some rules remember has no end (a limit left long ago, an average that
weighs all that was read), so no window of the log is long enough. Its memory is kept in a file now and then, with the
number of the event that it is of; a start folds what came after, `KEEP_EVERY` events or little more.
"""

from __future__ import annotations

import logging
from pathlib import Path
from typing import NamedTuple

from layouts.live.events import LiveEvent
from layouts.live.state import TwinState
from server.alerts.engine import AlertEngine
from server.alerts.memory import EngineRecord, decode_memory, encode_memory, resume_engine
from server.alerts.rule_set import RuleSet
from server.store.snapshots import state_as_of
from server.store.store import EventStore
from spatial.whole_files import write_whole

log = logging.getLogger(__name__)

KEEP_EVERY = 10_000
"""Events between two memories that are kept: 0.6 to 2 s to fold where four rules listen to each (0.06 to 0.2 ms)."""
MOST_FOLDED = 50_000
"""Events that a start holds against the rules at most, so that it takes seconds however long the log is."""


class Restart(NamedTuple):
    """The state after the last event of the log, the engine after the same, and steps that the log may lack."""

    state: TwinState
    engine: AlertEngine
    owed: list[LiveEvent]


def restart(rules: RuleSet, store: EventStore, memory: Path) -> Restart:
    """State and engine after the last event of `store`, from the file `memory` and what came after it.

    Deadlines that passed are met as of then, and steps that did not reach the log are handed over again; those that
    did have the same id and change nothing. Without a sound memory of this log, or one more than `MOST_FOLDED`
    events old, the last `MOST_FOLDED` events are folded, which is all of a log that is no longer. Of what was read
    before, the engine then knows which alerts it raised, and an alert that only this kept up clears.
    """
    oldest = max(0, store.head() - MOST_FOLDED)
    record = _read(memory, store, oldest)
    state = state_as_of(store, seq=oldest if record is None else record.seq)
    engine, _ = resume_engine(rules, record, state)
    for recorded in store.read(after=state.seq):
        engine.tick(recorded.learned_ms - 1, state)
        state.apply(recorded)
        engine.apply(recorded, state)
    return Restart(state, engine, list(engine.lives.unseen.values()))


class KeptMemory:
    """Keeps the engine's memory in the file `path`."""

    def __init__(self, path: Path, store: EventStore) -> None:
        self._path, self._log = path, store.id
        self._seq = 0  # not that of this start: else one that is killed often would never keep any

    def keep_if_due(self, engine: AlertEngine) -> None:
        """Keep it if so much was learned that a start without it would take long. A full disk is told in the log."""
        if engine.seq - self._seq < KEEP_EVERY:
            return
        try:
            self.keep(engine)
        except OSError as error:
            log.warning("the memory of alerts cannot be kept, it is tried again: %s", error)

    def keep(self, engine: AlertEngine) -> None:
        """Write the memory as it is now, whole or not at all. Raises OSError when the disk does not take it."""
        with write_whole(self._path) as aside:
            aside.write_bytes(encode_memory(engine, log=self._log))
        self._seq = engine.seq


def _read(memory: Path, store: EventStore, oldest: int) -> EngineRecord | None:
    """The memory, if it is one of this log and not too old."""
    try:
        record = decode_memory(memory.read_bytes())
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        log.warning("alerts begin without their memory, which cannot be read: %s", error)
        return None
    if record.log != store.id or not oldest <= record.seq <= store.head():
        log.warning(
            "alerts begin without their memory: it is of event %d of log '%s', expected %d to %d of '%s'",
            record.seq, record.log, oldest, store.head(), store.id,
        )  # fmt: skip
        return None
    return record
