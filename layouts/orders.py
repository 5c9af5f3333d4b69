"""Orders: what customers asked for, in the order it came in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from layouts.csv_table import read_rows
from spatial.errors import BadDataError

MADE_UP = "made up"
"""A `source` that begins so marks orders that no customer asked for."""


@dataclass(frozen=True, kw_only=True)
class OrderLine:
    """`quantity` pieces of one SKU, at least one."""

    sku: str
    quantity: int


@dataclass(frozen=True, kw_only=True)
class Order:
    """A customer's request; `due` and `released`, when it came in, are the texts of the file, read by `due_s` and
    `released_s`. Orders of different `wave` are never picked together. `source` tells where the order is from.
    """

    id: str
    lines: tuple[OrderLine, ...]
    due: str | None = None
    wave: str | None = None
    released: str | None = None
    source: str | None = None

    @property
    def is_made_up(self) -> bool:
        """Whether no customer asked for it."""
        return says_made_up(self.source)


def says_made_up(source: str | None) -> bool:
    """Whether a text of the column `source` marks made-up orders."""
    return source is not None and source.lower().startswith(MADE_UP)


def read_orders(path: Path) -> tuple[Order, ...]:
    """Read `order,sku,quantity[,due][,wave][,released][,source]`, one line a row.

    Orders keep the place of their first row; one row marked as made up marks its order. Raises BadDataError with
    file, row and column for anything else, for an order in two waves, and for a table without rows.
    """
    lines: dict[str, list[OrderLine]] = {}
    due: dict[str, str | None] = {}
    released: dict[str, str | None] = {}
    wave: dict[str, str | None] = {}
    source: dict[str, str | None] = {}
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
        its_source = cells.get("source") or None
        if source.setdefault(cells["order"], its_source) is None or says_made_up(its_source):
            source[cells["order"]] = its_source
    if not lines:
        raise BadDataError(f"{path} has no orders below its header: add at least one row")
    return tuple(
        Order(
            id=order,
            lines=tuple(wanted),
            due=due[order],
            wave=wave[order],
            released=released[order],
            source=source[order],
        )
        for order, wanted in lines.items()
    )


def _quantity(path: Path, row: int, cells: Mapping[str, str]) -> int:
    text = cells["quantity"]
    if not (text.isascii() and text.isdigit() and 0 < int(text) < 10**9):
        raise BadDataError(f"{path} row {row} column 'quantity' is '{text}': expected a whole number from 1")
    return int(text)
