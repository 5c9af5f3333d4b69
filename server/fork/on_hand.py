"""What lies where by the book of a state, and what was picked for whom."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

from layouts.inventory.stock_key import units
from layouts.live.state import TwinState


def on_hand(state: TwinState, site: str) -> Mapping[tuple[str, str], float]:
    """How much of each (location, SKU) lies at a site, all lots together, where it is more than nothing."""
    lying: dict[tuple[str, str], int] = defaultdict(int)
    for key, line in state.stock.lines():
        if key.site == site:
            lying[key.place.partition("/")[2], key.sku] += line.book
    return {key: units(amount) for key, amount in sorted(lying.items()) if amount > 0}


def picked_for_orders(state: TwinState, site: str) -> Mapping[tuple[str, str], float]:
    """How much of each (order, SKU) has been taken from places of a site, as movements that name the order tell."""
    return {
        (order, sku): units(amount)
        for (its_site, order, sku), amount in state.stock.picked().items()
        if its_site == site
    }
