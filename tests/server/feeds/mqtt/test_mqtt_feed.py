"""A message is acknowledged once it is on disk, and not before: shown with a real broker."""

from __future__ import annotations

import json
import logging
import os
import queue
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from brokers import Broker, mosquitto
from paho.mqtt.client import Client, MQTTv5
from paho.mqtt.enums import CallbackAPIVersion

from layouts.live.events import LinkChanged, Reading, decode_event
from server.feeds.feed import Decoded, Message, Reply
from server.feeds.mqtt.feed import MqttFeed
from spatial.errors import BadDataError

T0 = 1_795_800_000_000


def now_ms() -> int:
    return int(time.time() * 1000)


class Publisher:
    """Publishes numbered readings at QoS 1, and knows which ones the broker has acknowledged."""

    def __init__(self, port: int, **account: Any) -> None:
        self.client = Client(CallbackAPIVersion.VERSION2, client_id="sender", protocol=MQTTv5)
        self.client.reconnect_delay_set(1, 1)
        self.client.max_inflight_messages_set(100)
        self.client.connect("127.0.0.1", port, clean_start=False)
        self.client.loop_start()
        self.client.on_publish = lambda _client, _userdata, mid, *_: self.taken.add(mid)
        self.taken: set[int] = set()
        self.mids: dict[int, int] = {}

    def send(self, number: int, topic: str = "hall/T1/t", **options: Any) -> None:
        body = json.dumps({"t": number / 100, "at": T0 + number})
        self.mids[number] = self.client.publish(topic, body, qos=1, **options).mid

    def acknowledged(self, timeout_s: float = 10) -> set[int]:
        end = time.monotonic() + timeout_s
        while time.monotonic() < end and not self.taken >= set(self.mids.values()):
            time.sleep(0.02)
        return {number for number, mid in self.mids.items() if mid in self.taken}

    def close(self) -> None:
        self.client.disconnect()
        self.client.loop_stop()
        self.client._reset_sockets()


@pytest.fixture
def sender(broker: Broker):
    publisher = Publisher(broker.port)
    yield publisher
    publisher.close()


def numbers(events: list[Any]) -> list[int]:
    return [event.happened_ms - T0 for event in events if isinstance(event.body, Reading)]


def is_up(intake: Any) -> bool:
    links = intake.of(LinkChanged)
    return bool(links) and links[-1].body.is_up


@pytest.mark.parametrize("protocol", ["5", "3.1.1"])
def test_messages_become_events_and_links_are_told(
    broker: Broker, intake: Any, mqtt_settings: Any, sender: Publisher, protocol: str
) -> None:
    feed = MqttFeed(mqtt_settings(protocol=protocol), intake, now_ms=now_ms)
    feed.start()
    assert intake.wait_for(lambda: is_up(intake))
    for number in range(50):
        sender.send(number)
    sender.client.publish("hall/T1/t", b"no json", qos=1)
    assert intake.wait_for(lambda: len(intake.of(Reading)) == 50 and len(intake.letters) == 1)
    broker.stop()
    assert intake.wait_for(lambda: not is_up(intake))
    broker.start()
    assert intake.wait_for(lambda: is_up(intake))
    feed.stop()
    assert numbers(intake.events) == list(range(50))
    assert intake.of(LinkChanged)[0].entity == "feed/hall"
    assert intake.letters[0][:3] == ("hall", "hall/T1/t", b"no json")
    assert "JSON" in intake.letters[0].reason


def test_what_could_not_be_written_is_handed_over_again_and_not_acknowledged(
    intake: Any, mqtt_settings: Any, sender: Publisher
) -> None:
    feed = MqttFeed(mqtt_settings(), intake, now_ms=now_ms)
    feed.start()
    assert intake.wait_for(lambda: is_up(intake))
    intake.is_broken = True
    for number in range(20):
        sender.send(number)
    assert sender.acknowledged() == set(range(20))
    before = intake.attempts
    assert intake.wait_for(lambda: intake.attempts > before + 1)
    assert numbers(intake.events) == []
    feed.stop(timeout_s=1)  # with the store broken: the broker keeps them
    intake.is_broken = False
    again = MqttFeed(mqtt_settings(), intake, now_ms=now_ms)
    again.start()
    assert intake.wait_for(lambda: len(intake.of(Reading)) == 20)
    again.stop()
    assert numbers(intake.events) == list(range(20))


