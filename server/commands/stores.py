"""What commands about the live twin share: its store, times as people write them, and what time it is."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from spatial.errors import BadDataError

if TYPE_CHECKING:
    from server.store.sql_store import SqlStore

Store = Annotated[str, typer.Argument(help="The live twin's log: a file, or postgresql://…", metavar="STORE")]
AtSite = Annotated[str | None, typer.Option("--site", help="Of this site only.", metavar="ID")]


@contextmanager
def opened(url: str) -> Iterator[SqlStore]:
    """The store, closed afterwards. A file that is missing is bad data: one who asks does not want an empty log."""
    from server.store.opening import open_store

    path = Path(url.removeprefix("sqlite:///"))
    if not url.startswith(("postgresql://", "postgres://")) and not path.is_file():
        raise BadDataError(f"{path} is no file: name the store of a live twin, as its twin.yaml does")
    store = open_store(url)
    try:
        yield store
    finally:
        store.close()


def time_ms(text: str, *, option: str) -> int:
    """Milliseconds since 1970 of an ISO time with its offset; anything else is wrong usage of `option`."""
    try:
        told = dt.datetime.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter(
            f"'{text}' is no time: give one as 2026-11-27T06:00:00Z", param_hint=option
        ) from None
    if told.tzinfo is None:
        raise typer.BadParameter(
            f"'{text}' does not say whose time it is: add Z for UTC, or an offset as +01:00",
            param_hint=option,
        )
    return (told - dt.datetime.fromtimestamp(0, dt.UTC)) // dt.timedelta(milliseconds=1)


def shown_time(at_ms: int) -> str:
    """The time in UTC, to the millisecond."""
    at = dt.datetime.fromtimestamp(0, dt.UTC) + dt.timedelta(milliseconds=at_ms)
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")
