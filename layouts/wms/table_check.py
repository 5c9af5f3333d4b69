"""One table checked: its values, which of its rows are clean, and every defect of the others."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from layouts.wms.cells import MISSING, read_cells
from layouts.wms.fields import TABLES
from layouts.wms.findings import Finding
from layouts.wms.ids import IdChange
from layouts.wms.mapping import WmsMapping
from layouts.wms.numerals import Flags, to_flags
from layouts.wms.source import Source

Rows = npt.NDArray[np.int64]

VALUE_SHOWN = 80
"""So many characters of a wrong value are repeated."""

_TOTALS = r"(?i)^((grand |sub)?totals?|sum|summe|gesamt|gesamtsumme|somme|suma)\s*:?$"


@dataclass(eq=False)
class TableCheck:
    """What is found as the checks run, one after another; `clean` (N,) and `values` are by index, not row number."""

    table: str
    source: Source
    mapping: WmsMapping
    clean: Flags = field(init=False)
    real: Flags = field(init=False)
    """Which are rows of values at all (N,), clean or not."""
    values: dict[str, pa.Array] = field(default_factory=dict)
    defects: list[Finding] = field(default_factory=list)
    id_changes: list[IdChange] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.clean = np.ones(len(self.source.row), bool)
        self.real = self.clean.copy()

    def column_of(self, name: str) -> str:
        """The header of a field; "" for none."""
        columns = self.mapping.tables[self.table].columns
        return (columns[name].column or "") if name in columns else ""

    def report(self, kind: str, rows: Flags, name: str, expected: str) -> None:
        """Note a defect of the field `name`, or of the whole row for "", in each of `rows` (N,)."""
        column, index = self.column_of(name), np.flatnonzero(rows)
        if column:
            values = self.source.column(column).take(pa.array(index)).to_pylist()
        else:
            values = [", ".join(cells) for cells in self.source.rows(index)]
        for row, value in zip(self.source.row[index].tolist(), values, strict=True):
            self.note(kind, row, column, value, expected)
        self.clean &= ~rows

    def note(self, kind: str, row: int, column: str, value: str, expected: str) -> None:
        """Note one defect by row number, 0 for none."""
        file = str(self.source.path)
        self.defects.append(Finding(kind, self.table, file, row, column, value[:VALUE_SHOWN], expected))


def check_table(table: str, source: Source, mapping: WmsMapping) -> TableCheck:
    """All checks of one table but for its references; its mapped columns are all there."""
    check = TableCheck(table, source, mapping)
    _ragged_rows(check)
    _rows_that_are_none(check)
    check.real = check.clean.copy()
    _cells(check)
    _missing_values(check)
    _ordered_pairs(check)
    _duplicates(check)
    return check


def check_references(check: TableCheck, others: Mapping[str, TableCheck]) -> None:
    """Each id that refers to one of the `others` is a clean row's key there."""
    for name, its in TABLES[check.table].fields.items():
        if name not in check.values or its.refers is None or its.refers not in others:
            continue
        other = others[its.refers]
        if name not in other.values:  # its column is missing, which is told of it
            continue
        key = other.values[name]
        told = check.real & to_flags(pc.is_valid(check.values[name]))
        known = to_flags(pc.is_in(check.values[name], key))
        usable = to_flags(pc.is_in(check.values[name], key.filter(pa.array(other.clean))))
        file = other.source.path.name
        zeros = told & ~known & to_flags(pc.is_in(_bare(check.values[name]), _bare(key)))
        remedy = f"which has it with more or fewer zeros in front: set ids.{name}.digits to the usual number"
        check.report(f"unknown-{name}", zeros, name, f"an id of {file}, {remedy}")
        check.report(f"unknown-{name}", told & ~known & ~zeros, name, f"an id of {file}")
        check.report("quarantined-reference", told & known & ~usable, name, f"an id of a clean row of {file}")


def _bare(ids: pa.Array) -> pa.Array:
    return pc.replace_substring_regex(ids, "^0+", "")


def _ragged_rows(check: TableCheck) -> None:
    cells = len(check.source.header)
    for row in check.source.ragged:
        if row.row == check.source.unclosed_row:
            continue
        kind = "too-few-cells" if row.cells < cells else "too-many-cells"
        check.note(kind, row.row, "", row.text, f"{cells} cells, not {row.cells}")


