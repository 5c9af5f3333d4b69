"""The book of stock: laws for any order of events, and what is told when something comes too late."""

from __future__ import annotations

import random
from collections import defaultdict

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from layouts.inventory.ledger import Ledger, LedgerRecord, Patience
from layouts.inventory.stock_key import StockKey
from layouts.live.events import Body, LiveEvent, StockCounted, StockMoved, StockSeen

PLACES = (None, "A/1", "A/2", "B/1")
PATIENT = Patience()
SOON = Patience(horizon_ms=100, most_kept=1000, forget_ms=150)
FEW = Patience(horizon_ms=10_000, most_kept=5, forget_ms=20_000)


def told(number: int, at_ms: int, body: Body) -> LiveEvent:
    return LiveEvent(
        id=f"e{number:04d}", site="A", source="wms", entity="sku/X", happened_ms=at_ms, body=body
    )


@st.composite
def bodies(draw: st.DrawFn, *, with_units: bool = True) -> Body:
    unit = draw(st.sampled_from([None, None, "P", "P/C", "Q"])) if with_units else None
    sku, lot = draw(st.sampled_from("XY")), draw(st.sampled_from([None, "L"]))
    kind = draw(st.integers(0, 9))
    if kind < 3:
        source, place = draw(st.sampled_from(["count", "wms"])), draw(st.sampled_from(PLACES[1:]))
        return StockCounted(sku, place, draw(st.integers(0, 9)) / 3, source, lot, unit)
    there, here = draw(st.permutations(PLACES).filter(lambda four: four[:2] != [None, None]))[:2]
    into = None
    if with_units and here is not None:
        onto = ("", "Q", "C", "R/C") if unit is None or unit.startswith("P") else ("", "P", "P/C")
        into = draw(st.sampled_from([None, None, *onto]))
        there = here if into is not None and draw(st.booleans()) else there
    if kind == 3 and unit is not None:
        return StockMoved("", 1.0, there, here, handling_unit=unit, into_unit=into)
    if kind == 4:
        return StockSeen(draw(st.sampled_from(PLACES[1:])), "scan", 0.9, sku=sku, quantity=1.0)
    order = draw(st.sampled_from([None, "O1"]))
    return StockMoved(sku, draw(st.integers(1, 9)) / 3, there, here, lot, unit, order=order, into_unit=into)


@st.composite
def histories(draw: st.DrawFn, *, with_units: bool = True) -> list[LiveEvent]:
    """Events over 900 ms, many of them at equal times."""
    timed = st.tuples(st.integers(0, 30), bodies(with_units=with_units))
    drawn = draw(st.lists(timed, min_size=1, max_size=30))
    return [told(number, 30 * at, body) for number, (at, body) in enumerate(drawn)]


def booked(events: list[LiveEvent], patience: Patience = PATIENT) -> Ledger:
    ledger = Ledger(patience)
    for event in events:
        ledger.apply(event)
    return ledger


def encoded(ledger: Ledger) -> bytes:
    return msgspec.json.encode(ledger.record())


def nearly_in_order(events: list[LiveEvent], disorder: random.Random, by_ms: int) -> list[LiveEvent]:
    """An order in which each comes before all that happened `by_ms` or more later."""
    return sorted(events, key=lambda event: event.happened_ms + disorder.random() * by_ms)


def by_hand(events: list[LiveEvent]) -> dict[StockKey, int]:
    """The book as a clerk would write it: one event after the other, by time."""
    book: dict[StockKey, int] = defaultdict(int)
    for event in sorted(events, key=lambda e: (e.happened_ms, isinstance(e.body, StockCounted), e.id)):
        body = event.body
        if isinstance(body, StockCounted):
            book[StockKey(body.place, body.sku, body.lot, body.handling_unit)] = round(1000 * body.quantity)
        elif isinstance(body, StockMoved) and body.sku:
            afterwards = body.handling_unit if body.into_unit is None else body.into_unit or None
            ends = ((body.from_place, body.handling_unit, -1), (body.to_place, afterwards, 1))
            for place, unit, sign in (end for end in ends if end[0] is not None):
                book[StockKey(place, body.sku, body.lot, unit)] += sign * round(1000 * body.quantity)
        elif isinstance(body, StockMoved):
            unit = body.handling_unit or ""
            for key, amount in list(book.items()):
                held = key.handling_unit or ""
                if amount and (held == unit or held.startswith(unit + "/")):
                    book[key] -= amount
                    if body.to_place is not None:
                        packed = f"{body.into_unit}/{unit.split('/')[-1]}".removeprefix("/")
                        moved = (unit if body.into_unit is None else packed) + held.removeprefix(unit)
                        book[key._replace(place=body.to_place, handling_unit=moved)] += amount
    return {key: amount for key, amount in book.items() if amount}


