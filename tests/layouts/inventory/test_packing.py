"""Goods and handling units that are packed into others, and taken off them."""

from __future__ import annotations

import msgspec
import pytest

from layouts.inventory.balance import FEW_LINES, Balance, Lines
from layouts.inventory.history import history
from layouts.inventory.ledger import Ledger, LedgerRecord, Patience
from layouts.inventory.lot_ages import ages_of_lot
from layouts.inventory.returns import sellable
from layouts.inventory.shelf_life import shelf_life_of
from layouts.inventory.stock import on_hand
from layouts.inventory.stock_key import StockKey
from layouts.inventory.temperatures import HOUR_MS, PlaceTemperatures
from layouts.live.events import (
    LiveEvent,
    LotKnown,
    Recorded,
    StockCounted,
    StockMoved,
    decode_body,
    encode_body,
    refusal,
)

SHORT = Patience(horizon_ms=100, most_kept=1000, forget_ms=150)


def told(number: int, at_ms: int, body: StockMoved | StockCounted) -> LiveEvent:
    return LiveEvent(id=f"e{number}", site="A", source="wms", entity="sku/X", happened_ms=at_ms, body=body)


def received(quantity: float, place: str, *, unit: str | None = None, at_ms: int = 0) -> LiveEvent:
    return told(at_ms, at_ms, StockMoved("X", quantity, None, place, "L", unit))


def packed(quantity: float, unit: str | None, into: str, *, at_ms: int, place: str = "A/1") -> LiveEvent:
    body = StockMoved("X", quantity, place, place, "L", unit, into_unit=into)
    return told(at_ms, at_ms, body)


def put_on(unit: str, into: str | None, place: str | None, *, at_ms: int) -> LiveEvent:
    return told(at_ms, at_ms, StockMoved("", 1.0, None, place, handling_unit=unit, into_unit=into))


def lying(*events: LiveEvent) -> dict[tuple[str, str | None], float]:
    ledger = Ledger()
    for event in events:
        ledger.apply(event)
    return {(row.place, row.handling_unit): row.quantity for row in on_hand(ledger)}


def test_goods_are_packed_into_a_unit_from_one_unit_into_another_and_unpacked() -> None:
    events = [
        received(10, "A/1"),
        packed(6, None, "P", at_ms=10),
        packed(2, "P", "T", at_ms=20),
        packed(1, "T", "", at_ms=30),
    ]
    assert lying(*events) == {("A/1", None): 5, ("A/1", "P"): 4, ("A/1", "T"): 1}
    assert lying(*reversed(events)) == lying(*events)


def test_goods_may_change_place_and_unit_at_once() -> None:
    picked = told(5, 5, StockMoved("X", 2, "A/1", "A/2", "L", "P", into_unit="TOTE"))
    assert lying(received(3, "A/1", unit="P"), picked) == {("A/1", "P"): 1, ("A/2", "TOTE"): 2}


def test_a_carton_goes_with_the_pallet_it_was_put_on_until_it_is_taken_off() -> None:
    events = [
        received(3, "A/1", unit="C"),
        received(4, "A/1", unit="P", at_ms=1),
        put_on("C", "P", "A/1", at_ms=10),
        put_on("P", None, "A/2", at_ms=20),
        put_on("P/C", "", "A/3", at_ms=30),
        put_on("P", None, "A/4", at_ms=40),
    ]
    assert lying(*events[:4]) == {("A/2", "P/C"): 3, ("A/2", "P"): 4}
    assert lying(*events) == {("A/3", "C"): 3, ("A/4", "P"): 4}
    assert lying(*reversed(events)) == lying(*events)


def test_a_pallet_that_was_put_down_elsewhere_before_it_is_learned_that_a_carton_was_on_it() -> None:
    ledger = Ledger(SHORT)
    for event in (
        received(3, "A/1", unit="C"),
        put_on("P", None, "A/2", at_ms=20),
        put_on("C", "P", "A/1", at_ms=10),
        told(500, 500, StockMoved("Y", 1, None, "A/9")),
    ):
        ledger.apply(event)
    data = msgspec.json.encode(ledger.record())
    again = Ledger.of(msgspec.json.decode(data, type=LedgerRecord), SHORT)
    for one in (ledger, again):
        assert {row.handling_unit: row.place for row in on_hand(one, sku="X")} == {"P/C": "A/2"}


def test_what_went_from_one_unit_to_another_before_they_were_put_together_is_booked_once() -> None:
    ledger = Ledger(SHORT)
    for event in (
        received(5, "A/1", unit="C"),
        packed(2, "C", "P", at_ms=10),
        received(1, "A/1", unit="C", at_ms=150),
        put_on("C", "P", "A/1", at_ms=160),
        received(1, "A/1", unit="P", at_ms=500),
    ):
        ledger.apply(event)
    assert {row.handling_unit: row.quantity for row in on_hand(ledger)} == {"P": 3, "P/C": 4}


