"""Orders cut into parts that may share a batch: one zone where picking is zoned, one wave."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from layouts.orders import Order, OrderLine
from layouts.tours.picking_floor import PickingFloor

ZoneOf = Callable[[str], str | None]
"""The zone that a SKU is picked in; None where it is in none."""


@dataclass(frozen=True, kw_only=True)
class OrderPart:
    """The lines of an order that are picked together: `order` has only these. Parts of one group may share a
    batch; groups are numbered in the order of their waves, then of the first order that has them.
    """

    order: Order
    group: int


def order_parts(orders: Sequence[Order], zone_of: ZoneOf | None = None) -> list[OrderPart]:
    """The orders by wave, then as they came; with `zone_of`, each cut into a part a zone."""
    waves = {wave: number for number, wave in enumerate(dict.fromkeys(order.wave for order in orders))}
    groups: dict[tuple[str | None, str | None], int] = {}
    parts = []
    for order in sorted(orders, key=lambda order: waves[order.wave]):
        if zone_of is None:
            parts.append(OrderPart(order=order, group=waves[order.wave]))
            continue
        lines: dict[str | None, list[OrderLine]] = {}
        for line in order.lines:
            lines.setdefault(zone_of(line.sku), []).append(line)
        for zone, its_lines in lines.items():
            group = groups.setdefault((order.wave, zone), len(groups))
            parts.append(OrderPart(order=replace(order, lines=tuple(its_lines)), group=group))
    return parts


def zones_of(floor: PickingFloor) -> ZoneOf:
    """The zone of a SKU: the one its first reachable location is worked in, by the floor rules."""
    graph, zone_at = floor.graph, dict[int, str]()
    for (tail, head), zone in zip(graph.edges.tolist(), graph.zone.tolist(), strict=True):
        if zone >= 0:
            zone_at.setdefault(tail, graph.zones[zone])
            zone_at.setdefault(head, graph.zones[zone])
    return lambda sku: zone_at.get(graph.access[floor.locations(sku)[0]])
