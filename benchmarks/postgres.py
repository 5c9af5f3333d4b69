"""A throwaway PostgreSQL that can be killed and started again on what it kept."""

from __future__ import annotations

import signal
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil

SCRIPT = Path(__file__).resolve().parents[1] / "scripts" / "postgres.sh"


def is_there() -> bool:
    return any(Path("/usr/lib/postgresql").glob("*/bin/initdb"))


class Postgres:
    def __init__(self, folder: Path) -> None:
        self.folder, self.url = folder, ""
        self._process: subprocess.Popen[str] | None = None
        self.start()

    def start(self) -> None:
        self._process = subprocess.Popen([str(SCRIPT), str(self.folder)], stdout=subprocess.PIPE, text=True)
        assert self._process.stdout is not None
        self.url = self._process.stdout.readline().strip()
        assert self.url, "PostgreSQL did not start"

    def stop(self) -> None:
        self._end(signal.SIGTERM)

    def kill(self) -> None:
        """kill -9 of every process of it, as when the power goes."""
        assert self._process is not None
        children = psutil.Process(self._process.pid).children(recursive=True)
        for child in children:
            child.kill()
        psutil.wait_procs(children)
        self._end(signal.SIGKILL)

    def _end(self, how: signal.Signals) -> None:
        assert self._process is not None
        assert self._process.stdout is not None
        self._process.send_signal(how)
        self._process.wait()
        self._process.stdout.close()


@contextmanager
def postgres() -> Iterator[Postgres]:
    """It lies in a temporary folder of its own: root starts it, and the user postgres must get there."""
    with tempfile.TemporaryDirectory(prefix="aisletwin-pg-") as name:
        Path(name).chmod(0o755)
        database = Postgres(Path(name) / "server")
        try:
            yield database
        finally:
            database.stop()
