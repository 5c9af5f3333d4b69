"""What lies where, what can be promised, what happened, and what is needed."""

from __future__ import annotations

import numpy as np
import pytest

from layouts.inventory.demand import Demand, demand_of
from layouts.inventory.history import history
from layouts.inventory.needs import Shortage, short_of, shortage, ways_out
from layouts.inventory.stock import available_to_promise, book_as_of, on_hand, open_lines
from layouts.live.events import (
    Body,
    InboundExpected,
    LiveEvent,
    OrderClosed,
    OrderReleased,
    Recorded,
    StockCounted,
    StockMoved,
    StockSeen,
)
from layouts.live.state import TwinState

HOUR, DAY = 3_600_000, 86_400_000
NOW = 100 * DAY


def log_of(*told: tuple[int, str, Body] | tuple[int, str, Body, str]) -> list[Recorded]:
    """(happened [h before now], entity, body, site)."""
    return [
        Recorded(
            number,
            NOW + number,
            LiveEvent(
                id=f"e{number:03d}",
                site=str(rest[0]) if rest else "N",
                source="wms",
                entity=entity,
                happened_ms=NOW - hours * HOUR,
                body=body,
            ),
        )
        for number, (hours, entity, body, *rest) in enumerate(told, start=1)
    ]


def state_of(log: list[Recorded]) -> TwinState:
    state = TwinState()
    for one in log:
        state.apply(one)
    return state


LOG = log_of(
    (9, "sku/X", StockMoved("X", 100, None, "N/1", "L1", "P/C")),
    (8, "sku/Y", StockMoved("Y", 10, None, "N/2")),
    (7, "location/2", StockCounted("Y", "N/2", 8)),
    (6, "sku/Y", StockMoved("Y", 3, "N/2", "S/1")),
    (5, "sku/P", StockMoved("", 1, "N/1", "N/3", handling_unit="P")),
    (4, "location/3", StockSeen("N/3", "rfid", 0.9, sku="X", handling_unit="P/C")),
    (3, "order/7", OrderReleased((("X", 30), ("Y", 2), ("X", 5)))),
    (2, "sku/X", StockMoved("X", 10, "N/3", None, "L1", "P/C", order="7")),
    (2, "order/8", OrderReleased((("X", 50),))),
    (1, "order/8", OrderClosed("cancelled")),
)


def test_stock_is_found_by_place_sku_lot_unit_and_site() -> None:
    book = state_of(LOG).stock
    assert [(row.place, row.sku, row.quantity) for row in on_hand(book)] == [
        ("N/2", "Y", 5.0),
        ("N/3", "X", 90.0),
        ("S/1", "Y", 3.0),
    ]
    assert [row.place for row in on_hand(book, place="N/*")] == ["N/2", "N/3"]
    assert [row.place for row in on_hand(book, sku="Y")] == ["N/2", "S/1"]
    assert [row.sku for row in on_hand(book, handling_unit="P")] == ["X"]
    assert [row.sku for row in on_hand(book, lot="L1")] == ["X"]
    assert on_hand(book, handling_unit="C") == []
    checked = {row.place: row.checked_ms for row in on_hand(book)}
    assert checked == {"N/2": NOW - 7 * HOUR, "N/3": None, "S/1": None}


def test_what_open_orders_want_less_what_is_picked_cannot_be_promised() -> None:
    state = state_of(LOG)
    assert [(line.order, line.sku, line.left) for line in open_lines(state, "N")] == [
        ("7", "X", 25_000),
        ("7", "Y", 2_000),
    ]
    assert available_to_promise(state, "N", "X").available == 65.0
    promise = available_to_promise(state, "N", "Y", held_places=["N/2"])
    assert (promise.on_hand, promise.held, promise.ordered, promise.available) == (5.0, 5.0, 2.0, -2.0)


def test_history_tells_each_step_with_the_book_after_it() -> None:
    steps = history(reversed(LOG), place="N/2")
    assert [(step.what, step.change, step.book) for step in steps] == [
        ("moved", 10.0, 10.0),
        ("counted", -2.0, 8.0),
        ("moved", -3.0, 5.0),
    ]
    assert steps[2].about == "N/2 → S/1"
    unit = history(LOG, handling_unit="P")
    assert [(step.what, step.place, step.book) for step in unit] == [
        ("moved", "N/1", 100.0),
        ("moved", "N/1", 0.0),
        ("moved", "N/3", 100.0),
        ("seen", "N/3", None),
        ("moved", "N/3", 90.0),
    ]


def test_the_book_as_of_a_time_is_the_book_of_what_had_happened_or_was_known() -> None:
    assert [row.quantity for row in on_hand(book_as_of(LOG, happened_until_ms=NOW - 7 * HOUR), sku="Y")] == [
        8.0
    ]
    assert [row.quantity for row in on_hand(book_as_of(LOG, learned_until_ms=NOW + 2), sku="Y")] == [10.0]
    assert on_hand(book_as_of(LOG)) == on_hand(state_of(LOG).stock)


def inbound(quantity: float, due_h: int, expected_h: int | None = None, status: str = "under_way") -> Body:
    expected_ms = None if expected_h is None else NOW + expected_h * HOUR
    return InboundExpected("X", quantity, NOW + due_h * HOUR, expected_ms, status)  # type: ignore[arg-type]


