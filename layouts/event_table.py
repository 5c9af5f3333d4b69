"""Events and times as Arrow tables: the columns of a run's Parquet files."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from layouts.events import NONE, TEXTS, Events, Texts
from layouts.timetable import Timetable

_TEXT = pa.dictionary(pa.int32(), pa.string())
COLUMNS = pa.schema(
    [
        pa.field("seq", pa.int64(), nullable=False),
        pa.field("agent", _TEXT, nullable=False),
        pa.field("kind", _TEXT, nullable=False),
        pa.field("start_s", pa.float64(), nullable=False),
        pa.field("end_s", pa.float64(), nullable=False),
        pa.field("level", _TEXT, nullable=False),
        pa.field("path", pa.list_(pa.list_(pa.float64(), 2)), nullable=False),
        pa.field("resource", _TEXT),
        pa.field("cause", _TEXT),
        pa.field("blocked_by", _TEXT),
        pa.field("location", _TEXT),
        pa.field("order", _TEXT),
        pa.field("sku", _TEXT),
        pa.field("quantity", pa.int64()),
        pa.field("job", _TEXT),
        pa.field("aisle", _TEXT),
    ]
)
ADDED = ("job", "aisle")
"""Columns that older runs lack: nothing is known there."""

REPEATING = [*TEXTS, "path.list.element.list.element", "quantity", "of"]
"""Columns, by what Parquet calls their values, in which the same values come again and again."""

TIMES = pa.schema(
    [
        pa.field("of", pa.string(), nullable=False),
        pa.field("id", pa.string(), nullable=False),
        pa.field("released_s", pa.float64()),
        pa.field("due_s", pa.float64()),
        pa.field("done_s", pa.float64()),
    ]
)


def event_table(events: Events) -> pa.Table:
    """The table of `events`, with the columns COLUMNS."""
    columns = {name: _coded(getattr(events, name)) for name in TEXTS}
    columns |= {name: pa.array(getattr(events, name)) for name in ("seq", "start_s", "end_s")}
    columns["quantity"] = pa.array(events.quantity, mask=events.quantity == NONE)
    points = pa.FixedSizeListArray.from_arrays(pa.array(events.xy.ravel()), 2)
    columns["path"] = pa.ListArray.from_arrays(pa.array(events.path_start.astype(np.int32)), points)
    return pa.table({name: columns[name] for name in COLUMNS.names}, schema=COLUMNS)


def is_event_table(table: pa.Table) -> bool:
    """Whether the columns are COLUMNS, but for those that older runs lack."""
    lacking = [name for name in ADDED if name not in table.schema.names]
    expected = pa.schema([field for field in COLUMNS if field.name not in lacking])
    return bool(table.schema.equals(expected))


def events_of_table(table: pa.Table) -> Events:
    """The events of a table that `is_event_table`; ValueError for values that are no events."""
    table = table.combine_chunks()
    lists = _chunk(table, "path")
    start = lists.offsets.to_numpy().astype(np.int64)
    points = lists.values.flatten().to_numpy(zero_copy_only=False).reshape(-1, 2)
    columns: dict[str, Any] = {name: _texts(table, name) for name in TEXTS}
    columns |= {name: _chunk(table, name).to_numpy() for name in ("seq", "start_s", "end_s")}
    return Events(
        **columns,
        quantity=_chunk(table, "quantity").fill_null(NONE).to_numpy(),
        path_start=start - (start[0] if len(start) else 0),
        xy=points,
    )


def times_table(times: Mapping[str, Timetable]) -> pa.Table:
    """The table of all times, with the columns TIMES; `times` are those of the orders and of the jobs."""
    columns = [pa.array([of for of, table in times.items() for _ in table.names], pa.string())]
    columns += [pa.array([name for table in times.values() for name in table.names], pa.string())]
    for name in TIMES.names[2:]:
        values = np.concatenate([np.empty(0), *(getattr(table, name) for table in times.values())])
        columns += [pa.array(values, mask=np.isnan(values))]
    return pa.table(dict(zip(TIMES.names, columns, strict=True)), schema=TIMES)


def times_of_table(table: pa.Table, of: str) -> Timetable:
    """The times of the orders or of the jobs."""
    rows = table.filter(pc.equal(table["of"], of))
    values = (rows[name].to_numpy() for name in TIMES.names[2:])  # null becomes NaN
    return Timetable(tuple(rows["id"].to_pylist()), *values)


def _coded(texts: Texts) -> pa.DictionaryArray:
    codes = pa.array(texts.code, mask=texts.code == NONE)
    return pa.DictionaryArray.from_arrays(codes, pa.array(texts.names, pa.string()))


def _texts(table: pa.Table, name: str) -> Texts:
    if name not in table.schema.names:
        return Texts(np.full(table.num_rows, NONE, np.int32), ())
    column = _chunk(table, name)
    return Texts.coded(column.indices.fill_null(NONE).to_numpy(), column.dictionary.to_pylist())


def _chunk(table: pa.Table, name: str) -> Any:
    """The column as one array, which a table without rows has none of."""
    column = table[name].unify_dictionaries()
    return column.chunk(0) if column.num_chunks else pa.array([], cast(Any, column.type))
