"""A mapping as a terminal shows it: which column is read as what."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from layouts.wms.mapping import ColumnMap, WmsMapping

MARKS = {"\t": "tab", " ": "space"}


def mapping_text(mapping: WmsMapping, files: Mapping[str, Path]) -> str:
    """A line a table: its file, its fields with their columns and units, and the columns that are not read."""
    return "\n".join(_lines(mapping, files))


def _lines(mapping: WmsMapping, files: Mapping[str, Path]) -> Iterator[str]:
    for table, path in files.items():
        its = mapping.tables[table]
        form = [
            its.encoding or "",
            f"{MARKS.get(its.delimiter, its.delimiter)}-separated" if its.delimiter else "",
        ]
        if its.decimal == ",":
            form.append("decimal comma")
        said = ", ".join(filter(None, form)) or path.suffix.removeprefix(".")
        yield f"{table}: {path} ({said})"
        yield "  " + ", ".join(_column(name, column) for name, column in its.columns.items())
        if its.ignored:
            yield f"  not read: {', '.join(its.ignored)}"


def _column(name: str, column: ColumnMap) -> str:
    told = column.unit if column.unit != "piece" else None
    told = told or column.time
    return f"{name} = '{column.column}'" + (f" in {told}" if told else "")
