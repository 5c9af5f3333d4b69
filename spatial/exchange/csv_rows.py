"""Rows of CSV tables whose columns carry their unit: `x_m`, `x_mm`, `x_cm`, `x_in` or `x_ft`."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from spatial.exchange.documents import read_text
from spatial.exchange.draft import Draft
from spatial.exchange.record import as_number

METRES_PER = {"m": 1.0, "mm": 0.001, "cm": 0.01, "in": 0.0254, "ft": 0.3048}


@dataclass(frozen=True)
class Row:
    """The cells of one row that are not empty, by column; `place` names file and row."""

    cells: Mapping[str, str]
    place: str
    draft: Draft

    def text(self, column: str) -> str:
        """The cell, or "" when it is empty."""
        return self.cells.get(column, "")

    def needed(self, column: str) -> str:
        """The cell; BadDataError when it is empty."""
        if column not in self.cells:
            self.draft.fail(f"{self.place} column '{column}'", "is empty: give a value")
        return self.cells[column]

    def number(self, column: str) -> float | None:
        """The finite number in a cell, or None; BadDataError for anything else."""
        if column not in self.cells:
            return None
        number = as_number(self.cells[column])
        if number is None:
            found = self.cells[column][:40]
            self.draft.fail(
                f"{self.place} column '{column}'", f"'{found}' where a finite number was expected"
            )
        return number

    def length(self, name: str) -> float | None:
        """A length in metres from the column `name` with a unit, or None."""
        for unit, metres in METRES_PER.items():
            number = self.number(f"{name}_{unit}")
            if number is not None:
                return number * metres
        return None

    def needed_length(self, name: str) -> float:
        """The same; BadDataError names the columns that would do."""
        length = self.length(name)
        if length is None:
            choices = ", ".join(f"{name}_{unit}" for unit in METRES_PER)
            self.draft.fail(self.place, f"no {name}: give one of {choices}")
        return length


def csv_rows(path: Path, draft: Draft, *needed: str) -> Iterator[Row]:
    """The rows of a table whose cells commas, semicolons or tabs separate, whichever its header has most of.

    BadDataError for a missing column of `needed` or a row of too many cells.
    """
    text = read_text(path)
    mark = max(",;\t", key=text.partition("\n")[0].count)
    lines = io.StringIO(text, newline="")
    reader = csv.DictReader(lines, delimiter=mark, skipinitialspace=True, strict=True)
    try:
        columns = [name.strip() for name in reader.fieldnames or ()]
        for column in needed:
            if column not in columns:
                draft.fail(f"{path.name} row 1", f"no column '{column}': expected {', '.join(needed)}")
        reader.fieldnames = columns
        for cells in reader:
            place = f"{path.name} row {reader.line_num}"
            if None in cells:
                draft.fail(place, f"more cells than the header has columns: quote those that hold {mark!r}")
            told = {name: cell.strip() for name, cell in cells.items() if cell and cell.strip()}
            yield Row(told, place, draft)
    except csv.Error as error:
        draft.fail(f"{path.name} row {reader.line_num}", f"{error}: save it as CSV in UTF-8")
