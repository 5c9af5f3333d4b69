"""Orders: what customers asked for, in the order it came in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from layouts.csv_table import Column, plain_columns, read_rows
from spatial.errors import BadDataError

MADE_UP = "made up"
"""A `source` that begins so marks orders that no customer asked for."""


_COLUMNS = ("order", "sku", "quantity")


class OrderLine(NamedTuple):
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
    columns = plain_columns(path, required=_COLUMNS, optional=("due", "wave", "released", "source"))
    orders = None if columns is None else _orders_of(columns)
    return orders or _read_row_by_row(path)


def _orders_of(columns: Mapping[str, Column]) -> tuple[Order, ...] | None:
    """The orders of plain columns; None where something is wrong."""
    ids, sku, quantity = (columns[name] for name in _COLUMNS)
    pieces = [_pieces(text) for text in quantity.texts]
    by_order = np.argsort(ids.of, kind="stable")
    start = np.searchsorted(ids.of[by_order], np.arange(len(ids.texts) + 1)).tolist()
    wave = columns.get("wave")
    if 0 in pieces or (wave and (wave.of[by_order[start[:-1]]][ids.of] != wave.of).any()):
        return None
    # lines that are equal are one: a table of a million has few that are not
    kinds, kind_of = np.unique(sku.of * len(pieces) + quantity.of, return_inverse=True)
    lines_of = [
        OrderLine(sku=sku.texts[kind // len(pieces)], quantity=pieces[kind % len(pieces)])
        for kind in kinds.tolist()
    ]
    lines = [lines_of[kind] for kind in kind_of[by_order].tolist()]
    first_row = by_order[start[:-1]]
    due, released, its_wave = (_told(columns.get(name), first_row) for name in ("due", "released", "wave"))
    source = _told(columns["source"], by_order) if "source" in columns else []
    return tuple(
        Order(
            id=name,
            lines=tuple(lines[first:end]),
            due=due[number],
            wave=its_wave[number],
            released=released[number],
            source=_source(source[first:end]) if source else None,
        )
        for number, (name, first, end) in enumerate(zip(ids.texts, start, start[1:], strict=False))
    )


def _told(column: Column | None, rows: npt.NDArray[np.int64]) -> list[str | None]:
    """What these rows of a column say; nothing where there is no such column."""
    if column is None:
        return [None] * len(rows)
    texts = [text or None for text in column.texts]
    return [texts[number] for number in column.of[rows].tolist()]


def _source(of_rows: Sequence[str | None]) -> str | None:
    """Where an order is from: as its last row that is marked as made up says, else the first that says anything."""
    marked = [source for source in of_rows if says_made_up(source)]
    return marked[-1] if marked else next(filter(None, of_rows), None)


def _read_row_by_row(path: Path) -> tuple[Order, ...]:
    lines: dict[str, list[OrderLine]] = {}
    due: dict[str, str | None] = {}
    released: dict[str, str | None] = {}
    wave: dict[str, str | None] = {}
    source: dict[str, list[str | None]] = {}
    for row, cells in read_rows(path, required=_COLUMNS):
        line = OrderLine(sku=cells["sku"], quantity=_quantity(path, row, cells["quantity"]))
        lines.setdefault(cells["order"], []).append(line)
        due.setdefault(cells["order"], cells.get("due") or None)
        released.setdefault(cells["order"], cells.get("released") or None)
        its_wave = cells.get("wave") or None
        if wave.setdefault(cells["order"], its_wave) != its_wave:
            raise BadDataError(
                f"{path} row {row} column 'wave' is '{its_wave}', but order '{cells['order']}' is in wave "
                f"'{wave[cells['order']]}': keep an order in one wave"
            )
        source.setdefault(cells["order"], []).append(cells.get("source") or None)
    if not lines:
        raise BadDataError(f"{path} has no orders below its header: add at least one row")
    return tuple(
        Order(
            id=order,
            lines=tuple(wanted),
            due=due[order],
            wave=wave[order],
            released=released[order],
            source=_source(source[order]),
        )
        for order, wanted in lines.items()
    )


def _quantity(path: Path, row: int, text: str) -> int:
    pieces = _pieces(text)
    if pieces == 0:
        raise BadDataError(f"{path} row {row} column 'quantity' is '{text}': expected a whole number from 1")
    return pieces


def _pieces(text: str) -> int:
    """The whole number from 1 that a text is, or 0."""
    digits = text.lstrip("0")
    return int(digits) if digits.isascii() and digits.isdigit() and len(digits) < 10 else 0