def test_units_told_to_lie_on_each_other_are_found_by_sku_and_forgotten_together_when_empty() -> None:
    ledger = Ledger(SHORT)
    for event in (
        received(3, "A/1", unit="C"),
        put_on("C", "P", "A/1", at_ms=10),
        put_on("P", None, None, at_ms=20),
    ):
        ledger.apply(event)
    assert [key.handling_unit for key, _ in ledger.lines("X")] == ["C", "P/C"]
    ledger.apply(told(9, 2000, StockMoved("Y", 1, None, "A/9")))
    assert [line[3] for line in ledger.record().lines] == []
    ledger.apply(received(1, "A/1", unit="P", at_ms=2001))
    assert [(key.handling_unit, line.book) for key, line in ledger.lines("X")] == [("P", 1000)]


def test_what_was_packed_for_an_order_was_not_picked_a_second_time() -> None:
    ledger = Ledger()
    ledger.apply(told(1, 1, StockMoved("X", 2, "A/1", "A/2", order="O")))
    ledger.apply(told(2, 2, StockMoved("X", 2, "A/2", "A/2", into_unit="T", order="O")))
    ledger.apply(told(3, 3, StockMoved("", 1, "A/2", "A/3", handling_unit="T", order="O")))
    assert ledger.picked_for("A", "O") == {"X": 2000}


def test_history_tells_both_lines_of_a_packing_and_of_a_unit_put_on_another() -> None:
    log = [received(3, "A/1"), packed(3, None, "C", at_ms=10), put_on("C", "P", "A/1", at_ms=20)]
    steps = history([Recorded(number, 0, event) for number, event in enumerate(log, start=1)])
    assert [(step.handling_unit, step.change, step.book) for step in steps] == [
        (None, 3, 3),
        (None, -3, 0), ("C", 3, 3),
        ("C", -3, 0), ("P/C", 3, 3),
    ]  # fmt: skip
    assert steps[1].about == "A/1 → A/1, into C"
    assert steps[3].about == "outside → A/1, C as a whole, into P"


def test_held_stock_stays_held_on_the_unit_it_is_packed_into() -> None:
    back = told(0, 0, StockMoved("X", 2, None, "A/1", "L", reason="return: torn"))
    log = [back, packed(2, None, "C", at_ms=10), put_on("C", "P", "A/1", at_ms=20)]
    assert [(row.key.handling_unit, row.held) for row in sellable(log[:2])] == [("C", {"quarantine": 2})]
    assert [(row.key.handling_unit, row.held) for row in sellable(log)] == [("P/C", {"quarantine": 2})]


def test_a_lot_keeps_its_age_when_it_is_packed_and_its_unit_is_put_on_another() -> None:
    lot = LotKnown("X", "L", made_ms=0, shelf_life_h=100, reference_c=5, q10=2)
    hour = HOUR_MS
    log = [
        received(2, "A/1", at_ms=10 * hour),
        packed(2, None, "C", at_ms=20 * hour),
        put_on("C", "P", "A/1", at_ms=30 * hour),
    ]
    life = shelf_life_of(lot)
    assert life is not None
    (age,) = ages_of_lot(
        lot, life, log, PlaceTemperatures(sensors=(), readings={}), now_ms=40 * hour, range_c=(5, 5)
    )
    assert age.key.handling_unit == "P/C"
    assert (age.used.best_h, age.used.worst_h) == pytest.approx((40, 40))


def test_many_lines_are_found_by_unit_as_few_are() -> None:
    lines = Lines(forget_ms=100)
    units = [
        None,
        *(f"P{number % 9}" for number in range(60)),
        *(f"P{number % 9}/C{number}" for number in range(60)),
    ]

    def found_by_looking(unit: str) -> list[StockKey]:
        found = [
            key for key, line in lines.items()
            if line.book and f"{key.handling_unit}/".startswith(f"{unit}/")
        ]  # fmt: skip
        return sorted(found, key=lambda key: key.order)

    for number, unit in enumerate(units):
        lines[StockKey("A/1", f"X{number}", None, unit)] = Balance(number % 4)
        for asked in ("P1", "P2/C20", "C20"):
            assert lines.on(asked) == found_by_looking(asked)
        if number % 5 == 4:
            del lines[StockKey("A/1", f"X{number - 3}", None, units[number - 3])]
    assert len(lines) > FEW_LINES
    assert lines.copied().on("P1") == lines.on("P1") != []


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (StockMoved("", 1, "A/1", "A/2"), "sku is empty and no handling_unit is given"),
        (StockMoved("X", 1, "A/1", None, into_unit="P"), "into_unit 'P' without to_place"),
        (StockMoved("", 1, "A/1", "A/1", handling_unit="P", into_unit="P/C"), "lies on 'P' itself"),
        (StockMoved("", 1, "A/1", "A/1", handling_unit="P", into_unit="P"), "lies on 'P' itself"),
    ],
)
def test_a_packing_that_cannot_be_is_refused(body: StockMoved, said: str) -> None:
    assert said in str(refusal(told(1, 1, body), 10))


def test_a_movement_as_it_was_stored_before_reads_and_writes_as_it_was() -> None:
    stored = b'{"type":"moved","sku":"X","quantity":2.0,"from_place":"A/1","to_place":"A/2"}'
    assert encode_body(decode_body(stored)) == stored
