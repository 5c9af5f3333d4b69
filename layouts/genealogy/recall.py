"""Recall: where a lot, what was made of it, or what lay on a handling unit is now, and whom it reached."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from layouts.genealogy.tainted import NONE, LotName, Passed, Share, Sought, Tainted
from layouts.inventory.account import Stamp, stamp_of
from layouts.inventory.stock_key import StockKey, site_of
from layouts.live.events import LiveEvent, StockCounted, StockMoved
from spatial.errors import BadDataError


class Lies(NamedTuple):
    """`share` of the SKU lies at a place (on a unit), of these lots as far as movements told."""

    place: str
    sku: str
    handling_unit: str | None
    lots: tuple[str, ...]
    share: Share


class Sound(NamedTuple):
    """Thousandths of a SKU that lie at a place where none of it is looked for."""

    place: str
    sku: str
    amount: int


class Gone(NamedTuple):
    """`share` of a SKU left a site for outside: for an order, or used up by a transformation, or for a reason."""

    site: str
    sku: str
    lot: str | None
    order: str | None
    reason: str | None
    made_by: str | None
    share: Share
    last_ms: int


@dataclass(frozen=True, kw_only=True)
class Recall:
    """What a recall finds: `lots` that are looked for and those that `may` be, with what was made of them; what
    `lies` where, and where `sound` goods of these SKUs lie; what is `gone`; `orders` that goods were taken for; and
    the `path`, movement by movement.
    """

    lots: tuple[LotName, ...]
    may: tuple[LotName, ...]
    came: Share
    lies: tuple[Lies, ...]
    sound: tuple[Sound, ...]
    gone: tuple[Gone, ...]
    orders: dict[str, Share]
    path: tuple[Passed, ...]

    @property
    def is_certain(self) -> bool:
        """Whether every amount is known exactly."""
        shares = [
            *(each.share for each in self.lies),
            *(each.share for each in self.gone),
            *self.orders.values(),
        ]
        return not self.may and all(share.low == share.high for share in shares)


def recall(events: Iterable[LiveEvent], *, lots: Iterable[LotName] = (), unit: str | None = None) -> Recall:
    """Look for whole `lots` (SKU, lot) and for what ever lay on a handling `unit`, in what the events of a log tell.

    Lots that were made of such goods are looked for, too, and what was made of these. A transformation that may have
    used them up, for a movement did not name its lot, makes lots that `may` be. BadDataError for what no event names,
    ValueError if nothing is asked for.
    """
    asked = frozenset(lots)
    if not asked and unit is None:
        raise ValueError("neither a lot nor a handling unit is given: name at least one")
    told = sorted((each for each in events if isinstance(each.body, (StockMoved, StockCounted))), key=_turn)
    _require(told, asked, unit)
    sought = Sought(asked, unit=unit)
    while True:
        book = Tainted(sought)
        path = [passed for event in told for passed in book.take(event)]
        wider = _with_what_was_made(sought, told, path)
        if wider == sought:
            return _recalled(sought, book, path)
        sought = wider


def _turn(event: LiveEvent) -> tuple[Stamp, bool]:
    """By time; what a transformation uses up at one time comes before what it makes."""
    at_ms, is_count, name = stamp_of(event)
    body = event.body
    makes = isinstance(body, StockMoved) and body.made_by is not None and body.from_place is None
    return (at_ms, is_count, f"{int(makes)}{name}"), makes


def _require(told: Sequence[LiveEvent], lots: frozenset[LotName], unit: str | None) -> None:
    known = {(getattr(each.body, "sku", ""), getattr(each.body, "lot", None) or "") for each in told}
    for sku, lot in sorted(lots - known):
        raise BadDataError(f"no movement or count names lot '{lot}' of SKU '{sku}': check both names")
    if unit is not None and not any(_names(each.body, unit) for each in told):
        raise BadDataError(f"no movement or count names handling unit '{unit}': check its name")


def _names(body: object, unit: str) -> bool:
    held = (getattr(body, "handling_unit", None), getattr(body, "into_unit", None))
    return any(name is not None and unit in (name, *name.split("/")) for name in held)


def _with_what_was_made(sought: Sought, told: Sequence[LiveEvent], path: Sequence[Passed]) -> Sought:
    """With the transformations that used such goods up, and the lots that they made."""
    sure, perhaps = (set(names) for names in sought.made_from)
    for passed in path:
        body = passed.event.body
        if isinstance(body, StockMoved) and body.made_by is not None and body.to_place is None:
            (sure if passed.share.low > 0 else perhaps).add(body.made_by)
    perhaps -= sure
    lots, may = set(sought.lots), set(sought.may)
    for event in told:
        body = event.body
        if isinstance(body, StockMoved) and body.from_place is None and body.lot is not None:
            if body.made_by in sure:
                lots.add((body.sku, body.lot))
            elif body.made_by in perhaps:
                may.add((body.sku, body.lot))
    return Sought(frozenset(lots), frozenset(may - lots), sought.unit, (frozenset(sure), frozenset(perhaps)))


def _recalled(sought: Sought, book: Tainted, path: Sequence[Passed]) -> Recall:
    came, taken_for, left_for = NONE, dict[str, Share](), dict[str, Share]()
    gone: dict[tuple[str, str, str | None, str | None, str | None, str | None], tuple[Share, int]] = {}
    for passed in path:
        body, taken = passed.event.body, passed.taken
        assert isinstance(body, StockMoved)
        if taken is None:
            came = came.plus(passed.share)
            continue
        if body.order is not None:
            of_orders = taken_for if passed.brought is not None else left_for
            of_orders[body.order] = of_orders.get(body.order, NONE).plus(passed.share)
        if passed.brought is None:
            key = (site_of(taken.place), taken.sku, taken.lot, body.order, body.reason, body.made_by)
            before = gone.get(key, (NONE, 0))[0]
            gone[key] = before.plus(passed.share), passed.event.happened_ms
    return Recall(
        lots=tuple(sorted(sought.lots)),
        may=tuple(sorted(sought.may)),
        came=came,
        lies=(lies := _lies(book)),
        sound=tuple(
            Sound(place, sku, amount)
            for sku in sorted({each.sku for each in lies})
            for place, amount in book.sound(sku)
        ),
        gone=tuple(
            Gone(*key, share, last_ms)
            for key, (share, last_ms) in sorted(gone.items(), key=lambda item: tuple(map(str, item[0])))
        ),
        orders=dict(sorted((taken_for | left_for).items())),
        path=tuple(path),
    )


def _lies(book: Tainted) -> tuple[Lies, ...]:
    """By place, SKU and unit: lots whose goods lie together may have been taken one for the other."""
    lots: dict[tuple[str, str, str | None], list[StockKey]] = defaultdict(list)
    for key, _ in book.lying():
        lots[key.place, key.sku, key.handling_unit].append(key)
    found = []
    for (place, sku, unit), keys in lots.items():
        share = book.pool(keys[0])
        if share.high > 0:
            found.append(Lies(place, sku, unit, tuple(key.lot or "" for key in keys), share))
    return tuple(found)
