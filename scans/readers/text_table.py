"""A table of numbers in a text file, read in chunks; memory does not grow with the file."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt

from scans.read_ahead import threads
from scans.readers.text_numbers import LONGEST_NUMBER, fill_slow, parse_rows, skip_rows
from spatial.errors import BadDataError

MOST_COLUMNS = 64
LONGEST_LINE = 1 << 16
_CHUNK_BYTES = 1 << 20
_SLOW_NUMBERS = 1 << 15
_SAMPLES = 16
_SAMPLE_BYTES = 1 << 16


@dataclass(frozen=True, kw_only=True)
class TextTable:
    """`count` lines of `columns` numbers (at most MOST_COLUMNS) from byte `start` on, which is in `first_line`.

    `delimiter` is what stands between numbers besides blanks, or empty; `decimal` is the decimal mark.
    """

    path: Path
    start: int
    first_line: int
    columns: int
    count: int = 0
    delimiter: str = ""
    decimal: str = "."

    def counted(self) -> TextTable:
        """The same table with the lines counted that are not blank."""
        rows, is_in_row = 0, False
        for text in _pieces(self.path, self.start):
            _, more, _, is_in_row = skip_rows(text, 1 << 62, is_in_row)
            rows += more
        return replace(self, count=rows)

    def rows(self, size: int) -> Iterator[npt.NDArray[np.float64]]:
        """The numbers (M, columns), M at most `size`; NaN for an empty field. BadDataError names a bad line.

        Pieces of the text are parsed by several threads, in order; a few of them are in memory.
        """
        left, line = self.count, self.first_line
        out, filled = np.empty((min(size, left), self.columns)), 0
        for text, parsed in _in_order(self._parsed, _whole_lines(self.path, self.start)):
            rows = parsed.rows
            while len(rows) and left:
                more = min(len(rows), len(out) - filled)
                out[filled : filled + more] = rows[:more]
                rows, filled = rows[more:], filled + more
                if filled == len(out):
                    yield out
                    left -= filled
                    out, filled = np.empty((min(size, left), self.columns)), 0
            if left == 0:
                return
            if parsed.bad_at is not None:
                raise self._no_row(text, parsed.bad_at, line)
            line += parsed.lines
        raise BadDataError(
            f"{self.path}: ends after {self.count - left + filled} of {self.count} points: it is cut short; "
            "copy it again"
        )

    def _parsed(self, text: npt.NDArray[np.uint8]) -> _Parsed:
        """The rows of a piece of text up to the first line that is none."""
        # a row has a byte a column, and a newline
        most = min(int(np.count_nonzero(text == ord("\n"))), len(text) // self.columns + 1)
        out = np.empty((most, self.columns))
        slow_text = np.empty((_SLOW_NUMBERS, LONGEST_NUMBER), np.uint8)
        slow_at = np.empty((_SLOW_NUMBERS, 2), np.int64)
        delimiter, decimal = ord(self.delimiter or "\0"), ord(self.decimal)
        at, filled, lines, is_bad = 0, 0, 0, False
        while at < len(text) and not is_bad:
            filled, at, more, slow, is_bad = parse_rows(
                text, at, delimiter, decimal, out, filled, slow_text, slow_at
            )
            lines += more
            wrong = fill_slow(out, slow_text[:slow], slow_at[:slow])
            if wrong is not None:
                bad_at = skip_rows(text, wrong, False)[0] if wrong else 0
                return _Parsed(out[:wrong], lines, bad_at)
        return _Parsed(out[:filled], lines, at if is_bad else None)

    def sample(self, most: int = 4096) -> npt.NDArray[np.float64]:
        """Some rows (M, columns) from the start and from all over the file; lines that are none are left out."""
        there = self.path.stat().st_size
        step = max(1, (there - self.start) // _SAMPLES)
        return np.concatenate(
            [self._sample_at(at, most // _SAMPLES) for at in range(self.start, there, step)]
        )

    def _sample_at(self, at: int, most: int) -> npt.NDArray[np.float64]:
        with self.path.open("rb") as file:
            file.seek(at)
            if at > self.start:
                file.readline(LONGEST_LINE)
            text = file.read(_SAMPLE_BYTES)
        text = text[: text.rfind(b"\n") + 1] or text + b"\n"
        return self._parsed(np.frombuffer(text, np.uint8)).rows[:most]

    def _no_row(self, text: npt.NDArray[np.uint8], at: int, line: int) -> BadDataError:
        """What to say of the line at byte `at`, or after blank ones, where the text starts with line `line`."""
        before, rest = bytes(text[:at]), bytes(text[at : at + LONGEST_LINE])
        blank = rest[: len(rest) - len(rest.lstrip())]
        number = line + before.count(b"\n") + blank.count(b"\n")
        shown = rest.strip().partition(b"\n")[0].decode("utf-8", "replace").strip()[:60]
        return BadDataError(
            f"{self.path}: line {number} reads '{shown}', not {self.columns} numbers as the lines before: "
            "export the file again, or take the line out"
        )


@dataclass(frozen=True, eq=False)
class _Parsed:
    """The rows of a piece of text, its lines, and the byte of a line that is no row, if there is one."""

    rows: npt.NDArray[np.float64]
    lines: int
    bad_at: int | None


def _in_order(
    parse: Callable[[npt.NDArray[np.uint8]], _Parsed], pieces: Iterator[npt.NDArray[np.uint8]]
) -> Iterator[tuple[npt.NDArray[np.uint8], _Parsed]]:
    """Each piece with what `parse` makes of it, a few ahead of the reader."""
    workers = min(4, len(os.sched_getaffinity(0)))
    with threads(workers) as pool:
        ahead: deque[tuple[npt.NDArray[np.uint8], Future[_Parsed]]] = deque()
        for piece in pieces:
            ahead.append((piece, pool.submit(parse, piece)))
            if len(ahead) > workers:
                text, parsed = ahead.popleft()
                yield text, parsed.result()
        for text, parsed in ahead:
            yield text, parsed.result()


def _pieces(path: Path, start: int) -> Iterator[npt.NDArray[np.uint8]]:
    with path.open("rb") as file:
        file.seek(start)
        while data := file.read(_CHUNK_BYTES):
            yield np.frombuffer(data, np.uint8)


def _whole_lines(path: Path, start: int) -> Iterator[npt.NDArray[np.uint8]]:
    """The text from byte `start` in pieces that end in a newline."""
    rest = b""
    for piece in _pieces(path, start):
        text = rest + piece.tobytes()
        end = text.rfind(b"\n") + 1
        rest = text[end:]
        if len(rest) > LONGEST_LINE:
            raise BadDataError(
                f"{path}: has a line longer than {LONGEST_LINE} bytes: it is no text of points; check its suffix"
            )
        if end:
            yield np.frombuffer(text, np.uint8, end)
    if rest:
        yield np.frombuffer(rest + b"\n", np.uint8)
