"""A real `aisletwin serve --live` in a process group of its own, to be killed and started again where it was."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import psutil
import yaml
from namespaces import Machine

from layouts.demo_hall import demo_hall
from server.access.tokens import make_token
from spatial.facility_json import write_facility

SITE = "HALL"
LIMITS = {"requests_per_s": 10_000, "requests_at_once": 10_000}
"""Pushers of a bench all come from one address."""
MAPPING = """
topics:
  - topic: hall/{id}/pose
    time: {from: at, form: epoch_ms}
    id: n
    events:
      - kind: position
        entity: "agent/{id}"
        fields: {level: {const: L0}, x_m: {from: x, unit: m}, y_m: {from: y, unit: m}}
  - topic: hall/{id}/t
    time: {from: at, form: epoch_ms}
    id: n
    events:
      - kind: reading
        entity: "sensor/{id}"
        fields: {channel: {const: temperature}, value: {from: t, unit: Cel}}
  - topic: hall/{id}/moved
    time: {from: at, form: epoch_ms}
    id: n
    events:
      - kind: moved
        entity: "sku/{id}"
        fields: {sku: {text: "{id}"}, quantity: {from: q}, to_place: {from: to}}
"""


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def write_hall(folder: Path) -> Path:
    """The demo hall as a site, under the name that feeds give it."""
    site = folder / "site"
    site.mkdir(parents=True)
    write_facility(site / "facility.json", replace(demo_hall(), id=SITE))
    return site


def mqtt_feed(
    broker_port: int, *, client_id: str = "twin", subscription: str = "hall/#", host: str = "127.0.0.1"
) -> dict[str, Any]:
    """The feed of `MAPPING`, patient with a broker that is restarted."""
    return {
        "kind": "mqtt", "name": "hall", "site": SITE, "decoder": "mapping", "options": {"file": "mapping.yaml"},
        "host": host, "port": broker_port, "client_id": client_id, "subscriptions": [subscription],
        "first_retry_s": 0.1, "longest_retry_s": 0.5,
    }  # fmt: skip


class LiveProcess:
    """Serves `folder`/site, with its twin.yaml made of `settings`, on one port for its whole life.

    With a `machine` it runs there, and whoever asks it needs the token behind `headers`.
    """

    def __init__(
        self,
        folder: Path,
        settings: Mapping[str, Any],
        *,
        site: Path | None = None,
        machine: Machine | None = None,
    ) -> None:
        self._site, self.folder = site or write_hall(folder), folder
        self.port = free_port()
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "mapping.yaml").write_text(MAPPING)
        (folder / "twin.yaml").write_text(yaml.safe_dump({"access": {"limits": LIMITS}, **settings}))
        self._process: subprocess.Popen[bytes] | None = None
        self._machine = machine
        self.headers: dict[str, str] = {}
        if machine is not None:
            secret = make_token(
                folder / "tokens.json", "bench", role="admin", now_ms=time.time_ns() // 1_000_000
            )
            self.headers = {"Authorization": f"Bearer {secret}"}

    @property
    def host(self) -> str:
        return "127.0.0.1" if self._machine is None else self._machine.address

    @property
    def address(self) -> str:
        return f"http://{self.host}:{self.port}"

    def start(self) -> None:
        command = [sys.executable, "-c", "from server.cli import main; main()", "serve", str(self._site)]
        command += ["--live", str(self.folder / "twin.yaml"), "--port", str(self.port)]
        if self._machine is not None:
            command += ["--host", self.host, "--tokens", str(self.folder / "tokens.json")]
            command = [*self._machine.prefix, *command]
        with (self.folder / "server.log").open("ab") as log:
            self._process = subprocess.Popen(
                command, stdout=log, stderr=log, start_new_session=True,
                cwd=Path(__file__).resolve().parents[1], env={**os.environ, "NUMBA_NUM_THREADS": "1"},
            )  # fmt: skip

    def wait_until_ready(self, timeout_s: float = 60) -> float:
        """Seconds until it answered."""
        began = time.monotonic()
        while time.monotonic() < began + timeout_s:
            if self._process is None or self._process.poll() is not None:
                raise RuntimeError(f"the server ended: {(self.folder / 'server.log').read_text()[-2000:]}")
            try:
                self.get("/api/health")
            except OSError:
                time.sleep(0.02)
            else:
                return time.monotonic() - began
        raise RuntimeError("the server did not answer")

    def get(self, path: str) -> Any:
        request = urllib.request.Request(self.address + path, headers=self.headers)
        with urllib.request.urlopen(request, timeout=5) as answer:
            return json.loads(answer.read())

    def kill(self) -> None:
        """kill -9, children and all."""
        self._end(signal.SIGKILL)

    def stop(self) -> None:
        """Ask it to end, as an operator does; it saves its state."""
        self._end(signal.SIGINT)

    def cpu_s(self) -> float:
        """Seconds of processor time it has used."""
        assert self._process is not None
        return sum(psutil.Process(self._process.pid).cpu_times()[:2])

    def _end(self, how: signal.Signals) -> None:
        if self._process is not None and self._process.poll() is None:
            os.killpg(self._process.pid, how)
            self._process.wait(60)
        self._process = None
