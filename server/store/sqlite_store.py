"""The event store in one SQLite file: the embedded default.

Write-ahead log and `synchronous = FULL`: what a commit wrote is on disk when it returns, and readers never wait for
the writer. Another process, as a command on the command line, may use the same file.
"""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from server.store.errors import StoreError
from server.store.schema import STEPS, Step
from server.store.sql_store import SqlStore, Statements

APPLICATION_ID = 0x41547769
"""Marks the file as ours: "ATwi"."""
BUSY_S = 10.0
OTHERS_ARE_LOOKED_AT_EVERY_S = 0.1
CACHE_KIB = 64 * 1024
CHECKPOINT_PAGES = 4_000


class SqliteStore(SqlStore):
    """`EventStore` in the file `path`, made if it is missing. Raises StoreError for a file that is none of ours."""

    types = {"BIGINT": "INTEGER", "SERIAL": "INTEGER PRIMARY KEY AUTOINCREMENT"}  # noqa: RUF012, it is never changed

    def __init__(self, path: Path, *, steps: Sequence[Step] = STEPS) -> None:
        self._path = path
        self._writer_lock = threading.Lock()
        self._readers: list[sqlite3.Connection] = []
        self._readers_lock = threading.Lock()
        self._news = threading.Condition()
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise StoreError(
                f"{path}: its folder cannot be made ({error.strerror}): name another path"
            ) from error
        if path.is_dir():
            raise StoreError(f"{path} is a folder: name a file in it")
        with self._telling():
            self._writer = self._connect()
        try:
            with self._telling():
                self._refuse_strangers()
            self._migrate(steps)
        except BaseException:
            self._writer.close()
            raise

    def _connect(self) -> sqlite3.Connection:
        connection = sqlite3.connect(
            self._path, timeout=BUSY_S, isolation_level=None, check_same_thread=False
        )
        connection.execute(f"PRAGMA cache_size = -{CACHE_KIB}")
        return connection

    def _refuse_strangers(self) -> None:
        (application,) = self._writer.execute("PRAGMA application_id").fetchone()
        (tables,) = self._writer.execute("SELECT COUNT(*) FROM sqlite_master").fetchone()
        if application != APPLICATION_ID and tables:
            raise StoreError(f"{self._path} is a database of another program: name another file")
        self._writer.execute("PRAGMA journal_mode = WAL")
        self._writer.execute("PRAGMA synchronous = FULL")
        self._writer.execute(f"PRAGMA wal_autocheckpoint = {CHECKPOINT_PAGES}")
        if application != APPLICATION_ID:
            self._writer.execute(f"PRAGMA application_id = {APPLICATION_ID}")

    @contextmanager
    def _telling(self) -> Iterator[None]:
        """Turn what SQLite says into a StoreError that names the file."""
        try:
            yield
        except sqlite3.Error as error:
            raise StoreError(f"{self._path}: {error}{_remedy(str(error))}") from error

    @contextmanager
    def _writing(self) -> Iterator[Statements]:
        with self._writer_lock, self._telling():
            self._writer.execute("BEGIN IMMEDIATE")
            try:
                yield _statements(self._writer)
                self._writer.execute("COMMIT")
            except BaseException:
                if self._writer.in_transaction:
                    self._writer.execute("ROLLBACK")
                raise
        with self._news:
            self._news.notify_all()

    @contextmanager
    def _reading(self) -> Iterator[Statements]:
        with self._readers_lock:
            connection = self._readers.pop() if self._readers else None
        with self._telling():
            connection = connection or self._connect()
            try:
                yield _statements(connection)
            finally:
                with self._readers_lock:
                    self._readers.append(connection)

    def _insert(self, rows: Sequence[tuple[Any, ...]]) -> None:
        self._writer.executemany("INSERT INTO events VALUES (?, ?, ?, ?, ?, ?, ?, ?)", rows)

    def _version(self, execute: Statements) -> int:
        return int(execute("PRAGMA user_version")[0][0])

    def _set_version(self, execute: Statements, version: int) -> None:
        execute(f"PRAGMA user_version = {version}")

    def wait(self, after: int, timeout_s: float) -> bool:
        """Wait for an event after `after`; what other processes record is looked for ten times a second."""
        until = time.monotonic() + timeout_s
        with self._news:
            while self.head() <= after:
                rest_s = until - time.monotonic()
                if rest_s <= 0:
                    return False
                self._news.wait(min(rest_s, OTHERS_ARE_LOOKED_AT_EVERY_S))
        return True

    def close(self) -> None:
        """Close the file; its write-ahead log is taken into it."""
        with self._writer_lock, self._readers_lock:
            for connection in (*self._readers, self._writer):
                connection.close()
            self._readers.clear()


def _statements(connection: sqlite3.Connection) -> Callable[..., list[tuple[Any, ...]]]:
    def execute(sql: str, parameters: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        return connection.execute(sql, parameters).fetchall()

    return execute


def _remedy(said: str) -> str:
    if "full" in said:
        return ": make room on the disk; what was refused can be handed over again"
    if "locked" in said:
        return ": another process has been writing for too long; end it, or try again"
    if "malformed" in said or "not a database" in said:
        return ": restore a backup into a new file with `aisletwin events restore`"
    return ""
