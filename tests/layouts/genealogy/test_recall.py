"""A recall finds just what became of the pieces, and never less than that where movements do not name their lot."""

from __future__ import annotations

import random
from collections import Counter, defaultdict
from dataclasses import dataclass, field

import pytest

from layouts.genealogy.recall import Recall, recall
from layouts.inventory.packing import is_on
from layouts.live.events import LiveEvent, StockCounted, StockMoved
from spatial.errors import BadDataError

PLACES = ("N/A", "N/B", "S/A", "S/B")
SKUS = ("X", "Y")
UNITS = (None, "P1", "P2")


@dataclass
class Piece:
    """One piece, and what it really is."""

    sku: str
    lot: str
    place: str | None
    unit: str | None
    made_of: tuple[Piece, ...] = ()
    order: str | None = None
    was_on: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.put(self.place, self.unit)

    def put(self, place: str | None, unit: str | None) -> None:
        self.place, self.unit = place, unit
        if unit is not None:
            self.was_on.add(unit)


class World:
    """Pieces that are moved one by one, and the log that tells of it, at times without the lot."""

    def __init__(self, seed: int, *, unnamed: float) -> None:
        self.rng = random.Random(seed)
        self.unnamed = unnamed
        self.pieces: list[Piece] = []
        self.log: list[LiveEvent] = []
        self.number = 0
        steps = (
            self.receive,
            self.receive,
            self.move,
            self.move,
            self.move,
            self.carry,
            self.pack,
            self.make,
            self.count,
        )
        for _ in range(60):
            self.rng.choice(steps)()
            self.number += 1

    def tell(self, body: StockMoved | StockCounted) -> None:
        name = f"{self.number:04d}-{len(self.log):05d}"
        self.log.append(
            LiveEvent(
                id=name, site="N", source="wms", entity="sku/X", happened_ms=1000 * self.number, body=body
            )
        )

    def here(self) -> list[tuple[str, str, str | None]]:
        return sorted(
            {(p.place, p.sku, p.unit) for p in self.pieces if p.place is not None},
            key=lambda row: (row[0], row[1], row[2] or ""),
        )

    def some(self) -> tuple[list[Piece], str, str, str | None, str | None] | None:
        """Pieces of one SKU, at one place, on one unit, and the lot that is told."""
        if not (rows := self.here()):
            return None
        place, sku, unit = self.rng.choice(rows)
        pool = [p for p in self.pieces if (p.place, p.sku, p.unit) == (place, sku, unit)]
        named = self.rng.random() >= self.unnamed
        lot = self.rng.choice(pool).lot if named else None
        pool = [p for p in pool if lot in (None, p.lot)]
        return self.rng.sample(pool, self.rng.randint(1, len(pool))), place, sku, unit, lot

    def receive(self) -> None:
        place, sku, unit = self.rng.choice(PLACES), self.rng.choice(SKUS), self.rng.choice(UNITS)
        if unit and any(p.unit == unit and p.place not in (None, place) for p in self.pieces):
            unit = None
        lot, many = f"L{self.rng.randint(1, 3)}", self.rng.randint(1, 5)
        self.pieces += [Piece(sku, lot, place, unit) for _ in range(many)]
        self.tell(StockMoved(sku, many, None, place, lot, unit))

    def move(self) -> None:
        if (found := self.some()) is None:
            return
        some, place, sku, unit, lot = found
        there = self.rng.choice((*PLACES, None))
        order = f"O{self.rng.randint(1, 4)}" if there is None else None
        for piece in some:
            piece.put(there, None)
            piece.order = order
        self.tell(
            StockMoved(
                sku, len(some), place, there, lot, unit, order=order, into_unit=None if there is None else ""
            )
        )

    def carry(self) -> None:
        unit, there = self.rng.choice(UNITS[1:]), self.rng.choice((*PLACES, None))
        on_it = [p for p in self.pieces if p.unit == unit and p.place is not None]
        if on_it:
            self.tell(StockMoved("", 1, on_it[0].place, there, None, unit, order=None if there else "OU"))
            for piece in on_it:
                piece.put(there, unit if there else None)
                piece.order = None if there else "OU"

    def pack(self) -> None:
        if (found := self.some()) is None:
            return
        some, place, sku, unit, lot = found
        into = self.rng.choice(UNITS[1:])
        if into == unit or any(p.unit == into and p.place not in (None, place) for p in self.pieces):
            return
        for piece in some:
            piece.put(place, into)
        self.tell(StockMoved(sku, len(some), place, place, lot, unit, into_unit=into))

    def make(self) -> None:
        if (found := self.some()) is None or self.rng.random() < 0.5:
            return
        some, place, sku, unit, lot = found
        name, new = f"M{self.number}", f"M{self.number}"
        for piece in some:
            piece.put(None, None)
        made = self.rng.choice(SKUS)
        self.tell(StockMoved(sku, len(some), place, None, lot, unit, "used", made_by=name))
        self.tell(StockMoved(made, 2, None, place, new, None, "made", made_by=name))
        self.pieces += [Piece(made, new, place, None, tuple(some)) for _ in range(2)]

    def count(self) -> None:
        if (found := self.some()) is None or found[4] is None:
            return
        _, place, sku, unit, lot = found
        many = sum((p.place, p.sku, p.unit, p.lot) == (place, sku, unit, lot) for p in self.pieces)
        self.tell(StockCounted(sku, place, many, "count", lot, unit))

    def sought(self, lots: set[tuple[str, str]], unit: str | None) -> list[Piece]:
        """By what the pieces really are; a lot that is made of such pieces is looked for whole."""
        lots = set(lots)
        while True:
            found = [
                p for p in self.pieces
                if (p.sku, p.lot) in lots or (unit is not None and any(is_on(held, unit) for held in p.was_on))
            ]  # fmt: skip
            ids = {id(p) for p in found}
            made = {(p.sku, p.lot) for p in self.pieces if any(id(each) in ids for each in p.made_of)}
            if made <= lots:
                return found
            lots |= made


