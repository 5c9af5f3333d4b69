"""What the first lines of a text file of points say: separators, a header, a count."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from scans.readers.faults import size_of_file
from scans.readers.text_columns import checked_columns
from scans.readers.text_numbers import is_number
from spatial.errors import BadDataError

_HEAD_BYTES = 1 << 16
_LONGEST_COUNT = 15
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_COMMENTS = ("#", "//", ";", "%")


@dataclass(frozen=True)
class Line:
    """A line that is not blank: its number from 1, the byte where it starts, its text."""

    number: int
    start: int
    text: str


@dataclass(frozen=True)
class Separators:
    """What stands between numbers (empty: blanks) and the decimal mark."""

    delimiter: str = ""
    decimal: str = "."

    def split(self, text: str) -> list[str]:
        """The fields of a line; a delimiter at its end starts no field."""
        if not self.delimiter:
            return text.split()
        fields = [field.strip() for field in text.split(self.delimiter)]
        return fields[:-1] if fields and not fields[-1] else fields

    def is_row(self, text: str) -> bool:
        """Whether every field is a number or empty, and one is a number."""
        fields = [field.replace(self.decimal, ".") for field in self.split(text)]
        return any(fields) and all(is_number(field) for field in fields if field)

    def __str__(self) -> str:
        by = {"": "blanks", ",": "commas", ";": "semicolons", "\t": "tabs"}[self.delimiter]
        return by if self.decimal == "." else f"{by}, with decimal commas"


def separators_of(text: str) -> Separators:
    """How the numbers of a line are separated.

    Semicolons separate where they stand, and tabs where nothing else does. A comma separates unless blanks,
    semicolons or tabs do and every field has one comma at most, within it: then it is the decimal mark.
    """
    decimal = "," if "," in text and "." not in text else "."
    if ";" in text:
        return Separators(";", decimal)
    if "\t" in text.strip() and all(len(field.split()) == 1 for field in text.strip().split("\t")):
        return Separators("\t", decimal)
    if "," not in text:
        return Separators()
    words = text.split()
    is_decimal = len(words) >= 3 and all(re.fullmatch(r"[-+]?\d+(,\d+([eE][-+]?\d+)?)?", w) for w in words)
    return Separators("", ",") if is_decimal else Separators(",")


@dataclass(frozen=True)
class Head:
    """The lines before the points, and the first line of points with its separators."""

    names: tuple[str, ...]
    """Column names by a header line, or none."""
    names_line: int
    count: int | None
    """The count of points, where a line of its own states one."""
    first: Line
    separators: Separators

    @property
    def columns(self) -> int:
        """Numbers in the first line of points."""
        return len(self.separators.split(self.first.text))


def read_head(path: Path) -> Head:
    """The head of a text file of points; BadDataError if it is no text or has no line of numbers."""
    comments: list[Line] = []
    names: Line | None = None
    count: int | None = None
    for line in head_lines(path):
        if line.text.startswith(_COMMENTS):
            comments.append(line)
            continue
        separators = separators_of(line.text)
        if count is None and _is_count(line.text):
            count = int(line.text)
        elif separators.is_row(line.text):
            return _head(names, comments, count, line, separators)
        elif names is None:
            names = line
        else:
            raise BadDataError(
                f"{path}: line {line.number} reads '{line.text[:60]}', which is neither a header nor numbers: "
                "export it as text with x, y and z on every line"
            )
    raise BadDataError(
        f"{path}: has no line of numbers in its first {_HEAD_BYTES} bytes: export it as text with x, y and z on "
        "every line"
    )


def _is_count(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) <= _LONGEST_COUNT


def _head(names: Line | None, comments: list[Line], count: int | None, first: Line, by: Separators) -> Head:
    width = len(by.split(first.text))
    headers = (
        [names] if names else [c for c in comments if len(_words(c.text)) == width and _has_axes(c.text)]
    )
    header = headers[-1] if headers else None
    return Head(
        names=tuple(_words(header.text)) if header else (),
        names_line=header.number if header else 0,
        count=count,
        first=first,
        separators=by,
    )


def _has_axes(text: str) -> bool:
    try:
        return bool(checked_columns(_words(text)))
    except ValueError:
        return False


def _words(text: str) -> list[str]:
    """The words of a header, without quotes, brackets and the marks of a comment."""
    plain = re.sub(r"\[[^\]]*\]|\([^)]*\)|[\"']", "", text.lstrip("#/%").strip())
    by = next((delimiter for delimiter in (";", "\t", ",") if delimiter in plain), "")
    return Separators(by).split(plain)


def head_lines(path: Path) -> Iterator[Line]:
    """The lines that are not blank within the first 64 KiB; BadDataError for what is no text."""
    size_of_file(path)
    with path.open("rb") as file:
        data = file.read(_HEAD_BYTES)
    if b"\0" in data:
        raise BadDataError(
            f"{path}: holds NUL bytes, so it is no UTF-8 text: check its suffix, or save it as UTF-8"
        )
    start = len(_BYTE_ORDER_MARK) if data.startswith(_BYTE_ORDER_MARK) else 0
    lines = data[start:].split(b"\n")
    if len(data) == _HEAD_BYTES:
        lines.pop()  # it may be cut
    for number, raw in enumerate(lines, 1):
        text = raw.decode("utf-8", "replace").strip()
        if text:
            yield Line(number, start, text)
        start += len(raw) + 1
