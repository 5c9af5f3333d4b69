"""Tasks of a WMS from a file, as `wms load` writes them: Parquet, or CSV with these columns and ISO 8601 times."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
import pyarrow.parquet

from layouts.wms.times import times
from spatial.errors import BadDataError

TIMES = ("start", "end")


def read_tasks(path: Path) -> pa.Table:
    """The table of tasks in `path`; times are UTC, an empty cell is null.

    Raises BadDataError for a file that cannot be read, without its columns, or with a time or quantity that is none.
    """
    try:
        is_parquet = path.suffix.lower() == ".parquet"
        table = pa.parquet.read_table(path) if is_parquet else _typed(path, _texts(path))
    except (OSError, pa.ArrowInvalid) as error:
        raise BadDataError(
            f"{path} is no table of tasks: {error}; give a .parquet or .csv of `wms load`"
        ) from error
    need_columns(table, "start", "sku", source=str(path))
    return table


def need_columns(table: pa.Table, *names: str, source: str = "the table of tasks") -> None:
    """Raise BadDataError unless `table` has the columns and at least one row."""
    for name in names:
        if name not in table.column_names:
            held = ", ".join(table.column_names)
            raise BadDataError(f"{source} has no column '{name}', only {held}: map it in `wms load`")
    if not len(table):
        raise BadDataError(f"{source} has no rows: give at least one task")


def _texts(path: Path) -> pa.Table:
    with path.open("rb") as file:
        header = file.readline().decode("utf-8-sig").strip().replace('"', "").split(",")
    every = pa.csv.ConvertOptions(
        column_types={name: pa.string() for name in header}, strings_can_be_null=True, null_values=[""]
    )
    return pa.csv.read_csv(path, convert_options=every)


def _typed(path: Path, table: pa.Table) -> pa.Table:
    for name in (name for name in TIMES if name in table.column_names):
        texts = pc.fill_null(table[name], "").combine_chunks()
        read = times(texts, "iso")
        bad = read.malformed | read.unreal | read.outside
        if bad.any():
            row = int(np.argmax(bad))
            raise BadDataError(
                f"{path} row {row + 2} column '{name}' is '{texts[row]}': expected 2026-11-23T08:00:00Z"
            )
        utc = pa.array(read.utc_ms, pa.timestamp("ms", "UTC"), mask=np.asarray(read.empty, bool))
        table = table.set_column(table.column_names.index(name), name, utc)
    if "quantity" in table.column_names:
        pieces = table["quantity"].cast(pa.int64())
        table = table.set_column(table.column_names.index("quantity"), "quantity", pieces)
    return table