def checked(world: World, lots: set[tuple[str, str]], unit: str | None) -> Recall:
    """The recall, held against the pieces; exact where everything is named."""
    random.Random(world.number).shuffle(world.log)
    found = recall(world.log, lots=lots, unit=unit)
    pieces = world.sought(lots, unit)
    lying = Counter((p.place, p.sku, p.unit) for p in pieces if p.place is not None)
    told = {(each.place, each.sku, each.handling_unit): each.share for each in found.lies}
    assert set(lying) <= set(told)
    for key, share in told.items():
        assert share.low <= 1000 * lying[key] <= share.high, (key, share, lying[key])
    gone: Counter[str | None] = Counter(p.order for p in pieces if p.place is None and p.order is not None)
    bounds: dict[str | None, list[int]] = defaultdict(lambda: [0, 0])
    for each in found.gone:
        bounds[each.order][0] += each.share.low
        bounds[each.order][1] += each.share.high
    for order in {*gone, *bounds} - {None}:
        assert bounds[order][0] <= 1000 * gone[order] <= bounds[order][1], order
    really = {(p.sku, p.lot) for p in pieces}
    if unit is None:
        assert set(found.lots) <= really | lots <= set(found.lots) | set(found.may)
    if world.unnamed == 0 and unit is None:
        assert found.is_certain
        assert all(share.low == 1000 * lying[key] for key, share in told.items())
        assert set(found.lots) == really | lots
        assert found.may == ()
    return found


@pytest.mark.parametrize("unnamed", [0.0, 0.3, 0.8])
def test_a_recalled_lot_is_found_wherever_it_went(unnamed: float) -> None:
    certain = 0
    for seed in range(150):
        world = World(seed, unnamed=unnamed)
        lots = sorted({(p.sku, p.lot) for p in world.pieces})
        certain += checked(world, {world.rng.choice(lots)}, None).is_certain
    assert certain == 150 if unnamed == 0 else 0 < certain < 150


@pytest.mark.parametrize("unnamed", [0.0, 0.4])
def test_so_is_what_lay_on_a_pallet(unnamed: float) -> None:
    asked = 0
    for seed in range(150):
        world = World(seed, unnamed=unnamed)
        if any("P1" in p.was_on for p in world.pieces):
            checked(world, set(), "P1")
            asked += 1
    assert asked > 100


def move(
    number: int, sku: str, quantity: float, came: str | None, went: str | None, **more: str | None
) -> LiveEvent:
    body = StockMoved(sku, quantity, came, went, **more)
    return LiveEvent(id=f"e{number}", site="N", source="wms", entity="sku/X", happened_ms=number, body=body)


def test_a_pick_without_its_lot_may_be_of_either() -> None:
    log = [
        move(1, "X", 6, None, "N/A", lot="BAD"),
        move(2, "X", 4, None, "N/A", lot="GOOD"),
        move(3, "X", 5, "N/A", None, order="O1"),
        move(4, "X", 5, "N/A", None, order="O2"),
    ]
    found = recall(log, lots=[("X", "BAD")])
    assert found.orders == {"O1": (1000, 5000), "O2": (1000, 5000)}
    assert not found.is_certain
    assert not found.lies


def test_what_was_made_of_it_is_recalled_too_and_what_was_made_of_that() -> None:
    log = [
        move(1, "X", 6, None, "N/A", lot="BAD"),
        move(2, "Y", 3, None, "N/A", lot="R1", made_by="oven-1"),  # told before what it uses up, at one time
        move(2, "X", 2, "N/A", None, lot="BAD", made_by="oven-1"),
        move(3, "Y", 3, "N/A", None, lot="R1", made_by="oven-2"),
        move(3, "Z", 1, None, "S/A", lot="R2", made_by="oven-2"),
        move(3, "Z", 1, None, "S/A", lot="R9", made_by="oven-3"),
    ]
    found = recall(log, lots=[("X", "BAD")])
    assert found.lots == (("X", "BAD"), ("Y", "R1"), ("Z", "R2"))
    assert [(each.place, each.lots, each.share) for each in found.lies] == [
        ("N/A", ("BAD",), (4000, 4000)),
        ("S/A", ("R2",), (1000, 1000)),
    ]


def test_names_that_nothing_tells_of_are_errors() -> None:
    log = [move(1, "X", 6, None, "N/A", lot="L1", handling_unit="P1")]
    with pytest.raises(BadDataError, match="no movement or count names lot 'L2' of SKU 'X'"):
        recall(log, lots=[("X", "L2")])
    with pytest.raises(BadDataError, match="names handling unit 'P7'"):
        recall(log, unit="P7")
    with pytest.raises(ValueError, match="neither a lot nor a handling unit"):
        recall(log)