def lying(ledger: Ledger) -> dict[StockKey, int]:
    return {key: line.book for key, line in ledger.lines() if line.book}


def assert_conserved(ledger: Ledger) -> None:
    at_site: dict[tuple[str, str, str | None], int] = defaultdict(int)
    for key, amount in lying(ledger).items():
        at_site[key.site, key.sku, key.lot] += amount
    flows = ledger.flows()
    assert {key: flow.net for key, flow in flows.items() if flow.net} == {
        key: amount for key, amount in at_site.items() if amount
    }
    arrived, left = (sum(getattr(flow, way) for flow in flows.values()) for way in ("arrived", "left"))
    assert arrived == left


@given(histories(), st.randoms(use_true_random=False))
def test_any_order_gives_the_book_a_clerk_writes(events: list[LiveEvent], disorder: random.Random) -> None:
    shuffled = disorder.sample(events, len(events))
    ledger = booked(shuffled)
    assert lying(ledger) == by_hand(events)
    assert encoded(ledger) == encoded(booked(events)) == encoded(booked(events + events))
    assert_conserved(ledger)


@given(histories(), st.randoms(use_true_random=False))
def test_any_order_within_the_horizon_gives_the_same_bytes_while_old_events_are_added_up(
    events: list[LiveEvent], disorder: random.Random
) -> None:
    in_time = sorted(events, key=lambda event: event.happened_ms)
    ledger = booked(nearly_in_order(events, disorder, 100), SOON)
    assert encoded(ledger) == encoded(booked(in_time, SOON))
    assert lying(ledger) == by_hand(events)
    assert_conserved(ledger)


@given(histories(), st.randoms(use_true_random=False))
def test_any_order_within_the_number_kept_gives_the_same_bytes(
    events: list[LiveEvent], disorder: random.Random
) -> None:
    in_time = sorted(events, key=lambda e: (e.happened_ms, isinstance(e.body, StockCounted), e.id))
    places = sorted(range(len(in_time)), key=lambda place: place + disorder.random() * 4)
    ledger = booked([in_time[place] for place in places], FEW)
    assert encoded(ledger) == encoded(booked(in_time, FEW))
    assert lying(ledger) == by_hand(events)
    assert_conserved(ledger)


@given(histories(with_units=False), st.randoms(use_true_random=False))
def test_movements_are_placed_exactly_however_late_they_come(
    events: list[LiveEvent], disorder: random.Random
) -> None:
    patience = Patience(horizon_ms=1, most_kept=1000, forget_ms=10_000)
    counts = [event for event in events if isinstance(event.body, StockCounted)]
    rest = [event for event in events if not isinstance(event.body, StockCounted)]
    counts.sort(key=lambda event: event.happened_ms)
    late = booked([*counts, *disorder.sample(rest, len(rest))], patience)
    assert lying(late) == by_hand(events)
    assert_conserved(late)


@given(histories(), st.randoms(use_true_random=False))
def test_whatever_comes_too_late_stock_is_conserved_and_records_taken_between_change_nothing(
    events: list[LiveEvent], disorder: random.Random
) -> None:
    shuffled = disorder.sample(events, len(events))
    for patience in (SOON, FEW):
        at_once, with_stops = booked(shuffled, patience), Ledger(patience)
        for event in shuffled:
            with_stops.apply(event)
            data = encoded(with_stops)
            with_stops = Ledger.of(msgspec.json.decode(data, type=LedgerRecord), patience)
            assert encoded(with_stops) == data
        assert encoded(with_stops) == encoded(at_once)
        assert with_stops.adjustments() == at_once.adjustments()
        assert_conserved(at_once)


def test_a_count_holds_what_happened_before_and_tells_the_difference() -> None:
    moved_in = told(1, 10, StockMoved("X", 5, None, "A/1"))
    counted = told(2, 20, StockCounted("X", "A/1", 3))
    moved_out = told(3, 30, StockMoved("X", 1, "A/1", None))
    ledger = booked([moved_out, counted, moved_in])
    assert ledger.book(StockKey("A/1", "X")) == 2000
    (found,) = ledger.adjustments()
    assert (found.before, found.counted, found.change) == (5000, 3000, -2000)
    (flow,) = ledger.flows().values()
    assert (flow.received, flow.shipped, flow.lost, flow.net) == (5000, 1000, 2000, 2000)


