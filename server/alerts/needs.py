"""What is at hand of a SKU at a site, and what open orders want of it."""

from __future__ import annotations

from layouts.inventory.stock import ordered
from layouts.inventory.stock_key import units
from layouts.live.state import TwinState


def need_of(state: TwinState, site: str, sku: str, *, until_ms: int) -> float:
    """What orders that are not closed and due by `until_ms` (or at no set time) want of the SKU, less what was
    picked for them: that has left the stock already.
    """
    return units(ordered(state, site, sku, until_ms=until_ms))


def stock_of(state: TwinState, site: str, sku: str) -> float:
    """What the book says lies at all places of the site."""
    return units(sum(line.book for key, line in state.stock.lines(sku) if key.site == site))
