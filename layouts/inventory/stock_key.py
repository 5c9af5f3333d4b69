"""What a line of the book is about, and quantities that add up exactly in any order."""

from __future__ import annotations

from typing import NamedTuple


class StockKey(NamedTuple):
    """A SKU (of a lot, on a handling unit) at a place, SITE/LOCATION.

    A handling unit on another is written `PALLET/CARTON`: what moves the pallet moves the carton.
    """

    place: str
    sku: str
    lot: str | None = None
    handling_unit: str | None = None

    @property
    def site(self) -> str:
        """The site of its place."""
        return site_of(self.place)

    @property
    def order(self) -> tuple[str | bool, ...]:
        """What it is sorted by; no lot comes before the lot without a name."""
        lot, unit = self.lot, self.handling_unit
        return (self.place, self.sku, lot is not None, lot or "", unit is not None, unit or "")


def site_of(place: str) -> str:
    """SITE of SITE/LOCATION."""
    return place.partition("/")[0]


def thousandths(quantity: float) -> int:
    """The quantity in whole thousandths, the nearest; sums of them do not depend on their order."""
    return round(quantity * 1000) if abs(quantity) < 1e15 else round(quantity) * 1000


def units(amount: int) -> float:
    """The quantity of so many thousandths."""
    return amount / 1000
