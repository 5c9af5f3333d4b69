"""Stores to test: a file, and a schema of a real PostgreSQL that is started for the session."""

from __future__ import annotations

import shutil
import signal
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from glob import glob
from itertools import count
from pathlib import Path

import pytest

from layouts.live.events import LiveEvent, Position
from server.store.opening import open_store
from server.store.sql_store import SqlStore

SCRIPT = Path(__file__).parents[3] / "scripts/postgres.sh"
NOW_MS = 1_790_000_000_000


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """The URL of a PostgreSQL server of Debian's, as scripts/postgres.sh starts it."""
    if not glob("/usr/lib/postgresql/*/bin/initdb"):
        pytest.skip("skipped: PostgreSQL is not installed (scripts/setup.sh --services)")
    folder = Path(tempfile.mkdtemp(prefix="aisletwin-pg-"))
    folder.chmod(0o755)  # root starts it, the user postgres runs it
    with subprocess.Popen([SCRIPT, folder / "server"], stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        url = server.stdout.readline().strip()
        assert url, "PostgreSQL did not start"
        yield url
        server.send_signal(signal.SIGTERM)
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(params=["sqlite", "postgres"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Where a store may be made that is not there yet."""
    if request.param == "sqlite":
        return str(tmp_path / "log.db")
    server = request.getfixturevalue("postgres")
    return new_schema(server)


_numbers = count(1)


def new_schema(server: str) -> str:
    """A fresh schema of a server, as a URL."""
    import psycopg

    name = f"t{next(_numbers)}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"CREATE SCHEMA {name}".encode())
    return f"{server}&options=-csearch_path%3D{name}"


@pytest.fixture
def store(url: str) -> Iterator[SqlStore]:
    opened = open_store(url)
    yield opened
    opened.close()


def position(number: int, *, at_ms: int | None = None, x_m: float = 0.0, agent: str = "P1") -> LiveEvent:
    """An event that tells where an agent is."""
    return LiveEvent(
        id=f"rtls:{number}", site="DE01", source="rtls", entity=f"agent/{agent}",
        happened_ms=NOW_MS + number if at_ms is None else at_ms, body=Position("L0", x_m, 1.0),
    )  # fmt: skip


@pytest.fixture
def told() -> Callable[..., LiveEvent]:
    """Makes events: `told(number, at_ms=, x_m=, agent=)`."""
    return position


@pytest.fixture
def other_url(tmp_path: Path, postgres: str) -> Callable[[str], str]:
    """Where a second store may be made, of the same kind or of the other."""
    return lambda kind: str(tmp_path / "other.db") if kind == "sqlite" else new_schema(postgres)
