"""What open orders still want, found by SKU: kept up to date as orders are told, closed and picked for."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator
from typing import NamedTuple, TypeAlias, TypeVar

from layouts.inventory.ledger import Ledger
from layouts.inventory.stock_key import site_of, thousandths
from layouts.live.events import LiveEvent, OrderClosed, OrderReleased, StockMoved
from layouts.live.latest import Latest


class OpenLine(NamedTuple):
    """What an open order still wants of a SKU, in thousandths."""

    order: str
    sku: str
    left: int
    due_ms: int | None


def is_open(event: LiveEvent, latest: Latest) -> bool:
    """Whether the event releases an order that was not closed since."""
    if not isinstance(event.body, OrderReleased):
        return False
    closed = latest.get(f"{event.site}/closed/{event.entity}")
    return closed is None or closed.happened_ms < event.happened_ms


def lines_left(event: LiveEvent, stock: Ledger) -> Iterator[OpenLine]:
    """Of the order that the event releases, what was not picked for it yet."""
    body, order = event.body, _order_of(event.entity)
    if isinstance(body, OrderReleased):
        wanted: dict[str, int] = defaultdict(int)
        for sku, quantity in body.lines:
            wanted[sku] += thousandths(quantity)
        picked = stock.picked_for(event.site, order)
        for sku, amount in wanted.items():
            left = amount - picked.get(sku, 0)
            if left > 0:
                yield OpenLine(order, sku, left, body.due_ms)


def _order_of(entity: str) -> str:
    return entity.partition("/")[2]


Name: TypeAlias = tuple[str, str]
Value = TypeVar("Value")


class OpenOrders:
    """Lines of open orders by site and SKU.

    Each `take` costs the same whatever there is, and each question the orders that changed since the last, besides
    those that want the SKU. The first question looks through all that was told, and so does each that comes after
    picks of ten more days were forgotten, through the open orders.
    """

    def __init__(self) -> None:
        self._is_asked = False
        self._of_sku: dict[Name, dict[str, OpenLine]] = {}  # by site and SKU, then entity
        self._skus: dict[Name, list[str]] = {}  # by site and entity
        self._named: dict[Name, dict[str, None]] = {}  # by site and order, entities
        self._changed: set[Name] = set()
        self._oldest_picks = 0

    def take(self, event: LiveEvent) -> None:
        """Note that an order was told, closed or picked for; nothing needs to be noted before the first question."""
        body = event.body
        if not self._is_asked:
            return
        if isinstance(body, StockMoved):
            if body.order is not None and body.from_place is not None:
                site = site_of(body.from_place)
                self._changed.update((site, entity) for entity in self._named.get((site, body.order), ()))
        elif isinstance(body, (OrderReleased, OrderClosed)):
            self._changed.add((event.site, event.entity))

    def of_sku(self, site: str, sku: str, latest: Latest, stock: Ledger) -> Collection[OpenLine]:
        """What open orders of a site want of a SKU, in no certain order, as `latest` and `stock` tell."""
        if not self._is_asked:
            self._is_asked = True
            self._changed.update(
                (event.site, event.entity) for _, event in latest.items() if is_open(event, latest)
            )
        if self._oldest_picks != stock.oldest_picks:
            self._oldest_picks = stock.oldest_picks
            self._changed.update(self._skus)
        for name in self._changed:
            self._look_at(*name, latest, stock)
        self._changed.clear()
        return self._of_sku.get((site, sku), {}).values()

    def _look_at(self, site: str, entity: str, latest: Latest, stock: Ledger) -> None:
        order = (site, _order_of(entity))
        for sku in self._skus.pop((site, entity), ()):
            _drop(self._of_sku, (site, sku), entity)
        _drop(self._named, order, entity)
        event = latest.get(f"{site}/order/{entity}")
        if event is not None and is_open(event, latest):
            lines = list(lines_left(event, stock))
            self._named.setdefault(order, {})[entity] = None
            self._skus[site, entity] = [line.sku for line in lines]
            for line in lines:
                self._of_sku.setdefault((site, line.sku), {})[entity] = line


def _drop(groups: dict[Name, dict[str, Value]], name: Name, entity: str) -> None:
    """Take an entity out of a group; one that is empty then goes too."""
    group = groups.get(name, {})
    group.pop(entity, None)
    if not group:
        groups.pop(name, None)
