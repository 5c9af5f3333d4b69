"""The book of packed stock is the world: pallets, cartons on them and goods in them, whatever order it is told in."""

from __future__ import annotations

import random
from collections import defaultdict

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from layouts.inventory.ledger import Ledger, LedgerRecord, Patience
from layouts.inventory.stock_key import StockKey
from layouts.live.events import LiveEvent, StockMoved

CARTONS, PALLETS, PLACES = ("C1", "C2"), ("P1", "P2"), ("A/1", "B/1")
STEP_MS = 20
SOON = Patience(horizon_ms=3 * STEP_MS, most_kept=1000, forget_ms=10_000)


class World:
    """What is where in truth. Each action is possible, and gives the movement that tells it."""

    def __init__(self) -> None:
        self.on: dict[str, str] = {}
        self.place = dict.fromkeys((*CARTONS, *PALLETS), "A/1")
        self.held: dict[str, int] = defaultdict(int)
        self.loose: dict[str, int] = defaultdict(int)

    def name(self, unit: str) -> str:
        return f"{self.on[unit]}/{unit}" if unit in self.on else unit

    def where(self, unit: str) -> str:
        return self.place[self.on.get(unit, unit)]

    def receive(self, place: str) -> StockMoved:
        self.loose[place] += 5
        return StockMoved("X", 5.0, None, place)

    def fill(self, unit: str) -> StockMoved:
        self.held[unit] += 3
        return StockMoved("X", 3.0, None, self.where(unit), handling_unit=self.name(unit))

    def pack(self, unit: str) -> StockMoved:
        place = self.where(unit)
        self.loose[place] -= 2
        self.held[unit] += 2
        return StockMoved("X", 2.0, place, place, into_unit=self.name(unit))

    def unpack(self, unit: str, place: str) -> StockMoved:
        self.held[unit] -= 1
        self.loose[place] += 1
        return StockMoved("X", 1.0, self.where(unit), place, handling_unit=self.name(unit), into_unit="")

    def repack(self, unit: str, other: str) -> StockMoved:
        self.held[unit] -= 1
        self.held[other] += 1
        ends = (self.where(unit), self.where(other))
        return StockMoved("X", 1.0, *ends, handling_unit=self.name(unit), into_unit=self.name(other))

    def put(self, carton: str, pallet: str) -> StockMoved:
        before = self.name(carton)
        self.on[carton] = pallet
        return StockMoved("", 1.0, None, self.place[pallet], handling_unit=before, into_unit=pallet)

    def take_off(self, carton: str, place: str) -> StockMoved:
        before = self.name(carton)
        self.on.pop(carton, None)
        self.place[carton] = place
        return StockMoved("", 1.0, None, place, handling_unit=before, into_unit="")

    def carry(self, pallet: str, place: str) -> StockMoved:
        before, self.place[pallet] = self.place[pallet], place
        return StockMoved("", 1.0, before, place, handling_unit=pallet)

    def ship(self, pallet: str) -> StockMoved:
        for unit in (pallet, *(carton for carton in CARTONS if self.on.get(carton) == pallet)):
            self.held[unit] = 0
        return StockMoved("", 1.0, self.place[pallet], None, handling_unit=pallet)

    def book(self) -> dict[StockKey, int]:
        lines = {StockKey(place, "X"): 1000 * count for place, count in self.loose.items()}
        for unit, count in self.held.items():
            lines[StockKey(self.where(unit), "X", None, self.name(unit))] = 1000 * count
        return {key: amount for key, amount in lines.items() if amount}


UNITS = st.sampled_from((*CARTONS, *PALLETS))
ACTIONS = st.one_of(
    st.tuples(st.just("receive"), st.sampled_from(PLACES)),
    st.tuples(st.sampled_from(["fill", "pack"]), UNITS),
    st.tuples(st.just("unpack"), UNITS, st.sampled_from(PLACES)),
    st.tuples(st.just("repack"), UNITS, UNITS),
    *2 * (st.tuples(st.just("put"), st.sampled_from(CARTONS), st.sampled_from(PALLETS)),),
    st.tuples(st.just("take_off"), st.sampled_from(CARTONS), st.sampled_from(PLACES)),
    *2 * (st.tuples(st.just("carry"), st.sampled_from(PALLETS), st.sampled_from(PLACES)),),
    st.tuples(st.just("ship"), st.sampled_from(PALLETS)),
)
LIVES = st.lists(ACTIONS, min_size=6, max_size=25)