def test_a_store_that_recovers_gets_all_of_it(intake: Any, mqtt_settings: Any, sender: Publisher) -> None:
    feed = MqttFeed(mqtt_settings(window=5), intake, now_ms=now_ms)
    feed.start()
    assert intake.wait_for(lambda: is_up(intake))
    intake.is_broken = True
    for number in range(60):
        sender.send(number)
    before = intake.attempts
    assert intake.wait_for(lambda: intake.attempts > before + 2)
    intake.is_broken = False
    assert intake.wait_for(lambda: len(intake.of(Reading)) == 60)
    assert feed.counts.retries >= 2
    feed.stop()
    assert sorted(numbers(intake.events)) == list(range(60))


def test_five_restarts_of_the_broker_lose_and_double_nothing(
    broker: Broker, intake: Any, mqtt_settings: Any, sender: Publisher
) -> None:
    feed = MqttFeed(mqtt_settings(), intake, now_ms=now_ms)
    feed.start()
    assert intake.wait_for(lambda: is_up(intake))
    stop = threading.Event()

    def load() -> None:
        for number in range(100_000):
            if stop.is_set():
                return
            sender.send(number)
            time.sleep(0.002)

    thread = threading.Thread(target=load)
    thread.start()
    for _ in range(5):
        time.sleep(0.3)
        broker.restart()
    stop.set()
    thread.join()
    acknowledged = sender.acknowledged()
    assert len(acknowledged) > 500
    assert intake.wait_for(lambda: acknowledged <= set(numbers(intake.events)))
    feed.stop()
    doubled = [number for number, count in Counter(numbers(intake.events)).items() if count > 1]
    assert doubled == []


CLIENT = """
import os, sys, time
from pathlib import Path
from layouts.live.events import encode_event
from server.feeds.mqtt.feed import MqttFeed
from server.feeds.mqtt.settings import MqttSettings
from server.intake.intake import Receipt
class FileIntake:
    def __init__(self, path):
        self.file = open(path, "ab", buffering=0)
    def submit(self, events, letters=(), *, on_durable=None, timeout_s=None):
        time.sleep(0.002)
        self.file.write(b"".join(encode_event(event) + b"\\n" for event in events))
        on_durable(Receipt(0, len(events), 0, ()))
settings = MqttSettings.model_validate_json(sys.argv[1])
feed = MqttFeed(settings, FileIntake(sys.argv[2]), now_ms=lambda: int(time.time() * 1000))
feed.start()
time.sleep(60)
"""


def test_a_client_that_is_killed_gets_again_what_it_had_not_written(
    mqtt_settings: Any, sender: Publisher, tmp_path: Path
) -> None:
    settings = mqtt_settings(window=50).model_dump_json()
    path = tmp_path / "log"
    path.touch()

    def written() -> list[int]:
        lines = path.read_bytes().split(b"\n")[:-1]
        return numbers([decode_event(line) for line in lines])

    def started() -> subprocess.Popen[bytes]:
        return subprocess.Popen([sys.executable, "-c", CLIENT, settings, str(path)])

    def wait_for(count: int) -> None:
        end = time.monotonic() + 15
        while len(set(written())) < count and time.monotonic() < end:
            time.sleep(0.02)

    client = started()
    try:
        while not path.stat().st_size:
            time.sleep(0.02)  # the link is up: the session is made
        for number in range(2000):
            sender.send(number)
        wait_for(200)
        os.kill(client.pid, signal.SIGKILL)
        client.wait()
        before = set(written())
        assert 200 <= len(before) < 2000
        client = started()
        wait_for(2000)
    finally:
        client.kill()
        client.wait()
    assert set(written()) == set(range(2000))
    assert sender.acknowledged() == set(range(2000))


def test_acknowledged_messages_do_not_come_again(intake: Any, mqtt_settings: Any, sender: Publisher) -> None:
    for round_ in range(2):
        feed = MqttFeed(mqtt_settings(), intake, now_ms=now_ms)
        feed.start()
        assert intake.wait_for(lambda: is_up(intake))
        if round_ == 0:
            for number in range(30):
                sender.send(number)
            assert intake.wait_for(lambda: len(intake.of(Reading)) == 30)
        else:
            time.sleep(0.3)
        messages = feed.counts.messages
        feed.stop()
        assert messages == (30 if round_ == 0 else 0)


