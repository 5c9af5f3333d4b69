"""Backup and restore: the whole log in one file, with a hash that chains every event.

A backup is gzipped lines of JSON: a header, each recorded event as `[seq, learned_ms, event]`, and a last line with
how many there were and the chained hash. What is missing at the end, or was changed, shows.
"""

from __future__ import annotations

import hashlib
import os
import zlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import msgspec

from layouts.live.events import LiveEvent, Recorded, encode_event
from server.store.event_files import open_lines
from server.store.opening import open_store
from server.store.store import EventStore
from spatial.errors import BadDataError
from spatial.whole_files import write_whole

FORM = "aisletwin.backup/1"
NO_JSON = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)
AT_ONCE = 2_000

Told = Callable[[int], None]
"""Told how many events are through."""


class _Chain:
    """A hash over events, each with its number and when it was learned, in order."""

    def __init__(self) -> None:
        self._hash = hashlib.sha256()
        self.count = 0

    def take(self, recorded: Recorded) -> bytes:
        """Take an event in; the bytes that stand for it."""
        line = b"[%d,%d,%b]" % (recorded.seq, recorded.learned_ms, encode_event(recorded.event))
        self._hash.update(line)
        self.count += 1
        return line

    @property
    def sha256(self) -> str:
        return self._hash.hexdigest()


def log_sha256(store: EventStore, *, until: int | None = None) -> str:
    """The hash of the whole log, or of it up to an event: equal for equal logs, whatever stores them."""
    chain = _Chain()
    for recorded in store.read(until=until):
        chain.take(recorded)
    return chain.sha256


def backup(store: EventStore, path: Path, *, told: Told | None = None) -> tuple[int, str]:
    """Write the log as it is now; what is recorded meanwhile is not in it. How many events, and their hash."""
    until, chain = store.head(), _Chain()
    with write_whole(path) as aside, open_lines(_gzipped(aside), "wb") as lines:
        lines.write(msgspec.json.encode({"form": FORM, "log": store.id}) + b"\n")
        for recorded in store.read(until=until):
            lines.write(chain.take(recorded) + b"\n")
            if told is not None and chain.count % AT_ONCE == 0:
                told(chain.count)
        lines.write(msgspec.json.encode({"events": chain.count, "sha256": chain.sha256}) + b"\n")
    with path.open("rb") as written:
        os.fsync(written.fileno())
    return chain.count, chain.sha256


def _gzipped(path: Path) -> Path:
    if path.suffix != ".gz":
        raise BadDataError(f"{path} does not end in .gz: a backup is gzipped, name it so")
    return path


def restore(path: Path, url: str, *, told: Told | None = None) -> tuple[int, str]:
    """Make the log of a backup in a new store at `url`. Raises BadDataError for a backup that is damaged or not
    whole: nothing is restored then, since all of it is checked first; StoreError for a store that is not empty.
    """
    log_id, count, sha256 = check_backup(path)
    store = open_store(url)
    try:
        store.fill(log_id, _told(_events(path), told))
    finally:
        store.close()
    return count, sha256


def _told(events: Iterable[Recorded], told: Told | None) -> Iterator[Recorded]:
    for number, recorded in enumerate(events, 1):
        if told is not None and number % AT_ONCE == 0:
            told(number)
        yield recorded


def check_backup(path: Path) -> tuple[str, int, str]:
    """The log's id, how many events a backup holds, and their hash. Raises BadDataError unless it is sound."""
    chain, last = _Chain(), None
    header: dict[str, Any] = {}
    for number, line in enumerate(_lines(path), 1):
        record = _record(path, number, line)
        if number == 1:
            header = record if isinstance(record, dict) else {}
            if header.get("form") != FORM or not isinstance(header.get("log"), str):
                raise BadDataError(f"{path} line 1 is no header of a backup of the form {FORM}")
        elif last is not None:
            raise BadDataError(f"{path} line {number} stands after the last line: the file was added to")
        elif isinstance(record, dict):
            last = record
        else:
            chain.take(_recorded(path, number, line))
    if last is None:
        raise BadDataError(
            f"{path} has no last line: it is not whole; copy it again, or take an older backup"
        )
    if (last.get("events"), last.get("sha256")) != (chain.count, chain.sha256):
        raise BadDataError(
            f"{path} holds {chain.count} events of hash {chain.sha256[:12]}…, and says {last.get('events')} of "
            f"{str(last.get('sha256'))[:12]}…: it was damaged; take an older backup"
        )
    return header["log"], chain.count, chain.sha256


def _events(path: Path) -> Iterator[Recorded]:
    for number, line in enumerate(_lines(path), 1):
        if line.startswith(b"["):
            yield _recorded(path, number, line)


def _lines(path: Path) -> Iterable[bytes]:
    try:
        with open_lines(_gzipped(path), "rb") as lines:
            yield from lines
    except (OSError, EOFError, zlib.error) as error:
        raise BadDataError(f"{path} cannot be read to its end ({error}): take an older backup") from error


def _record(path: Path, number: int, line: bytes) -> Any:
    with suppress(*NO_JSON):
        return msgspec.json.decode(line)
    raise BadDataError(f"{path} line {number} is no JSON: the backup was damaged; take an older one")


def _recorded(path: Path, number: int, line: bytes) -> Recorded:
    try:
        return Recorded(*_line.decode(line))
    except NO_JSON as error:
        raise BadDataError(f"{path} line {number} is no event: {error}") from error


_line = msgspec.json.Decoder(tuple[int, int, LiveEvent])
