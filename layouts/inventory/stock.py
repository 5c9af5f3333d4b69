"""What lies where, what of it can be promised, and what the book was at another time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from fnmatch import fnmatchcase
from typing import NamedTuple

from layouts.inventory.balance import NEVER
from layouts.inventory.ledger import Ledger
from layouts.inventory.open_orders import OpenLine, is_open, lines_left
from layouts.inventory.packing import is_on
from layouts.inventory.stock_key import StockKey, thousandths, units
from layouts.live.events import Recorded
from layouts.live.state import TwinState


class OnHand(NamedTuple):
    """A line of the book; `checked_ms` is when someone last counted it, None if never in what is remembered."""

    place: str
    sku: str
    lot: str | None
    handling_unit: str | None
    quantity: float
    checked_ms: int | None

    @property
    def key(self) -> StockKey:
        """Its line."""
        return StockKey(*self[:4])


def on_hand(
    ledger: Ledger,
    *,
    place: str = "*",
    sku: str | None = None,
    lot: str | None = None,
    handling_unit: str | None = None,
) -> list[OnHand]:
    """Lines that are not 0, in order of place, SKU, lot and unit. Below 0: more left than is known to have come.

    `place` is SITE/LOCATION with * and ?: `NORTH/*` is a site. A handling unit holds those on it. What is None is
    not asked for.
    """
    found = [
        OnHand(*key, units(line.book), None if line.checked_ms == NEVER else line.checked_ms)
        for key, line in ledger.lines(sku)
        if line.book
        and fnmatchcase(key.place, place)
        and lot in (None, key.lot)
        and (handling_unit is None or is_on(key.handling_unit, handling_unit))
    ]
    return sorted(found, key=lambda row: row.key.order)


class Promise(NamedTuple):
    """What of a SKU at a site can be promised to new orders; below 0, so much is promised too often."""

    site: str
    sku: str
    on_hand: float
    held: float
    ordered: float

    @property
    def available(self) -> float:
        """On hand, less what is held and what open orders still want."""
        return units(thousandths(self.on_hand) - thousandths(self.held) - thousandths(self.ordered))


def available_to_promise(
    state: TwinState, site: str, sku: str, *, held_places: Sequence[str] = ()
) -> Promise:
    """What can be promised of a SKU; stock at places that match `held_places`, SITE/LOCATION with * and ?, cannot.

    Lines below 0 count as they are: what left has left, wherever the book had it.
    """
    lying = held = 0
    for key, line in state.stock.lines(sku):
        if key.site == site:
            lying += line.book
            held += line.book if any(fnmatchcase(key.place, pattern) for pattern in held_places) else 0
    return Promise(site, sku, units(lying), units(held), units(ordered(state, site, sku)))


def open_lines(state: TwinState, site: str) -> Iterator[OpenLine]:
    """Of orders released at a site and not closed since, what was not picked for them yet, in order of entity."""
    for _, event in sorted(state.latest.items(f"{site}/order/")):
        if is_open(event, state.latest):
            yield from lines_left(event, state.stock)


def ordered(state: TwinState, site: str, sku: str, *, until_ms: int | None = None) -> int:
    """Thousandths of a SKU that open orders of a site still want (of those due by `until_ms`, or at no set time)."""
    return sum(
        line.left
        for line in state.orders.of_sku(site, sku, state.latest, state.stock)
        if until_ms is None or line.due_ms is None or line.due_ms <= until_ms
    )


def book_as_of(
    log: Iterable[Recorded], *, happened_until_ms: int | None = None, learned_until_ms: int | None = None
) -> Ledger:
    """The book of what had happened by a time, of what was learned by another; both included, None is no bound."""
    ledger = Ledger()
    for recorded in log:
        if (happened_until_ms is None or recorded.event.happened_ms <= happened_until_ms) and (
            learned_until_ms is None or recorded.learned_ms <= learned_until_ms
        ):
            ledger.apply(recorded.event)
    return ledger
