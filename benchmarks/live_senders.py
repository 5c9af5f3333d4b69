"""Sources that tell a live twin things and remember what was acknowledged: by the broker, or by the server itself.

What they tell is made hard on purpose: late, early, out of order, twice, from clocks that are wrong.
"""

from __future__ import annotations

import random
import threading
import time
from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType

import httpx
import msgspec
from live_process import SITE
from paho.mqtt.client import Client, MQTTv5
from paho.mqtt.enums import CallbackAPIVersion

from layouts.live.events import FUTURE_MS, LiveEvent, Position, Reading, StockMoved

HOUR_MS = 3_600_000
UNACKNOWLEDGED = 200


def now_ms() -> int:
    return time.time_ns() // 1_000_000


def wrong_time(rng: random.Random) -> int:
    """Mostly now, in any order; sometimes of a clock that jumped: a day back, or minutes ahead."""
    jump = rng.random()
    if jump < 0.05:
        return now_ms() - 24 * HOUR_MS
    if jump < 0.10:
        return now_ms() + FUTURE_MS - 60_000
    return now_ms() - rng.randrange(5_000)


class MqttSender(threading.Thread):
    """Publishes poses, readings and movements at QoS 1; `acknowledged` is what the broker took."""

    def __init__(
        self, port: int, *, rate_s: float, seed: int, client_id: str = "sender", host: str = "127.0.0.1"
    ) -> None:
        super().__init__(name=client_id, daemon=True)
        self.sent: list[tuple[str, bytes]] = []
        self.acknowledged: list[tuple[str, bytes]] = []
        self._rate_s, self._rng = rate_s, random.Random(seed)
        self._ending = threading.Event()
        self._under_way: dict[int, tuple[str, bytes]] = {}
        self._taken: deque[int] = deque()  # packet ids, from paho's thread
        self._client = Client(CallbackAPIVersion.VERSION2, client_id=client_id, protocol=MQTTv5)
        self._client.max_inflight_messages_set(UNACKNOWLEDGED)
        self._client.reconnect_delay_set(1, 1)
        self._client.on_publish = lambda _client, _data, mid, *_: self._taken.append(mid)
        self._client.connect(host, port, clean_start=False)
        self._prefix = client_id

    def run(self) -> None:
        self._client.loop_start()
        began, number = time.monotonic(), 0
        while not self._ending.is_set():
            time.sleep(max(0.0, began + number / self._rate_s - time.monotonic()))
            message = self._message(number)
            self.sent.append(message)
            for _ in range(2 if number % 7 == 0 else 1):  # every seventh is told twice
                self._under_way[self._client.publish(*message, qos=1).mid] = message
            number += 1
            self._settle(until=UNACKNOWLEDGED)
        self._settle(until=0)
        self._client.disconnect()
        self._client.loop_stop()

    def end(self) -> None:
        """Publish no more, and wait for what is under way."""
        self._ending.set()
        self.join(40)

    def _settle(self, *, until: int) -> None:
        """Take note of what the broker took, until no more than so many are under way."""
        deadline = time.monotonic() + 30
        while True:
            while self._taken:
                self.acknowledged.append(self._under_way.pop(self._taken.popleft()))
            if len(self._under_way) <= until or time.monotonic() > deadline:
                return
            time.sleep(0.001)

    def _message(self, number: int) -> tuple[str, bytes]:
        rng, name = self._rng, f"{self._prefix}-{number % 40}"
        told: dict[str, object] = {"n": f"{self._prefix}-{number}", "at": wrong_time(rng)}
        if number % 97 == 0:
            told["at"] = now_ms() + HOUR_MS  # no log takes that: it must wait as a dead letter
        kind = ("pose", "t", "moved")[number % 3]
        if kind == "pose":
            told |= {"x": round(rng.uniform(0, 100), 3), "y": round(rng.uniform(0, 60), 3)}
        elif kind == "t":
            told |= {"t": round(rng.uniform(-20, 30), 2)}
        else:
            told |= {"q": rng.randint(1, 9), "to": f"{SITE}/{number % 20}"}
        return f"hall/{name}/{kind}", msgspec.json.encode(told)


class HttpSender(threading.Thread):
    """Posts batches to any of `addresses`, the same one again until it is answered; `acknowledged` are ids.

    `headers` are sent with each, by address.
    """

    def __init__(
        self,
        addresses: Sequence[str],
        *,
        rate_s: float,
        size: int,
        seed: int,
        headers: Mapping[str, Mapping[str, str]] = MappingProxyType({}),
    ) -> None:
        super().__init__(name=f"http-{seed}", daemon=True)
        self.sent: set[str] = set()
        self.acknowledged: set[str] = set()
        self.refused: set[str] = set()
        self.answers: dict[str, int] = {}
        self._addresses, self._rate_s, self._size, self._seed = addresses, rate_s, size, seed
        self._headers = headers
        self._rng = random.Random(seed)
        self._ending = threading.Event()

    def run(self) -> None:
        began, batches, last = time.monotonic(), 0, [self._event(0)]
        with httpx.Client(timeout=5, trust_env=False) as client:
            while not self._ending.is_set():
                time.sleep(max(0.0, began + batches * self._size / self._rate_s - time.monotonic()))
                new = [self._event(1 + batches * self._size + n) for n in range(self._size)]
                batch = new + self._rng.sample(last, min(3, len(last)))  # some were told before
                self._rng.shuffle(batch)
                self._post(client, batch)
                batches, last = batches + 1, new

    def end(self) -> None:
        """Post no more, once the batch under way is answered."""
        self._ending.set()
        self.join(40)

    def _post(self, client: httpx.Client, batch: Iterable[LiveEvent]) -> None:
        ids = {event.id for event in batch}
        self.sent |= ids
        body = msgspec.json.encode(batch)
        tried, deadline = 0, time.monotonic() + (30 if self._ending.is_set() else 120)
        while time.monotonic() < deadline:
            address = self._addresses[tried % len(self._addresses)]
            tried += 1
            try:
                answer = client.post(
                    f"{address}/api/events", content=body, headers=self._headers.get(address, {})
                )
            except httpx.HTTPError as error:
                self._count(type(error).__name__)
                time.sleep(0.05)
                continue
            self._count(str(answer.status_code))
            if answer.status_code == 200:
                refused = {each["id"] for each in answer.json()["refused"]}
                self.refused |= refused
                self.acknowledged |= ids - refused
                return
            time.sleep(0.05)

    def _count(self, what: str) -> None:
        self.answers[what] = self.answers.get(what, 0) + 1

    def _event(self, number: int) -> LiveEvent:
        rng, name = self._rng, f"h{self._seed}-{number % 30}"
        at_ms = now_ms() + HOUR_MS if number % 97 == 0 else wrong_time(rng)
        entity, body = (
            (f"agent/{name}", Position("L0", rng.uniform(0, 100), rng.uniform(0, 60))),
            (f"sensor/{name}", Reading("temperature", rng.uniform(-20, 30))),
            (f"sku/{name}", StockMoved(name, float(rng.randint(1, 9)), to_place=f"{SITE}/{number % 20}")),
        )[number % 3]
        return LiveEvent(
            id=f"h{self._seed}:{number}",
            site=SITE,
            source="http",
            entity=entity,
            happened_ms=at_ms,
            body=body,
        )
