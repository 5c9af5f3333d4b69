"""What open orders want of a SKU is kept up to date, and is what looking through all orders finds, whenever asked."""

from __future__ import annotations

import random
from collections import defaultdict
from unittest.mock import patch

from hypothesis import given
from hypothesis import strategies as st

from layouts.inventory.ledger import Ledger
from layouts.inventory.stock import open_lines, ordered
from layouts.live.events import Body, LiveEvent, OrderClosed, OrderReleased, Position, Recorded, StockMoved
from layouts.live.state import TwinState

DAY_MS = 86_400_000
SITES, SKUS = ("N", "S"), ("X", "Y")
DUES = (None, 3 * DAY_MS, 50 * DAY_MS)

RELEASED = st.builds(
    OrderReleased,
    st.lists(st.tuples(st.sampled_from(SKUS), st.sampled_from([0.5, 2.0, 7.0])), max_size=3).map(tuple),
    st.sampled_from(DUES),
)
CLOSED = st.builds(OrderClosed, st.sampled_from(["done", "cancelled"]))
PICKED = st.builds(
    lambda sku, quantity, place, order, into: StockMoved(
        sku, quantity, place, None if into is None else "N/1", order=order, into_unit=into
    ),
    st.sampled_from((*SKUS, "")),
    st.sampled_from([0.5, 2.0]),
    st.sampled_from(["N/1", "N/1", "S/1", None]),
    st.sampled_from(["1", "1", "1", "2", None]),
    st.sampled_from([None, None, "P"]),
).filter(lambda body: body.from_place is not None or body.to_place is not None)
MOMENTS = st.sampled_from([0, 0, 1, 2, 9, 65, 75, 200]).map(lambda days: days * DAY_MS)
TOLD = st.tuples(
    MOMENTS,
    st.sampled_from(["N", "N", "N", "S"]),
    st.sampled_from(["order/1", "order/1", "job/1", "order/2"]),
    RELEASED | CLOSED | PICKED | PICKED,
)
HISTORIES = st.lists(st.tuples(TOLD, st.booleans()), min_size=5, max_size=25)


def recorded(seq: int, at_ms: int, site: str, entity: str, body: Body) -> Recorded:
    event = LiveEvent(
        id=f"e{seq * 7 % 30}", site=site, source="wms", entity=entity, happened_ms=at_ms, body=body
    )
    return Recorded(seq, 300 * DAY_MS, event)


def looked_through(state: TwinState) -> dict[tuple[str, str, int | None], int]:
    """What is wanted by site, SKU and until when, from all that was told."""
    wanted: dict[tuple[str, str, int | None], int] = defaultdict(int)
    for key, event in state.latest.items():
        site, kind, entity = key.split("/", 2)
        body, closed = event.body, state.latest.get(f"{site}/closed/{entity}")
        if kind != "order" or not isinstance(body, OrderReleased):
            continue
        if closed is not None and closed.happened_ms >= event.happened_ms:
            continue
        picked = state.stock.picked()
        for sku in SKUS:
            asked = sum(round(1000 * quantity) for each, quantity in body.lines if each == sku)
            left = max(0, asked - picked.get((site, entity.split("/")[1], sku), 0))
            for until_ms in DUES:
                if until_ms is None or body.due_ms is None or body.due_ms <= until_ms:
                    wanted[site, sku, until_ms] += left
    return wanted


def assert_found(state: TwinState) -> None:
    plain = looked_through(state)
    for site in SITES:
        listed = [(line.sku, line.left) for line in open_lines(state, site)]
        for sku in SKUS:
            assert sum(left for each, left in listed if each == sku) == plain[site, sku, None]
            for until_ms in DUES:
                assert ordered(state, site, sku, until_ms=until_ms) == plain[site, sku, until_ms]