def test_stock_of_which_no_receipt_is_known_is_below_zero_and_no_error() -> None:
    ledger = booked([told(1, 10, StockMoved("X", 5, "A/1", "B/1"))])
    assert lying(ledger) == {StockKey("A/1", "X"): -5000, StockKey("B/1", "X"): 5000}
    assert_conserved(ledger)


def test_a_pallet_takes_along_what_lies_on_it() -> None:
    ledger = booked(
        [
            told(1, 10, StockMoved("X", 5, None, "A/1", handling_unit="P/C")),
            told(2, 10, StockMoved("Y", 2, None, "A/1", handling_unit="P")),
            told(3, 10, StockMoved("Y", 1, None, "A/1", handling_unit="PP")),
            told(4, 20, StockMoved("", 1, "A/1", "B/1", handling_unit="P")),
            told(5, 30, StockMoved("", 1, "B/1", "A/2", handling_unit="P/C")),
        ]
    )
    assert lying(ledger) == {
        StockKey("A/2", "X", None, "P/C"): 5000,
        StockKey("B/1", "Y", None, "P"): 2000,
        StockKey("A/1", "Y", None, "PP"): 1000,
    }


def test_a_count_that_comes_too_late_is_placed_if_nothing_newer_happened_there_and_else_told() -> None:
    ledger = Ledger(SOON)
    for event in (
        told(1, 10, StockMoved("X", 5, None, "A/1")),
        told(2, 50, StockMoved("X", 2, None, "A/2")),
        told(3, 500, StockMoved("Y", 1, None, "B/1")),
        told(4, 40, StockCounted("X", "A/1", 4)),
        told(5, 40, StockCounted("X", "A/2", 9)),
    ):
        ledger.apply(event)
    assert lying(ledger)[StockKey("A/1", "X")] == 4000
    assert lying(ledger)[StockKey("A/2", "X")] == 2000
    assert [event.id for event in ledger.late] == ["e0005"]
    assert_conserved(ledger)


def test_a_movement_that_comes_after_the_count_that_holds_it_is_told_in_sum() -> None:
    ledger = Ledger(SOON)
    ledger.apply(told(1, 100, StockCounted("X", "A/1", 5)))
    ledger.apply(told(2, 500, StockMoved("Y", 1, None, "B/1")))
    ledger.apply(told(3, 50, StockMoved("X", 5, None, "A/1")))
    flow = next(flow for key, flow in ledger.flows().items() if key.sku == "X")
    assert (flow.received, flow.found, flow.late, flow.net) == (5000, 5000, -5000, 5000)


def test_memory_is_bounded_by_what_lies_where_not_by_time() -> None:
    patience = Patience(horizon_ms=1000, most_kept=50, forget_ms=2000)
    ledger = Ledger(patience)
    for number in range(3000):
        place = f"A/{number % 700}"
        ledger.apply(told(2 * number, 20 * number, StockMoved("X", 1, None, place)))
        ledger.apply(
            told(2 * number + 1, 20 * number + 10, StockMoved("X", 1, place, None, order=f"O{number}"))
        )
    record = ledger.record()
    assert len(record.movements) <= 100
    assert len(record.lines) <= 200
    assert (len(record.flows), record.flows[0][-1].shipped) == (1, 3000_000 - 25_000)


def test_what_was_picked_for_an_order_is_told_by_site() -> None:
    events = [
        told(1, 10, StockMoved("X", 2, "A/1", None, order="O")),
        told(2, 900, StockMoved("X", 1.5, "A/2", "B/1", order="O")),
        told(3, 910, StockMoved("X", 1, None, "B/1", order="O")),
    ]
    for patience in (Patience(), SOON):
        assert booked(events, patience).picked() == {("A", "O", "X"): 3500}


def test_quantities_beyond_belief_are_booked_without_failing() -> None:
    ledger = booked(
        [told(1, 10, StockMoved("X", 1e300, None, "A/1")), told(2, 20, StockMoved("X", 0.1, None, "A/1"))]
    )
    assert encoded(Ledger.of(msgspec.json.decode(encoded(ledger), type=LedgerRecord))) == encoded(ledger)
    assert_conserved(ledger)


