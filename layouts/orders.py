"""Orders: what customers asked for, in the order it came in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from layouts.csv_table import read_rows
from spatial.errors import BadDataError


@dataclass(frozen=True, kw_only=True)
class OrderLine:
    """`quantity` pieces of one SKU, at least one."""

    sku: str
    quantity: int


@dataclass(frozen=True, kw_only=True)
class Order:
    """A customer's request; `due` and `released`, when it came in, are the texts of the file, read by `due_s` and
    `released_s`. Orders of different `wave` are never picked together.
    """

    id: str
    lines: tuple[OrderLine, ...]
    due: str | None = None
    wave: str | None = None
    released: str | None = None


def read_orders(path: Path) -> tuple[Order, ...]:
    """Read `order,sku,quantity[,due][,wave][,released]`, one line a row; orders keep the place of their first row.

    Raises BadDataError with file, row and column for anything else, for an order in two waves, and for a table
    without rows.
    """
    lines: dict[str, list[OrderLine]] = {}
    due: dict[str, str | None] = {}
    released: dict[str, str | None] = {}
    wave: dict[str, str | None] = {}
    for row, cells in read_rows(path, required=("order", "sku", "quantity")):
        line = OrderLine(sku=cells["sku"], quantity=_quantity(path, row, cells))
        lines.setdefault(cells["order"], []).append(line)
        due.setdefault(cells["order"], cells.get("due") or None)
        released.setdefault(cells["order"], cells.get("released") or None)
        its_wave = cells.get("wave") or None
        if wave.setdefault(cells["order"], its_wave) != its_wave:
            raise BadDataError(
                f"{path} row {row} column 'wave' is '{its_wave}', but order '{cells['order']}' is in wave "
                f"'{wave[cells['order']]}': keep an order in one wave"
            )
    if not lines:
        raise BadDataError(f"{path} has no orders below its header: add at least one row")
    return tuple(
        Order(id=order, lines=tuple(wanted), due=due[order], wave=wave[order], released=released[order])
        for order, wanted in lines.items()
    )


def _quantity(path: Path, row: int, cells: Mapping[str, str]) -> int:
    text = cells["quantity"]
    if not (text.isascii() and text.isdigit() and 0 < int(text) < 10**9):
        raise BadDataError(f"{path} row {row} column 'quantity' is '{text}': expected a whole number from 1")
    return int(text)