def lived(actions: list[tuple[str, ...]]) -> tuple[World, list[LiveEvent]]:
    world = World()
    events = []
    for number, (action, *things) in enumerate(actions):
        body = getattr(world, action)(*things)
        events.append(
            LiveEvent(
                id=f"e{number}",
                site="A",
                source="wms",
                entity="sku/X",
                happened_ms=STEP_MS * number,
                body=body,
            )
        )
    return world, events


def booked(events: list[LiveEvent], patience: Patience, *, stops: bool = False) -> Ledger:
    ledger = Ledger(patience)
    for event in events:
        ledger.apply(event)
        if stops:
            record = msgspec.json.decode(msgspec.json.encode(ledger.record()), type=LedgerRecord)
            ledger = Ledger.of(record, patience)
    return ledger


def lying(ledger: Ledger) -> dict[StockKey, int]:
    return {key: line.book for key, line in ledger.lines("X") if line.book}


def assert_conserved(ledger: Ledger) -> None:
    at_site: dict[str, int] = defaultdict(int)
    for key, amount in lying(ledger).items():
        at_site[key.site] += amount
    net = {key.site: flow.net for key, flow in ledger.flows().items() if key.sku == "X"}
    assert {site: amount for site, amount in net.items() if amount} == {
        site: amount for site, amount in at_site.items() if amount
    }


@given(LIVES, st.randoms(use_true_random=False))
def test_in_any_order_the_book_is_the_world_and_stock_is_conserved(actions, disorder: random.Random) -> None:
    world, events = lived(actions)
    ledger = booked(disorder.sample(events, len(events)), Patience())
    assert lying(ledger) == world.book()
    assert msgspec.json.encode(ledger.record()) == msgspec.json.encode(booked(events, Patience()).record())
    assert_conserved(ledger)


@given(LIVES, st.randoms(use_true_random=False))
def test_so_it_is_while_what_is_old_is_added_up_and_the_book_is_restored_between(
    actions, disorder: random.Random
) -> None:
    world, events = lived(actions)
    nearly = sorted(events, key=lambda event: event.happened_ms + disorder.random() * 3 * STEP_MS)
    ledger = booked(nearly, SOON)
    assert lying(ledger) == world.book()
    in_time = msgspec.json.encode(booked(events, SOON).record())
    assert msgspec.json.encode(ledger.record()) == in_time
    with_stops = booked(nearly, SOON, stops=True)
    assert lying(with_stops) == world.book()
    assert msgspec.json.encode(with_stops.record()) == in_time
    assert_conserved(ledger)


@given(LIVES, st.randoms(use_true_random=False))
def test_looking_between_the_events_changes_nothing_and_finds_what_a_restored_book_has(
    actions: list[tuple[str, ...]], disorder: random.Random
) -> None:
    _, events = lived(actions)
    shuffled = disorder.sample(events, len(events))
    forgetful = Patience(horizon_ms=3 * STEP_MS, most_kept=4, forget_ms=5 * STEP_MS)
    for patience in (Patience(), SOON, forgetful):
        looked_at = Ledger(patience)
        for event in shuffled:
            looked_at.apply(event)
            found = lying(looked_at)
            assert found == lying(Ledger.of(looked_at.record(), patience))
        assert msgspec.json.encode(looked_at.record()) == msgspec.json.encode(
            booked(shuffled, patience).record()
        )


@given(LIVES, st.randoms(use_true_random=False))
def test_what_comes_too_late_loses_and_doubles_nothing_and_is_the_same_after_a_restart(
    actions, disorder: random.Random
) -> None:
    _, events = lived(actions)
    shuffled = disorder.sample(events, len(events))
    at_once, with_stops = booked(shuffled, SOON), booked(shuffled, SOON, stops=True)
    assert msgspec.json.encode(at_once.record()) == msgspec.json.encode(with_stops.record())
    assert_conserved(at_once)
