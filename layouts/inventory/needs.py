"""What is needed of a SKU over the time that new stock takes to come, and whether it will be there.

Short means: what lies there and what is expected in time does not cover the need. The need is what open orders due
in that time want, or what past orders let expect, if that is more.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from fnmatch import fnmatchcase
from typing import Literal, NamedTuple

from layouts.inventory.demand import Demand
from layouts.inventory.stock import ordered
from layouts.inventory.stock_key import thousandths, units
from layouts.live.events import InboundExpected
from layouts.live.state import TwinState


class Delivery(NamedTuple):
    """A delivery that is not there yet; `expected_ms` is None where nobody knows when it comes."""

    name: str
    quantity: float
    due_ms: int
    expected_ms: int | None
    supplier: str | None

    def is_delayed(self, *, now_ms: int, by_s: float) -> bool:
        """Whether it is expected later than due by more than `by_s`, or that long past due."""
        expected_ms = self.due_ms if self.expected_ms is None else self.expected_ms
        return max(expected_ms, now_ms) > self.due_ms + round(1000 * by_s)


class Shortage(NamedTuple):
    """Whether stock lasts for `lead_time_s`. Quantities are of the SKU; `delayed` holds what is cancelled too."""

    site: str
    sku: str
    lead_time_s: float
    stock: float
    inbound: float
    ordered: float
    demand: Demand | None
    need: float
    delayed: tuple[Delivery, ...]

    @property
    def short(self) -> float:
        """So much is missing, 0 if nothing."""
        missing = thousandths(self.need) - thousandths(self.stock) - thousandths(self.inbound)
        return units(max(0, missing))

    @property
    def holds(self) -> bool:
        """Short, and something is delayed: only then there is something to be done about it."""
        return self.short > 0 and bool(self.delayed)

    @property
    def text(self) -> str:
        """One sentence with the figures."""
        over = f"over {self.lead_time_s / 86_400:g} d"
        has = f"{self.stock:g} of {self.sku} at {self.site} and {self.inbound:g} inbound in time"
        if self.short == 0:
            return f"{has} cover the need of {self.need:g} {over}"
        late = sum(thousandths(delivery.quantity) for delivery in self.delayed)
        delayed = f"{units(late):g} are delayed" if self.delayed else "no delivery is delayed"
        return f"{has} are {self.short:g} below the need of {self.need:g} {over}; {delayed}"


def deliveries(state: TwinState, site: str, sku: str, *, now_ms: int) -> list[Delivery]:
    """What is to come of a SKU, the earliest due first. One past its time of which nothing new is told has none."""
    found = []
    for _, event in state.latest.items(f"{site}/inbound/"):
        body = event.body
        if not isinstance(body, InboundExpected) or body.sku != sku or body.status == "arrived":
            continue
        expected_ms = body.due_ms if body.expected_ms is None else body.expected_ms
        known = body.status != "cancelled" and expected_ms >= now_ms
        name = event.entity.partition("/")[2]
        found.append(
            Delivery(name, body.quantity, body.due_ms, expected_ms if known else None, body.supplier)
        )
    return sorted(found, key=lambda delivery: (delivery.due_ms, delivery.name))


def shortage(
    state: TwinState,
    site: str,
    sku: str,
    *,
    now_ms: int,
    lead_time_s: float,
    demand: Demand | None = None,
    service: float = 0.95,
    delayed_by_s: float = 3600,
    held_places: Sequence[str] = (),
) -> Shortage:
    """Whether stock of a SKU at a site lasts for `lead_time_s` from now.

    `demand` of past orders counts with the quantity that suffices with probability `service`; without it open
    orders alone are the need. Stock at `held_places` (SITE/LOCATION with * and ?) cannot be used.
    """
    end_ms = now_ms + round(1000 * lead_time_s)
    stock = sum(
        line.book
        for key, line in state.stock.lines(sku)
        if key.site == site and not any(fnmatchcase(key.place, pattern) for pattern in held_places)
    )
    wanted = ordered(state, site, sku, until_ms=end_ms)
    coming = deliveries(state, site, sku, now_ms=now_ms)
    inbound = sum(
        thousandths(delivery.quantity)
        for delivery in coming
        if delivery.expected_ms is not None and delivery.expected_ms <= end_ms
    )
    expected = 0.0 if demand is None else demand.suffices(lead_time_s / 86_400, service)
    delayed = [
        each
        for each in coming
        if each.expected_ms is None or each.is_delayed(now_ms=now_ms, by_s=delayed_by_s)
    ]
    return Shortage(
        site,
        sku,
        lead_time_s,
        units(stock),
        units(inbound),
        units(wanted),
        demand,
        max(units(wanted), expected),
        tuple(delayed),
    )


class WayOut(NamedTuple):
    """`quantity` of the SKU, or in place of it, could be there at `arrives_ms`."""

    how: Literal["expedite", "transfer", "substitute"]
    source: str
    quantity: float
    arrives_ms: int


def ways_out(
    state: TwinState,
    short: Shortage,
    *,
    now_ms: int,
    expedite_s: float | None = None,
    transfers_s: Mapping[str, float] | None = None,
    substitutes: Mapping[str, float] | None = None,
    kept: Mapping[tuple[str, str], float] | None = None,
) -> list[WayOut]:
    """What would help before the first delayed delivery comes, the largest help first, then the earliest.

    `expedite_s` is how long a delayed delivery takes when it is hurried, `transfers_s` how long a transfer from each
    other site takes, `substitutes` how many of another SKU stand for one. A site gives what its own open orders do
    not want, and keeps `kept` of a (site, SKU) besides. Quantities are cut to what is short.
    """
    expected = [each.expected_ms for each in short.delayed if each.expected_ms is not None]
    before_ms = min(expected) if expected else None
    kept = kept or {}

    def spare(site: str, sku: str) -> int:
        lying = sum(line.book for key, line in state.stock.lines(sku) if key.site == site)
        return lying - max(ordered(state, site, sku), thousandths(kept.get((site, sku), 0.0)))

    found: list[WayOut] = []

    def offer(
        how: Literal["expedite", "transfer", "substitute"], source: str, amount: float, s: float
    ) -> None:
        arrives_ms = now_ms + round(1000 * s)
        quantity = min(short.short, amount)
        if quantity > 0 and (before_ms is None or arrives_ms < before_ms):
            found.append(WayOut(how, source, quantity, arrives_ms))

    if expedite_s is not None:
        for delivery in short.delayed:
            offer("expedite", delivery.name, delivery.quantity, expedite_s)
    for site, takes_s in (transfers_s or {}).items():
        offer("transfer", site, units(spare(site, short.sku)), takes_s)
    for sku, per_unit in (substitutes or {}).items():
        offer("substitute", sku, units(spare(short.site, sku)) / per_unit, 0.0)
    return sorted(found, key=lambda way: (-way.quantity, way.arrives_ms, way.how, way.source))


def short_of(shortages: Iterable[Shortage]) -> list[Shortage]:
    """Those that hold, the largest share of the need missing first."""
    held = [each for each in shortages if each.holds]
    return sorted(held, key=lambda each: (-each.short / each.need, each.site, each.sku))
