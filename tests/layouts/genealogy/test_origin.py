"""The lots behind an order are those that its pieces really came from, or were made of."""

from __future__ import annotations

import random
from collections import Counter

import pytest

from layouts.genealogy.origin import origin, origin_text
from layouts.genealogy.recall import recall
from layouts.live.events import LiveEvent
from spatial.errors import BadDataError
from tests.layouts.genealogy.test_recall import Piece, World, move


def truth(world: World, order: str) -> Counter[tuple[str, str]]:
    """By lot, how many pieces of the order are of it or were made of a lot with such pieces."""
    found = Counter[tuple[str, str]]()
    for lot in {(piece.sku, piece.lot) for piece in world.pieces}:
        found[lot] = sum(_went_for(piece, order) for piece in world.sought({lot}, None))
    return found


def _went_for(piece: Piece, order: str) -> bool:
    return piece.place is None and piece.order == order


@pytest.mark.parametrize("unnamed", [0.0, 0.3, 0.8])
def test_an_order_is_traced_to_the_lots_of_its_pieces(unnamed: float) -> None:
    """Bounds hold whatever is not named; where all is, every amount is exact and nothing else is told."""
    traced = made = 0
    for seed in range(60):
        world = World(seed, unnamed=unnamed)
        random.Random(seed).shuffle(world.log)
        for order in sorted({piece.order for piece in world.pieces if piece.order and piece.place is None}):
            really, found = truth(world, order), origin(world.log, order=order)
            told = {(came.sku, came.lot): came.share for came in found.lots}
            assert {lot for lot, many in really.items() if many} <= set(told)
            assert all(share.low <= 1000 * really[lot] <= share.high for lot, share in told.items())
            if unnamed == 0:
                assert found.is_certain
                assert {lot: share.low // 1000 for lot, share in told.items()} == +really
            traced += 1
            made += any(lot.startswith("M") for _, lot in told)
    assert traced > 60
    assert made > 5


def test_it_says_what_each_recall_says() -> None:
    """Also where only the SKUs behind the order are looked at: what has nothing to do with it changes nothing."""
    world = World(7, unnamed=0.5)
    for order in sorted({piece.order for piece in world.pieces if piece.order}):
        told = {(came.sku, came.lot): came.share for came in origin(world.log, order=order).lots}
        named = {(piece.sku, piece.lot) for piece in world.pieces}
        orders = {lot: recall(world.log, lots=[lot]).orders.get(order) for lot in named}
        assert told == {lot: share for lot, share in orders.items() if share is not None and share.high > 0}


def baked(*, lot: str | None) -> list[LiveEvent]:
    """Flour of two lots; one is baked to bread, of which two are sold."""
    return [
        move(1, "FLOUR", 6, None, "N/A", lot="F1"),
        move(2, "FLOUR", 6, None, "N/A", lot="F2"),
        move(3, "FLOUR", 4, "N/A", None, lot=lot, made_by="oven-1"),
        move(4, "BREAD", 3, None, "N/B", lot="B1", made_by="oven-1"),
        move(5, "BREAD", 2, "N/B", None, lot="B1", order="O1"),
        move(6, "SOAP", 2, None, "N/C", lot="S1"),
    ]


def test_what_was_sold_is_traced_through_what_it_was_made_of() -> None:
    found = origin(baked(lot="F2"), order="O1")
    assert [(came.sku, came.lot, came.share) for came in found.lots] == [
        ("BREAD", "B1", (2000, 2000)),
        ("FLOUR", "F2", (2000, 2000)),
    ]
    assert found.is_certain
    doubt = origin(baked(lot=None), order="O1")
    assert {(came.lot, came.share) for came in doubt.lots} == {
        ("B1", (2000, 2000)), ("F1", (0, 2000)), ("F2", (0, 2000)),
    }  # fmt: skip
    assert not doubt.is_certain
    assert "0 to 2 of FLOUR F1, or made of it" in origin_text(doubt)


def test_goods_without_a_lot_have_no_origin_and_that_is_not_certain() -> None:
    log = [move(1, "X", 2, None, "N/A"), move(2, "X", 2, "N/A", None, order="O1")]
    found = origin(log, order="O1")
    assert (found.lots, found.is_certain) == ((), False)
    assert origin_text(found) == "order O1: no movement of its goods names a lot"
    with pytest.raises(BadDataError, match="no movement is for order 'O9'"):
        origin(log, order="O9")
