"""Too many events of one kind within a window: a fence crossed, a fault, a door's readings."""

from __future__ import annotations

from typing import ClassVar, Literal, get_args

import msgspec
from pydantic import Field

from layouts.live.events import KINDS, Body, LiveEvent, Recorded
from layouts.live.state import TwinState
from server.alerts.condition import Look, is_late
from server.alerts.kinds.window import MOST, Window
from server.alerts.quantity import seconds_shown
from server.alerts.rule import Rule

_BODIES: dict[str, type] = dict(zip(KINDS, get_args(Body), strict=True))


class CountRule(Rule):
    """`at_least` events of `event` in `window_s`; `fields` names values that the event's fields must have."""

    said_values: ClassVar[tuple[str, ...]] = ("count", "limit", "window")

    kind: Literal["count"]
    event: str
    fields: dict[str, str | bool | int | float] = Field(default_factory=dict)
    at_least: int = Field(ge=1, le=MOST)
    window_s: float = Field(gt=0, le=30 * 86_400)

    def problem(self) -> None:
        """Raises ValueError for an event or field that does not exist."""
        Count(self)


class CountMemory(msgspec.Struct, tag="count"):
    """The events of the window."""

    window: Window = msgspec.field(default_factory=Window)
    is_late: bool = False


class Count:
    """A `CountRule` made ready."""

    channel: str | None = None

    def __init__(self, rule: CountRule) -> None:
        self.rule = rule
        body = _BODIES.get(rule.event)
        if body is None or rule.event == "alert":
            known = ", ".join(kind for kind in KINDS if kind != "alert")
            raise ValueError(f"event: '{rule.event}' cannot be counted: choose one of {known}")
        known_fields = msgspec.structs.fields(body)
        for name in rule.fields:
            if name not in [field.name for field in known_fields]:
                listed = ", ".join(field.name for field in known_fields)
                raise ValueError(f"fields: {rule.event} has no {name}: choose one of {listed}")
        self.bodies: tuple[type, ...] = (body,)

    def keys(self, event: LiveEvent, state: TwinState) -> tuple[str, ...]:  # noqa: ARG002 - all are asked alike
        """The entity, if the event's fields are as wanted."""
        fits = all(getattr(event.body, name) == wanted for name, wanted in self.rule.fields.items())
        return (event.entity,) if fits else ()

    def memory(self, site: str, key: str) -> CountMemory:  # noqa: ARG002 - all kinds are asked alike
        """Nothing counted yet."""
        return CountMemory()

    def take(self, memory: CountMemory, recorded: Recorded) -> None:
        """Count an event, in its place and once."""
        event = recorded.event
        length_ms = round(self.rule.window_s * 1000)
        i = memory.window.insert(event.happened_ms, event.id, 0.0, length_ms=length_ms)
        if i is not None and i == len(memory.window.ids) - 1:
            memory.is_late = is_late(recorded, self.rule.late_s)

    def look(self, memory: CountMemory, now_ms: int, state: TwinState) -> Look:  # noqa: ARG002
        """Whether there are too many in the window that ends now."""
        rule, window = self.rule, memory.window
        length_ms = round(rule.window_s * 1000)
        count = sum(at > now_ms - length_ms for at in window.times_ms)
        lasting = seconds_shown(rule.window_s)
        said = f"{count} × {rule.event} in {lasting}, {rule.at_least} or more is too many"
        values = {"count": str(count), "limit": str(rule.at_least), "window": lasting}
        if count < rule.at_least:
            at, name = _left(window, rule.at_least, length_ms, now_ms)
            return Look(False, at, name, f"{count} × {rule.event} in {lasting}", values)
        due = window.times_ms[-rule.at_least] + length_ms
        return Look(True, window.times_ms[-1], window.ids[-1], said, values, due, memory.is_late)


def _left(window: Window, at_least: int, length_ms: int, now_ms: int) -> tuple[int, str]:
    """When, and by which event's age, the count fell below."""
    if len(window.ids) < at_least:
        return now_ms, window.ids[-1] if window.ids else ""
    return window.times_ms[-at_least] + length_ms, window.ids[-at_least]
