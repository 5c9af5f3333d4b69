"""A real broker, and a log that is a list: durable means appended."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from brokers import Broker, is_there, mosquitto

from layouts.live.events import LiveEvent
from server.feeds.mqtt.settings import MqttSettings
from server.intake.intake import Receipt
from server.store.store import DeadLetter


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Broker]:
    if not is_there():
        pytest.skip("skipped: there is no mosquitto (scripts/setup.sh --services)")
    with mosquitto(tmp_path / "broker") as running:
        yield running


class ListIntake:
    """Records each id once; while `is_broken` nothing can be written."""

    def __init__(self) -> None:
        self.events: list[LiveEvent] = []
        self.letters: list[DeadLetter] = []
        self.is_broken = False
        self.attempts = 0
        self._ids: set[str] = set()
        self._changed = threading.Condition()

    def submit(
        self,
        events: Sequence[LiveEvent],
        letters: Sequence[DeadLetter] = (),
        *,
        on_durable: Callable[[Receipt | Exception], None] | None = None,
        timeout_s: float | None = None,
    ) -> None:
        with self._changed:
            self.attempts += 1
            outcome: Receipt | Exception = OSError("no space left on device")
            if not self.is_broken:
                new = [event for event in events if event.id not in self._ids]
                self._ids.update(event.id for event in new)
                self.events += new
                self.letters += letters
                outcome = Receipt(len(self.events), len(new), len(events) - len(new), ())
        if on_durable is not None:
            on_durable(outcome)
        with self._changed:
            self._changed.notify_all()

    def wait_for(self, holds: Callable[[], bool], timeout_s: float = 10) -> bool:
        with self._changed:
            return self._changed.wait_for(holds, timeout_s)

    def of(self, kind: type) -> list[LiveEvent]:
        return [event for event in self.events if isinstance(event.body, kind)]


@pytest.fixture
def intake() -> ListIntake:
    return ListIntake()


@pytest.fixture
def mapping(tmp_path: Path) -> Path:
    path = tmp_path / "mapping.yaml"
    path.write_text(
        """
topics:
  - topic: hall/{sensor}/t
    time: {from: at, form: epoch_ms}
    events:
      - kind: reading
        entity: sensor/{sensor}
        fields: {channel: {const: temperature}, value: {from: t, unit: Cel}}
"""
    )
    return path


Settings = Callable[..., MqttSettings]


@pytest.fixture
def mqtt_settings(broker: Broker, mapping: Path) -> Settings:
    def make(**changed: Any) -> MqttSettings:
        given: dict[str, Any] = {
            "name": "hall", "site": "HALL", "decoder": "mapping", "options": {"file": str(mapping)},
            "host": "127.0.0.1", "port": broker.port, "client_id": "twin-1", "subscriptions": ["hall/#"],
            "first_retry_s": 0.05, "longest_retry_s": 0.2,
        }  # fmt: skip
        return MqttSettings.model_validate({**given, **changed})

    return make
