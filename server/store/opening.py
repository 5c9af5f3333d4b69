"""A store by its URL."""

from __future__ import annotations

from pathlib import Path

from server.store.errors import StoreError
from server.store.sql_store import SqlStore
from server.store.sqlite_store import SqliteStore


def open_store(url: str | Path) -> SqlStore:
    """The store at a path, `sqlite:///PATH` or `postgresql://…`, made if it is missing.

    Raises StoreError for what is no store, MissingToolError where the client of PostgreSQL is not installed.
    """
    text = str(url)
    if text.startswith(("postgresql://", "postgres://")):
        from server.store.postgres_store import PostgresStore

        return PostgresStore(text)
    path = text.removeprefix("sqlite:///")
    if "://" in path:
        scheme = path.partition("://")[0]
        raise StoreError(
            f"'{scheme}://' is no store: give a path, sqlite:///PATH or postgresql://HOST/DATABASE"
        )
    return SqliteStore(Path(path))
