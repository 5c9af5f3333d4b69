"""The book of stock by place, SKU, lot and handling unit: movements add up, counts begin anew."""

from __future__ import annotations

import msgspec

from layouts.live.events import LiveEvent


class LedgerRecord(msgspec.Struct):
    """A `Ledger` as plain values."""

    movements: list[LiveEvent]


class Ledger:
    """The book. The same events give the same book in any order."""

    def __init__(self) -> None:
        self._events: dict[str, LiveEvent] = {}

    def apply(self, event: LiveEvent) -> None:
        """Take a movement, a count or a sighting in."""
        self._events[event.id] = event

    def record(self) -> LedgerRecord:
        """The book as plain values, in one order."""
        return LedgerRecord([self._events[name] for name in sorted(self._events)])

    @staticmethod
    def of(record: LedgerRecord) -> Ledger:
        """The book that `record` was taken from."""
        ledger = Ledger()
        ledger._events = {event.id: event for event in record.movements}
        return ledger
