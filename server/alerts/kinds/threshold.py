"""A reading above or below a limit for a time; it must come back by the hysteresis to clear."""

from __future__ import annotations

from typing import ClassVar, Literal

import msgspec
from pydantic import Field

from layouts.live.channels import channel_named
from layouts.live.events import LiveEvent, Reading, Recorded
from layouts.live.state import TwinState
from server.alerts.condition import Look, is_late
from server.alerts.quantity import Told, difference, level, seconds_shown, shown
from server.alerts.rule import Rule


class ThresholdRule(Rule):
    """`above` or `below`, or both for a band that is fine; held for `for_s` it is an alert."""

    said_values: ClassVar[tuple[str, ...]] = ("value", "limit", "for")

    kind: Literal["threshold"]
    channel: str
    above: Told | None = None
    below: Told | None = None
    hysteresis: Told | None = None
    for_s: float = Field(0, ge=0, le=30 * 86_400)

    def problem(self) -> None:
        """Raises ValueError for limits that are missing, out of the channel's range or never left."""
        Threshold(self)


class ThresholdMemory(msgspec.Struct, tag="threshold"):
    """The newest reading, and since when readings have been beyond the limit."""

    at_ms: int = -1
    at_id: str = ""
    value: float = 0.0
    since_ms: int | None = None
    since_id: str = ""
    is_late: bool = False


class Threshold:
    """A `ThresholdRule` in base units."""

    bodies: tuple[type, ...] = (Reading,)

    def __init__(self, rule: ThresholdRule) -> None:
        self.rule = rule
        self.channel: str | None = rule.channel
        self._channel = channel = channel_named(rule.channel)
        if rule.above is None and rule.below is None:
            raise ValueError("neither above nor below is given: write one, as above: '8 °C'")
        back = 0.0 if rule.hysteresis is None else difference(rule.hysteresis, channel, "hysteresis")
        self._above = None if rule.above is None else level(rule.above, channel, "above")
        self._below = None if rule.below is None else level(rule.below, channel, "below")
        self._clear_below = channel.high if self._above is None else self._above - back
        self._clear_above = channel.low if self._below is None else self._below + back
        self._check(back)

    def _check(self, back: float) -> None:
        channel, told = self._channel, self.rule.hysteresis
        if self._clear_below < channel.low:
            raise ValueError(
                f"hysteresis: {told} below {self.rule.above} is {self._clear_below:g} {channel.unit}, under the "
                f"least of {channel.low:g} that {channel.name} can read: it would never clear, choose less"
            )
        if self._clear_above > channel.high:
            raise ValueError(
                f"hysteresis: {told} above {self.rule.below} is {self._clear_above:g} {channel.unit}, over the "
                f"most of {channel.high:g} that {channel.name} can read: it would never clear, choose less"
            )
        if self._above is not None and self._below is not None and self._clear_above > self._clear_below:
            raise ValueError(
                f"above {self.rule.above} and below {self.rule.below} leave nothing between once hysteresis "
                f"{back:g} {channel.unit} is taken off: it would never clear, choose less or a wider band"
            )

    def keys(self, event: LiveEvent, state: TwinState) -> tuple[str, ...]:  # noqa: ARG002 - all are asked alike
        """The sensor itself."""
        return (event.entity,)

    def memory(self, site: str, key: str) -> ThresholdMemory:  # noqa: ARG002 - all kinds are asked alike
        """Nothing read yet."""
        return ThresholdMemory()

    def take(self, memory: ThresholdMemory, recorded: Recorded) -> None:
        """Take a reading in; one that is older than the newest changes nothing."""
        event = recorded.event
        if not isinstance(event.body, Reading):
            return
        if (event.happened_ms, event.id) <= (memory.at_ms, memory.at_id):
            return
        value = event.body.value
        memory.at_ms, memory.at_id, memory.value = event.happened_ms, event.id, value
        memory.is_late = is_late(recorded, self.rule.late_s)
        if self._is_beyond(value):
            if memory.since_ms is None:
                memory.since_ms, memory.since_id = event.happened_ms, event.id
        elif self._clear_above <= value <= self._clear_below:
            memory.since_ms = None

    def _is_beyond(self, value: float) -> bool:
        return (self._above is not None and value > self._above) or (
            self._below is not None and value < self._below
        )

    def look(self, memory: ThresholdMemory, now_ms: int, state: TwinState) -> Look:  # noqa: ARG002
        """Whether it has been beyond the limit for long enough."""
        name, value = self.rule.channel, shown(memory.value, self._channel)
        if memory.since_ms is None:
            return Look(False, memory.at_ms, memory.at_id, f"{name} {value} is within its limit")
        due = memory.since_ms + round(self.rule.for_s * 1000)
        is_above = self._above is not None and memory.value > self._clear_below
        limit = shown(
            self._above if is_above and self._above is not None else self._below or 0.0, self._channel
        )
        lasting = f" for {seconds_shown(self.rule.for_s)}" if self.rule.for_s else ""
        said = f"{name} {value}, {'above' if is_above else 'below'} {limit}{lasting}"
        values = {"value": value, "limit": limit, "for": seconds_shown(self.rule.for_s)}
        if now_ms < due:
            return Look(False, memory.at_ms, memory.at_id, said, values, due_ms=due)
        return Look(True, due, memory.since_id, said, values, is_late=memory.is_late)
