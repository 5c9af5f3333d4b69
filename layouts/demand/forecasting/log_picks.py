"""What was picked for orders, from the movements of the live twin's log."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from layouts.live.events import LiveEvent, StockMoved


def picks_of(events: Iterable[LiveEvent]) -> Iterator[tuple[int, str, float]]:
    """Time [ms], SKU and pieces of each movement that takes goods from a place for an order.

    What is packed where it lies was picked before, and a unit that moves as a whole does not tell its SKUs.
    """
    for event in events:
        body = event.body
        if (
            isinstance(body, StockMoved)
            and body.order is not None
            and body.from_place is not None
            and body.sku
        ):
            is_packing = body.into_unit is not None and body.from_place == body.to_place
            if not is_packing:
                yield event.happened_ms, body.sku, body.quantity
