"""Alarms that are raised at the edge while nobody else would: simple thresholds, told here and forwarded later."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from layouts.live.events import AlertChanged, AlertStep, LiveEvent, Reading
from server.feeds.feed import derived_id


class LocalRule(Protocol):
    """A rule with its name; of an event, whether it is beyond, back, or says nothing, and the words for it."""

    @property
    def id(self) -> str:
        """The rule's name in alerts."""

    def judge(self, event: LiveEvent, *, is_raised: bool) -> tuple[Literal["beyond", "back"], str] | None:
        """What the event says of its entity; None when nothing."""


@dataclass(frozen=True, kw_only=True)
class LocalThreshold:
    """Beyond above `high` or below `low` of a channel, in its base unit; back once `hysteresis` within."""

    id: str
    channel: str
    low: float | None = None
    high: float | None = None
    hysteresis: float = 0.0

    def judge(self, event: LiveEvent, *, is_raised: bool) -> tuple[Literal["beyond", "back"], str] | None:
        """What a reading says."""
        if not isinstance(event.body, Reading) or event.body.channel != self.channel:
            return None
        value = event.body.value
        margin = self.hysteresis if is_raised else 0.0
        if self.high is not None and value > self.high - margin:
            return "beyond", f"{self.channel} {value:g} is above {self.high:g}"
        if self.low is not None and value < self.low + margin:
            return "beyond", f"{self.channel} {value:g} is below {self.low:g}"
        return "back", f"{self.channel} {value:g} is within its limits again"


class LocalAlarms:
    """Raises only while the link is down, also what was beyond when it went; what was raised is cleared whenever.

    `on_alarm` is told at once.
    """

    def __init__(
        self, rules: Sequence[LocalRule], *, source: str, on_alarm: Callable[[LiveEvent], None] | None = None
    ) -> None:
        self._is_link_down = False
        self._rules, self._source, self._on_alarm = rules, source, on_alarm
        self._raised: set[tuple[str, str, str]] = set()
        self._beyond: dict[tuple[str, str, str], LiveEvent] = {}
        self._newest: dict[tuple[str, str, str], int] = {}
        self._lock = threading.Lock()

    def judge(self, events: Sequence[LiveEvent]) -> list[LiveEvent]:
        """The steps of alerts that these events lead to. Events older than what was judged say nothing new."""
        with self._lock:
            steps = [step for event in events for rule in self._rules if (step := self._step(rule, event))]
        return self._told(steps)

    def link_changed(self, is_up: bool) -> list[LiveEvent]:
        """The link went down or came up: what is beyond a limit as it goes down is raised now."""
        with self._lock:
            self._is_link_down = not is_up
            steps = []
            if not is_up:
                self._raised |= set(self._beyond)
                steps = list(self._beyond.values())
                self._beyond.clear()
        return self._told(steps)

    def _told(self, steps: list[LiveEvent]) -> list[LiveEvent]:
        if self._on_alarm is not None:
            for step in steps:
                self._on_alarm(step)
        return steps

    def _step(self, rule: LocalRule, event: LiveEvent) -> LiveEvent | None:
        key = (rule.id, event.site, event.entity)
        is_raised = key in self._raised
        verdict = rule.judge(event, is_raised=is_raised)
        if verdict is None or event.happened_ms < self._newest.get(key, 0):
            return None
        self._newest[key] = event.happened_ms
        what, text = verdict
        if what == "beyond":
            if is_raised:
                return None
            raised = self._alert(rule, event, "raised", text)
            if not self._is_link_down:
                self._beyond[key] = raised
                return None
            self._raised.add(key)
            return raised
        self._beyond.pop(key, None)
        if not is_raised:
            return None
        self._raised.remove(key)
        return self._alert(rule, event, "cleared", text)

    def _alert(self, rule: LocalRule, event: LiveEvent, step: AlertStep, text: str) -> LiveEvent:
        return LiveEvent(
            id=derived_id(self._source, rule.id, event.id, step),
            site=event.site,
            source=self._source,
            entity=f"alert/{rule.id}/{event.entity}",
            happened_ms=event.happened_ms,
            body=AlertChanged(rule.id, event.entity, step, "critical", text, by=self._source),
        )
