"""Origin: which lots the goods of an order came from, and which lots those were made of."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from layouts.genealogy.recall import recall
from layouts.genealogy.tainted import LotName, Share
from layouts.genealogy.text import amount_text
from layouts.inventory.stock_key import units
from layouts.live.events import LiveEvent, StockCounted, StockMoved
from spatial.errors import BadDataError


class Came(NamedTuple):
    """`share` of an order's goods is of a lot, or was made of a lot that such goods went into."""

    sku: str
    lot: str
    share: Share


@dataclass(frozen=True, kw_only=True)
class Origin:
    """The lots behind an `order`, those sure to be first; none where no movement of such goods names a lot."""

    order: str
    lots: tuple[Came, ...]

    @property
    def is_certain(self) -> bool:
        """Whether there is a lot, and every amount is known exactly."""
        return bool(self.lots) and all(came.share.low == came.share.high for came in self.lots)


def origin(events: Iterable[LiveEvent], *, order: str) -> Origin:
    """The lots that goods of an order came from.

    It is the recall the other way round: a lot is behind the order if its recall reaches the order, and with what
    certainty. So both always say the same. BadDataError for an order that no movement names.
    """
    told = [each for each in events if isinstance(each.body, (StockMoved, StockCounted))]
    behind = _skus_behind(told, order)
    kept = [each for each in told if _sku(each) in behind or not _sku(each)]
    found = []
    for sku, lot in sorted(_lots(kept)):
        share = recall(kept, lots=[(sku, lot)]).orders.get(order)
        if share is not None and share.high > 0:
            found.append(Came(sku, lot, share))
    return Origin(order=order, lots=tuple(sorted(found, key=lambda came: -came.share.low)))


def origin_text(found: Origin) -> str:
    """A line a lot."""
    if not found.lots:
        return f"order {found.order}: no movement of its goods names a lot"
    lines = [f"order {found.order}: {_of_lot(came)}" for came in found.lots]
    if not found.is_certain:
        lines.append("Not certain: movements that do not name their lot may have taken other goods.")
    return "\n".join(lines)


def origin_dict(found: Origin) -> dict[str, Any]:
    """As JSON holds it; amounts are pieces of the order, `least` and `most`."""
    return {
        "order": found.order,
        "is_certain": found.is_certain,
        "lots": [
            {"sku": sku, "lot": lot, "least": units(share.low), "most": units(share.high)}
            for sku, lot, share in found.lots
        ],
    }


def _of_lot(came: Came) -> str:
    return f"{amount_text(came.share)} of {came.sku} {came.lot}, or made of it"


def _skus_behind(told: Sequence[LiveEvent], order: str) -> set[str]:
    """Those taken for the order, and those that they were made of; all, where whole units were taken for it."""
    moves = [each.body for each in told if isinstance(each.body, StockMoved)]
    behind = {body.sku for body in moves if body.order == order}
    if not behind:
        raise BadDataError(f"no movement is for order '{order}': check its name")
    if "" in behind:
        return {_sku(each) for each in told}
    made_of = _made_of(moves)
    more = set(behind)
    while more:
        more = {used for sku in more for used in made_of[sku]} - behind
        behind |= more
    return behind


def _made_of(moves: Sequence[StockMoved]) -> dict[str, set[str]]:
    """By SKU, those that transformations used up to make it."""
    used, found = defaultdict[str, set[str]](set), defaultdict[str, set[str]](set)
    for body in moves:
        if body.made_by is not None and body.to_place is None:
            used[body.made_by].add(body.sku)
    for body in moves:
        if body.made_by is not None and body.from_place is None:
            found[body.sku] |= used[body.made_by]
    return found


def _lots(told: Sequence[LiveEvent]) -> set[LotName]:
    return {(_sku(each), lot) for each in told if (lot := getattr(each.body, "lot", None)) and _sku(each)}


def _sku(event: LiveEvent) -> str:
    sku: str = getattr(event.body, "sku", "")
    return sku
