"""What lies on one line of the book, and what a movement or a count does to it.

RULES
1. A movement adds, unless the line was counted at its time or later: then the count holds it already, and what the
   count had found or lost is taken back by it.
2. A count is the line's new beginning; the difference is found or lost. One older than the last changes nothing.
3. A count older than a movement that is added up already cannot be placed: what lay there then is not known any more.
4. A movement without a SKU takes a handling unit with all that lies on it, wherever the book has it.
5. A movement into a unit, or out of it, changes the line that it takes from and the one that it brings to.

In order of time 1 and 2 are all there is to it; the rest is for what comes later than the ledger waits for it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Container, Iterable

import msgspec

from layouts.inventory.flow import Flows
from layouts.inventory.packing import carried_to, is_on, outermost, source_of, target_of
from layouts.inventory.stock_key import StockKey, thousandths
from layouts.live.events import LiveEvent, StockCounted, StockMoved

NEVER = -1
FEW_LINES = 32
"""So many are looked through; more are found by their unit."""


class Balance(msgspec.Struct, array_like=True):
    """`book` thousandths lie there; when the last movement and the last count that are in it happened [ms].

    `checked_ms` is the last count by people or things that looked, not by another book.
    """

    book: int = 0
    moved_ms: int = NEVER
    counted_ms: int = NEVER
    checked_ms: int = NEVER

    def copied(self) -> Balance:
        """A copy of its own."""
        return Balance(self.book, self.moved_ms, self.counted_ms, self.checked_ms)

    @property
    def last_ms(self) -> int:
        """The last that happened to it."""
        return max(self.moved_ms, self.counted_ms)


class Lines(dict[StockKey, Balance]):
    """Lines of the book that move as one. An empty line is as good as new once nothing happened to it for
    `forget_ms`.
    """

    def __init__(self, forget_ms: int) -> None:
        super().__init__()
        self.forget_ms = forget_ms
        self._by_unit: dict[str, set[StockKey]] | None = None

    def __setitem__(self, key: StockKey, line: Balance) -> None:
        super().__setitem__(key, line)
        if self._by_unit is not None and key.handling_unit is not None:
            self._by_unit[outermost(key.handling_unit)].add(key)

    def __delitem__(self, key: StockKey) -> None:
        super().__delitem__(key)
        self._by_unit = None

    def on(self, unit: str) -> list[StockKey]:
        """Lines that are not 0 of what lies on a handling unit and on those on it, in order."""
        keys: Iterable[StockKey] = self
        if len(self) > FEW_LINES:
            if self._by_unit is None:
                self._by_unit = defaultdict(set)
                for key in self:
                    self._by_unit[outermost(key.handling_unit or "")].add(key)
            keys = self._by_unit[outermost(unit)]
        found = (key for key in keys if is_on(key.handling_unit, unit) and self[key].book)
        return sorted(found, key=lambda key: key.order)

    def copied(self) -> Lines:
        """A copy of its own."""
        lines = Lines(self.forget_ms)
        for key, line in self.items():
            lines[key] = line.copied()
        return lines

    def at(self, key: StockKey, at_ms: int) -> Balance:
        """The line as `at_ms` finds it."""
        line = self.get(key)
        if line is None or (line.book == 0 and at_ms - line.last_ms >= self.forget_ms):
            line = self[key] = Balance()
        return line


def enter(lines: Lines, event: LiveEvent, flows: Flows, *, units: Container[str] | None = None) -> bool:
    """Book all of the event, or the part that is on one of the outermost `units`; False for a count or a unit that
    cannot be placed.
    """
    body, at_ms = event.body, event.happened_ms
    if isinstance(body, StockCounted):
        key = StockKey(body.place, body.sku, body.lot, body.handling_unit)
        return set_count(lines.at(key, at_ms), key, body, at_ms, flows)
    if not isinstance(body, StockMoved):
        return True
    if not body.sku and body.handling_unit is not None:
        return _carry(lines, body.handling_unit, body, at_ms, flows)
    amount, source, target = thousandths(body.quantity), source_of(body), target_of(body)
    if source is not None and _is_on_any(source, units):
        take_out(lines.at(source, at_ms), source, amount, body.to_place, at_ms, flows)
    if target is not None and _is_on_any(target, units):
        bring_in(lines.at(target, at_ms), target, amount, body.from_place, at_ms, flows)
    return True


def _is_on_any(key: StockKey, units: Container[str] | None) -> bool:
    return units is None or (key.handling_unit is not None and outermost(key.handling_unit) in units)


def take_out(
    line: Balance, key: StockKey, amount: int, to_place: str | None, at_ms: int, flows: Flows
) -> None:
    """`amount` went from the line to another place."""
    flows.take_out(key, amount, to_place)
    _move(line, key, -amount, at_ms, flows)


def bring_in(
    line: Balance, key: StockKey, amount: int, from_place: str | None, at_ms: int, flows: Flows
) -> None:
    """`amount` came to the line from another place."""
    flows.bring_in(key, amount, from_place)
    _move(line, key, amount, at_ms, flows)


def set_count(line: Balance, key: StockKey, body: StockCounted, at_ms: int, flows: Flows) -> bool:
    """The line was counted; False if that cannot be placed."""
    if at_ms < line.counted_ms:
        return True
    if at_ms < line.moved_ms:
        return False
    counted = thousandths(body.quantity)
    flows.count(key, counted - line.book)
    line.book, line.counted_ms = counted, at_ms
    if body.source != "wms":
        line.checked_ms = at_ms
    return True


def _move(line: Balance, key: StockKey, change: int, at_ms: int, flows: Flows) -> None:
    if at_ms <= line.counted_ms:
        flows.take_back(key, change)
    else:
        line.book += change
    if line.moved_ms < at_ms:
        line.moved_ms = at_ms


def _carry(lines: Lines, unit: str, body: StockMoved, at_ms: int, flows: Flows) -> bool:
    on_it = lines.on(unit)
    if any(lines[key].last_ms > at_ms for key in on_it):
        return False
    for key in on_it:
        there = carried_to(key, body)
        if there == key:
            continue
        amount = lines[key].book
        take_out(lines[key], key, amount, body.to_place, at_ms, flows)
        if there is not None:
            bring_in(lines.at(there, at_ms), there, amount, key.place, at_ms, flows)
    return True
