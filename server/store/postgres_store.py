"""The event store in PostgreSQL: for several servers behind one log.

Writers take turns by an advisory lock held to the end of the transaction: so numbers become visible in order and
without gaps, and who has read up to one has missed none before it. Readers are told of news by NOTIFY.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Any

from server.store.errors import StoreError
from server.store.schema import STEPS, Step
from server.store.sql_store import COLUMNS, SqlStore, Statements
from spatial.errors import MissingToolError

try:
    import psycopg
    import psycopg.conninfo
except ImportError as error:
    raise MissingToolError(
        "the client of PostgreSQL is not installed: pip install 'aisletwin[postgres]', or name a file as the store"
    ) from error

LOCK = 0x41547769
CHANNEL = "aisletwin_events"
CONNECT_S = 5
SETTINGS = (
    b"SET synchronous_commit = on",  # what is acknowledged is on disk, whatever the server's default
    b"SET default_transaction_isolation = 'read committed'",  # a writer sees what was committed before its lock
)


class PostgresStore(SqlStore):
    """`EventStore` in the database at `url`, in the schema that its user finds first. It connects again by itself."""

    types = {"BLOB": "BYTEA", "SERIAL": "BIGSERIAL PRIMARY KEY"}  # noqa: RUF012, it is never changed

    def __init__(self, url: str, *, steps: Sequence[Step] = STEPS) -> None:
        self._url = url
        self._writer_lock = threading.Lock()
        self._writer: psycopg.Connection[tuple[Any, ...]] | None = None
        self._listener: psycopg.Connection[tuple[Any, ...]] | None = None
        self._readers: list[psycopg.Connection[tuple[Any, ...]]] = []
        self._readers_lock = threading.Lock()
        try:
            self._migrate(steps)
        except BaseException:
            self.close()
            raise

    def _connect(self) -> psycopg.Connection[tuple[Any, ...]]:
        connection = _connected(self._url)
        for setting in SETTINGS:
            connection.execute(setting)
        return connection

    @contextmanager
    def _telling(self) -> Iterator[None]:
        """Turn what PostgreSQL says into a StoreError, without the URL, which may hold a password."""
        try:
            yield
        except psycopg.Error as error:
            said = " ".join(str(error).split()) or type(error).__name__
            raise StoreError(f"the store in PostgreSQL cannot do it: {said}") from error

    @contextmanager
    def _writing(self) -> Iterator[Statements]:
        with self._writer_lock, self._telling():
            if self._writer is None or self._writer.closed:
                self._writer = self._connect()
            try:
                with self._writer.transaction():
                    self._writer.execute("SELECT pg_advisory_xact_lock(%s)", (LOCK,))
                    yield _statements(self._writer)
                    self._writer.execute(f"NOTIFY {CHANNEL}")
            except psycopg.OperationalError:
                self._writer.close()  # the next one connects anew
                raise

    @contextmanager
    def _reading(self) -> Iterator[Statements]:
        with self._readers_lock:
            connection = self._readers.pop() if self._readers else None
        with self._telling():
            if connection is None or connection.closed or connection.broken:
                connection = self._connect()
            try:
                yield _statements(connection)
            except BaseException:
                connection.close()
                raise
            else:
                with self._readers_lock:
                    self._readers.append(connection)

    def _insert(self, rows: Sequence[tuple[Any, ...]]) -> None:
        if self._writer is None:
            raise StoreError("there is no transaction to insert in")
        with self._writer.cursor() as cursor, cursor.copy(f"COPY events ({COLUMNS}) FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row)

    def _version(self, execute: Statements) -> int:
        if execute("SELECT to_regclass('about')")[0][0] is None:
            return 0
        rows = execute(
            "SELECT to_jsonb(about) ->> 'value' FROM about WHERE to_jsonb(about) ->> 'name' = 'version'"
        )
        if not rows or not str(rows[0][0]).isdigit():
            raise StoreError("the database has a table 'about' of another program: name another schema")
        return int(rows[0][0])

    def _set_version(self, execute: Statements, version: int) -> None:
        execute(
            "INSERT INTO about (name, value) VALUES ('version', ?) "
            "ON CONFLICT (name) DO UPDATE SET value = EXCLUDED.value",
            (str(version),),
        )

    def wait(self, after: int, timeout_s: float) -> bool:
        """Wait for an event after `after` that any process records; one thread at a time may wait."""
        until = time.monotonic() + timeout_s
        with self._telling():
            if self._listener is None or self._listener.closed or self._listener.broken:
                self._listener = self._connect()
                self._listener.execute(f"LISTEN {CHANNEL}")
            while self.head() <= after:
                rest_s = until - time.monotonic()
                if rest_s <= 0:
                    return False
                for _ in self._listener.notifies(timeout=rest_s, stop_after=1):
                    pass
        return True

    def close(self) -> None:
        """Close all connections."""
        with self._writer_lock, self._readers_lock, suppress(psycopg.Error):
            for connection in (*self._readers, self._writer, self._listener):
                if connection is not None:
                    connection.close()
            self._readers.clear()


LIVELINESS: dict[str, Any] = {
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 25_000,
}
"""A link that falls silent is taken for broken within half a minute; TCP by itself waits for a quarter of an hour."""


def _connected(url: str) -> psycopg.Connection[tuple[Any, ...]]:
    """A connection. Raises StoreError without what may hold a password: what psycopg says of a URL repeats it."""
    try:
        told = psycopg.conninfo.conninfo_to_dict(url)
    except psycopg.Error:
        told = {"host": "@"}
    if "@" in str(told.get("host") or ""):
        raise StoreError(
            "the URL of the store cannot be read: percent-encode its user and password (@ is %40)"
        )
    try:
        return psycopg.connect(url, autocommit=True, connect_timeout=CONNECT_S, **LIVELINESS)
    except psycopg.Error as error:
        said = " ".join(str(error).split())
        if told.get("password"):
            said = said.replace(str(told["password"]), "…")
        raise StoreError(f"the store in PostgreSQL cannot be reached: {said}") from None


def _statements(connection: psycopg.Connection[tuple[Any, ...]]) -> Statements:
    def execute(sql: str, parameters: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        cursor = connection.execute(sql.replace("?", "%s").encode(), parameters)
        return cursor.fetchall() if cursor.description is not None else []

    return execute
