"""The ledger's upkeep in small steps tells what a sweep all at once tells, and what it keeps stays bounded."""

from __future__ import annotations

import random
from collections import Counter
from copy import deepcopy
from typing import Any
from unittest.mock import patch

import msgspec
from hypothesis import given
from hypothesis import strategies as st
from swept_at_once import SweptAtOnce

from layouts.inventory import ledger as ledger_module
from layouts.inventory.account import Stamp
from layouts.inventory.account_names import NamesBySku
from layouts.inventory.ledger import Ledger, Patience
from layouts.inventory.rounds import Newest, Round
from layouts.live.events import Body, LiveEvent, StockMoved, StockSeen
from tests.layouts.inventory.test_ledger import histories, told
from tests.layouts.inventory.test_packing_law import LIVES, lived


def said(ledger: Ledger) -> tuple[object, ...]:
    """What can be asked of a ledger; asking leaves what is still to be added up as it is."""
    by_sku = [{key: line.book for key, line in ledger.lines(sku) if line.book} for sku in "XY"]
    book = {key: line.book for key, line in ledger.lines() if line.book}
    assert book == by_sku[0] | by_sku[1]
    flows = {key: flow for key, flow in ledger.flows().items() if any(msgspec.structs.astuple(flow))}
    return book, flows, ledger.picked(), ledger.adjustments(), ledger.late, ledger.newest_ms


def encoded(ledger: Ledger) -> bytes:
    """Its record, which would add up and forget all at once: so of a copy."""
    return msgspec.json.encode(deepcopy(ledger).record())


def assert_one_book(events: list[LiveEvent], patience: Patience, cut: int) -> None:
    in_steps, at_once = Ledger(patience), SweptAtOnce(patience)
    for number, event in enumerate(events):
        in_steps.apply(event)
        at_once.apply(event)
        assert said(in_steps) == said(at_once)
        if number == cut % len(events) or number == len(events) - 1:
            assert encoded(in_steps) == encoded(at_once)


PATIENCES = st.builds(
    lambda horizon_ms, more_ms, most: Patience(
        horizon_ms=horizon_ms, forget_ms=horizon_ms + more_ms, most_kept=most
    ),
    st.sampled_from([60, 300, 10_000]),
    st.sampled_from([30, 200, 10_000]),
    st.integers(1, 13),
)


@given(histories(), PATIENCES, st.integers(0, 29), st.integers(0, 900), st.randoms(use_true_random=False))
def test_in_steps_or_at_once_the_book_is_the_same_to_the_byte_whatever_comes_late(
    events: list[LiveEvent], patience: Patience, cut: int, late_by_ms: int, disorder: random.Random
) -> None:
    arrived = sorted(events, key=lambda event: event.happened_ms + disorder.random() * late_by_ms)
    with patch.object(ledger_module, "ADDED_UP_AT_ONCE", 1):
        assert_one_book(arrived, patience, cut)


@given(LIVES, PATIENCES, st.integers(0, 24), st.randoms(use_true_random=False))
def test_so_it_is_for_units_that_are_put_on_each_other(
    actions: list[tuple[str, ...]], patience: Patience, cut: int, disorder: random.Random
) -> None:
    _, events = lived(actions)
    with patch.object(ledger_module, "ADDED_UP_AT_ONCE", 1):
        assert_one_book(disorder.sample(events, len(events)), patience, cut)


def test_a_sweep_leaves_work_to_the_events_after_it_and_that_is_done_before_the_next() -> None:
    """Of 400 places that are settled in 100 steps, and of one with 400 events, added up in shares."""
    for busy in (False, True):
        ledger = Ledger(Patience(horizon_ms=10**6, forget_ms=2 * 10**6, most_kept=400))
        behind, kept = [], []
        for number in range(1200):
            place = "A/0" if busy and number < 400 else f"A/{number % 400}"
            ledger.apply(told(number, number, StockMoved("X", 1, None, place)))
            behind.append(sum(account.is_behind(ledger._until()) for account in ledger._accounts.values()))
            kept.append(len(ledger._kept))
        assert kept[798] == 799
        assert max(kept) <= 2.5 * 400
        assert kept[799] > 700
        assert kept[1000] < 700
        assert sorted(behind[799:1199], reverse=True) == behind[799:1199]
        assert behind[798] == 0
        assert behind[799] == (1 if busy else 396)
        assert behind[1198] == 0


