"""The form of rules' own tests: events at relative times, the steps that are expected, silence."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Literal

import msgspec
from pydantic import Field, model_validator

from layouts.live.channels import channel_named, to_base
from layouts.live.events import Body, LiveEvent, decode_body, refusal
from server.alerts.rule import Part

START_MS = 1_767_258_000_000
"""2026-01-01T09:00:00Z: where +0s is."""
MOST_EVENTS = 100_000

_units = {"ms": 1, "s": 1000, "min": 60_000, "m": 60_000, "h": 3_600_000, "d": 86_400_000}
_time = re.compile(r"\+?((?:\d+(?:\.\d+)?(?:ms|min|s|m|h|d))+)")


def at_ms(text: str) -> int:
    """`+1h30m` as milliseconds after the start. Raises ValueError for anything else."""
    match = _time.fullmatch(text.strip())
    if match is None:
        raise ValueError(f"'{text}' is no time: write as +90s, +5m, +1h30m or +2d")
    return sum(
        round(float(number) * _units[unit])
        for number, unit in re.findall(r"(\d+(?:\.\d+)?)(ms|min|s|m|h|d)", match[1])
    )


class Given(Part):
    """An event: of `entity`, at `at`, either a reading (`channel` and a value with its unit) or `body`.

    `every` and `until` repeat it; `learned` is when we learn of it, at once if not told.
    """

    at: str
    entity: str
    read: dict[str, str | float] | None = None
    body: dict[str, Any] | None = None
    every: str | None = None
    until: str | None = None
    learned: str | None = None
    site: str = "S"
    source: str = "test"

    @model_validator(mode="after")
    def _sense(self) -> Given:
        if (self.read is None) == (self.body is None):
            raise ValueError("give one of read (as read: {temperature: 9 °C}) and body")
        if (self.every is None) != (self.until is None):
            raise ValueError("every and until go together: give both or none")
        for text in (self.at, self.every, self.until, self.learned):
            if text is not None:
                at_ms(text)
        if self.every is not None and at_ms(self.every) == 0:
            raise ValueError("every +0s never ends: give a time above 0")
        return self


class Expected(Part):
    """A step of an alert; `at` within `within`, to the second if not told; `contains` is in the text."""

    at: str
    rule: str
    about: str | None = None
    step: Literal["raised", "cleared", "escalated", "unshelved"] = "raised"
    severity: str | None = None
    contains: str | tuple[str, ...] = ()
    options: int | None = None
    within: str = "+1s"

    @model_validator(mode="after")
    def _sense(self) -> Expected:
        at_ms(self.at)
        at_ms(self.within)
        return self


class Silent(Part):
    """No alert of these rules (all, if none is named) is raised."""

    rules: tuple[str, ...] = ()


class RuleTest(Part):
    """`given` events, the steps to `expect` (all raised and cleared of the rules it names), or `silent`."""

    name: str = Field(min_length=1)
    given: tuple[Given, ...] = Field(min_length=1)
    expect: tuple[Expected, ...] = ()
    silent: Silent | bool = False
    ends: str | None = None

    @model_validator(mode="after")
    def _sense(self) -> RuleTest:
        if not self.expect and self.silent is False:
            raise ValueError("nothing is expected: give expect, a list of steps, or silent: true")
        if self.ends is not None:
            at_ms(self.ends)
        return self


def events_of(test: RuleTest) -> list[tuple[int, LiveEvent]]:
    """When each event is learned, and the event, in that order. Raises ValueError for one that cannot be taken."""
    events = [each for i, given in enumerate(test.given) for each in _repeated(i, given)]
    if len(events) > MOST_EVENTS:
        raise ValueError(f"{len(events)} events are more than {MOST_EVENTS}: repeat less often")
    return sorted(events, key=lambda each: each[0])


def _repeated(number: int, given: Given) -> Iterator[tuple[int, LiveEvent]]:
    first = at_ms(given.at)
    last = first if given.until is None else at_ms(given.until)
    step = 1 if given.every is None else at_ms(given.every)
    times = range(first, last + 1, step) if given.every is not None else (first,)
    for k, at in enumerate(times):
        learned_ms = START_MS + (at if given.learned is None else max(at, at_ms(given.learned)))
        for name, body in _bodies(given):
            event = LiveEvent(
                id=f"{number}.{k}.{name}",
                site=given.site,
                source=given.source,
                entity=given.entity,
                happened_ms=START_MS + at,
                body=body,
            )
            why = refusal(event, learned_ms)
            if why is not None:
                raise ValueError(f"given {number + 1}: {why}")
            yield learned_ms, event


def _bodies(given: Given) -> Iterator[tuple[str, Body]]:
    for name, told in (given.read or {}).items():
        channel = channel_named(name)
        value, _, unit = str(told).strip().partition(" ")
        try:
            number = float(value)
        except ValueError as error:
            raise ValueError(f"{name}: '{told}' is not VALUE UNIT: write as '9 {channel.unit}'") from error
        yield (
            name,
            decode_body(
                msgspec.json.encode(
                    {
                        "type": "reading",
                        "channel": name,
                        "value": to_base(channel, number, unit or channel.unit),
                    }
                )
            ),
        )
    if given.body is not None:
        try:
            yield "body", decode_body(msgspec.json.encode(_with_times(given.body)))
        except msgspec.DecodeError as error:
            raise ValueError(f"body: {error}: see the list of events") from error


def _with_times(body: Mapping[str, Any]) -> dict[str, Any]:
    """Fields that end in _ms may be told as +2h."""
    return {
        key: START_MS + at_ms(value) if key.endswith("_ms") and isinstance(value, str) else value
        for key, value in body.items()
    }
