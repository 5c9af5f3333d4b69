"""The state of the twin: a fold over the log, equal for equal events in whatever order they were learned."""

from __future__ import annotations

import hashlib

import msgspec

from layouts.inventory.ledger import Ledger, LedgerRecord
from layouts.inventory.open_orders import OpenOrders
from layouts.live.events import LiveEvent, Recorded
from layouts.live.latest import Latest, key_of

FORM = "aisletwin.state/1"


class StateRecord(msgspec.Struct):
    """A `TwinState` as plain values: what a snapshot holds."""

    form: str
    latest: dict[str, LiveEvent]
    last_seen: dict[str, int]
    stock: LedgerRecord


class TwinState:
    """What is known after the event `seq` of the log.

    `latest` holds the newest that was told by key, `stock` the perpetual inventory, `last_seen` by
    `SITE/entity` when the newest that was told of it happened [ms]. Silent means last seen then, not gone.
    `orders` finds in these what open orders want.
    """

    def __init__(self) -> None:
        self.seq = 0
        self.learned_ms = 0
        self.happened_ms = 0
        self.latest = Latest()
        self.last_seen: dict[str, int] = {}
        self.stock = Ledger()
        self.orders = OpenOrders()

    def apply(self, recorded: Recorded) -> str | None:
        """Take an event of the log in; the key of `latest` that it changed, if one.

        Raises ValueError for an event that is not after the last: the log is read in order.
        """
        if recorded.seq <= self.seq:
            raise ValueError(f"event {recorded.seq} comes after {self.seq}: read the log in order")
        event = recorded.event
        self.seq, self.learned_ms = recorded.seq, recorded.learned_ms
        self.happened_ms = max(self.happened_ms, event.happened_ms)
        entity = f"{event.site}/{event.entity}"
        if self.last_seen.get(entity, -1) < event.happened_ms:
            self.last_seen[entity] = event.happened_ms
        self.orders.take(event)
        key = key_of(event)
        if key is None:
            self.stock.apply(event)
            return None
        return key if self.latest.apply(key, event) else None

    def record(self) -> StateRecord:
        """The state as plain values, in order of key."""
        return StateRecord(
            FORM, self.latest.plain(), dict(sorted(self.last_seen.items())), self.stock.record()
        )

    def encode(self) -> bytes:
        """The state as JSON: the same bytes for the same state."""
        return _encoder.encode(self.record())

    @staticmethod
    def decode(data: bytes, *, seq: int, learned_ms: int, happened_ms: int) -> TwinState:
        """The state of `encode`, that stood at the event `seq`. Raises ValueError for any other bytes."""
        record = _decoder.decode(data)
        if record.form != FORM:
            raise ValueError(f"a state of form '{record.form}', expected '{FORM}'")
        state = TwinState()
        state.seq, state.learned_ms, state.happened_ms = seq, learned_ms, happened_ms
        state.latest = Latest.of(record.latest)
        state.last_seen = record.last_seen
        state.stock = Ledger.of(record.stock)
        return state

    def sha256(self) -> str:
        """The hash of `encode`."""
        return hashlib.sha256(self.encode()).hexdigest()


_encoder = msgspec.json.Encoder()
_decoder = msgspec.json.Decoder(StateRecord)