def test_one_event_does_no_more_than_a_share_of_the_upkeep() -> None:
    """Counted in accounts that are looked at, of which up to 64 events are added up, not in seconds."""
    places, most_kept = 3000, 2000
    ledger = Ledger(Patience(horizon_ms=10**9, forget_ms=2 * 10**9, most_kept=most_kept))
    looked_at: Counter[int] = Counter()
    settled = ledger._settle_account

    def counted(*about: Any, most: int | None = None) -> bool:
        assert most == 64
        looked_at[number] += 1
        return settled(*about, most=most)

    with patch.object(ledger, "_settle_account", counted):
        for number in range(4 * most_kept):
            ledger.apply(told(number, number, StockMoved("X", 1, None, f"A/{number % places}")))
    assert max(looked_at.values()) == 4 * places // most_kept
    assert sum(looked_at.values()) == 2000 + 3000 + 3000 + 6


def test_what_is_empty_or_was_seen_is_forgotten_without_anyone_asking() -> None:
    ledger = Ledger(Patience(horizon_ms=1000, forget_ms=2000, most_kept=50))
    for number in range(2000):
        at_ms, place, unit = 20 * number, f"A/{number}", f"P{number}"
        bodies: tuple[Body, ...] = (
            StockSeen(place, "scan", 0.9, is_empty=True),
            StockMoved("X", 1, None, place),
            StockMoved("X", 1, place, place, into_unit=unit),
            StockMoved("", 1, place, place, handling_unit=unit, into_unit=f"Q{number}"),
            StockMoved("", 1, place, None, handling_unit=f"Q{number}"),
        )
        for step, body in enumerate(bodies):
            ledger.apply(told(5 * number + step, at_ms + step, body))
    assert 100 < len(ledger._accounts) < 500
    assert len(ledger._joined) < 500
    assert len(ledger._of_sku.of("X")) <= len(ledger._accounts)
    assert len(ledger._seen.names()) < 300


def test_orders_that_are_forgotten_are_freed_a_few_at_a_time() -> None:
    day_ms = 86_400_000
    ledger = Ledger(Patience(most_kept=100))
    for number in range(500):
        ledger.apply(told(number, 0, StockMoved("X", 1, "A/1", None, order=f"O{number}")))
    left = []
    for number in range(500, 800):
        ledger.apply(told(number, 80 * day_ms, StockMoved("X", 1, None, "A/1")))
        assert not ledger.picked() or number == 500
        left.append(sum(map(len, ledger._picked._past)))
    assert left[1] - left[2] == 8
    assert (left[-1], ledger._picked._past) == (0, [])


STAMPS = st.tuples(st.integers(0, 9), st.booleans(), st.text("ab", max_size=2))


@given(st.lists(STAMPS, unique=True), st.integers(1, 6), STAMPS)
def test_the_oldest_of_the_newest_is_where_sorting_finds_it(
    stamps: list[Stamp], most: int, since: Stamp
) -> None:
    newest = Newest(most)
    for stamp in stamps:
        newest.take(stamp)
    from_there_on = sorted(stamp for stamp in stamps if stamp >= since)
    assert newest.oldest(since) == (from_there_on[-most] if len(from_there_on) > most else None)


@given(st.lists(st.integers()), st.integers(1, 9), st.sets(st.integers()))
def test_a_round_goes_through_all_in_so_many_steps(things: list[int], steps: int, twice: set[int]) -> None:
    whole = Round(things, steps=steps)
    shares = [whole.share() for _ in range(steps)]
    assert Counter(each for share in shares for each in share) == Counter(things)
    assert whole.share() == []
    again, seen = Round(things, steps=steps), []
    put_back = {each for each in twice if each in things}
    waiting = set(put_back)
    while share := again.share():
        for each in share:
            seen.append(each)
            if each in waiting:
                waiting.remove(each)
                again.put_back(each)
    assert Counter(seen) == Counter(things) + Counter(put_back)


def test_a_dropped_name_is_found_under_no_sku() -> None:
    names = NamesBySku()
    for name, sku in ((("A/1", "X", None), "X"), ("P", "X"), ("P", "Y"), ("P", "X"), ("Q", "Y")):
        names.add(name, sku)
    assert set(names.of("X")) == {("A/1", "X", None), "P"}
    names.drop("P")
    names.drop("R")
    assert (set(names.of("X")), set(names.of("Y"))) == ({("A/1", "X", None)}, {"Q"})
    names.drop(("A/1", "X", None))
    assert set(names.of("X")) == set()
