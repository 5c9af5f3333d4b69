"""The data dictionary, made of the declarations that the tables are made of: for programs and for people."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any

from viewer.exports.tables.building_tables import BUILDING_TABLES
from viewer.exports.tables.figure_tables import FIGURE_TABLES
from viewer.exports.tables.run_tables import RUN_TABLES
from viewer.exports.tables.storage_tables import STORAGE_TABLES
from viewer.exports.tables.table import Column, Table

TABLES: tuple[Table[Any], ...] = (*BUILDING_TABLES, *STORAGE_TABLES, *RUN_TABLES, *FIGURE_TABLES)
"""All that there are, in the order in which they are written."""

MEDIA = {"csv": "text/csv", "parquet": "application/vnd.apache.parquet"}


def datapackage(name: str, title: str, tables: Sequence[Table[Any]], formats: Iterable[str]) -> str:
    """The dictionary as a Frictionless data package (v1), one resource for each table and format; a field has also
    its `unit`.
    """
    here = {table.name for table in tables}
    resources = [_resource(table, form, here) for form in formats for table in tables]
    package = {"profile": "data-package", "name": name, "title": title, "resources": resources}
    return json.dumps(package, indent=1, ensure_ascii=False) + "\n"


def dictionary_page(title: str, tables: Iterable[Table[Any]]) -> str:
    """The dictionary as Markdown."""
    lines = [
        f"# {title}",
        "",
        "Empty cells are values that are not known. Coordinates are of the world: Z up, metres.",
    ]
    for table in tables:
        key = ", ".join(f"`{name}`" for name in table.key)
        lines += ["", f"## {table.name}", "", f"{table.meaning} A row is named by {key}.", ""]
        lines += ["| column | type | unit | meaning |", "|---|---|---|---|"]
        lines += map(_line, table.columns)
    return "\n".join(lines) + "\n"


def _line(column: Column[Any]) -> str:
    meaning = column.meaning
    if column.refers_to:
        meaning += f" See `{column.refers_to[0]}`."
    if column.may_lack:
        meaning += " May be empty."
    return f"| `{column.name}` | {column.type} | {column.unit} | {meaning} |"


def _resource(table: Table[Any], form: str, here: Iterable[str]) -> dict[str, Any]:
    schema: dict[str, Any] = {
        "fields": [_field(column) for column in table.columns],
        "primaryKey": [*table.key],
        "missingValues": [""],
    }
    references = [
        {"fields": column.name, "reference": {"resource": f"{other}-{form}", "fields": their}}
        for column in table.columns
        for other, their in ([column.refers_to] if column.refers_to else [])
        if other in here
    ]
    if references:
        schema["foreignKeys"] = references
    resource = {
        "name": f"{table.name}-{form}",
        "path": f"{table.name}.{form}",
        "format": form,
        "mediatype": MEDIA[form],
        "description": table.meaning,
        "schema": schema,
    }
    return resource | ({"profile": "tabular-data-resource", "encoding": "utf-8"} if form == "csv" else {})


def _field(column: Column[Any]) -> dict[str, Any]:
    field: dict[str, Any] = {"name": column.name, "type": column.type, "description": column.meaning}
    if column.unit:
        field["unit"] = column.unit
    if not column.may_lack:
        field["constraints"] = {"required": True}
    return field
