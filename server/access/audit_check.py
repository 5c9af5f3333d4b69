"""Whether an audit log is what was written: chain, seals and head."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from server.access.audit import NOTHING, Head, opened_line, read_head
from spatial.errors import BadDataError

MOST_FAULTS = 100


class AuditReport(NamedTuple):
    """What was found: `faults` are sentences, empty for a log that is what was written. `head` is where it ends.

    `torn_bytes` follow the last whole line: what a crash left of one, and nothing that had been told as done.
    """

    entries: int
    head: Head
    faults: tuple[str, ...]
    torn_bytes: int

    @property
    def is_whole(self) -> bool:
        """Whether nothing was changed."""
        return not self.faults


def verify(path: Path, key: bytes, *, head: Head | None = None) -> AuditReport:
    """Read the log from its beginning; `head` is one that was noted elsewhere, which the log must still hold.

    It may be read while a server writes it. Raises BadDataError when there is no such file.
    """
    sealed, faults = _sealed_head(path, key)
    is_head_faulty = bool(faults)
    noted = {one.seq: one for one in (sealed, head) if one is not None}
    clashing = sealed is not None and head is not None and sealed.seq == head.seq and sealed != head
    if clashing:
        faults.append(f"the head that was noted, {head}, is not the sealed one, {sealed}")
    last = Head(0, NOTHING)
    torn = 0
    for number, line in enumerate(_lines(path), 1):
        if not line.endswith(b"\n"):
            torn = len(line)
            break
        bare = line[:-1]
        faults += _line_faults(number, bare, key, last)
        last = Head(number, hashlib.sha256(bare).hexdigest())
        if number in noted and noted[number].sha256 != last.sha256:
            faults.append(f"line {number} is not the one that its head tells of")
        if len(faults) >= MOST_FAULTS:
            faults.append(f"and more: reading stopped at line {number}")
            break
    faults += [
        f"the log ends at line {last.seq}, and line {one.seq} had been written: {_how(torn)}"
        for one in noted.values()
        if one.seq > last.seq and len(faults) < MOST_FAULTS
    ]
    if sealed is None and last.seq > 1 and not is_head_faulty:
        faults.append("its head is missing: whether lines were taken off its end cannot be told")
    return AuditReport(last.seq, last, tuple(faults), torn)


def _how(torn: int) -> str:
    if torn:
        return f"of the next, {torn} bytes are left; its end was taken off, or a disk lost it"
    return "lines were taken off its end, or a disk lost them"


def _line_faults(number: int, line: bytes, key: bytes, last: Head) -> list[str]:
    try:
        entry = opened_line(line, key)
    except ValueError as error:
        return [f"line {number} was changed: {error}"]
    if (entry["seq"], entry.get("prev")) != (number, last.sha256):
        return [
            f"line {number} is entry {entry['seq']} and does not follow: lines were moved, put in or taken out"
        ]
    return []


def _sealed_head(path: Path, key: bytes) -> tuple[Head | None, list[str]]:
    try:
        return read_head(path, key), []
    except BadDataError as error:
        return None, [str(error)]


def _lines(path: Path) -> Iterator[bytes]:
    try:
        with path.open("rb") as file:
            yield from file
    except FileNotFoundError as error:
        raise BadDataError(f"{path} is missing: name the audit log") from error
