"""What lies where by the book of a state."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

from layouts.live.events import StockCounted, StockMoved
from layouts.live.state import TwinState

Key = tuple[str, str, str | None, str | None]


def on_hand(state: TwinState, site: str) -> Mapping[tuple[str, str], float]:
    """How much of each (location, SKU) lies at a site, all lots together, where it is more than nothing.

    In order of time, of equal times by id: movements add up, and a count is a new beginning for its lot.
    """
    book: dict[Key, float] = defaultdict(float)
    for event in sorted(state.stock.record().movements, key=lambda event: (event.happened_ms, event.id)):
        match event.body:
            case StockCounted(sku, place, quantity, _, lot, unit):
                book[place, sku, lot, unit] = quantity
            case StockMoved(sku, quantity, from_place, to_place, lot, unit):
                if from_place is not None:
                    book[from_place, sku, lot, unit] -= quantity
                if to_place is not None:
                    book[to_place, sku, lot, unit] += quantity
    lying: dict[tuple[str, str], float] = defaultdict(float)
    for (place, sku, _, _), quantity in book.items():
        its_site, _, location = place.partition("/")
        if its_site == site:
            lying[location, sku] += quantity
    return {key: quantity for key, quantity in sorted(lying.items()) if quantity > 0}


def picked_for_orders(state: TwinState, site: str) -> Mapping[tuple[str, str], float]:
    """How much of each (order, SKU) has been taken from places of a site, as movements that name the order tell."""
    taken: dict[tuple[str, str], float] = defaultdict(float)
    for event in state.stock.record().movements:
        body = event.body
        if isinstance(body, StockMoved) and body.order and (body.from_place or "").startswith(f"{site}/"):
            taken[body.order, body.sku] += body.quantity
    return taken
