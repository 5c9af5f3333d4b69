"""How much of what lies on each line of the book is of the goods that are looked for: at least, and at most.

A movement that names its lot says which goods went. One that does not may have taken any of the SKU that lay at the
place on that unit: x pieces of T, of which t are looked for, hold from max(0, x − (T − t)) to min(x, t) of them. So
the two bounds are equal as long as movements say what they move, and never exclude what may have happened.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import NamedTuple

from layouts.inventory.packing import carried_to, is_on, outermost, source_of, target_of
from layouts.inventory.stock_key import StockKey, thousandths
from layouts.live.events import LiveEvent, StockCounted, StockMoved

LotName = tuple[str, str]
"""SKU and lot."""


class Share(NamedTuple):
    """Thousandths of the goods that are looked for: `low` at least, `high` at most."""

    low: int
    high: int

    def plus(self, other: Share) -> Share:
        """Of both."""
        return Share(self.low + other.low, self.high + other.high)


NONE = Share(0, 0)


class Sought(NamedTuple):
    """The goods that are looked for: `lots` whole, lots that only `may` be, and what ever lay on `unit`.

    `made_from` says of transformations whether they used such goods up: for sure, or perhaps.
    """

    lots: frozenset[LotName]
    may: frozenset[LotName] = frozenset()
    unit: str | None = None
    made_from: tuple[frozenset[str], frozenset[str]] = (frozenset(), frozenset())

    def of_lot(self, key: StockKey, amount: int) -> Share | None:
        """What of an amount on a line is looked for by its lot or unit; None if these do not tell."""
        if (key.sku, key.lot or "") in self.lots or (self.unit and is_on(key.handling_unit, self.unit)):
            return Share(amount, amount)
        if (key.sku, key.lot or "") in self.may:
            return Share(0, amount)
        return None

    def of_transformation(self, name: str | None, amount: int) -> Share:
        """What of an amount that it made is."""
        sure, perhaps = self.made_from
        if name in sure:
            return Share(amount, amount)
        return Share(0, amount) if name in perhaps else NONE

    def once_on(self, taken: StockKey | None, brought: StockKey, amount: int, share: Share) -> Share:
        """What is looked for of an amount once it lies on the unit: all of it, if it did not before."""
        if self.unit is None or not is_on(brought.handling_unit, self.unit):
            return share
        if taken is not None and is_on(taken.handling_unit, self.unit):
            return share
        return Share(max(0, amount), max(0, amount))


class Passed(NamedTuple):
    """On an event, goods of which `share` is looked for went from one line to another; None is outside."""

    event: LiveEvent
    taken: StockKey | None
    brought: StockKey | None
    share: Share


class _Line:
    """`book` thousandths, of which `share` is looked for; `lent` of them went from a nameless line and are not known
    to have been of some lot.
    """

    __slots__ = ("book", "lent", "share")

    def __init__(self) -> None:
        self.book = self.lent = 0
        self.share = NONE

    @property
    def is_new(self) -> bool:
        """Whether nothing is known of it."""
        return self.book == self.lent == 0 and self.share == NONE


class Tainted:
    """The book, in order of time, with the share of each line that is looked for."""

    def __init__(self, sought: Sought) -> None:
        self._sought = sought
        self._lines: dict[StockKey, _Line] = defaultdict(_Line)
        self._pools: dict[tuple[str, str, str | None], set[StockKey]] = defaultdict(set)
        self._on: dict[str, set[StockKey]] = defaultdict(set)

    def take(self, event: LiveEvent) -> Iterator[Passed]:
        """Book an event, later than those before; tell what went where if any of it is looked for."""
        body = event.body
        if isinstance(body, StockCounted):
            self._count(
                StockKey(body.place, body.sku, body.lot, body.handling_unit), thousandths(body.quantity)
            )
        elif isinstance(body, StockMoved):
            for taken, brought, share in self._moved(body):
                if share.high > 0:
                    yield Passed(event, taken, brought, share)

    def lying(self) -> Iterator[tuple[StockKey, Share]]:
        """What is looked for by line, where it lies now, in order.

        Of lots at one place of which one was taken without its name, each may lie there; all of them together are
        no more than the pool holds.
        """
        for key in sorted((key for key, line in self._lines.items() if line.share.high > 0), key=_order):
            yield key, self._lines[key].share

    def pool(self, key: StockKey) -> Share:
        """What is looked for of the SKU at the place and on the unit of a line, whatever its lot."""
        return self._of_pool(self._pool(key))[1]

    def sound(self, sku: str) -> Iterator[tuple[str, int]]:
        """The places with goods of a SKU of which none is looked for, and how many thousandths, in order."""
        amounts, tainted = defaultdict[str, int](int), set[str]()
        for place, of, unit in self._pools:
            if of == sku:
                total, share = self._of_pool(list(self._pools[place, of, unit]))
                amounts[place] += total
                if share.high > 0:
                    tainted.add(place)
        yield from sorted(each for each in amounts.items() if each[1] > 0 and each[0] not in tainted)

    def _moved(self, body: StockMoved) -> Iterator[tuple[StockKey | None, StockKey | None, Share]]:
        if not body.sku:
            yield from self._carried(body)
            return
        amount, taken, brought = thousandths(body.quantity), source_of(body), target_of(body)
        share = self._sought.of_transformation(body.made_by, amount) if taken is None else NONE
        if taken == brought:
            return
        if taken is not None:
            share = self._take_out(taken, amount)
        elif brought is not None:
            share = self._sought.of_lot(brought, amount) or share
        if brought is not None:
            share = self._sought.once_on(taken, brought, amount, share)
            self._bring_in(brought, amount, share)
        yield taken, brought, share

    def _carried(self, body: StockMoved) -> Iterator[tuple[StockKey | None, StockKey | None, Share]]:
        unit = body.handling_unit or ""
        for key in sorted(
            (key for key in self._on[outermost(unit)] if is_on(key.handling_unit, unit)), key=_order
        ):
            line, there = self._lines[key], carried_to(key, body)
            if there == key or (line.book == 0 and line.share.high == 0):
                continue
            amount, share = line.book, line.share
            line.book, line.share = 0, NONE
            if there is not None:
                share = self._sought.once_on(key, there, amount, share)
                self._bring_in(there, amount, share)
                self._lines[there].lent += line.lent
            line.lent = 0
            yield key, there, share

    def _take_out(self, key: StockKey, amount: int) -> Share:
        line = self._line(key)
        if key.lot is None:
            share = self._take_from_pool(key, amount)
            line.book -= amount
            line.lent += amount
            return share
        told, nameless = self._sought.of_lot(key, amount), self._nameless(key)
        share = told or self._of_a_lot(key, amount, line, nameless)
        line.book -= amount
        line.share, nameless.share = _less(share, amount, line, nameless)
        beyond = min(amount, max(0, -line.book))
        line.book += beyond
        nameless.book -= beyond
        return share

    def _of_a_lot(self, key: StockKey, amount: int, line: _Line, nameless: _Line) -> Share:
        """What of goods of a lot is looked for, when it is not the lot that tells.

        Where movements took goods, or brought some, without the name of their lot, this lot may be among them.
        """
        if nameless.is_new:
            return _within_take(amount, line.book, line.share)
        low, high = _within_take(amount, *self._of_pool(self._pool(key)))
        high = min(high, line.share.high + nameless.share.high)
        return Share(min(low, high), high)

    def _take_from_pool(self, key: StockKey, amount: int) -> Share:
        """What of goods without the name of their lot is looked for; each lot may have lost so many."""
        pool = self._pool(key)
        share = self._sought.of_lot(key, amount) or _within_take(amount, *self._of_pool(pool))
        for other in pool:
            held = self._lines[other].share
            self._lines[other].share = Share(max(0, held.low - amount), held.high)
        return share

    def _bring_in(self, key: StockKey, amount: int, share: Share) -> None:
        line = self._line(key)
        line.book += amount
        line.share = line.share.plus(share)

    def _count(self, key: StockKey, counted: int) -> None:
        line, told = self._line(key), self._sought.of_lot(key, counted)
        change, (low, high) = counted - line.book, line.share
        line.book, line.share = (
            counted,
            told or Share(min(max(0, low + min(0, change)), counted), min(high, counted)),
        )
        if key.lot is not None:
            found = 0 if told is None else max(0, told.low - low)
            self._explain(self._nameless(key), change, found)

    def _explain(self, nameless: _Line, change: int, found: int) -> None:
        """What a count finds of a lot may have come nameless, and what it misses may have gone so.

        `found` is how much more than was known before of what is looked for: it is not in the nameless line, too.
        """
        missed = min(max(0, -change), nameless.lent)
        named = max(0, min(change, nameless.book + nameless.lent))
        nameless.lent -= missed
        nameless.book += missed - named
        low, high = nameless.share
        nameless.share = Share(max(0, low - max(found, named)), max(0, high - min(found, named)))

    def _nameless(self, key: StockKey) -> _Line:
        """The line of the same place, SKU and unit for goods whose lot nobody told."""
        return self._line(key._replace(lot=None))

    def _line(self, key: StockKey) -> _Line:
        if key not in self._lines:
            self._pools[key.place, key.sku, key.handling_unit].add(key)
            if key.handling_unit is not None:
                self._on[outermost(key.handling_unit)].add(key)
        return self._lines[key]

    def _pool(self, key: StockKey) -> list[StockKey]:
        """The lines of all lots of a SKU at a place on a unit, in order."""
        return sorted(self._pools[key.place, key.sku, key.handling_unit], key=_order)

    def _of_pool(self, keys: list[StockKey]) -> tuple[int, Share]:
        """The book of some lines, and what of it is looked for: no more than lies there, as far as that is known."""
        total = sum(self._lines[key].book for key in keys)
        low = sum(self._lines[key].share.low for key in keys)
        high = sum(self._lines[key].share.high for key in keys)
        return total, Share(low, max(low, min(high, max(0, total))))


def _within_take(amount: int, total: int, held: Share) -> Share:
    """What of `amount` out of `total`, of which `held` is looked for, is."""
    high = min(amount, held.high)
    return Share(min(high, max(0, amount - max(0, total - held.low))), high)


def _less(taken: Share, amount: int, line: _Line, nameless: _Line) -> tuple[Share, Share]:
    """What is left of a line of a lot, and of the nameless line that may stand in for it, after `amount` was taken.

    What the one cannot hold any more is in the other, if anything ever was.
    """
    low, high = line.share.low - amount, line.share.high - taken.low
    of_line = min(max(0, high), max(0, line.book))
    missing, beyond = min(0, low), min(0, high)
    if not nameless.is_new:
        beyond += max(0, high) - of_line
    others = Share(max(0, nameless.share.low + missing), max(0, nameless.share.high + beyond))
    return Share(min(max(0, low), of_line), of_line), others


def _order(key: StockKey) -> tuple[str | bool, ...]:
    return key.order
