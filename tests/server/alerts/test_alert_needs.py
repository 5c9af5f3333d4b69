"""Stock and need of a SKU: all that ever moved counts, and what is picked is needed no longer."""

from __future__ import annotations

from layouts.live.events import (
    Body,
    LiveEvent,
    OrderClosed,
    OrderReleased,
    Recorded,
    StockCounted,
    StockMoved,
)
from layouts.live.state import TwinState
from server.alerts.needs import need_of, stock_of
from server.fork.on_hand import on_hand, picked_for_orders

DAY_MS = 86_400_000
NOW_MS = 100 * DAY_MS


def state_of(*acts: tuple[str, float, Body]) -> TwinState:
    """Entity, days ago and body of each."""
    state = TwinState()
    for seq, (entity, days, body) in enumerate(acts, start=1):
        at_ms = NOW_MS - round(days * DAY_MS)
        event = LiveEvent(id=f"e{seq}", site="S", source="t", entity=entity, happened_ms=at_ms, body=body)
        state.apply(Recorded(seq, NOW_MS, event))
    return state


def test_stock_older_than_what_the_ledger_keeps_one_by_one_is_stock() -> None:
    state = state_of(
        ("sku/A", 40, StockMoved("A", 10.0, None, "S/1")),
        ("sku/A", 39, StockMoved("A", 4.5, "S/1", "S/2", lot="L")),
        ("sku/A", 38, StockMoved("A", 1.0, None, "N/1")),
        ("sku/A", 0, StockCounted("A", "S/3", 2.0)),
    )
    state.stock.record()  # adds up what is old
    assert len(state.stock.record().movements) == 1
    assert stock_of(state, "S", "A") == 12.0
    assert on_hand(state, "S") == {("1", "A"): 5.5, ("2", "A"): 4.5, ("3", "A"): 2.0}


def test_what_is_picked_or_closed_or_due_later_is_not_needed() -> None:
    state = state_of(
        ("order/1", 3, OrderReleased((("A", 5.0), ("B", 9.0)))),
        ("order/2", 3, OrderReleased((("A", 7.0),), due_ms=NOW_MS + DAY_MS)),
        ("order/3", 3, OrderReleased((("A", 11.0),))),
        ("order/3", 2, OrderClosed("cancelled")),
        ("sku/A", 1, StockMoved("A", 2.0, "S/1", None, order="1")),
    )
    assert picked_for_orders(state, "S") == {("1", "A"): 2.0}
    assert need_of(state, "S", "A", until_ms=NOW_MS) == 3.0
    assert need_of(state, "S", "A", until_ms=NOW_MS + DAY_MS) == 10.0