def judged(*more: tuple[int, str, Body], lead_time_s: float = 48 * 3600, **options: object) -> Shortage:
    log = log_of(
        (9, "sku/X", StockMoved("X", 20, None, "N/1")),
        (9, "sku/X", StockMoved("X", 40, None, "S/1")),
        (3, "order/7", OrderReleased((("X", 35),), due_ms=NOW + DAY)),
        (3, "order/8", OrderReleased((("X", 500),), due_ms=NOW + 9 * DAY)),
        *more,
    )
    return shortage(state_of(log), "N", "X", now_ms=NOW, lead_time_s=lead_time_s, **options)  # type: ignore[arg-type]


def test_short_and_delayed_hold_together_or_nothing_is_to_be_done() -> None:
    late = (2, "inbound/A", inbound(50, 1, 90))
    both = judged(late)
    assert (both.stock, both.need, both.short, both.holds) == (20.0, 35.0, 15.0, True)
    assert both.text == (
        "20 of X at N and 0 inbound in time are 15 below the need of 35 over 2 d; 50 are delayed"
    )
    assert not judged((2, "inbound/A", inbound(50, 90))).holds
    covered = judged(late, (1, "sku/X", StockMoved("X", 15, None, "N/2")))
    assert (covered.short, covered.holds) == (0.0, False)
    in_time = judged((2, "inbound/A", inbound(50, 1, 40)))
    assert (in_time.inbound, in_time.short, len(in_time.delayed), in_time.holds) == (50.0, 0.0, 1, False)
    assert [each.need for each in short_of([covered, both])] == [35.0]


@pytest.mark.parametrize("body", [inbound(50, 1, None, "cancelled"), inbound(50, -2)])
def test_a_delivery_that_is_cancelled_or_past_due_comes_at_no_known_time(body: Body) -> None:
    found = judged((2, "inbound/A", body))
    assert [each.expected_ms for each in found.delayed] == [None]
    assert found.holds


def test_past_orders_count_where_they_let_expect_more_than_is_ordered() -> None:
    demand = Demand(lines=3000, days=30, total=3000, squares=3000)
    found = judged((2, "inbound/A", inbound(50, 1, 90)), demand=demand)
    assert 215 < found.need < 235
    assert judged((2, "inbound/A", inbound(50, 1, 90)), held_places=["N/1"]).stock == 0


def test_ways_out_come_before_the_delayed_delivery_and_keep_what_others_want() -> None:
    log = log_of(
        (9, "sku/X", StockMoved("X", 20, None, "N/1")),
        (9, "sku/X", StockMoved("X", 40, None, "S/1")),
        (9, "sku/X", StockMoved("X", 40, None, "W/1")),
        (9, "sku/Z", StockMoved("Z", 20, None, "N/1")),
        (3, "order/7", OrderReleased((("X", 35),))),
        (3, "order/9", OrderReleased((("X", 30),)), "S"),
        (2, "inbound/A", inbound(50, 1, 90)),
    )
    state = state_of(log)
    short = shortage(state, "N", "X", now_ms=NOW, lead_time_s=48 * 3600)
    ways = ways_out(
        state,
        short,
        now_ms=NOW,
        expedite_s=10 * 3600,
        transfers_s={"S": 3600, "W": 99 * 3600},
        substitutes={"Z": 2.0},
        kept={("N", "Z"): 4.0},
    )
    assert [(way.how, way.source, way.quantity) for way in ways] == [
        ("expedite", "A", 15.0),
        ("transfer", "S", 10.0),
        ("substitute", "Z", 8.0),
    ]
    assert ways[1].arrives_ms == NOW + HOUR


@pytest.mark.parametrize("pieces", [(1,), (1, 5, 20)])
def test_the_interval_of_demand_holds_what_comes_as_often_as_it_says(pieces: tuple[int, ...]) -> None:
    dice = np.random.default_rng(3)
    within = enough = 0
    trials = 2000
    for _ in range(trials):
        rate = dice.uniform(1.0, 3.0)
        past, future = (dice.choice(pieces, size=dice.poisson(rate * days)) for days in (30, 7))
        demand = Demand(len(past), 30, float(past.sum()), float((past**2).sum()))
        low, high = demand.interval(7, 0.9)
        within += low <= future.sum() <= high
        enough += future.sum() <= demand.suffices(7, 0.95)
    # 4 standard errors; whole numbers make intervals a little wide
    assert 0.87 < within / trials < 0.95
    assert 0.93 < enough / trials < 0.98


def test_demand_is_what_fell_within_the_span() -> None:
    lines = [(0, 5.0), (DAY, 3.0), (2 * DAY, 9.0)]
    demand = demand_of(lines, from_ms=0, until_ms=2 * DAY)
    assert (demand.lines, demand.total, demand.squares, demand.per_day, demand.expected(3)) == (
        2,
        8,
        34,
        4,
        12,
    )
    assert demand_of([], from_ms=0, until_ms=DAY).suffices(0.001) == 0
    with pytest.raises(ValueError, match="give a span of past orders"):
        demand_of(lines, from_ms=5, until_ms=5)
