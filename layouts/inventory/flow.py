"""What came into a site, went out of it and was set right by counts: it explains the book to the last thousandth."""

from __future__ import annotations

from typing import NamedTuple

import msgspec

from layouts.inventory.stock_key import StockKey, site_of


class FlowKey(NamedTuple):
    """Of which site, SKU and lot."""

    site: str
    sku: str
    lot: str | None

    @property
    def order(self) -> tuple[str | bool, ...]:
        """What it is sorted by."""
        return (self.site, self.sku, self.lot is not None, self.lot or "")


class Flow(msgspec.Struct, array_like=True):
    """Sums in thousandths. What lies at a site is its `net`, always.

    `received` and `shipped` came from and went to outside, `arrived` and `left` another site; counts `found` more
    than the book had or `lost` some of it; `late` takes back what a count had found or lost before a movement that
    it holds was learned, later than the ledger can tell which count that was.
    """

    received: int = 0
    shipped: int = 0
    arrived: int = 0
    left: int = 0
    found: int = 0
    lost: int = 0
    late: int = 0

    @property
    def net(self) -> int:
        """Inflow less outflow, and adjustments."""
        moved = self.received - self.shipped + self.arrived - self.left
        return moved + self.found - self.lost + self.late


class Flows(dict[FlowKey, Flow]):
    """Flows by site, SKU and lot."""

    def of(self, key: StockKey) -> Flow:
        """The flow that a line of the book belongs to."""
        name = FlowKey(site_of(key.place), key.sku, key.lot)
        flow = self.get(name)
        if flow is None:
            flow = self[name] = Flow()
        return flow

    def take_out(self, key: StockKey, amount: int, to_place: str | None) -> None:
        """`amount` went from the key's place to another; within a site that is no flow."""
        if to_place is None:
            self.of(key).shipped += amount
        elif site_of(to_place) != key.site:
            self.of(key).left += amount

    def bring_in(self, key: StockKey, amount: int, from_place: str | None) -> None:
        """`amount` came to the key's place from another."""
        if from_place is None:
            self.of(key).received += amount
        elif site_of(from_place) != key.site:
            self.of(key).arrived += amount

    def count(self, key: StockKey, change: int) -> None:
        """A count set the book higher or lower by `change`."""
        if change > 0:
            self.of(key).found += change
        elif change < 0:
            self.of(key).lost -= change

    def take_back(self, key: StockKey, change: int) -> None:
        """A movement of `change` was in a count already."""
        self.of(key).late -= change

    def add(self, other: Flows) -> None:
        """Add what flowed besides."""
        for key, flow in other.items():
            mine = self.setdefault(key, Flow())
            for field in Flow.__struct_fields__:
                setattr(mine, field, getattr(mine, field) + getattr(flow, field))
