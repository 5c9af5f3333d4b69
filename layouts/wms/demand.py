"""Loaded tables as what a simulation reads: orders, slotting and the mass of items."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from layouts.items import Items
from layouts.orders import Order, OrderLine
from layouts.slotting_table import Slotting
from layouts.wms.tables import WmsTables
from spatial.errors import BadDataError


def orders_of(loaded: WmsTables) -> tuple[Order, ...]:
    """The orders that have lines, in the order of their first lines; times as ISO 8601 in UTC.

    Due and release times and waves are those of the table of orders, if it is loaded. BadDataError without lines.
    """
    lines: dict[str, list[OrderLine]] = {}
    sources: dict[str, str | None] = {}
    table = _table(loaded, "lines")
    for order, sku, quantity, source in _rows(table, "order", "sku", "quantity", "source"):
        lines.setdefault(order, []).append(OrderLine(sku=sku, quantity=quantity))
        sources[order] = sources.get(order) or source
    known: dict[str, tuple[str | None, str | None, str | None]] = {}
    if "orders" in loaded.tables:
        rows = _rows(loaded.tables["orders"], "order", "due", "wave", "released")
        known = {order: (due, wave, released) for order, due, wave, released in rows}
    orders = []
    for order, wanted in lines.items():
        due, wave, released = known.get(order, (None, None, None))
        orders.append(
            Order(id=order, lines=tuple(wanted), due=due, wave=wave, released=released, source=sources[order])
        )
    return tuple(orders)


def slotting_of(loaded: WmsTables) -> Slotting:
    """The locations of each SKU, both in the order of the table of slots; BadDataError without it."""
    slotting: dict[str, list[str]] = {}
    for sku, location in _rows(_table(loaded, "slots"), "sku", "location"):
        if sku is not None:
            slotting.setdefault(sku, []).append(location)
    return {sku: tuple(locations) for sku, locations in slotting.items()}


def items_of(loaded: WmsTables) -> Items:
    """The mass in kilograms of each SKU that tells one; BadDataError without a table of items."""
    rows = _rows(_table(loaded, "items"), "sku", "mass_kg")
    return {sku: mass_kg for sku, mass_kg in rows if mass_kg is not None}


def _table(loaded: WmsTables, name: str) -> pa.Table:
    if name not in loaded.tables:
        raise BadDataError(
            f"no table of {name} is loaded, only {', '.join(loaded.tables)}: load its file too"
        )
    return loaded.tables[name]


def _rows(table: pa.Table, *names: str) -> Any:
    """The rows as tuples; None for a column that was not mapped."""
    columns: Mapping[str, pa.ChunkedArray] = {
        name: table[name] for name in names if name in table.column_names
    }
    return zip(
        *(_plain(columns[name]) if name in columns else [None] * len(table) for name in names), strict=True
    )


def _plain(column: pa.ChunkedArray) -> list[Any]:
    if pa.types.is_timestamp(column.type):
        column = pc.replace_substring(column.cast(pa.string()), " ", "T")
    values: list[Any] = column.to_pylist()
    return values
