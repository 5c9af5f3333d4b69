"""A set of WMS tables: a dry run that lists every defect, and a load that sets bad rows aside with their reasons."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa

from layouts.wms.fields import TABLES
from layouts.wms.findings import Finding, Findings
from layouts.wms.mapping import WmsMapping, refuse_gaps
from layouts.wms.source import Source, read_source
from layouts.wms.table_check import TableCheck, check_references, check_table
from spatial.errors import BadDataError


@dataclass(frozen=True, kw_only=True)
class WmsTables:
    """The clean rows of each table, columns by field: ids and texts, int64 pieces, float64 in the field's unit, and
    UTC timestamps in milliseconds; null for an empty cell. `quarantined` counts the other rows by table.
    """

    tables: Mapping[str, pa.Table]
    quarantined: Mapping[str, int]
    findings: Findings


def dry_run(files: Mapping[str, Path], mapping: WmsMapping) -> Findings:
    """Every defect of `files` by table, and what the id rules change; nothing is written.

    A reference is checked where the table that it refers to is among `files`. Raises ValueError for a table that
    the mapping lacks, and BadDataError for a mapping that leaves out a unit, a form of time or the like.
    """
    checks, broken = _checked(files, mapping)
    return _findings(checks, broken)


def load(files: Mapping[str, Path], mapping: WmsMapping, *, quarantine: Path) -> WmsTables:
    """Load the clean rows. Others go to the folder `quarantine`, made when there are any, a `<table>.csv` each:
    row number, reasons, and the cells as they were, or for a row of the wrong length its text in one cell. An
    older file of a table that now has none is removed.

    Raises what `dry_run` does, and BadDataError for a file that has a fault of no single row, as a missing column.
    """
    checks, broken = _checked(files, mapping)
    if broken:
        more = f" (and {len(broken) - 1} more: see a dry run)" if len(broken) > 1 else ""
        raise BadDataError(f"{broken[0]}{more}")
    for check in checks.values():
        if _set_aside(check):
            quarantine.mkdir(parents=True, exist_ok=True)
            _write_quarantine(quarantine / f"{check.table}.csv", check)
        else:
            (quarantine / f"{check.table}.csv").unlink(missing_ok=True)
    return WmsTables(
        tables={
            table: pa.table(check.values).filter(pa.array(check.clean)) for table, check in checks.items()
        },
        quarantined={table: _set_aside(check) for table, check in checks.items()},
        findings=_findings(checks, broken),
    )


def _checked(files: Mapping[str, Path], mapping: WmsMapping) -> tuple[dict[str, TableCheck], list[Finding]]:
    """The checks of the tables that could be read, and the faults of files."""
    unmapped = [table for table in files if table not in mapping.tables]
    if unmapped:
        raise ValueError(f"the mapping has no table '{unmapped[0]}': infer it, or leave the file out")
    for table, path in files.items():
        refuse_gaps(mapping, table, source=path)
    checks: dict[str, TableCheck] = {}
    broken: list[Finding] = []
    for table in [table for table in TABLES if table in files]:
        its, path = mapping.tables[table], files[table]
        try:
            source = read_source(
                path, option=f"tables.{table}", delimiter=its.delimiter, encoding=its.encoding
            )
        except BadDataError as error:
            broken.append(Finding("unreadable-file", table, str(path), 0, "", str(error), "a table"))
            continue
        faults = _file_faults(table, source, mapping)
        broken += faults
        if all(fault.kind == "unclosed-quote" for fault in faults):
            checks[table] = check_table(table, source, mapping)
            _note_header(checks[table])
            check_references(checks[table], checks)
    return checks, broken


def _file_faults(table: str, source: Source, mapping: WmsMapping) -> list[Finding]:
    """Faults that leave no table, or not all of it."""
    columns = mapping.tables[table].columns
    mapped = [column.column or "" for column in columns.values()]
    header = ", ".join(source.header)
    found = [
        ("missing-column", 1, name, header, f"column '{name}', or another in the mapping")
        for name in mapped
        if name not in source.header
    ]
    found += [
        ("missing-column", 1, "", header, f"tables.{table}.columns.{name}.column in the mapping")
        for name, its in TABLES[table].fields.items()
        if its.needed and name not in columns
    ]
    found += [
        ("duplicate-column", 1, name, header, "each name once")
        for name, count in Counter(source.header).items()
        if name in mapped and count > 1
    ]
    if not len(source.row):
        found.append(("no-rows", 0, "", "", "a row below the header"))
    if source.unclosed_row is not None:
        expected = "a quotation mark that closes what this row opens"
        found.append(("unclosed-quote", source.unclosed_row, "", "the rest of the file", expected))
    file = str(source.path)
    return [Finding(kind, table, file, row, column, value, said) for kind, row, column, value, said in found]


def _note_header(check: TableCheck) -> None:
    """Faults of columns that are not read."""
    mapped = {check.column_of(name) for name in check.values}
    for name, count in Counter(check.source.header).items():
        if name and count > 1 and name not in mapped:
            check.note("duplicate-column", 1, name, ", ".join(check.source.header), "each name once")
    for name, column in zip(check.source.header, check.source.columns, strict=True):
        values = column.unique().to_pylist() if not name else []
        if any(values):
            check.note("unnamed-column", 0, "", next(filter(None, values)), "a name in the header")


def _findings(checks: Mapping[str, TableCheck], broken: list[Finding]) -> Findings:
    defects: list[Finding] = []
    for table in TABLES:
        found = [fault for fault in broken if fault.table == table]
        found += checks[table].defects if table in checks else []
        defects += sorted(found, key=lambda defect: defect.row)
    changes = [change for check in checks.values() for change in check.id_changes]
    return Findings(defects=tuple(defects), id_changes=tuple(changes))


def _set_aside(check: TableCheck) -> int:
    return int(np.sum(~check.clean)) + len(check.source.ragged)


def _write_quarantine(path: Path, check: TableCheck) -> None:
    source = check.source
    reasons: dict[int, list[str]] = {}
    for defect in check.defects:
        if defect.row:
            where = f" in '{defect.column}'" if defect.column else ""
            reasons.setdefault(defect.row, []).append(f"{defect.kind}{where}: expected {defect.expected}")
    index = np.flatnonzero(~check.clean)
    rows = dict(zip(source.row[index].tolist(), source.rows(index), strict=True))
    rows |= {bad.row: (bad.text,) for bad in source.ragged}
    with path.open("w", encoding="utf-8", newline="") as file:
        out = csv.writer(file, lineterminator="\n")
        out.writerow(("row", "reasons", *source.header))
        out.writerows((row, "; ".join(reasons[row]), *rows[row]) for row in sorted(rows))
