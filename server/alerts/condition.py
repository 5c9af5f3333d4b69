"""What the engine asks of a rule of any kind: it takes events of one entity in, and tells whether it holds.

All times are those of events and deadlines, never of a clock: so a replay sees the same.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple, Protocol

from layouts.live.events import LiveEvent, Recorded
from layouts.live.state import TwinState
from server.alerts.rule import Rule


class Look(NamedTuple):
    """Whether a rule holds, since when, by which event (its id), and the words for it.

    `due_ms` is when to look again though nothing was told. What `is_late` was learned so long after it happened
    that nobody is called for it.
    """

    holds: bool
    at_ms: int
    cause: str
    said: str
    values: Mapping[str, str] = {}
    due_ms: int | None = None
    is_late: bool = False
    options: tuple[str, ...] = ()


class Condition(Protocol):
    """A rule made ready. A memory is a msgspec struct, so that all of it can be kept beside a snapshot."""

    @property
    def rule(self) -> Rule:
        """The rule it was made from."""

    @property
    def bodies(self) -> tuple[type, ...]:
        """The kinds of bodies it listens to."""

    @property
    def channel(self) -> str | None:
        """The one channel whose readings it listens to, if it is about one."""

    def keys(self, event: LiveEvent, state: TwinState) -> tuple[str, ...]:
        """Which of its entities the event is about; empty: of no interest."""

    def memory(self, site: str, key: str) -> Any:
        """What is remembered of an entity at first."""

    def take(self, memory: Any, recorded: Recorded) -> None:
        """Take an event of the entity in. A second time or too late it changes nothing that it should not."""

    def look(self, memory: Any, now_ms: int, state: TwinState) -> Look:
        """How it stands at `now_ms`, which never runs backwards for one memory."""


def is_late(recorded: Recorded, late_s: float) -> bool:
    """Whether the event was learned more than `late_s` after it happened."""
    return recorded.learned_ms - recorded.event.happened_ms > late_s * 1000
