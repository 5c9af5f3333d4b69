"""Writing tables and their dictionary into a folder."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal

import pyarrow as pa
import pyarrow.csv as pc
import pyarrow.parquet as pq

from viewer.exports.source import Source
from viewer.exports.tables.dictionary import TABLES, datapackage, dictionary_page
from viewer.exports.tables.table import Table, arrow_table

TableFormat = Literal["csv", "parquet"]
PACKAGE, PAGE = "datapackage.json", "DICTIONARY.md"
FILES = rf"datapackage\.json|DICTIONARY\.md|({'|'.join(table.name for table in TABLES)})\.(csv|parquet)"
"""What the files are called."""


def tables_of(source: Source) -> tuple[Table[Any], ...]:
    """Those that there are: of the site, and of the run if there is one."""
    return tuple(table for table in TABLES if source.run is not None or not table.needs_run)


def table_names(source: Source, formats: Sequence[TableFormat]) -> list[str]:
    """The files that `write_tables` writes."""
    return [*(f"{table.name}.{form}" for form in formats for table in tables_of(source)), PACKAGE, PAGE]


def write_tables(folder: Path, source: Source, formats: Sequence[TableFormat]) -> None:
    """Write all tables into `folder`, which exists; the same source gives the same bytes."""
    tables = tables_of(source)
    for table in tables:
        content = arrow_table(table, source)
        for form in formats:
            _write(content, folder / f"{table.name}.{form}", form)
    name, title = _name(source.facility.id), f"{source.facility.name}: tables"
    (folder / PACKAGE).write_text(datapackage(name, title, tables, formats), encoding="utf-8")
    (folder / PAGE).write_text(dictionary_page(title, tables), encoding="utf-8")


def _write(content: pa.Table, path: Path, form: TableFormat) -> None:
    if form == "csv":
        pc.write_csv(content, path, pc.WriteOptions(quoting_style="needed", quoting_header="none"))
    else:
        pq.write_table(content, path, compression="zstd", write_statistics=False)


def _name(facility_id: str) -> str:
    """As a data package may be called: small letters, digits, dots, hyphens and underscores."""
    plain = "".join(each if each.isascii() and each.isalnum() else "-" for each in facility_id.lower())
    return plain.strip("-") or "site"
