"""An edge node between a real broker and a central server that comes and goes."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import msgspec
import pytest
from brokers import Broker, is_there, mosquitto
from paho.mqtt.client import Client, MQTTv5
from paho.mqtt.enums import CallbackAPIVersion

from layouts.live.events import AlertChanged, LinkChanged, LiveEvent, Reading, Recorded
from layouts.live.state import TwinState
from server.edge.alarms import LocalThreshold
from server.edge.edge import Edge
from server.edge.settings import EdgeSettings

T0 = 1_795_800_000_000
MAPPING = """
topics:
  - topic: hall/{sensor}/t
    time: {from: at, form: epoch_ms}
    events:
      - kind: reading
        entity: sensor/{sensor}
        fields: {channel: {const: temperature}, value: {from: t, unit: Cel}}
"""


class Central:
    """Takes events like the server: each id once. While it is `away` it answers 503; `poison` is answered 422."""

    def __init__(self) -> None:
        self.events: list[LiveEvent] = []
        self.posts: list[list[str]] = []
        self.away = False
        self.poison = ""
        self.loses_answers = 0
        self._ids: set[str] = set()
        self._lock = threading.Lock()
        central = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                code, answer = central.take(self.path, self.headers["Authorization"], body)
                if code == 0:
                    self.close_connection = True
                    return
                self.send_response(code)
                self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            def log_message(self, *_: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever)
        self._thread.start()

    def take(self, path: str, authorization: str, body: bytes) -> tuple[int, bytes]:
        assert path == "/api/events"
        if authorization != "Bearer edge-token":
            return 401, b""
        if self.away:
            return 503, b""
        events = msgspec.json.decode(body, type=list[LiveEvent])
        if self.poison in [event.entity for event in events]:
            return 422, b"no"
        with self._lock:
            self.posts.append([event.id for event in events])
            new = [event for event in events if event.id not in self._ids]
            self._ids.update(event.id for event in new)
            self.events += new
            if self.loses_answers:
                self.loses_answers -= 1
                return 0, b""
        return 200, json.dumps({"seq": len(self.events), "recorded": len(new)}).encode()

    def values(self) -> list[float]:
        return [event.body.value for event in self.events if isinstance(event.body, Reading)]

    def of(self, kind: type) -> list[Any]:
        return [event.body for event in self.events if isinstance(event.body, kind)]

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


@pytest.fixture
def central() -> Iterator[Central]:
    made = Central()
    yield made
    made.close()


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Broker]:
    if not is_there():
        pytest.skip("skipped: there is no mosquitto (scripts/setup.sh --services)")
    with mosquitto(tmp_path / "broker") as running:
        yield running


@pytest.fixture
def settings(
    central: Central, broker: Broker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> EdgeSettings:
    monkeypatch.setenv("EDGE_TOKEN", "edge-token")
    (tmp_path / "mapping.yaml").write_text(MAPPING)
    return EdgeSettings.model_validate({
        "name": "edge-1", "site": "HALL", "buffer": tmp_path / "buffer.sqlite",
        "central": {"url": central.url, "token": {"env": "EDGE_TOKEN"}, "batch": 20, "quiet_s": 0.05,
                    "first_retry_s": 0.05, "longest_retry_s": 0.1},
        "feeds": [{"name": "hall", "site": "HALL", "decoder": "mapping",
                   "options": {"file": str(tmp_path / "mapping.yaml")}, "host": "127.0.0.1", "port": broker.port,
                   "client_id": "edge-1", "subscriptions": ["hall/#"], "first_retry_s": 0.05}],
    })  # fmt: skip


@pytest.fixture
def send(broker: Broker):
    client = Client(CallbackAPIVersion.VERSION2, protocol=MQTTv5)
    client.connect("127.0.0.1", broker.port)
    client.loop_start()

    def publish(value: float, *, at: int, sensor: str = "T1") -> None:
        client.publish(f"hall/{sensor}/t", json.dumps({"t": value, "at": T0 + at}), qos=1)

    yield publish
    client.disconnect()
    client.loop_stop()
    client._reset_sockets()


def now_ms() -> int:
    return int(time.time() * 1000)


def until(holds: Any, timeout_s: float = 15) -> None:
    end = time.monotonic() + timeout_s
    while not holds():
        assert time.monotonic() < end, "it did not come to pass"
        time.sleep(0.01)


def subscribed(edge: Edge) -> bool:
    return all(feed.is_up for feed in edge.feeds)


def test_what_came_while_the_link_was_cut_is_forwarded_in_order_with_alarms(
    central: Central, settings: EdgeSettings, send: Any
) -> None:
    heard: list[LiveEvent] = []
    rule = LocalThreshold(id="cold", channel="temperature", high=8.0)
    edge = Edge(settings, now_ms=now_ms, rules=[rule], on_alarm=heard.append)
    edge.start()
    until(lambda: subscribed(edge))
    send(1.0, at=0)
    until(lambda: central.values() == [1.0])
    central.away = True
    for number in range(2, 60):
        send(number / 10, at=number)
    until(lambda: len(edge.buffer) >= 58)
    send(20.0, at=100)
    until(lambda: bool(heard))  # told here, while nobody else could
    assert central.values() == [1.0]
    central.away = False
    until(lambda: len(central.values()) == 60 and len(edge.buffer) == 0)
    edge.stop()
    assert central.values() == [1.0, *(number / 10 for number in range(2, 60)), 20.0]
    assert [alert.step for alert in central.of(AlertChanged)] == ["raised"]
    assert [link.is_up for link in central.of(LinkChanged)][-2:] == [False, True]


def test_a_lost_answer_and_a_poisoned_event_stop_nothing(
    central: Central, settings: EdgeSettings, send: Any
) -> None:
    central.loses_answers, central.poison = 2, "sensor/BAD"
    edge = Edge(settings, now_ms=now_ms)
    edge.start()
    until(lambda: subscribed(edge))
    for number in range(30):
        send(number, at=number, sensor="BAD" if number == 11 else "T1")
    until(lambda: len(central.values()) == 29 and len(edge.buffer) == 0)
    ((_, letter),) = edge.buffer.letters()
    edge.stop()
    assert central.values() == [float(number) for number in range(30) if number != 11]
    assert "answered 422" in letter.reason


def test_old_never_overwrites_new(central: Central, settings: EdgeSettings, send: Any) -> None:
    edge = Edge(settings, now_ms=now_ms)
    edge.start()
    until(lambda: subscribed(edge))
    central.away = True
    send(5.0, at=10)
    until(lambda: len(edge.buffer) >= 1)
    newer = LiveEvent(id="direct", site="HALL", source="hall", entity="sensor/T1", happened_ms=T0 + 999,
                      body=Reading("temperature", 7.0))  # fmt: skip
    central.events.append(newer)  # it came another way meanwhile
    central.away = False
    until(lambda: len(central.values()) == 2)
    edge.stop()
    state = TwinState()
    for seq, event in enumerate(central.events, 1):
        state.apply(Recorded(seq, T0 + seq, event))
    assert state.latest.get("HALL/reading/sensor/T1/temperature") == newer


NODE = """
import sys, time
from server.edge.edge import Edge
from server.edge.settings import EdgeSettings
edge = Edge(EdgeSettings.model_validate_json(sys.argv[1]), now_ms=lambda: int(time.time() * 1000))
edge.start()
time.sleep(60)
"""


def test_an_edge_that_is_killed_loses_and_doubles_nothing(
    central: Central, settings: EdgeSettings, send: Any
) -> None:
    def started() -> subprocess.Popen[bytes]:
        return subprocess.Popen([sys.executable, "-c", NODE, settings.model_dump_json()])

    node = started()
    try:
        until(lambda: bool(central.of(LinkChanged)))
        for round_ in range(3):
            central.away = round_ == 1
            for number in range(200):
                send(0.01 * (200 * round_ + number), at=200 * round_ + number)
            time.sleep(0.1)
            os.kill(node.pid, signal.SIGKILL)
            node.wait()
            node = started()
        until(lambda: len(central.values()) == 600)
    finally:
        node.kill()
        node.wait()
    times = [event.happened_ms - T0 for event in central.events if isinstance(event.body, Reading)]
    assert sorted(times) == list(range(600))
