"""How fast messages come in over MQTT one by one (QoS 1), durable, and how late: against a subscriber of paho's that
acknowledges at once and writes nothing.

    python benchmarks/bench_mqtt.py [--messages N] [--restarts]

A publisher in a process of its own sends readings; a message's latency runs from its publishing to its being on disk
(for the peer: to its callback). `cpu` is the receiving process's share of one core. `--restarts` restarts the broker
five times under load and counts what was lost and doubled.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from brokers import Broker, mosquitto
from paho.mqtt.client import Client, MQTTv5
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

from layouts.live.events import Reading
from server.edge.buffer import EdgeBuffer
from server.feeds.mqtt.feed import MqttFeed
from server.feeds.mqtt.settings import MqttSettings
from server.intake.intake import Receipt

MAPPING = """
topics:
  - topic: bench/{sensor}/t
    time: {from: at, form: epoch_ms}
    id: n
    events:
      - kind: reading
        entity: sensor/{sensor}
        fields: {channel: {const: temperature}, value: {from: t, unit: Cel}}
"""
PUBLISHER = """
import json, sys, time
from paho.mqtt.client import Client, MQTTv5
from paho.mqtt.enums import CallbackAPIVersion
port, count, rate = int(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3])
client = Client(CallbackAPIVersion.VERSION2, client_id="sender", protocol=MQTTv5)
client.max_inflight_messages_set(1000)
client.reconnect_delay_set(1, 1)
taken = 0
def published(*_):
    global taken
    taken += 1
client.on_publish = published
client.connect("127.0.0.1", port, clean_start=False)
client.loop_start()
start = time.time()
for n in range(count):
    if rate:
        time.sleep(max(0, start + n / rate - time.time()))
    while n - taken > 1000:
        time.sleep(0.001)
    now = time.time()
    body = json.dumps({"t": 4.5, "at": int(now * 1000), "n": n, "sent": now})
    client.publish(f"bench/T{n % 50}/t", body, qos=1)
while taken < count:
    time.sleep(0.01)
