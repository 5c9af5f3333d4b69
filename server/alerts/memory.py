"""What the engine remembers, as bytes to keep beside a snapshot of the same event, so that a start reads little."""

from __future__ import annotations

import hashlib

import msgspec

from layouts.live.events import LiveEvent
from layouts.live.state import TwinState
from server.alerts.engine import AlertEngine
from server.alerts.life import lives_of
from server.alerts.rule import Rule
from server.alerts.rule_set import RuleSet
from server.alerts.watch import Watch, WatchId, WatchRecord

FORM = "aisletwin.alerts/2"


class EngineRecord(msgspec.Struct):
    """All watches after event `seq` of the log named `log`, and what each rule was like."""

    form: str
    log: str
    seq: int
    rules: dict[str, str]
    watches: list[WatchRecord]
    steps: list[LiveEvent]
    unseen: list[LiveEvent]


def encode_memory(engine: AlertEngine, *, log: str = "") -> bytes:
    """The engine's memory of the log named `log`: the same bytes for the same memory."""
    watches = [
        WatchRecord(
            *name,
            watch.memory,
            watch.clock_ms,
            watch.due_ms,
            watch.holds,
            watch.at_ms,
            watch.cause,
            watch.said,
        )
        for name, watch in sorted(engine.watches.items(), key=lambda item: item[0])
    ]
    unseen = [event for _, event in sorted(engine.lives.unseen.items())]
    record = EngineRecord(FORM, log, engine.seq, _marks(engine.rules), watches, engine.lives.steps(), unseen)
    return _encoder.encode(record)


def decode_memory(data: bytes) -> EngineRecord:
    """What `encode_memory` made. Raises ValueError for other bytes."""
    record = _decoder.decode(data)
    if record.form != FORM:
        raise ValueError(f"a memory of form '{record.form}', expected '{FORM}': replay the log instead")
    return record


def resume_engine(
    rules: RuleSet, record: EngineRecord | None, state: TwinState
) -> tuple[AlertEngine, list[LiveEvent]]:
    """The engine as it was when the log stood at `state.seq`, and steps to record (those in the log change nothing).

    Without `record` it knows which alerts are raised, and of readings only what comes from now on. A rule that was
    changed since begins anew. Raises ValueError for a record of another event than `state.seq`.
    """
    engine = AlertEngine(rules)
    if record is None:
        known = [event for life in lives_of(state).values() for event in life.steps.values()]
        engine.resume(state.seq, {}, known, (), state)
        return engine, []
    if record.seq != state.seq:
        raise ValueError(f"a memory of event {record.seq}, the state is of {state.seq}: keep both together")
    same = {name for name, mark in _marks(rules).items() if record.rules.get(name) == mark}
    watches: dict[WatchId, Watch] = {
        (each.rule, each.site, each.key): Watch(
            each.memory, each.clock_ms, each.due_ms, each.holds, each.at_ms, each.cause, each.said
        )
        for each in record.watches
        if each.rule in same
    }
    engine.resume(record.seq, watches, record.steps, record.unseen, state)
    return engine, list(engine.lives.unseen.values())


def _marks(rules: RuleSet) -> dict[str, str]:
    return {rule.id: _mark(rule) for rule in rules.rules}


def _mark(rule: Rule) -> str:
    return hashlib.sha256(rule.model_dump_json().encode()).hexdigest()[:16]


_encoder = msgspec.json.Encoder()
_decoder = msgspec.json.Decoder(EngineRecord)
