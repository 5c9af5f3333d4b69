"""A table declared once: its columns say what they are called, hold and mean, and where their values come from."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, Generic, Literal, TypeVar

import pyarrow as pa

from viewer.exports.source import Source

Rows = TypeVar("Rows")
Type = Literal["string", "integer", "number", "boolean"]
"""Types of a Frictionless Table Schema."""

ARROW: dict[Type, pa.DataType] = {
    "string": pa.string(),
    "integer": pa.int64(),
    "number": pa.float64(),
    "boolean": pa.bool_(),
}


@dataclass(frozen=True, kw_only=True)
class Column(Generic[Rows]):
    """`values` gives one value of `type` for each row, None (also NaN) where there is none if it `may_lack`.

    `unit` is empty for what has none. `refers_to` names the table and column that it points into.
    """

    name: str
    type: Type
    unit: str
    meaning: str
    values: Callable[[Rows], Iterable[Any]]
    may_lack: bool = False
    refers_to: tuple[str, str] | None = None


@dataclass(frozen=True, kw_only=True)
class Table(Generic[Rows]):
    """`rows` makes of a source what the columns take their values from; `key` are the columns that name a row.

    One that `needs_run` is of a run alone.
    """

    name: str
    meaning: str
    key: tuple[str, ...]
    rows: Callable[[Source], Rows]
    columns: tuple[Column[Rows], ...] = field(repr=False)
    needs_run: bool = False


def arrow_table(table: Table[Any], source: Source) -> pa.Table:
    """The table of a source, its columns with their units and meanings as metadata.

    Raises ValueError for a value that is lacking or of another type than its column declares.
    """
    rows = table.rows(source)
    fields, arrays = [], []
    for column in table.columns:
        try:
            values = column.values(rows)
            array = pa.array(
                values if hasattr(values, "__len__") else list(values), ARROW[column.type], from_pandas=True
            )
        except (pa.ArrowInvalid, pa.ArrowTypeError) as error:
            raise ValueError(f"{table.name}.{column.name} is no {column.type}: {error}") from error
        if array.null_count and not column.may_lack:
            raise ValueError(
                f"{table.name}.{column.name} lacks {array.null_count} values: declare that it may"
            )
        metadata = {"unit": column.unit, "meaning": column.meaning}
        fields.append(pa.field(column.name, ARROW[column.type], nullable=column.may_lack, metadata=metadata))
        arrays.append(array)
    return pa.Table.from_arrays(arrays, schema=pa.schema(fields))