client.disconnect()
client.loop_stop()
"""


class Arrivals:
    """When each message was in, by its number."""

    def __init__(self, count: int) -> None:
        self.count = count
        self.latency_s: dict[int, float] = {}
        self.first, self.last = 0.0, 0.0
        self.done = threading.Event()

    def take(self, number: int, sent: float) -> None:
        now = time.time()
        self.first = self.first or now
        self.last = now
        self.latency_s.setdefault(number, now - sent)
        if len(self.latency_s) == self.count:
            self.done.set()

    def figures(self, cpu_s: float) -> dict[str, float]:
        ordered = sorted(self.latency_s.values())
        wall_s = max(self.last - self.first, 1e-9)
        return {
            "messages_s": round(len(ordered) / wall_s),
            "p50_ms": round(1000 * ordered[len(ordered) // 2], 1),
            "p95_ms": round(1000 * ordered[int(0.95 * len(ordered))], 1),
            "cpu": round(cpu_s / wall_s, 2),
        }


class Timed:
    """A decoder that remembers when each message was sent, so that its arrival can be timed once it is durable."""

    def __init__(self, decoder: Any, sent: dict[str, tuple[int, float]]) -> None:
        self._decoder, self._sent = decoder, sent

    def decode(self, message: Any) -> Any:
        decoded = self._decoder.decode(message)
        told = json.loads(message.payload)
        for event in decoded.events:
            self._sent[event.id] = (told["n"], told["sent"])
        return decoded


class TimedIntake:
    """Passes on to a durable intake and times what it confirms."""

    def __init__(self, intake: Any, arrivals: Arrivals, sent: dict[str, tuple[int, float]]) -> None:
        self._intake, self._arrivals, self._sent = intake, arrivals, sent

    def submit(
        self, events: Any, letters: Any = (), *, on_durable: Any = None, timeout_s: Any = None
    ) -> None:
        def durable(outcome: Receipt | Exception) -> None:
            for event in events:
                if isinstance(event.body, Reading) and isinstance(outcome, Receipt):
                    self._arrivals.take(*self._sent[event.id])
            on_durable(outcome)

        self._intake.submit(events, letters, on_durable=durable, timeout_s=timeout_s)


def ours(broker: Broker, folder: Path, arrivals: Arrivals) -> Callable[[], None]:
    from server.feeds.mapping.decoder import make_decoder

    (folder / "mapping.yaml").write_text(MAPPING)
    sent: dict[str, tuple[int, float]] = {}
    buffer = EdgeBuffer(
        folder / f"log-{time.time_ns()}.sqlite", name="bench", site="S", most_events=10_000_000,
        now_ms=lambda: int(time.time() * 1000),
    )  # fmt: skip
    settings = MqttSettings.model_validate({
        "name": "bench", "site": "S", "decoder": "timed", "options": {"file": str(folder / "mapping.yaml")},
        "host": "127.0.0.1", "port": broker.port, "client_id": f"bench-{time.time_ns()}",
        "subscriptions": ["bench/#"],        "first_retry_s": 0.1, "longest_retry_s": 0.5,
    })  # fmt: skip
    feed = MqttFeed(
        settings, TimedIntake(buffer, arrivals, sent), now_ms=lambda: int(time.time() * 1000),
        decoders={"timed": lambda **given: Timed(make_decoder(**given), sent)},
    )  # fmt: skip
    feed.start()
    while not feed.is_up:
        time.sleep(0.01)

    def stop() -> None:
        feed.stop()
        readings = sum(isinstance(held.event.body, Reading) for held in buffer.oldest(10_000_000))
        assert readings == len(arrivals.latency_s), "the log holds something else than was confirmed"
        buffer.close()

    return stop


def peer(broker: Broker, _folder: Path, arrivals: Arrivals) -> Callable[[], None]:
    """paho's own loop, acknowledging at once; it reads the JSON and writes nothing."""
    client = Client(CallbackAPIVersion.VERSION2, client_id=f"peer-{time.time_ns()}", protocol=MQTTv5)
    ready = threading.Event()

    def came(_client: Any, _userdata: Any, message: Any) -> None:
        told = json.loads(message.payload)
        arrivals.take(told["n"], told["sent"])

    client.on_message = came
    client.on_subscribe = lambda *_: ready.set()
    client.on_connect = lambda *_: client.subscribe("bench/#", qos=1)
    properties = Properties(PacketTypes.CONNECT)
    properties.ReceiveMaximum = 2_000
    client.connect("127.0.0.1", broker.port, properties=properties)
    client.loop_start()
    ready.wait(10)

    def stop() -> None:
        client.disconnect()
        client.loop_stop()

    return stop


def measured(
    receive: Any, broker: Broker, folder: Path, count: int, rate: float, *, restarts: int = 0
) -> dict[str, Any]:
    arrivals = Arrivals(count)
    stop = receive(broker, folder, arrivals)
    cpu_s = time.process_time()
    sender = subprocess.Popen([sys.executable, "-c", PUBLISHER, str(broker.port), str(count), str(rate)])
    for _ in range(restarts):
        time.sleep(1)
        broker.restart()
    is_complete = arrivals.done.wait(120)
    cpu_s = time.process_time() - cpu_s
    sender.wait()
    stop()
    return {**arrivals.figures(cpu_s), "lost": 0 if is_complete else count - len(arrivals.latency_s)}


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--messages", type=int, default=20_000)
    parser.add_argument("--restarts", action="store_true")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as name, mosquitto(Path(name) / "broker") as broker:
        folder = Path(name)
        if chosen.restarts:
            line = measured(ours, broker, folder, chosen.messages, 2_000, restarts=5)
            print(json.dumps({"what": "five restarts", **line}))
            return
        for rate in (0, 500, 2_000):
            count = chosen.messages if not rate else min(chosen.messages, 5 * rate)
            for who, receive in (("aisletwin, durable", ours), ("paho, writes nothing", peer)):
                line = measured(receive, broker, folder, count, rate)
                print(json.dumps({"who": who, "offered_s": rate or "all", **line}), flush=True)


if __name__ == "__main__":
    main()
