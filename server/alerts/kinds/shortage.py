"""Stock below the need over the lead time and the inbound delayed: an alert with ranked ways out.

Silent while only one of the two holds. A delivery is delayed when it is expected later than due by more than
`delayed_by_s`, or that long past due and not arrived; what was cancelled is late for ever.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import ClassVar, Literal, NamedTuple

import msgspec
from pydantic import Field

from layouts.live.events import (
    InboundExpected,
    LiveEvent,
    OrderClosed,
    OrderReleased,
    Recorded,
    StockCounted,
    StockMoved,
)
from layouts.live.state import TwinState
from server.alerts.condition import Look
from server.alerts.kinds.shortage_options import Expedite, Substitute, Transfer, ranked_options
from server.alerts.needs import need_of, stock_of
from server.alerts.quantity import seconds_shown
from server.alerts.rule import Rule


class ShortageRule(Rule):
    """Need is what open orders due within `lead_time_s` want, and `daily_use` over that time if that is more."""

    said_values: ClassVar[tuple[str, ...]] = ("stock", "need", "short", "delayed", "expected", "options")

    kind: Literal["shortage"]
    lead_time_s: float = Field(gt=0, le=365 * 86_400)
    daily_use: float = Field(0, ge=0)
    delayed_by_s: float = Field(3600, ge=0)
    lost_per_unit: float = Field(0, ge=0)
    expedite: Expedite | None = None
    transfers: tuple[Transfer, ...] = ()
    substitutes: tuple[Substitute, ...] = ()


class Inbound(msgspec.Struct, frozen=True):
    """What was last told of a delivery."""

    told_ms: int
    id: str
    quantity: float
    due_ms: int
    expected_ms: int | None
    status: str


class ShortageMemory(msgspec.Struct, tag="shortage"):
    """Deliveries of one SKU to one site, by name, and the newest event about it."""

    site: str
    sku: str
    inbound: dict[str, Inbound] = msgspec.field(default_factory=dict)
    at_ms: int = -1
    at_id: str = ""
    since_ms: int | None = None
    since_id: str = ""


class Delayed(NamedTuple):
    """How much is delayed, and when the first of it is expected, None where nobody knows."""

    quantity: float
    expected_ms: int | None


class Shortage:
    """A `ShortageRule` made ready."""

    bodies: tuple[type, ...] = (InboundExpected, StockMoved, StockCounted, OrderReleased, OrderClosed)
    channel: str | None = None

    def __init__(self, rule: ShortageRule) -> None:
        self.rule = rule

    def keys(self, event: LiveEvent, state: TwinState) -> tuple[str, ...]:
        """The SKU of a delivery, movement or count, those of an order; as far as the rule means them."""
        return tuple(
            f"sku/{sku}"
            for sku in _skus_of(event, state)
            if self.rule.where.fits(event.site, f"sku/{sku}", ())
        )

    def memory(self, site: str, key: str) -> ShortageMemory:
        """No delivery known."""
        return ShortageMemory(site, key.removeprefix("sku/"))

    def take(self, memory: ShortageMemory, recorded: Recorded) -> None:
        """Take what is told of a delivery in; of the rest, that something was told."""
        event, body = recorded.event, recorded.event.body
        if (event.happened_ms, event.id) > (memory.at_ms, memory.at_id):
            memory.at_ms, memory.at_id = event.happened_ms, event.id
        if not isinstance(body, InboundExpected):
            return
        known = memory.inbound.get(event.entity)
        if known is not None and (known.told_ms, known.id) >= (event.happened_ms, event.id):
            return
        memory.inbound[event.entity] = Inbound(
            event.happened_ms, event.id, body.quantity, body.due_ms, body.expected_ms, body.status
        )

    def look(self, memory: ShortageMemory, now_ms: int, state: TwinState) -> Look:
        """Whether both hold. Stock and need are asked for only while something is delayed."""
        name = memory.sku
        delayed, due_ms = self._delayed(memory, now_ms)
        if delayed is None:
            return Look(False, now_ms, memory.at_id, f"no delivery of {name} is delayed", due_ms=due_ms)
        stock = stock_of(state, memory.site, name)
        need = max(
            need_of(state, memory.site, name, until_ms=now_ms + round(self.rule.lead_time_s * 1000)),
            self.rule.daily_use * self.rule.lead_time_s / 86_400,
        )
        over = f"over {seconds_shown(self.rule.lead_time_s)}"
        if stock >= need:
            said = f"stock {stock:g} of {name} covers the need of {need:g} {over}"
            return Look(False, now_ms, memory.at_id, said, due_ms=due_ms)
        options = ranked_options(
            short=need - stock,
            delayed=delayed.quantity,
            now_ms=now_ms,
            inbound_ms=delayed.expected_ms,
            lost_per_unit=self.rule.lost_per_unit,
            expedite=self.rule.expedite,
            transfers=self.rule.transfers,
            substitutes=self.rule.substitutes,
            stock=lambda site, sku: stock_of(state, site or memory.site, sku or name),
        )
        told = tuple(map(str, options))
        expected = "nobody knows when" if delayed.expected_ms is None else _time(delayed.expected_ms)
        said = (
            f"stock {stock:g} of {name} is below the need of {need:g} {over}, {need - stock:g} short, and "
            f"{delayed.quantity:g} inbound are delayed, expected {expected}"
        )
        values = {
            "stock": f"{stock:g}",
            "need": f"{need:g}",
            "short": f"{need - stock:g}",
            "delayed": f"{delayed.quantity:g}",
            "expected": expected,
            "options": "; ".join(told) or "no way out is known",
        }
        return Look(True, now_ms, memory.at_id, said, values, due_ms, options=told)

    def _delayed(self, memory: ShortageMemory, now_ms: int) -> tuple[Delayed | None, int | None]:
        """What is delayed at `now_ms`, and when the next delivery would be if nothing is told."""
        open_ones = [each for each in memory.inbound.values() if each.status != "arrived"]
        grace_ms = round(self.rule.delayed_by_s * 1000)
        late = [each for each in open_ones if self._is_late(each, now_ms)]
        waiting = [each.due_ms + grace_ms + 1 for each in open_ones if not self._is_late(each, now_ms)]
        due_ms = min(waiting, default=None)
        if not late:
            return None, due_ms
        expected = [
            each.expected_ms for each in late if each.expected_ms is not None and each.status != "cancelled"
        ]
        return Delayed(sum(each.quantity for each in late), min(expected, default=None)), due_ms

    def _is_late(self, inbound: Inbound, now_ms: int) -> bool:
        grace_ms = round(self.rule.delayed_by_s * 1000)
        if inbound.status == "cancelled":
            return True
        expected_ms = inbound.due_ms if inbound.expected_ms is None else inbound.expected_ms
        return max(expected_ms, now_ms) > inbound.due_ms + grace_ms


def _skus_of(event: LiveEvent, state: TwinState) -> tuple[str, ...]:
    body = event.body
    if isinstance(body, (InboundExpected, StockMoved, StockCounted)):
        return (body.sku,)
    if isinstance(body, OrderClosed):
        released = state.latest.get(f"{event.site}/order/{event.entity}")
        body = event.body if released is None else released.body
    return tuple(sorted({sku for sku, _ in body.lines})) if isinstance(body, OrderReleased) else ()


def _time(at_ms: int) -> str:
    return datetime.fromtimestamp(at_ms / 1000, UTC).strftime("%Y-%m-%dT%H:%MZ")
