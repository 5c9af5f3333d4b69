"""A reading that rises or falls too fast: the slope of a straight line through the readings of a window."""

from __future__ import annotations

from typing import ClassVar, Literal

import msgspec
from pydantic import Field

from layouts.live.channels import channel_named
from layouts.live.events import LiveEvent, Reading, Recorded
from layouts.live.state import TwinState
from server.alerts.condition import Look, is_late
from server.alerts.kinds.window import Window
from server.alerts.quantity import Told, difference, seconds_shown, shown
from server.alerts.rule import Rule

FEWEST = 3


class RateRule(Rule):
    """`rises` or `falls` by so much in `per_s`, seen over `window_s`; counters (energy, usage) only rise."""

    said_values: ClassVar[tuple[str, ...]] = ("rate", "limit", "value")

    kind: Literal["rate"]
    channel: str
    rises: Told | None = None
    falls: Told | None = None
    per_s: float = Field(3600, gt=0)
    window_s: float = Field(900, gt=0, le=7 * 86_400)
    hysteresis: Told | None = None

    def problem(self) -> None:
        """Raises ValueError for limits that are missing, of another unit or never left."""
        Rate(self)


class RateMemory(msgspec.Struct, tag="rate"):
    """The readings of the window, and whether they changed too fast since the event `since_id`."""

    window: Window = msgspec.field(default_factory=Window)
    rate: float = 0.0
    since_ms: int | None = None
    since_id: str = ""
    is_late: bool = False


class Rate:
    """A `RateRule` in base units per second."""

    bodies: tuple[type, ...] = (Reading,)

    def __init__(self, rule: RateRule) -> None:
        self.rule = rule
        self.channel: str | None = rule.channel
        self._channel = channel = channel_named(rule.channel)
        if rule.rises is None and rule.falls is None:
            raise ValueError("neither rises nor falls is given: write one, as rises: '2 °C'")
        if rule.falls is not None and channel.is_counter:
            raise ValueError(f"falls: {channel.name} is a counter, which never falls: write rises")
        back = 0.0 if rule.hysteresis is None else difference(rule.hysteresis, channel, "hysteresis")
        self._rises = self._limit(rule.rises, "rises", back)
        self._falls = self._limit(rule.falls, "falls", back)
        self._back = back / rule.per_s

    def _limit(self, told: Told | None, key: str, back: float) -> float:
        if told is None:
            return float("inf")
        limit = difference(told, self._channel, key)
        if limit == 0:
            raise ValueError(f"{key}: {told} is always met: write a difference above 0")
        if back >= limit:
            raise ValueError(f"hysteresis: {self.rule.hysteresis} is not below {key} {told}: choose less")
        return limit / self.rule.per_s

    def keys(self, event: LiveEvent, state: TwinState) -> tuple[str, ...]:  # noqa: ARG002 - all are asked alike
        """The sensor itself."""
        return (event.entity,)

    def memory(self, site: str, key: str) -> RateMemory:  # noqa: ARG002 - all kinds are asked alike
        """Nothing read yet."""
        return RateMemory()

    def take(self, memory: RateMemory, recorded: Recorded) -> None:
        """Take a reading in, in its place; the slope is that of the newest window."""
        event, window = recorded.event, memory.window
        if not isinstance(event.body, Reading):
            return
        value = event.body.value
        is_newest = not window.times_ms or event.happened_ms >= window.times_ms[-1]
        if self._channel.is_counter and is_newest and window.values and value < window.values[-1]:
            window.clear()  # the meter began anew
        length_ms = round(self.rule.window_s * 1000)
        if window.insert(event.happened_ms, event.id, value, length_ms=length_ms) is None:
            return
        if is_newest:
            memory.is_late = is_late(recorded, self.rule.late_s)
        if len(window.ids) < FEWEST or window.times_ms[-1] - window.times_ms[0] < length_ms / 2:
            return
        memory.rate = _slope(window)
        if memory.rate > self._rises or -memory.rate > self._falls:
            if memory.since_ms is None:
                memory.since_ms, memory.since_id = window.times_ms[-1], event.id
        elif memory.rate <= self._rises - self._back and -memory.rate <= self._falls - self._back:
            memory.since_ms = None

    def look(self, memory: RateMemory, now_ms: int, state: TwinState) -> Look:  # noqa: ARG002
        """Whether it changes too fast."""
        rule, window = self.rule, memory.window
        last_ms, last_id = (window.times_ms[-1], window.ids[-1]) if window.ids else (-1, "")
        per = seconds_shown(rule.per_s)
        rate = f"{shown(memory.rate * rule.per_s, self._channel)} in {per}"
        limit = rule.rises if memory.rate > 0 or rule.falls is None else rule.falls
        value = shown(window.values[-1], self._channel) if window.values else "?"
        values = {"rate": rate, "limit": f"{limit}", "value": value}
        if memory.since_ms is None:
            return Look(False, last_ms, last_id, f"{rule.channel} changes by {rate}", values)
        said = (
            f"{rule.channel} changes by {rate}, more than {limit}, seen over {seconds_shown(rule.window_s)}"
        )
        return Look(True, memory.since_ms, memory.since_id, said, values, is_late=memory.is_late)


def _slope(window: Window) -> float:
    """Per second, by least squares."""
    n = len(window.ids)
    start = window.times_ms[0]
    times = [(at - start) / 1000 for at in window.times_ms]
    mean_t, mean_v = sum(times) / n, sum(window.values) / n
    spread = sum((t - mean_t) ** 2 for t in times)
    return sum((t - mean_t) * (v - mean_v) for t, v in zip(times, window.values, strict=True)) / spread
