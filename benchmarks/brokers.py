"""A throwaway Mosquitto that can be stopped, killed and started again on what it kept."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

SCRIPT = Path(__file__).resolve().parents[1] / "scripts" / "mosquitto.sh"


def is_there() -> bool:
    return bool(shutil.which("mosquitto", path="/usr/sbin:/usr/bin:/usr/local/sbin:/usr/local/bin"))


class Broker:
    def __init__(self, folder: Path, *options: str) -> None:
        self.folder, self._options = folder, options
        self._process: subprocess.Popen[str] | None = None
        self.port = 0
        self.start()

    def start(self) -> None:
        self._process = subprocess.Popen(
            [str(SCRIPT), str(self.folder), *self._options],
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
        )  # fmt: skip
        assert self._process.stdout is not None
        self.port = int(self._process.stdout.readline() or 0)
        assert self.port, "the broker did not start"

    def stop(self) -> None:
        assert self._process is not None
        assert self._process.stdout is not None
        self._process.terminate()
        self._process.wait()
        self._process.stdout.close()

    def restart(self) -> None:
        self.stop()
        self.start()


@contextmanager
def mosquitto(folder: Path, *options: str) -> Iterator[Broker]:
    broker = Broker(folder, *options)
    try:
        yield broker
    finally:
        broker.stop()
