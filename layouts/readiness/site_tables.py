"""The tables of a site, read as far as they can be: what hinders becomes a finding, what is left open a question."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from layouts.readiness.finding import Finding, grouped
from layouts.wms.fields import TABLES
from layouts.wms.headers import headers_of, told_values
from layouts.wms.inference import table_map
from layouts.wms.mapping import LOCAL_FORMS, ColumnMap, TableMap, TimeForm, WmsMapping
from layouts.wms.source import Source, read_source
from layouts.wms.table_check import TableCheck, check_references, check_table
from layouts.wms.times import PATTERNS, SAID
from spatial.errors import BadDataError

WESTERN = "cp1252"
"""What a spreadsheet writes where it does not write UTF-8."""


@dataclass(frozen=True, kw_only=True)
class SiteTables:
    """The checks of the tables that could be read, what was wrong with them so far, and what must be told.

    A question leaves its field unread; without a time zone local times are read as UTC, which spans do not mind.
    """

    checks: Mapping[str, TableCheck]
    findings: tuple[Finding, ...]
    questions: tuple[str, ...]

    def has(self, table: str, *fields: str) -> bool:
        """Whether the table is there, with these fields."""
        return table in self.checks and all(field in self.checks[table].values for field in fields)

    def numbers(self, table: str, field: str) -> npt.NDArray[np.float64]:
        """The values (N,) of a number, or of a time in seconds since 1970; NaN where there is none."""
        values = self.checks[table].values[field]
        if pa.types.is_timestamp(values.type):
            values = values.cast(pa.int64())
            return np.asarray(values.cast(pa.float64()).to_numpy(zero_copy_only=False)) / 1000
        return np.asarray(values.cast(pa.float64()).to_numpy(zero_copy_only=False))

    def texts(self, table: str, field: str) -> npt.NDArray[np.object_]:
        """The ids or texts (N,); None where there is none."""
        return np.asarray(self.checks[table].values[field].to_numpy(zero_copy_only=False), object)

    def codes(self, table: str, field: str) -> tuple[npt.NDArray[np.int64], list[str]]:
        """Ids as numbers (N,), -1 for none, and the ids by number, in the order in which they come."""
        coded = self.checks[table].values[field].dictionary_encode()
        return np.asarray(pc.fill_null(coded.indices, -1)).astype(np.int64), coded.dictionary.to_pylist()

    def finding(
        self,
        kind: str,
        table: str,
        field: str,
        rows: npt.NDArray[np.bool_],
        expected: str,
        *,
        got: str | None = None,
    ) -> list[Finding]:
        """One finding for the `rows` (N,) that are True; none for none."""
        index = np.flatnonzero(rows)
        if not len(index):
            return []
        check = self.checks[table]
        column = check.column_of(field)
        held = str(check.source.column(column)[int(index[0])]) if column else ""
        return [
            Finding(
                kind=kind,
                table=table,
                file=str(check.source.path),
                column=column,
                rows=tuple(check.source.row[index[:20]].tolist()),
                count=len(index),
                got=held if got is None else got,
                expected=expected,
            )
        ]


def read_tables(files: Mapping[str, Path], told: WmsMapping) -> SiteTables:
    """Read and check every table of `files`; ValueError for a table that is not known. No files give no tables."""
    unknown = [table for table in files if table not in TABLES]
    if unknown:
        raise ValueError(f"there is no table '{unknown[0]}': known are {', '.join(TABLES)}")
    checks: dict[str, TableCheck] = {}
    findings: list[Finding] = []
    questions: list[str] = []
    for table in (table for table in TABLES if table in files):
        check = _checked(files[table], table, told, findings, questions)
        if check is not None:
            checks[table] = check
            check_references(check, checks)
            findings += grouped(check.defects)
    return SiteTables(checks=checks, findings=tuple(findings), questions=tuple(questions))


def _checked(
    path: Path, table: str, told: WmsMapping, findings: list[Finding], questions: list[str]
) -> TableCheck | None:
    source = _source(path, table, told, findings)
    if source is None:
        return None
    if not len(source.row):
        findings.append(
            Finding(kind="no-rows", table=table, file=str(path), expected="a row below the header")
        )
    mapping = _mapping(source, table, told, findings, questions)
    if source.unclosed_row is not None:
        findings.append(
            Finding(
                kind="unclosed-quote",
                table=table,
                file=str(path),
                rows=(source.unclosed_row,),
                expected="a quotation mark that closes what this row opens",
            )
        )
    return check_table(table, source, mapping)


def _source(path: Path, table: str, told: WmsMapping, findings: list[Finding]) -> Source | None:
    its = told.tables.get(table, TableMap())
    option = f"tables.{table}"
    try:
        return read_source(path, option=option, delimiter=its.delimiter, encoding=its.encoding)
    except BadDataError as error:
        is_encoding = f"{option}.encoding" in str(error) and its.encoding is None
        kind = "wrong-encoding" if is_encoding else "unreadable-file"
        findings.append(
            Finding(kind=kind, table=table, file=str(path), got=str(error), expected="a table in UTF-8")
        )
    if not is_encoding:
        return None
    try:
        return read_source(path, option=option, delimiter=its.delimiter, encoding=WESTERN)
    except BadDataError:
        return None


def _mapping(
    source: Source, table: str, told: WmsMapping, findings: list[Finding], questions: list[str]
) -> WmsMapping:
    """How the table is read. Local times without a zone are read as UTC, with a question."""
    asked: dict[str, str] = {}
    told = _of_columns_there(source, table, told, findings)
    here = told if told.time_zone else told.model_copy(update={"time_zone": "UTC"})

    def ask(field: str, question: str) -> None:
        asked.setdefault(field, question)

    its = table_map(source, table, here, ask)
    columns = dict(its.columns)
    for name, form in _usual_forms(source, table, here, asked).items():
        header = _header(source, table, here, name)
        findings.append(_mixed(source, table, header, form))
        columns[name] = ColumnMap(column=header, time=form)
        del asked[name]
    for name in _missing(table, columns, asked):
        field = f"tables.{table}.columns.{name}.column"
        findings.append(
            Finding(
                kind="missing-column",
                table=table,
                file=str(source.path),
                got=", ".join(source.header),
                expected=f"a column for '{name}', or {field} in the mapping",
            )
        )
        asked.pop(name, None)
    questions += asked.values()
    local = [name for name, column in columns.items() if column.time in LOCAL_FORMS]
    if local and told.time_zone is None:
        questions.append(
            f"{source.path} column '{columns[local[0]].column}' holds local times: tell the site's --time-zone; "
            "they are read as UTC so far"
        )
    return here.model_copy(update={"tables": {table: its.model_copy(update={"columns": columns})}})


def _of_columns_there(source: Source, table: str, told: WmsMapping, findings: list[Finding]) -> WmsMapping:
    """The mapping without columns that the file lacks, each of which is a finding."""
    its = told.tables.get(table, TableMap())
    gone = {name: one.column for name, one in its.columns.items() if one.column not in (None, *source.header)}
    for name, header in gone.items():
        findings.append(
            Finding(
                kind="missing-column",
                table=table,
                file=str(source.path),
                got=", ".join(source.header),
                expected=f"a column '{header}', which the mapping names for '{name}'",
            )
        )
    kept = {name: one for name, one in its.columns.items() if name not in gone}
    tables = {**told.tables, table: its.model_copy(update={"columns": kept})}
    return told.model_copy(update={"tables": tables})


def _missing(table: str, columns: Mapping[str, ColumnMap], asked: Mapping[str, str]) -> list[str]:
    """Needed fields that no column could be."""
    return [
        name
        for name, field in TABLES[table].fields.items()
        if field.needed and name not in columns and "has no column that is called" in asked.get(name, "")
    ]


def _header(source: Source, table: str, told: WmsMapping, name: str) -> str:
    its = told.tables.get(table, TableMap())
    return headers_of(source, table, its, lambda *_: None)[name]


def _usual_forms(
    source: Source, table: str, told: WmsMapping, asked: Mapping[str, str]
) -> dict[str, TimeForm]:
    """The form that most values have, for columns of times that no form fits. Where two fit all, it is asked."""
    forms: dict[str, TimeForm] = {}
    for name, question in asked.items():
        if name and TABLES[table].fields[name].kind == "time" and "none known" in question:
            texts = told_values(source, _header(source, table, told, name))
            shares = {
                form: pc.sum(pc.match_substring_regex(texts, pattern)).as_py() or 0
                for form, pattern in PATTERNS.items()
            }
            forms[name] = max(shares, key=lambda form: shares[form])
    return forms


def _mixed(source: Source, table: str, header: str, form: TimeForm) -> Finding:
    texts = told_values(source, header)
    other = texts.filter(pc.invert(pc.match_substring_regex(texts, PATTERNS[form])))
    return Finding(
        kind="mixed-times",
        table=table,
        file=str(source.path),
        column=header,
        count=len(other),
        got=str(other[0]) if len(other) else "",
        expected=f"{SAID[form]}, as the other {len(texts) - len(other)} rows have",
    )
