"""What customers sent back: why, what is to become of it, and what of the stock may be sold.

A return is a movement from outside with the reason `return: WHY`. Its disposition says what becomes of it: `restock`
may be sold again, `quarantine` waits for a decision; `repair`, `supplier` (goes back there) and `scrap` may not be
sold. `rework` means repair and `vendor` supplier.

RULES
1. A return without a disposition that is known waits in quarantine.
2. A movement with a disposition decides anew for what it moves; it takes what is held first. One that stays at its
   place decides there.
3. A movement without one takes what may be sold first, and what else it takes stays held where it goes.
4. What a count finds missing is missing from what may be sold first.
5. A handling unit that moves as a whole takes along what is held on it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from layouts.inventory.account import stamp_of
from layouts.inventory.balance import Lines, enter
from layouts.inventory.flow import Flows
from layouts.inventory.packing import carried_to, is_on, source_of, target_of
from layouts.inventory.stock_key import StockKey, thousandths, units
from layouts.live.events import LiveEvent, StockCounted, StockMoved

RESTOCK = "restock"
HELD = ("quarantine", "repair", "supplier", "scrap")
"""Dispositions of stock that may not be sold, in the order in which it is decided anew."""
_MEANT = {RESTOCK: RESTOCK, **{name: name for name in HELD}, "vendor": "supplier", "rework": "repair"}
_MARK = "return"


class Returned(NamedTuple):
    """A return, as it was told when it came."""

    at_ms: int
    place: str
    sku: str
    lot: str | None
    quantity: float
    reason: str
    disposition: str
    order: str | None
    event_id: str


def returns_of(events: Iterable[LiveEvent]) -> list[Returned]:
    """The returns among events, in order of time."""
    found = []
    for event in sorted(events, key=stamp_of):
        body = event.body
        if isinstance(body, StockMoved) and _is_return(body) and body.to_place is not None:
            why = (body.reason or "").removeprefix(_MARK).lstrip(": ") or "not told"
            found.append(
                Returned(
                    event.happened_ms,
                    body.to_place,
                    body.sku,
                    body.lot,
                    body.quantity,
                    why,
                    _disposition(body) or "quarantine",
                    body.order,
                    event.id,
                )
            )
    return found


class ReasonFigures(NamedTuple):
    """Returns for one reason: how many, how much, and how much of it was given which disposition."""

    reason: str
    returns: int
    quantity: float
    by_disposition: Mapping[str, float]

    @property
    def restocked(self) -> float:
        """The share that could be sold again at once."""
        return self.by_disposition.get(RESTOCK, 0.0) / self.quantity


def by_reason(returns: Iterable[Returned]) -> list[ReasonFigures]:
    """Figures by reason, the most returned first; ties by name."""
    count: dict[str, int] = defaultdict(int)
    amount: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for each in returns:
        count[each.reason] += 1
        amount[each.reason][each.disposition] += thousandths(each.quantity)
    figures = [
        ReasonFigures(
            reason,
            count[reason],
            units(sum(parts.values())),
            {name: units(parts[name]) for name in (RESTOCK, *HELD) if name in parts},
        )
        for reason, parts in amount.items()
    ]
    return sorted(figures, key=lambda each: (-each.quantity, each.reason))


class Sellable(NamedTuple):
    """What lies on a line, how much of it may be sold, and how much is held for what."""

    key: StockKey
    quantity: float
    sellable: float
    held: Mapping[str, float]


def sellable(events: Iterable[LiveEvent]) -> list[Sellable]:
    """Lines above 0 after all the events, in order of line."""
    book = _Book()
    for event in sorted(events, key=stamp_of):
        if isinstance(event.body, (StockMoved, StockCounted)):
            book.take(event, event.body)
    return [
        Sellable(
            key,
            units(line.book),
            units(line.book - sum(book.held[key].values())),
            {name: units(book.held[key][name]) for name in HELD if book.held[key].get(name)},
        )
        for key, line in sorted(book.lines.items(), key=lambda item: item[0].order)
        if line.book > 0
    ]


class _Book:
    """Lines of the book, and what is held of each by disposition, in thousandths."""

    def __init__(self) -> None:
        self.lines = Lines(forget_ms=1 << 62)
        self.held: dict[StockKey, dict[str, int]] = defaultdict(dict)
        self._flows = Flows()

    def take(self, event: LiveEvent, body: StockMoved | StockCounted) -> None:
        """Book it, and what is held along with it."""
        if isinstance(body, StockCounted):
            enter(self.lines, event, self._flows)
            self._cut(StockKey(body.place, body.sku, body.lot, body.handling_unit))
        elif not body.sku and body.handling_unit is not None:
            self._carry(event, body.handling_unit, body)
        else:
            self._move(event, body)

    def _move(self, event: LiveEvent, body: StockMoved) -> None:
        amount, decided = thousandths(body.quantity), _disposition(body)
        taken: dict[str, int] = {}
        source, target = source_of(body), target_of(body)
        if source is not None:
            free = 0 if decided else self._free(source)
            taken = self._take_held(source, max(0, amount - free))
        elif _is_return(body) and decided is None:
            taken = {"quarantine": amount}
        if decided is not None:
            taken = {} if decided == RESTOCK else {decided: amount}
        enter(self.lines, event, self._flows)
        if target is not None:
            self._add_held(target, taken)

    def _carry(self, event: LiveEvent, unit: str, body: StockMoved) -> None:
        ways = [(key, carried_to(key, body)) for key in self.held if is_on(key.handling_unit, unit)]
        enter(self.lines, event, self._flows)
        for key, there in ways:
            if there == key:
                continue
            taken = self.held.pop(key)
            if there is not None:
                self._add_held(there, taken)

    def _free(self, key: StockKey) -> int:
        line = self.lines.get(key)
        return 0 if line is None else max(0, line.book - sum(self.held[key].values()))

    def _take_held(self, key: StockKey, amount: int) -> dict[str, int]:
        """Take so much of what is held off a line, as far as there is."""
        taken = {}
        for name in HELD:
            part = min(amount, self.held[key].get(name, 0))
            if part:
                taken[name] = part
                self.held[key][name] -= part
                amount -= part
        return taken

    def _add_held(self, key: StockKey, parts: Mapping[str, int]) -> None:
        for name, part in parts.items():
            self.held[key][name] = self.held[key].get(name, 0) + part
        self._cut(key)

    def _cut(self, key: StockKey) -> None:
        """No more is held than lies there."""
        lying = max(0, self.lines[key].book) if key in self.lines else 0
        self._take_held(key, max(0, sum(self.held[key].values()) - lying))


def _is_return(body: StockMoved) -> bool:
    return body.from_place is None and (body.reason or "").startswith(_MARK)


def _disposition(body: StockMoved) -> str | None:
    """What is to become of what moves, None where nothing that is known is told."""
    return _MEANT.get(body.disposition or "")
