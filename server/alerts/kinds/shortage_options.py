"""What can be done about a shortage: each way with its quantity, arrival, cost and what it saves, the best first."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import NamedTuple

from pydantic import Field

from server.alerts.rule import Part


class Expedite(Part):
    """The delayed delivery, or a part of it, sent faster: there `arrives_s` from now."""

    arrives_s: float = Field(gt=0)
    cost: float = Field(0, ge=0)
    cost_per_unit: float = Field(0, ge=0)
    at_most: float | None = Field(None, gt=0)


class Transfer(Expedite):
    """Stock of another site, of which `keep` units stay there."""

    from_site: str
    keep: float = Field(0, ge=0)


class Substitute(Expedite):
    """Another SKU of the same site, `per_unit` of it for a missing one; `keep` stay for its own orders."""

    sku: str
    per_unit: float = Field(1, gt=0)
    keep: float = Field(0, ge=0)
    arrives_s: float = Field(0, ge=0)


class Option(NamedTuple):
    """A way out; `saves` is the loss avoided, in the currency of `cost`."""

    how: str
    quantity: float
    arrives_ms: int
    cost: float
    saves: float

    def __str__(self) -> str:
        """`transfer from NORTH: 40 by 2026-01-02T10:00Z, cost 120, saves 800`."""
        arrives = datetime.fromtimestamp(self.arrives_ms / 1000, UTC).strftime("%Y-%m-%dT%H:%MZ")
        return f"{self.how}: {self.quantity:g} by {arrives}, cost {self.cost:g}, saves {self.saves:g}"


def ranked_options(
    *,
    short: float,
    delayed: float,
    now_ms: int,
    inbound_ms: int | None,
    lost_per_unit: float,
    expedite: Expedite | None,
    transfers: tuple[Transfer, ...],
    substitutes: tuple[Substitute, ...],
    stock: Callable[[str | None, str | None], float],
) -> tuple[Option, ...]:
    """The ways that bring something before the delayed delivery does, by what they save less what they cost.

    `stock(site, sku)` is what lies at a site; None means here, and the SKU in question. Ties: the earlier arrival,
    then the name.
    """

    def options() -> Iterator[Option]:
        if expedite is not None:
            yield from made("expedite the delayed delivery", delayed, expedite)
        for transfer in transfers:
            there = stock(transfer.from_site, None) - transfer.keep
            yield from made(f"transfer from {transfer.from_site}", there, transfer)
        for other in substitutes:
            spare = (stock(None, other.sku) - other.keep) / other.per_unit
            yield from made(f"substitute by {other.sku}", spare, other)

    def made(how: str, available: float, way: Expedite) -> Iterator[Option]:
        limit = available if way.at_most is None else min(available, way.at_most)
        quantity = min(short, limit)
        arrives_ms = now_ms + round(way.arrives_s * 1000)
        if quantity > 0 and (inbound_ms is None or arrives_ms < inbound_ms):
            cost = way.cost + way.cost_per_unit * quantity
            yield Option(how, quantity, arrives_ms, cost, lost_per_unit * quantity)

    return tuple(sorted(options(), key=lambda each: (each.cost - each.saves, each.arrives_ms, each.how)))