@given(HISTORIES, st.randoms(use_true_random=False))
def test_whatever_is_told_in_whatever_order_what_is_wanted_is_what_looking_through_all_finds(
    history: list[tuple[tuple[int, str, str, Body], bool]], disorder: random.Random
) -> None:
    in_order, shuffled = TwinState(), TwinState()
    log = [(recorded(seq, *told), is_asked) for seq, (told, is_asked) in enumerate(history, start=1)]
    for each, is_asked in log:
        in_order.apply(each)
        if is_asked:
            assert_found(in_order)
    for seq, (each, is_asked) in enumerate(disorder.sample(log, len(log)), start=1):
        shuffled.apply(Recorded(seq, each.learned_ms, each.event))
        if is_asked:
            assert_found(shuffled)
    assert_found(in_order)
    assert_found(shuffled)
    assert looked_through(shuffled) == looked_through(in_order)
    restored = TwinState.decode(in_order.encode(), seq=99, learned_ms=0, happened_ms=0)
    assert_found(restored)


def test_picks_that_are_forgotten_are_wanted_again_though_nothing_is_told_of_the_order() -> None:
    state = TwinState()
    state.apply(recorded(1, 0, "N", "order/1", OrderReleased((("X", 2.0),))))
    state.apply(recorded(2, 5 * DAY_MS, "N", "sku/X", StockMoved("X", 2.0, "N/1", None, order="1")))
    assert ordered(state, "N", "X") == 0
    for seq, (day, left) in enumerate([(69, 0), (70, 2000)], start=3):
        state.apply(recorded(seq, day * DAY_MS, "N", "sku/Y", StockMoved("Y", 1.0, None, "N/1")))
        assert ordered(state, "N", "X") == left
        assert_found(state)


def test_a_pick_for_a_name_counts_for_all_that_have_it() -> None:
    state = TwinState()
    for seq, entity in enumerate(("order/1", "job/1"), start=1):
        state.apply(recorded(seq, 0, "N", entity, OrderReleased((("X", 2.0),))))
    assert ordered(state, "N", "X") == 4000
    state.apply(recorded(3, 1, "N", "sku/X", StockMoved("X", 0.5, "N/1", None, order="1")))
    assert ordered(state, "N", "X") == 3000
    assert_found(state)


def test_a_question_looks_at_the_orders_that_changed_and_no_others() -> None:
    state = TwinState()
    state.apply(recorded(1, 0, "N", "sku/X", StockMoved("X", 900.0, None, "N/1")))
    for seq in range(2, 502):
        lines = (("X", 2.0), (f"Y{seq}", 1.0))
        state.apply(recorded(seq, seq, "N", f"order/{seq - 1}", OrderReleased(lines)))
    assert ordered(state, "N", "X") == 1_000_000
    seen: list[str] = []

    def picked_for(ledger: Ledger, site: str, order: str) -> dict[str, int]:
        seen.append(order)
        return dict(ledger._picked.of(site, order))

    with patch.object(Ledger, "picked_for", picked_for):
        assert ordered(state, "N", "X") == 1_000_000
        changes: list[tuple[str, Body]] = [
            ("order/7", OrderClosed("cancelled")),
            ("order/8", OrderReleased((("X", 5.0),))),
            ("sku/X", StockMoved("X", 0.5, "N/1", None, order="9")),
            ("sku/X", StockMoved("X", 0.5, "S/1", None, order="10")),
            ("sku/X", StockMoved("X", 0.5, "N/1", None, order="closed long ago")),
            ("agent/1", Position("L0", 1.0, 1.0)),
        ]
        for number, (entity, body) in enumerate(changes, start=502):
            state.apply(recorded(number, number, "N", entity, body))
        assert ordered(state, "N", "X") == 1_000_000 - 2000 + 3000 - 500
        assert sorted(seen) == ["8", "9"]
        assert ordered(state, "N", "Y9") == 0


def test_nothing_is_kept_of_what_is_closed_and_nothing_noted_before_the_first_question() -> None:
    state = TwinState()

    def life(order: int) -> None:
        bodies: tuple[Body, ...] = (OrderReleased((("X", 2.0),)), OrderClosed("done"))
        for step, body in enumerate(bodies):
            state.apply(recorded(state.seq + 1, 2 * order + step, "N", f"order/{order}", body))

    for order in range(100):
        life(order)
    assert not state.orders._changed
    for order in range(100, 200):
        life(order)
        assert ordered(state, "N", "X") == 0
        orders = state.orders
        assert [*orders._changed, *orders._named, *orders._of_sku, *orders._skus] == []
