"""The audit log: who did what, when, from where, and what came of it; one line each, chained and sealed.

Each line holds the SHA-256 of the line before (`prev`) and a seal (`mac`, HMAC-SHA-256 with a key that is kept
elsewhere). Beside the log lies its head: number and hash of the last line, sealed too. So an edit, a line taken out,
put in or moved breaks the chain; a chain that was made anew lacks the seals; a log that was cut is behind its head.
Who puts back an old log with its old head is found out only by a head that was noted elsewhere, see `AuditLog.head`.
"""

from __future__ import annotations

import fcntl
import hashlib
import hmac
import json
import logging
import os
import threading
from pathlib import Path
from typing import Any, NamedTuple

from server.access.errors import AuditError
from server.access.private_files import read_private, write_private
from server.access.secret_text import without_secrets
from spatial.errors import BadDataError

log = logging.getLogger(__name__)

NOTHING = "0" * 64
LONGEST = 500
"""Characters of one field; what is longer is cut, with `…`."""
FIELDS = ("who", "role", "from", "what", "target", "outcome")


class Head(NamedTuple):
    """The last line: its number from 1 (0 for an empty log) and its SHA-256."""

    seq: int
    sha256: str

    def __str__(self) -> str:
        """As `SEQ:SHA256`, to be noted elsewhere."""
        return f"{self.seq}:{self.sha256}"


def head_path(path: Path) -> Path:
    """Where the sealed head of the log `path` lies."""
    return path.with_name(f"{path.name}.head")


class AuditLog:
    """Writes the log `path`, one process at a time, each line on disk before `record` returns.

    Raises BadDataError when another process writes it, or when its end is not what was written: then it is evidence,
    and a new log is begun elsewhere. A line that a crash tore is cut off, and a line says so.
    """

    def __init__(self, path: Path, key: bytes, *, now_ms: int) -> None:
        self._path, self._key = path, key
        self._lock = threading.Lock()
        self._is_sound = True
        self._file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
        try:
            self._hold()
            whole, torn = _last_line(self._file)
            self._head = _head_of(path, whole, key)
            self._check_head()
            if torn:
                os.ftruncate(self._file, os.fstat(self._file).st_size - len(torn))
                digest = hashlib.sha256(torn).hexdigest()
                told = {
                    "who": "aisletwin",
                    "what": "torn line cut off",
                    "target": f"{len(torn)} bytes, sha256 {digest}",
                }
                self._write(now_ms, told)
        except BaseException:
            os.close(self._file)
            raise

    @property
    def path(self) -> Path:
        """The file."""
        return self._path

    @property
    def head(self) -> Head:
        """The last line: note it elsewhere now and then, and nothing up to it can be changed unseen."""
        return self._head

    def record(
        self, *, at_ms: int, who: str, role: str, source: str, what: str, target: str = "", outcome: str = ""
    ) -> Head:
        """Write a line; it is on disk when this returns. `source` is the address from which it was asked.

        Raises AuditError when it could not be written: then the log lacks it, or holds it and has a head that lags
        behind until the next line.
        """
        told = {"who": who, "role": role, "from": source, "what": what, "target": target, "outcome": outcome}
        with self._lock:
            self._write(at_ms, told)
            return self._head

    def close(self) -> None:
        """Let go of the file."""
        with self._lock:
            self._is_sound = False
            os.close(self._file)

    def _hold(self) -> None:
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise BadDataError(
                f"another process writes {self._path}: give each server a log of its own"
            ) from error

    def _check_head(self) -> None:
        sealed = read_head(self._path, self._key)
        written = 0 if sealed is None else sealed.seq
        if written > self._head.seq or (sealed is None and self._head.seq > 1):
            known = "is missing" if sealed is None else f"is at line {sealed.seq}"
            raise BadDataError(
                f"{self._path} ends at line {self._head.seq}, and its head {known}: lines were taken out, or a disk "
                "lost them; keep both files as evidence and name another log"
            )

    def _write(self, at_ms: int, told: dict[str, str]) -> None:
        if not self._is_sound:
            raise AuditError(
                f"{self._path} is closed, or could not be written before: see the disk and start again"
            )
        seq = self._head.seq + 1
        entry: dict[str, Any] = {"seq": seq, "at_ms": at_ms}
        entry |= {name: _bounded(told.get(name, "")) for name in FIELDS} | {"prev": self._head.sha256}
        line = sealed_line(entry, self._key)
        before = os.fstat(self._file).st_size
        try:
            _write_all(self._file, line + b"\n")
            os.fsync(self._file)
        except OSError as error:
            self._is_sound = self._undone(before)
            raise AuditError(
                f"{self._path} cannot be written ({error.strerror}): make room on its disk"
            ) from error
        self._head = Head(seq, hashlib.sha256(line).hexdigest())
        try:
            _write_head(self._path, self._head, self._key)
        except OSError as error:
            # the line stays: the new head may be on disk all the same, and would call a log without it cut
            raise AuditError(
                f"line {seq} is in {self._path}, but its head cannot be written ({error.strerror}): "
                "make room on its disk"
            ) from error

    def _undone(self, size: int) -> bool:
        """Whether the file is again as long as it was, for half a line must not stay."""
        try:
            os.ftruncate(self._file, size)
            os.fsync(self._file)
        except OSError:
            return False
        return True


