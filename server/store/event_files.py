"""Events as lines of JSON, gzipped or not: what people write, send and keep."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Literal, NamedTuple, cast

import msgspec

from layouts.live.events import LiveEvent, decode_event, encode_event
from spatial.errors import BadDataError

LONGEST_LINE = 1_000_000


class BadLine(NamedTuple):
    """A line that is no event: its number from 1, its bytes, and why."""

    number: int
    line: bytes
    reason: str


@contextmanager
def open_lines(path: Path, mode: Literal["rb", "wb"]) -> Iterator[IO[bytes]]:
    """The file, read or written through gzip where its name ends in .gz; the same lines give the same bytes."""
    with path.open(mode) as file:
        if path.suffix == ".gz":
            with gzip.GzipFile(filename="", mode=mode, compresslevel=5, fileobj=file, mtime=0) as lines:
                yield cast("IO[bytes]", lines)
        else:
            yield cast("IO[bytes]", file)


def read_events(path: Path) -> Iterator[LiveEvent | BadLine]:
    """Each line's event, or why it is none; empty lines are passed over. Raises BadDataError for a file that cannot
    be read to its end.
    """
    try:
        with open_lines(path, "rb") as lines:
            for number, line in enumerate(iter(lambda: lines.readline(LONGEST_LINE), b""), 1):
                text = line.strip()
                if not text:
                    continue
                try:
                    yield decode_event(text)
                except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
                    yield BadLine(number, text, f"{path} line {number} is no event: {error}")
    except (OSError, EOFError, zlib.error) as error:
        raise BadDataError(f"{path} cannot be read ({error}): check the path, or copy it again") from error


def write_events(path: Path, events: Iterable[LiveEvent]) -> int:
    """Write a line for each event; how many there were."""
    count = 0
    with open_lines(path, "wb") as lines:
        for event in events:
            lines.write(encode_event(event) + b"\n")
            count += 1
    return count