def _rows_that_are_none(check: TableCheck) -> None:
    source = check.source
    if not len(source.row):
        return
    trimmed = [pc.utf8_trim_whitespace(column) for column in source.columns]
    blank = _all(pc.equal(column, "") for column in trimmed)
    check.report("blank-row", blank, "", "a row of values: remove it")
    header = _all(pc.equal(column, name) for column, name in zip(trimmed, source.header, strict=True))
    check.report("repeated-header", header & ~blank, "", "a row of values: remove it")
    needed = _all(
        pc.not_equal(trimmed[source.header.index(check.column_of(name))], "")
        for name, its in TABLES[check.table].fields.items()
        if its.needed and check.column_of(name)
    )
    last = np.zeros(len(source.row), bool)
    last[np.flatnonzero(~blank)[-1:]] = True
    totals = ~_all(pc.invert(pc.match_substring_regex(column, _TOTALS)) for column in trimmed)
    check.report("totals-row", totals & (last | ~needed), "", "a row of values: remove the totals")


def _all(conditions: Iterable[pa.Array]) -> Flags:
    every: Flags = np.logical_and.reduce([to_flags(condition) for condition in conditions])
    return every


def _cells(check: TableCheck) -> None:
    its = check.mapping.tables[check.table]
    for name, column in its.columns.items():
        texts = check.source.column(check.column_of(name))
        cells = read_cells(
            texts,
            name,
            TABLES[check.table].fields[name],
            column,
            mapping=check.mapping,
            decimal=its.decimal or ".",
        )
        check.values[name] = cells.values
        for fault in cells.faults:
            check.report(fault.kind, fault.rows & check.real, name, fault.expected)
        check.id_changes += [
            IdChange(check.table, check.column_of(name), *change) for change in cells.changes
        ]


def _missing_values(check: TableCheck) -> None:
    for name, its in TABLES[check.table].fields.items():
        if not (its.needed and check.column_of(name)):
            continue
        texts = pc.utf8_trim_whitespace(check.source.column(check.column_of(name)))
        empty = to_flags(pc.equal(texts, "")) & check.real
        if its.unless_none in check.values:
            pieces = check.values[its.unless_none]
            empty &= to_flags(pc.fill_null(pc.not_equal(pieces, 0), False))
        check.report("missing-value", empty, name, MISSING[its.kind])


def _ordered_pairs(check: TableCheck) -> None:
    for first, second in TABLES[check.table].ordered:
        if first in check.values and second in check.values:
            wrong = pc.fill_null(pc.greater(check.values[first], check.values[second]), False)
            column = check.column_of(first)
            check.report(
                "out-of-order", to_flags(wrong) & check.real, second, f"no less than column '{column}'"
            )


def _duplicates(check: TableCheck) -> None:
    """Of clean rows with one key the first stays."""
    key = TABLES[check.table].key
    if not all(name in check.values for name in key):
        return
    candidates = np.flatnonzero(check.clean)
    codes = np.zeros(len(candidates), np.int64)
    for name in key:
        values = (
            check.values[name].take(pa.array(candidates)).cast(pa.string())
        )  # a time is part of some keys
        texts = pc.fill_null(values, "").dictionary_encode()
        codes = codes * max(len(texts.dictionary), 1) + texts.indices.to_numpy()
    _, first, which = np.unique(codes, return_index=True, return_inverse=True)
    firsts = candidates[first[which]]
    again = firsts != candidates
    _report_duplicates(check, candidates[again], firsts[again], key)


def _report_duplicates(check: TableCheck, again: Rows, first: Rows, key: tuple[str, ...]) -> None:
    source, column = check.source, check.column_of(key[0])
    same = _all(
        pc.equal(cells.take(pa.array(again)), cells.take(pa.array(first))) for cells in source.columns
    )
    taken = (check.values[name].take(pa.array(again)).cast(pa.string()) for name in key)
    keys = zip(*(values.to_pylist() for values in taken), strict=True)
    numbers = zip(source.row[again].tolist(), source.row[first].tolist(), strict=True)
    for is_same, values, (row, first_row) in zip(same.tolist(), keys, numbers, strict=True):
        kind = "duplicate-row" if is_same else "duplicate-key"
        value = " ".join(value or "" for value in values)
        check.note(kind, row, column, value, f"one row a {' and '.join(key)}: row {first_row} has it too")
    check.clean[again] = False
