"""CSV tables with a header, read strictly: every fault names file, row and column."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from spatial.errors import BadDataError


def read_rows(path: Path, *, required: Sequence[str]) -> Iterator[tuple[int, Mapping[str, str]]]:
    """Each row as its line number in the file and its cells by column, spaces around them removed.

    Raises BadDataError for a missing file, text that is not UTF-8, a missing column, or a row with an empty
    required cell or too many cells.
    """
    try:
        with path.open(newline="", encoding="utf-8-sig") as lines:
            yield from _rows(path, csv.DictReader(lines, skipinitialspace=True), required)
    except OSError as error:
        raise BadDataError(f"{path} cannot be read ({error.strerror}): check the path") from error
    except UnicodeDecodeError as error:
        raise BadDataError(f"{path} is not UTF-8 text: save it as 'CSV UTF-8'") from error
    except csv.Error as error:
        raise BadDataError(f"{path} is no CSV table ({error}): save it as 'CSV UTF-8'") from error


def _rows(
    path: Path, reader: csv.DictReader[str], required: Sequence[str]
) -> Iterator[tuple[int, Mapping[str, str]]]:
    columns = [column.strip() for column in reader.fieldnames or ()]
    missing = [column for column in required if column not in columns]
    if missing:
        raise BadDataError(
            f"{path} row 1 has no column '{missing[0]}': the header must name {', '.join(required)}"
        )
    reader.fieldnames = columns
    for cells in reader:
        row = reader.line_num
        if None in cells:
            raise BadDataError(f"{path} row {row} has more cells than the header has columns: quote commas")
        values = {column: (cell or "").strip() for column, cell in cells.items()}
        for column in required:
            if not values[column]:
                raise BadDataError(f"{path} row {row} column '{column}' is empty: give a value")
        yield row, values
