"""What is wrong with a set of tables: one finding a defect, with its place."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from layouts.wms.ids import IdChange

DEFECTS: Mapping[str, str] = {
    "unreadable-file": "the file is missing, or no table",
    "no-rows": "there is nothing below the header",
    "missing-column": "the mapping names a column that the header lacks",
    "duplicate-column": "the header has a name twice",
    "unnamed-column": "a column has cells but no name",
    "unclosed-quote": "a quotation mark is opened and not closed: the rows after it are lost in one cell",
    "too-few-cells": "the row has fewer cells than the header",
    "too-many-cells": "the row has more cells than the header, as by a separator without quotes",
    "blank-row": "no cell has a value",
    "repeated-header": "the header comes again",
    "totals-row": "the row sums up others",
    "missing-value": "a needed cell is empty",
    "spreadsheet-error": "a formula failed before the export, as #REF!",
    "id-as-number": "a spreadsheet took the id for a number, as 4.01E+12 or 4711.0",
    "control-character": "an id or text holds a character that is not typed, or one that was lost",
    "malformed-number": "the cell is no number",
    "fractional-quantity": "pieces are not whole",
    "negative-quantity": "pieces are below zero",
    "zero-quantity": "someone asked for no pieces",
    "out-of-range": "a number is beyond what the field can be in its unit",
    "malformed-time": "the cell is no time of the stated form",
    "no-such-time": "the date or time of day does not exist, as 30 February",
    "time-in-gap": "the local time was skipped when clocks went forward",
    "ambiguous-time": "the local time came twice when clocks went back",
    "time-out-of-range": "the time is before 1990 or after 2099",
    "out-of-order": "an end is before its start, or a minimum above its maximum",
    "duplicate-row": "the same row comes again",
    "duplicate-key": "another row has the same key and says something else",
    "unknown-location": "the locations have no such location",
    "unknown-sku": "the items have no such SKU",
    "unknown-order": "the orders have no such order",
    "quarantined-reference": "the row referred to is itself quarantined",
}
"""Every kind of defect and what it means."""


class Finding(NamedTuple):
    """One defect. `row` counts the file's records, a CSV header being row 1 and a Parquet table starting at row 1;
    it is 0 for what is no row's, and `column` is then a header or "".
    """

    kind: str
    table: str
    file: str
    row: int
    column: str
    value: str
    expected: str

    def __str__(self) -> str:
        row = f" row {self.row}" if self.row else ""
        column = f" column '{self.column}'" if self.column else ""
        return f"{self.file}{row}{column}: {self.kind}: got '{self.value}', expected {self.expected}"


@dataclass(frozen=True, kw_only=True)
class Findings:
    """Every defect by table, file and row, and what the id rules changed."""

    defects: tuple[Finding, ...]
    id_changes: tuple[IdChange, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.defects)

    def counts(self) -> Mapping[str, int]:
        """Defects of each kind, in the order of `DEFECTS`."""
        found = Counter(defect.kind for defect in self.defects)
        return {kind: found[kind] for kind in DEFECTS if kind in found}

    def to_record(self) -> dict[str, Any]:
        """Counts, defects and changes as plain values, for JSON."""
        return {
            "counts": dict(self.counts()),
            "defects": [defect._asdict() for defect in self.defects],
            "id_changes": [change._asdict() for change in self.id_changes],
        }

    def text(self) -> str:
        """One line a defect, then one line a rule that changed ids."""
        lines = [str(defect) for defect in self.defects]
        lines += [
            f"{change.table} column '{change.column}': rule '{change.rule}' changed {change.cells} cells, "
            f"as '{change.before}' to '{change.after}'"
            for change in self.id_changes
        ]
        return "\n".join(lines)
