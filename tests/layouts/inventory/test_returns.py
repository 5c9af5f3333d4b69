"""Returns, what becomes of them, and what may be sold."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from layouts.inventory.ledger import Ledger
from layouts.inventory.returns import HELD, Sellable, by_reason, returns_of, sellable
from layouts.live.events import Body, LiveEvent, StockCounted, StockMoved


def told(*bodies: Body) -> list[LiveEvent]:
    return [
        LiveEvent(id=f"e{n:03d}", site="N", source="t", entity="sku/X", happened_ms=n, body=body)
        for n, body in enumerate(bodies)
    ]


def back(quantity: float, disposition: str | None, why: str = "return: damaged", place: str = "N/R") -> Body:
    return StockMoved("X", quantity, None, place, None, None, why, disposition)


def moved(
    quantity: float, from_place: str | None, to_place: str | None, disposition: str | None = None
) -> Body:
    return StockMoved("X", quantity, from_place, to_place, disposition=disposition)


def at(found: list[Sellable]) -> dict[str, tuple[float, float, dict[str, float]]]:
    return {each.key.place: (each.quantity, each.sellable, dict(each.held)) for each in found}


def test_only_what_is_restocked_may_be_sold() -> None:
    found = at(sellable(told(back(5, "restock"), back(4, "quarantine"), back(3, "scrap"), back(2, "vendor"))))
    assert found == {"N/R": (14, 5, {"quarantine": 4, "supplier": 2, "scrap": 3})}


def test_a_return_of_which_nothing_is_decided_waits_in_quarantine() -> None:
    for disposition in (None, "in_progress"):
        assert at(sellable(told(back(5, disposition)))) == {"N/R": (5, 0, {"quarantine": 5})}


def test_a_decision_frees_or_keeps_what_it_moves() -> None:
    events = told(
        back(10, "quarantine"),
        moved(4, "N/R", "N/1", "restock"),
        moved(3, "N/R", "N/R", "scrap"),
        moved(1, "N/R", "N/R", "restock"),
        moved(2, "N/R", None),
    )
    # the one piece that was freed there goes first, then one of those that wait
    assert at(sellable(events)) == {"N/R": (4, 0, {"quarantine": 1, "scrap": 3}), "N/1": (4, 4, {})}


def test_what_is_held_stays_held_where_it_goes_with_a_pallet_or_without() -> None:
    events = told(
        StockMoved("X", 5, None, "N/R", None, "P", "return: late", "quarantine"),
        StockMoved("", 1, "N/R", "N/2", handling_unit="P"),
        back(3, "repair"),
        moved(3, "N/R", "N/3"),
    )
    assert at(sellable(events)) == {"N/2": (5, 0, {"quarantine": 5}), "N/3": (3, 0, {"repair": 3})}


def test_what_a_count_misses_is_missing_from_what_may_be_sold_first() -> None:
    events = told(moved(5, None, "N/1"), back(4, "scrap", place="N/1"), StockCounted("X", "N/1", 6))
    assert at(sellable(events)) == {"N/1": (6, 2, {"scrap": 4})}
    fewer = told(moved(5, None, "N/1"), back(4, "scrap", place="N/1"), StockCounted("X", "N/1", 3))
    assert at(sellable(reversed(fewer))) == {"N/1": (3, 0, {"scrap": 3})}


def test_returns_are_told_by_reason() -> None:
    events = told(
        back(5, "restock", "return: wrong size"),
        back(1, "scrap", "return: wrong size"),
        back(9, "rework", "return: broken"),
        back(1, None, "return"),
        moved(7, None, "N/1"),
    )
    returns = returns_of(reversed(events))
    assert [(each.reason, each.disposition, each.quantity) for each in returns] == [
        ("wrong size", "restock", 5),
        ("wrong size", "scrap", 1),
        ("broken", "repair", 9),
        ("not told", "quarantine", 1),
    ]
    figures = by_reason(returns)
    assert [(each.reason, each.returns, each.quantity) for each in figures] == [
        ("broken", 1, 9),
        ("wrong size", 2, 6),
        ("not told", 1, 1),
    ]
    assert [each.restocked for each in figures] == [0, pytest.approx(5 / 6), 0]
    assert by_reason([]) == []


places = st.sampled_from([None, "N/1", "N/2"])


@st.composite
def stories(draw: st.DrawFn) -> list[LiveEvent]:
    bodies: list[Body] = []
    for _ in range(draw(st.integers(1, 12))):
        there, here = draw(places), draw(places)
        unit = draw(st.sampled_from([None, "P"]))
        decided = draw(st.sampled_from([None, "restock", *HELD]))
        if draw(st.integers(0, 5)) == 0:
            bodies.append(StockCounted("X", here or "N/1", draw(st.integers(0, 9)), handling_unit=unit))
        elif there is None and here is None:
            bodies.append(StockMoved("", 1, "N/1", draw(places), handling_unit="P"))
        else:
            why = "return: x" if there is None else None
            bodies.append(StockMoved("X", draw(st.integers(1, 9)), there, here, None, unit, why, decided))
    return told(*bodies)


@given(stories())
def test_what_may_be_sold_and_what_is_held_is_what_lies_there(events: list[LiveEvent]) -> None:
    ledger = Ledger()
    for event in events:
        ledger.apply(event)
    found = sellable(events)
    assert {each.key: each.quantity for each in found} == {
        key: line.book / 1000 for key, line in ledger.lines() if line.book > 0
    }
    for each in found:
        assert each.sellable >= 0
        assert each.sellable + sum(each.held.values()) == each.quantity
        assert all(part > 0 for part in each.held.values())
