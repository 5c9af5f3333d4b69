"""Loaded tables as files: each as Parquet, and the CSV tables that a scenario names."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
import pyarrow.parquet

from layouts.wms.tables import WmsTables
from spatial.whole_files import write_whole

SIZES = ("length_mm", "width_mm", "height_mm")
ORDERS, SLOTTING, ITEMS = "orders.csv", "slotting.csv", "items.csv"


def write_tables(folder: Path, loaded: WmsTables) -> tuple[str, ...]:
    """Write `<table>.parquet` of every table, in the units and UTC times of WmsTables; returns the files' names."""
    names = []
    for table, rows in loaded.tables.items():
        names.append(f"{table}.parquet")
        with write_whole(folder / names[-1]) as aside:
            pa.parquet.write_table(rows, aside)
    return tuple(names)


def write_scenario_tables(folder: Path, loaded: WmsTables) -> tuple[str, ...]:
    """Write what a scenario reads, as far as its tables are loaded: orders, slotting, items; returns their names.

    orders.csv is the table of lines, less those without a place, with the due and release times and waves of the
    table of orders; slotting.csv that of slots that hold a SKU; items.csv that of items whose mass is told, with the
    sizes, where all three are, which slotting reads.
    """
    tables, made = loaded.tables, {}
    if "lines" in tables:
        lines = tables["lines"].filter(pc.invert(_has_no_place(loaded)))
        made[ORDERS] = _orders(lines, tables.get("orders"))
    if "slots" in tables:
        slots = tables["slots"].select(["sku", "location"])
        made[SLOTTING] = slots.filter(slots["sku"].is_valid())
    if "items" in tables and "mass_kg" in tables["items"].column_names:
        items = _items(tables["items"])
        made[ITEMS] = items.filter(items["mass_kg"].is_valid())
    names = [name for name, rows in made.items() if len(rows)]
    for name in names:
        _write_csv(folder / name, made[name])
    return tuple(names)


def lines_without_place(loaded: WmsTables) -> pa.Table:
    """The lines whose SKU lies in no loaded slot, so that nobody can pick them; none where no slots are loaded."""
    lines = loaded.tables.get("lines")
    return pa.table({"sku": []}) if lines is None else lines.filter(_has_no_place(loaded))


def _has_no_place(loaded: WmsTables) -> pa.ChunkedArray:
    skus = loaded.tables["lines"]["sku"]
    held = loaded.tables["slots"]["sku"] if "slots" in loaded.tables else skus
    return pc.invert(pc.is_in(skus, held))


def _items(items: pa.Table) -> pa.Table:
    rows = items.select(["sku", "mass_kg"])
    if {*SIZES} <= {*items.column_names}:
        length, width, height = (items[name].is_valid() for name in SIZES)
        is_whole = pc.and_(pc.and_(length, width), height)
        for name in SIZES:
            rows = rows.append_column(name, pc.if_else(is_whole, items[name], None))
    return rows


def _orders(lines: pa.Table, orders: pa.Table | None) -> pa.Table:
    rows = lines.select(["order", "sku", "quantity"])
    if orders is not None:
        own = pc.index_in(rows["order"], orders["order"])
        for name in ("due", "wave", "released"):
            if name in orders.column_names:
                rows = rows.append_column(name, _text(orders[name]).take(own))
    if "source" in lines.column_names:  # which may say that the orders are made up
        rows = rows.append_column("source", lines["source"])
    return rows


def _text(column: pa.ChunkedArray) -> pa.ChunkedArray:
    if pa.types.is_timestamp(column.type):
        return pc.replace_substring(column.cast(pa.string()), " ", "T")
    return column


def _write_csv(path: Path, rows: pa.Table) -> None:
    with write_whole(path) as aside:
        pa.csv.write_csv(rows, aside, pa.csv.WriteOptions(quoting_style="needed"))
