"""Demand from files: orders, plain counts by day, loaded WMS exports, and movements of the live twin's log."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from pathlib import Path
from typing import Literal, NamedTuple
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt
import pyarrow.compute as pc
import pyarrow.parquet as pq

from layouts.csv_table import Column, plain_columns, read_rows
from layouts.demand.forecasting.demand_table import DemandTable, table_of
from layouts.orders import MADE_UP
from spatial.errors import BadDataError

Ints = npt.NDArray[np.int64]
Of = Literal["pieces", "lines"]

DATES = ("released", "date")
"""Columns that tell when something was wanted: of an order table, or of one that counts by day."""
LINES, ORDERS = "lines.parquet", "orders.parquet"
SECOND_MS = 1000


class Read(NamedTuple):
    """The table, and what a reader must know of it."""

    table: DemandTable
    notes: tuple[str, ...]


def read_demand(path: Path, *, of: Of = "pieces", time_zone: str = "UTC") -> Read:
    """Read orders (`order,sku,quantity,released`), counts (`date,sku,quantity`), or a folder of `wms load`.

    Times with a zone are told in `time_zone`, those without are its own. Lines without a date are left out and
    told. BadDataError for other tables, unreadable dates and quantities.
    """
    if path.is_dir():
        return _of_folder(path, of, ZoneInfo(time_zone))
    columns = plain_columns(path, required=("sku", "quantity"), optional=(*DATES, "source")) or _row_by_row(
        path
    )
    named = [name for name in DATES if name in columns]
    if not named:
        raise BadDataError(
            f"{path} row 1 has no column 'released' or 'date': the header must say when orders came in"
        )
    when, sku = columns[named[0]], columns["sku"]
    days = np.array([_day(path, text, ZoneInfo(time_zone)) for text in when.texts], np.int64)
    quantity = _quantities(path, columns["quantity"])
    sources = columns["source"].texts if "source" in columns else []
    return _read(sku.of, days[when.of], quantity, sku.texts, of, str(path), sources)


def demand_of_moves(moves: Iterable[tuple[int, str, float]], *, of: Of, time_zone: str, source: str) -> Read:
    """The demand of picks (time [ms], SKU, pieces)."""
    zone = ZoneInfo(time_zone)
    number: dict[str, int] = {}
    rows = [
        (
            number.setdefault(sku, len(number)),
            dt.datetime.fromtimestamp(ms / SECOND_MS, zone).toordinal(),
            pieces,
        )
        for ms, sku, pieces in moves
    ]
    parts = np.array(rows, np.float64).reshape(-1, 3)
    sku, day = parts[:, 0].astype(np.int64), parts[:, 1].astype(np.int64)
    return _read(sku, day, np.rint(parts[:, 2]).astype(np.int64), [*number], of, source, [])


def _read(
    sku: Ints, day: Ints, quantity: Ints, skus: list[str], of: Of, source: str, sources: list[str]
) -> Read:
    dated = day > 0
    notes = []
    if not dated.all():
        notes.append(
            f"{int((~dated).sum())} of {len(day)} lines tell no day they came in: they are left out."
        )
    made_up = [text for text in sources if text.lower().startswith(MADE_UP)]
    if made_up:
        notes.append(f"The orders are made up, not those of a warehouse: {source} says '{made_up[0]}'.")
    amount = np.ones(len(sku), np.int64) if of == "lines" else quantity
    return Read(table_of(sku[dated], day[dated], amount[dated], skus=skus, source=source), tuple(notes))


def _of_folder(folder: Path, of: Of, zone: ZoneInfo) -> Read:
    for name in (LINES, ORDERS):
        if not (folder / name).is_file():
            raise BadDataError(
                f"{folder} has no {name}: load orders and lines with 'aisletwin wms load', or give a "
                "table of orders"
            )
    lines, orders = pq.read_table(folder / LINES), pq.read_table(folder / ORDERS)
    if "released" not in orders.column_names:
        raise BadDataError(
            f"{folder / ORDERS} has no column 'released': map the column that says when orders came in"
        )
    released = dict(zip(orders["order"].to_pylist(), orders["released"].to_pylist(), strict=True))
    sku = lines["sku"].dictionary_encode().combine_chunks()
    days = {order: 0 if at is None else at.astimezone(zone).toordinal() for order, at in released.items()}
    day = np.array([days.get(order, 0) for order in lines["order"].to_pylist()], np.int64)
    quantity = pc.fill_null(lines["quantity"], 0).to_numpy().astype(np.int64)
    sources = pc.unique(lines["source"]).to_pylist() if "source" in lines.column_names else []
    skus = sku.dictionary.to_pylist()
    index = np.asarray(sku.indices, np.int64)
    return _read(index, day, quantity, skus, of, str(folder), [text for text in sources if text])


def _row_by_row(path: Path) -> dict[str, Column]:
    """The columns of a table with quotes; what is wrong with one is told."""
    found: dict[str, dict[str, int]] = {}
    of: dict[str, list[int]] = {}
    for _, cells in read_rows(path, required=("sku", "quantity")):
        for name in ("sku", "quantity", *DATES, "source"):
            if name in cells:
                texts = found.setdefault(name, {})
                of.setdefault(name, []).append(texts.setdefault(cells[name], len(texts)))
    if not found:
        raise BadDataError(f"{path} has no orders below its header: add at least one row")
    return {name: Column([*texts], np.array(of[name], np.int64)) for name, texts in found.items()}


def _day(path: Path, text: str, zone: ZoneInfo) -> int:
    """The day of a text as `date.toordinal`, 0 for an empty one."""
    if not text:
        return 0
    try:
        at = dt.datetime.fromisoformat(text)
    except ValueError:
        raise BadDataError(
            f"{path} has the time '{text}': expected a date, as 2026-11-28 or 2026-11-28T08:00:00Z"
        ) from None
    return (at if at.tzinfo is None else at.astimezone(zone)).toordinal()


def _quantities(path: Path, column: Column) -> Ints:
    values = np.zeros(len(column.texts), np.int64)
    for place, text in enumerate(column.texts):
        if not (text.isascii() and text.isdigit() and len(text) < 10):
            row = int(np.flatnonzero(column.of == place)[0]) + 2
            raise BadDataError(
                f"{path} row {row} column 'quantity' is '{text}': expected a whole number from 0"
            )
        values[place] = int(text)
    return values[column.of]