def test_a_shared_subscription_is_told_once(intake: Any, mqtt_settings: Any, sender: Publisher) -> None:
    shared = {"subscriptions": ["$share/twins/hall/#"]}
    feeds = [
        MqttFeed(mqtt_settings(client_id=f"twin-{n}", **shared), intake, now_ms=now_ms) for n in range(2)
    ]
    for feed in feeds:
        feed.start()
    assert intake.wait_for(lambda: is_up(intake))
    while not all(feed.is_up for feed in feeds):
        time.sleep(0.01)
    for number in range(100):
        sender.send(number)
    assert intake.wait_for(lambda: len(intake.of(Reading)) == 100)
    for feed in feeds:
        feed.stop()
    assert sum(feed.counts.messages for feed in feeds) == 100
    assert min(feed.counts.messages for feed in feeds) > 0


def test_a_retained_message_tells_the_past_once(intake: Any, mqtt_settings: Any, sender: Publisher) -> None:
    sender.send(7, retain=True)
    assert sender.acknowledged() == {7}
    for client_id in ("twin-a", "twin-b"):
        feed = MqttFeed(mqtt_settings(client_id=client_id), intake, now_ms=now_ms)
        feed.start()
        assert intake.wait_for(lambda feed=feed: feed.counts.messages == 1)
        feed.stop()
    assert numbers(intake.events) == [7]


class Echo:
    def decode(self, message: Message) -> Decoded:
        return Decoded(replies=(Reply("answers/to", b"rebirth " + message.payload),))


def test_replies_are_published(broker: Broker, intake: Any, mqtt_settings: Any, sender: Publisher) -> None:
    heard: queue.Queue[bytes] = queue.Queue()
    sender.client.on_message = lambda _client, _userdata, message: heard.put(message.payload)
    sender.client.subscribe("answers/#", qos=1)
    settings = mqtt_settings(decoder="echo", options={})
    feed = MqttFeed(settings, intake, now_ms=now_ms, decoders={"echo": lambda **_: Echo()})
    feed.start()
    assert intake.wait_for(lambda: is_up(intake))
    sender.client.publish("hall/T1/t", b"7", qos=1)
    assert heard.get(timeout=10) == b"rebirth 7"
    feed.publish("answers/alert", b"hot")
    assert heard.get(timeout=10) == b"hot"
    feed.stop()


def test_a_sparkplug_host_is_online_as_long_as_it_is_connected(
    intake: Any, mqtt_settings: Any, sender: Publisher
) -> None:
    heard: queue.Queue[Any] = queue.Queue()
    sender.client.on_message = lambda _client, _userdata, message: heard.put(json.loads(message.payload))
    sender.client.subscribe("spBv1.0/STATE/twin", qos=1)
    feed = MqttFeed(mqtt_settings(sparkplug_host="twin"), intake, now_ms=now_ms)
    feed.start()
    birth = heard.get(timeout=10)
    feed.stop()
    death = heard.get(timeout=10)
    assert (birth["online"], death["online"]) == (True, False)
    assert birth["timestamp"] == death["timestamp"]


def test_tls_checks_the_name_and_the_password_is_never_shown(
    intake: Any, mqtt_settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: Any
) -> None:
    caplog.set_level(logging.DEBUG)
    with mosquitto(tmp_path / "tls", "--tls", "--password", "twin:s3cret-word") as broker:
        tls = {"ca": broker.folder / "tls/ca.pem", "cert": broker.folder / "tls/client.pem",
               "key": broker.folder / "tls/client.key"}  # fmt: skip
        secure = {"port": broker.port, "tls": tls, "user": "twin", "password": {"env": "TWIN_PASSWORD"}}
        with pytest.raises(BadDataError, match="TWIN_PASSWORD holds no secret"):
            MqttFeed(mqtt_settings(**secure), intake, now_ms=now_ms)
        for host, password, reason in (
            ("127.0.0.1", "s3cret-word", "IP address mismatch"),
            ("localhost", "wr0ng-word", "Not authorized"),
            ("localhost", "s3cret-word", ""),
        ):
            monkeypatch.setenv("TWIN_PASSWORD", password)
            feed = MqttFeed(mqtt_settings(**secure, host=host), intake, now_ms=now_ms)
            feed.start()
            seen = len(intake.of(LinkChanged))
            assert intake.wait_for(lambda seen=seen: len(intake.of(LinkChanged)) > seen)
            assert reason in intake.of(LinkChanged)[-1].body.reason
            assert is_up(intake) == (not reason)
            feed.stop()
    told = caplog.text + repr(intake.events)
    assert "s3cret" not in told
    assert "wr0ng" not in told
