"""What is at hand of a SKU at a site, and what open orders want of it."""

from __future__ import annotations

from layouts.live.events import OrderReleased, StockCounted, StockMoved
from layouts.live.state import TwinState


def need_of(state: TwinState, site: str, sku: str, *, until_ms: int) -> float:
    """What orders that are not closed and due by `until_ms` (or at no set time) want of the SKU."""
    need = 0.0
    for _, event in state.latest.items(f"{site}/order/"):
        body = event.body
        if not isinstance(body, OrderReleased) or (body.due_ms is not None and body.due_ms > until_ms):
            continue
        closed = state.latest.get(f"{site}/closed/{event.entity}")
        if closed is None or closed.happened_ms < event.happened_ms:
            need += sum(quantity for name, quantity in body.lines if name == sku)
    return need


def stock_of(state: TwinState, site: str, sku: str) -> float:
    """What the book says lies at all places of the site."""
    at: dict[str, float] = {}
    for event in sorted(state.stock.record().movements, key=lambda each: (each.happened_ms, each.id)):
        body = event.body
        if isinstance(body, StockCounted) and body.sku == sku:
            at[body.place] = body.quantity
        elif isinstance(body, StockMoved) and body.sku == sku:
            for place, change in ((body.from_place, -body.quantity), (body.to_place, body.quantity)):
                if place is not None:
                    at[place] = at.get(place, 0.0) + change
    return sum(quantity for place, quantity in sorted(at.items()) if place.partition("/")[0] == site)
