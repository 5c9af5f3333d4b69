"""Orders of more lines than a cart holds: cut into trips whose tours are short."""

from __future__ import annotations

from dataclasses import replace

from layouts.orders import Order
from layouts.tours.metric.cart_trips import cart_trips
from layouts.tours.picking_floor import PickingFloor


def cut_to_carts(floor: PickingFloor, order: Order, *, lines: int) -> list[Order]:
    """The order in parts of at most `lines` lines, those of one part near each other; itself if it fits.

    Lines keep their order, and parts that of their first lines. A SKU in several locations counts as lying in the
    first one reached. Lines at one node stay together, but for more of them than a cart holds.
    """
    if len(order.lines) <= lines:
        return [order]
    at_node: dict[int, list[int]] = {}
    for number, line in enumerate(order.lines):
        at_node.setdefault(floor.graph.access[floor.locations(line.sku)[0]], []).append(number)
    loads = [
        (node, held[start : start + lines])
        for node, held in at_node.items()
        for start in range(0, len(held), lines)
    ]
    found = cart_trips(
        floor.table([floor.depot, *(node for node, _ in loads)]),
        [0, *(len(held) for _, held in loads)],
        capacity=lines,
        proof_rounds=0,
    )
    parts = sorted(
        sorted(number for row in trip[1:-1] for number in loads[row - 1][1]) for trip in found.trips
    )
    return [replace(order, lines=tuple(order.lines[number] for number in part)) for part in parts]
