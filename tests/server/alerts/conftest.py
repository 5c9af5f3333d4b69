"""A log in memory, and a run of the engine over it as a server does it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from layouts.live.events import LiveEvent, Reading, Recorded
from layouts.live.state import TwinState
from server.alerts.engine import AlertEngine
from server.alerts.read_rules import read_rules
from server.alerts.rule_set import RuleSet


class Log:
    """Events and the state after them; steps of the engine are recorded once, as a store does."""

    def __init__(self, engine: AlertEngine) -> None:
        self.engine = engine
        self.state = TwinState()
        self.recorded: list[Recorded] = []
        self._ids: dict[str, LiveEvent] = {}

    def tell(self, event: LiveEvent, learned_ms: int | None = None) -> list[LiveEvent]:
        """Record an event, and what the engine makes of it; all steps."""
        known = self._ids.get(event.id)
        if known is not None:
            assert known == event, "an id with another content would be a dead letter"
            return []
        self._ids[event.id] = event
        before = self.recorded[-1].learned_ms if self.recorded else 0
        learned = max(before, event.happened_ms if learned_ms is None else learned_ms)
        recorded = Recorded(len(self.recorded) + 1, learned, event)
        self.recorded.append(recorded)
        self.state.apply(recorded)
        steps = self.engine.apply(recorded, self.state)
        return steps + [more for step in steps for more in self.tell(step, learned)]

    def tick(self, now_ms: int) -> list[LiveEvent]:
        """Meet deadlines and record what comes of it."""
        steps = self.engine.tick(now_ms, self.state)
        return steps + [more for step in steps for more in self.tell(step, now_ms)]


@pytest.fixture
def make_rules(tmp_path) -> Callable[[str], RuleSet]:
    """The rules of a text."""

    def make(text: str) -> RuleSet:
        path = tmp_path / "rules.yaml"
        path.write_text(text, encoding="utf-8")
        return read_rules(path)

    return make


@pytest.fixture
def make_log(make_rules) -> Callable[[str], Log]:
    """A log under the rules of a text."""
    return lambda text: Log(AlertEngine(make_rules(text)))


@pytest.fixture
def reading() -> Callable[..., LiveEvent]:
    """A temperature, at so many seconds."""

    def make(at_s: float, value: float, entity: str = "sensor/a", channel: str = "temperature") -> LiveEvent:
        return LiveEvent(
            id=f"{entity}.{channel}.{at_s}.{value}",
            site="S",
            source="test",
            entity=entity,
            happened_ms=round(at_s * 1000),
            body=Reading(channel, float(value)),
        )

    return make


@pytest.fixture
def log_type() -> type[Log]:
    """To make a second log over other engines."""
    return Log