def sealed_line(entry: dict[str, Any], key: bytes) -> bytes:
    """The entry as a line of JSON with its seal, without the end of line."""
    body = json.dumps(entry, ensure_ascii=True, separators=(",", ":"))
    mac = hmac.new(key, b"aisletwin.audit.line\x00" + body.encode(), hashlib.sha256).hexdigest()
    return f'{body[:-1]},"mac":"{mac}"}}'.encode()


def opened_line(line: bytes, key: bytes) -> dict[str, Any]:
    """The entry of a line. Raises ValueError, which says what is wrong, for one that was not written so."""
    try:
        entry = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise ValueError("it is no JSON") from error
    if not isinstance(entry, dict) or not isinstance(entry.get("seq"), int):
        raise ValueError("it is no entry")
    bare = {name: value for name, value in entry.items() if name != "mac"}
    if not hmac.compare_digest(sealed_line(bare, key), line):
        raise ValueError("its seal does not fit")
    return bare


def read_head(path: Path, key: bytes) -> Head | None:
    """The sealed head of the log `path`, None if there is none. Raises BadDataError for one with another seal."""
    place = head_path(path)
    try:
        entry = opened_line(read_private(place).rstrip(b"\n"), key)
        return Head(entry["seq"], str(entry["sha256"]))
    except FileNotFoundError:
        return None
    except (ValueError, KeyError) as error:
        raise BadDataError(
            f"{place} was changed, or sealed with another key ({error}): keep it as evidence"
        ) from error


def _write_head(path: Path, head: Head, key: bytes) -> None:
    write_private(head_path(path), sealed_line(head._asdict(), key) + b"\n")


def _head_of(path: Path, line: bytes, key: bytes) -> Head:
    if not line:
        return Head(0, NOTHING)
    try:
        return Head(opened_line(line, key)["seq"], hashlib.sha256(line).hexdigest())
    except ValueError as error:
        raise BadDataError(
            f"the last line of {path} was changed, or sealed with another key ({error}): keep it as evidence and "
            "name another log"
        ) from error


def _last_line(file: int) -> tuple[bytes, bytes]:
    """The last whole line of a file, without its end, and what follows it."""
    size = os.fstat(file).st_size
    tail = b""
    start = size
    while start > 0 and tail.count(b"\n") < 2:
        step = min(start, 64 * 1024)
        start -= step
        tail = os.pread(file, step, start) + tail
    whole, _, torn = tail.rpartition(b"\n")
    return whole.rpartition(b"\n")[2], torn


def _write_all(file: int, data: bytes) -> None:
    while data:
        data = data[os.write(file, data) :]


def _bounded(text: str) -> str:
    """Text without secrets, and not too long; what is no text of UTF-8 is replaced."""
    clean = without_secrets(text.encode("utf-8", "replace").decode())
    return clean if len(clean) <= LONGEST else f"{clean[: LONGEST - 1]}…"
