"""Delivery at least once: each output reads the log from where it stopped, and notes how far it came.

The log is the queue, so nothing is kept in memory and a crash repeats at most what was sent since the last note; the
event's id lets a receiver know a repetition.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Protocol

import msgspec

from layouts.live.events import AlertChanged, Recorded
from layouts.live.state import TwinState
from server.alerts.life import calls_nobody
from server.alerts.outputs.recipients import is_recipient
from server.alerts.outputs.settings import LogOutput, MqttOutput, Output, OutputsFile, WebhookOutput
from server.alerts.outputs.simple import LogLine, Mqtt, Publish
from server.alerts.outputs.webhook import Webhook
from server.alerts.rule_set import RuleSet
from server.store.store import EventStore
from spatial.errors import BadDataError

log = logging.getLogger(__name__)

NOTE_EVERY = 1_000


class Sender(Protocol):
    """A way out."""

    def send(self, recorded: Recorded) -> bool:
        """Send a step; False when it is worth another try later."""


class Cursors:
    """How far each output has come in the log of `store_id`, in one small file that is replaced whole."""

    def __init__(self, path: Path, store_id: str) -> None:
        self._path = path
        self._store_id = store_id
        self._seqs = self._read()

    def _read(self) -> dict[str, int]:
        try:
            record = _decoder.decode(self._path.read_bytes())
        except FileNotFoundError:
            return {}
        except (OSError, msgspec.DecodeError) as error:
            raise BadDataError(f"{self._path} cannot be read ({error}): delete it to begin at now") from error
        return record.seqs if record.store_id == self._store_id else {}

    def seq(self, output: str) -> int | None:
        """The last event that the output is done with, None for an output that is new."""
        return self._seqs.get(output)

    def note(self, output: str, seq: int) -> None:
        """The output is done with all up to `seq`; on disk when it returns."""
        self._seqs[output] = seq
        draft = self._path.with_name(f"{self._path.name}.new")
        with draft.open("wb") as file:
            file.write(_encoder.encode(CursorRecord(self._store_id, dict(sorted(self._seqs.items())))))
            file.flush()
            os.fsync(file.fileno())
        draft.replace(self._path)


class CursorRecord(msgspec.Struct):
    """What the file of `Cursors` holds."""

    store_id: str
    seqs: dict[str, int]


class Delivery:
    """One output: `deliver` in a thread of its own, again and again. An output that is new begins at `begin_seq`."""

    def __init__(
        self,
        output: Output,
        sender: Sender,
        *,
        rules: RuleSet,
        state: TwinState,
        cursors: Cursors,
        oldest_s: float,
        begin_seq: int,
    ) -> None:
        self.output = output
        self._sender = sender
        self._rules = rules
        self._state = state
        self._cursors = cursors
        self._oldest_ms = round(oldest_s * 1000)
        known = cursors.seq(output.name)
        self.seq = begin_seq if known is None else known

    def deliver(self, store: EventStore, *, now_ms: int) -> int:
        """Send what is new in the log, in order; how many steps were sent. It stops at one that must wait."""
        sent, noted = 0, self.seq
        for recorded in store.read(after=self.seq):
            if self._is_for_it(recorded, now_ms):
                if not self._sender.send(recorded):
                    break
                sent += 1
                self._cursors.note(self.output.name, recorded.seq)
                noted = recorded.seq
            self.seq = recorded.seq
            if self.seq - noted >= NOTE_EVERY:
                self._cursors.note(self.output.name, self.seq)
                noted = self.seq
        if self.seq > noted:
            self._cursors.note(self.output.name, self.seq)
        return sent

    def _is_for_it(self, recorded: Recorded, now_ms: int) -> bool:
        body = recorded.event.body
        if not isinstance(body, AlertChanged) or not is_recipient(self.output, body, self._rules):
            return False
        is_old = recorded.learned_ms < now_ms - self._oldest_ms
        return not is_old and not calls_nobody(recorded.event, self._state)


def deliveries(
    settings: OutputsFile,
    *,
    rules: RuleSet,
    state: TwinState,
    cursors: Cursors,
    begin_seq: int,
    publish: Publish | None,
) -> tuple[Delivery, ...]:
    """All ways out; `state` is the twin's, which knows what is shelved.

    Raises BadDataError for a rule's output that there is not, and for MQTT without a broker.
    """
    _check_names(settings, rules)
    return tuple(
        Delivery(
            output,
            _sender(output, publish),
            rules=rules,
            state=state,
            cursors=cursors,
            oldest_s=settings.oldest_s,
            begin_seq=begin_seq,
        )
        for output in settings.outputs
    )


def _sender(output: Output, publish: Publish | None) -> Sender:
    match output:
        case WebhookOutput():
            return Webhook(output)
        case MqttOutput() if publish is not None:
            return Mqtt(output, publish)
        case MqttOutput():
            raise BadDataError(
                f"output {output.name} is MQTT, but there is no broker: set one up, or take it out"
            )
        case LogOutput():
            return LogLine()
    raise TypeError(f"{type(output).__name__} is no way out")


def _check_names(settings: OutputsFile, rules: RuleSet) -> None:
    known: Mapping[str, Output] = {output.name: output for output in settings.outputs}
    for rule in rules.rules:
        for name in (*rule.to, *(name for step in rule.escalate for name in step.to)):
            if name not in known:
                listed = ", ".join(known) or "none so far"
                raise BadDataError(
                    f"rule {rule.id} is sent to {name}, which is no output: outputs are {listed}"
                )


_encoder = msgspec.json.Encoder()
_decoder = msgspec.json.Decoder(CursorRecord)
