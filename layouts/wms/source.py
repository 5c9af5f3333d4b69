"""One file of a WMS as a table of texts with row numbers, and the rows that are no rows."""

from __future__ import annotations

import codecs
import csv
import io
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet

from spatial.errors import BadDataError

DELIMITERS = ",;\t|"
SAMPLE_CHARACTERS = 65_536
BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
LARGEST_BYTES = 2**31 - 2**16
"""Arrow's texts have 32-bit offsets."""


class Ragged(NamedTuple):
    """A row with too few or too many cells: its number, its text and how many it has."""

    row: int
    text: str
    cells: int


@dataclass(frozen=True, kw_only=True)
class Source:
    """`header` (C,), `columns` of texts (C, N) in its order, and the `row` (N,) each is in. Empty is ""."""

    path: Path
    header: tuple[str, ...]
    columns: tuple[pa.Array, ...]
    row: npt.NDArray[np.int64]
    ragged: tuple[Ragged, ...] = ()
    unclosed_row: int | None = None
    """The row that a quotation mark opens and nothing closes: it holds the rest of the file."""
    delimiter: str | None = None
    encoding: str | None = None

    def column(self, name: str) -> pa.Array:
        """The texts below a header."""
        return self.columns[self.header.index(name)]

    def rows(self, index: npt.NDArray[np.int64]) -> list[tuple[str, ...]]:
        """The texts of rows (K,) by index."""
        return list(zip(*(column.take(pa.array(index)).to_pylist() for column in self.columns), strict=True))


def read_source(
    path: Path, *, option: str, delimiter: str | None = None, encoding: str | None = None
) -> Source:
    """Read a CSV file, or Parquet where the file starts as one; `option` is where the mapping states how.

    A byte order mark decides the encoding, then what is told, then UTF-8. Raises BadDataError for a file that
    cannot be read so, naming the option to tell.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise BadDataError(f"{path} cannot be read ({error.strerror}): check the path") from error
    if data.startswith(b"PAR1"):
        return _parquet(path)
    if len(data) > LARGEST_BYTES:
        raise BadDataError(
            f"{path} has {len(data)} bytes, above {LARGEST_BYTES}: give it as Parquet or in parts"
        )
    data, encoding = _as_utf8(path, data, encoding, option)
    sample = data[:SAMPLE_CHARACTERS].decode("utf-8", errors="ignore")
    if not sample.strip():
        raise BadDataError(f"{path} is empty: export it with a header")
    delimiter = delimiter or _delimiter(path, sample, option)
    return _csv(path, data, sample, delimiter, encoding)


def _as_utf8(path: Path, data: bytes, told: str | None, option: str) -> tuple[bytes, str]:
    marked = next((name for mark, name in BOMS if data.startswith(mark)), None)
    encoding = marked or told or "utf-8"
    try:
        text = data.decode(encoding)
    except LookupError as error:
        raise BadDataError(
            f"{option}.encoding is '{told}', which is no known encoding: give as 'latin-1'"
        ) from error
    except UnicodeDecodeError as error:
        row = data[: error.start].count(b"\n") + 1
        raise BadDataError(
            f"{path} line {row} has byte 0x{data[error.start]:02X}, which is no {encoding}: set "
            f"{option}.encoding to 'latin-1', 'cp1252' or what the export was written in"
        ) from error
    if encoding == "utf-8":
        return data, encoding
    return text.encode(), told or {"utf-8-sig": "utf-8"}.get(encoding, encoding)


def _delimiter(path: Path, sample: str, option: str) -> str:
    """The delimiter that most lines have as many cells by as the header; of several, the one with most cells."""
    votes = {}
    for mark in DELIMITERS:
        counts = [
            len(cells) for cells in csv.reader(io.StringIO(sample, newline=""), delimiter=mark) if cells
        ]
        counts = counts[:-1] if len(counts) > 2 else counts  # the sample may end inside a row
        if counts[0] > 1 and sum(count == counts[0] for count in counts) * 2 > len(counts):
            votes[mark] = counts[0]
    best = [mark for mark, cells in votes.items() if cells == max(votes.values())]
    if len(best) > 1:
        marks = " or ".join(repr(mark) for mark in best)
        raise BadDataError(f"{path} could be separated by {marks}: set {option}.delimiter to one")
    if best:
        return best[0]
    return max(DELIMITERS, key=sample.splitlines()[0].count)


def _csv(path: Path, data: bytes, sample: str, delimiter: str, encoding: str) -> Source:
    try:
        header = next(csv.reader(io.StringIO(sample, newline=""), delimiter=delimiter))
        if not any(header):
            raise BadDataError(f"{path} row 1 is blank: remove what is above the header")
        names = [str(i) for i in range(len(header))]
        ragged: list[Ragged] = []

        def set_aside(row: Any) -> str:
            ragged.append(Ragged(row.number, row.text, row.actual_columns))
            return "skip"

        table = pa.csv.read_csv(
            io.BytesIO(data),
            # one thread and one block: only then are rows numbered and may a quoted cell be of any length
            read_options=pa.csv.ReadOptions(use_threads=False, column_names=names, block_size=len(data) + 1),
            parse_options=pa.csv.ParseOptions(
                delimiter=delimiter,
                newlines_in_values=True,
                ignore_empty_lines=False,
                invalid_row_handler=set_aside,
            ),
            convert_options=pa.csv.ConvertOptions(
                column_types=dict.fromkeys(names, pa.string()), strings_can_be_null=False
            ),
        )
    except (pa.ArrowInvalid, csv.Error, StopIteration) as error:
        raise BadDataError(f"{path} is no CSV table ({error}): save it as 'CSV UTF-8'") from error
    row = np.delete(np.arange(1, len(table) + len(ragged) + 1), [bad.row - 1 for bad in ragged])
    last = max(len(table) + len(ragged), 1)
    last_text = ragged[-1].text if ragged and ragged[-1].row == last else _last_text(table)
    return Source(
        path=path,
        header=tuple(name.strip() for name in header),
        columns=tuple(_one_array(column) for column in table.slice(1).columns),
        row=row[1:],
        ragged=tuple(ragged),
        unclosed_row=last if data.count(b'"') % 2 and "\n" in last_text else None,
        delimiter=delimiter,
        encoding=encoding,
    )


def _last_text(table: pa.Table) -> str:
    return "".join(column[-1].as_py() for column in table.columns) if len(table) else ""


def _parquet(path: Path) -> Source:
    try:
        table = pa.parquet.read_table(path)
        columns = [_texts(_one_array(column)) for column in table.columns]
    except (pa.ArrowException, OSError) as error:
        raise BadDataError(f"{path} is no Parquet table of plain values ({error}): export it anew") from error
    return Source(
        path=path,
        header=tuple(table.column_names),
        columns=tuple(columns),
        row=np.arange(1, len(table) + 1),
    )


def _texts(values: pa.Array) -> pa.Array:
    """Values as texts; a time with a zone as UTC, null as ""."""
    if pa.types.is_timestamp(values.type) and values.type.tz:
        values = values.cast(pa.timestamp(values.type.unit, "UTC"))
    return pa.compute.fill_null(values.cast(pa.string()), "")


def _one_array(column: pa.ChunkedArray) -> pa.Array:
    return (
        column.chunk(0)
        if column.num_chunks == 1
        else pa.concat_arrays(column.chunks or [pa.array([], pa.string())])
    )