def test_ten_tenths_are_one() -> None:
    ledger = booked([told(n, n, StockMoved("X", 0.1, None, "A/1")) for n in range(10)])
    assert ledger.book(StockKey("A/1", "X")) == 1000


def test_sightings_keep_the_newest_and_are_forgotten() -> None:
    ledger = booked(
        [
            told(2, 50, StockSeen("A/1", "scan", 0.9, is_empty=True)),
            told(1, 20, StockSeen("A/1", "scan", 0.8, is_empty=True)),
            told(3, 10, StockSeen("A/1", "rfid", 0.8, sku="X")),
        ]
    )
    assert [event.id for event in ledger.seen()] == ["e0003", "e0002"]
    later = booked([*ledger.seen(), told(4, 60 * 86_400_000 + 20, StockSeen("A/2", "scan", 0.5))])
    assert [event.id for event in later.seen()] == ["e0002", "e0004"]


@pytest.mark.parametrize(("horizon_ms", "most_kept", "forget_ms"), [(0, 1, 1), (5, 1, 5), (5, 0, 9)])
def test_patience_that_cannot_be_is_refused(horizon_ms: int, most_kept: int, forget_ms: int) -> None:
    with pytest.raises(ValueError, match="give 0 < horizon_ms < forget_ms"):
        Patience(horizon_ms=horizon_ms, most_kept=most_kept, forget_ms=forget_ms)


@st.composite
def histories_of_few_lines(draw: st.DrawFn) -> list[LiveEvent]:
    """Lines that are often empty for long; something happens elsewhere too, so that time passes."""
    choices: list[Body] = [StockMoved("Y", 1, None, "B/1")]
    for unit in (None, "P"):
        choices += [
            StockCounted("X", "A/1", 0, handling_unit=unit),
            StockMoved("X", 1, None, "A/1", handling_unit=unit),
            StockMoved("X", 1, "A/1", None, handling_unit=unit),
        ]
    drawn = draw(st.lists(st.tuples(st.integers(0, 60), st.sampled_from(choices)), min_size=3, max_size=12))
    return [told(number, 10 * at, body) for number, (at, body) in enumerate(drawn)]


@given(histories_of_few_lines(), st.randoms(use_true_random=False), st.integers(90, 600))
def test_when_an_empty_line_is_forgotten_does_not_hang_on_the_order_or_on_records(
    events: list[LiveEvent], disorder: random.Random, late_by_ms: int
) -> None:
    in_time = nearly_in_order(events, disorder, 90)
    assert encoded(booked(in_time, SOON)) == encoded(
        booked(sorted(events, key=lambda event: event.happened_ms), SOON)
    )
    shuffled = nearly_in_order(events, disorder, late_by_ms)
    at_once, with_stops = booked(shuffled, SOON), Ledger(SOON)
    for event in shuffled:
        with_stops.apply(event)
        with_stops.record()
    assert encoded(with_stops) == encoded(at_once)
    assert_conserved(at_once)


@pytest.mark.parametrize("unit", [None, "P"])
def test_a_line_forgotten_between_two_records_is_as_good_as_new_without_them(unit: str | None) -> None:
    events = [
        told(1, 0, StockCounted("X", "A/1", 0, handling_unit=unit)),
        told(2, 260, StockMoved("Y", 1, None, "B/1")),
        told(3, 200, StockMoved("X", 1, None, "A/1", handling_unit=unit)),
        told(4, 400, StockMoved("Y", 1, None, "B/1")),
    ]
    with_stops = Ledger(SOON)
    for event in events:
        with_stops.apply(event)
        with_stops.record()
    assert encoded(with_stops) == encoded(booked(events, SOON))


def test_a_record_does_not_change_with_the_ledger_it_was_taken_from_or_given_to() -> None:
    ledger = booked(
        [told(1, 10, StockMoved("X", 5, None, "A/1")), told(2, 500, StockMoved("Y", 1, None, "B/1"))], SOON
    )
    record = ledger.record()
    before = msgspec.json.encode(record)
    for one in (ledger, Ledger.of(record, SOON)):
        one.apply(told(3, 20, StockMoved("X", 2, None, "A/1", order="O")))
        assert one.book(StockKey("A/1", "X")) == 7000
    assert msgspec.json.encode(record) == before
