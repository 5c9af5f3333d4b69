"""Nothing heard of an entity for too long; while the link of its feed is down, one alert for the feed instead.

An entity counts as heard when it happened, not when we learned it: silent is "last seen then". Tags without a
battery talk when they have harvested enough; with `usual_gaps` each is given that many of its own usual gaps.
"""

from __future__ import annotations

from collections.abc import Iterator
from statistics import median
from typing import ClassVar, Literal, get_args

import msgspec
from pydantic import Field

from layouts.live.channels import channel_named
from layouts.live.events import AlertChanged, Body, LinkChanged, LiveEvent, Reading, Recorded
from layouts.live.state import TwinState
from server.alerts.condition import Look
from server.alerts.quantity import seconds_shown
from server.alerts.rule import Rule

GAPS_KEPT = 9
GAPS_NEEDED = 3


class AbsenceRule(Rule):
    """Silent for `after_s`, or for `usual_gaps` of its own usual gaps if that is longer (judged from 3 gaps on)."""

    said_values: ClassVar[tuple[str, ...]] = ("silent", "feed")

    kind: Literal["absence"]
    channel: str | None = None
    after_s: float = Field(gt=0, le=365 * 86_400)
    usual_gaps: float | None = Field(None, ge=1.5, le=100)

    def problem(self) -> None:
        """Raises ValueError for a channel that is not known, or an alert's silence."""
        Absence(self)


class AbsenceMemory(msgspec.Struct, tag="absence"):
    """When it was last heard, through which feed, and its last gaps. For a feed: since when its link is down."""

    site: str
    key: str
    heard_ms: int = -1
    heard_id: str = ""
    feed: str = ""
    gaps_s: list[float] = msgspec.field(default_factory=list)
    behind: int = 0


class Absence:
    """An `AbsenceRule` made ready."""

    def __init__(self, rule: AbsenceRule) -> None:
        self.rule = rule
        self.channel: str | None = rule.channel
        if rule.channel is not None:
            channel_named(rule.channel)
        bodies = tuple(body for body in get_args(Body) if body not in (AlertChanged, LinkChanged))
        self.bodies: tuple[type, ...] = (Reading,) if rule.channel is not None else bodies

    def keys(self, event: LiveEvent, state: TwinState) -> tuple[str, ...]:  # noqa: ARG002 - all are asked alike
        """The entity itself."""
        return (event.entity,)

    def memory(self, site: str, key: str) -> AbsenceMemory:
        """Nothing heard yet."""
        return AbsenceMemory(site, key)

    def take(self, memory: AbsenceMemory, recorded: Recorded) -> None:
        """It was heard; what is older than the newest changes nothing."""
        event = recorded.event
        if event.happened_ms <= memory.heard_ms:
            return
        if memory.heard_ms >= 0 and self.rule.usual_gaps is not None:
            memory.gaps_s = [*memory.gaps_s, (event.happened_ms - memory.heard_ms) / 1000][-GAPS_KEPT:]
        memory.heard_ms, memory.heard_id, memory.feed = event.happened_ms, event.id, event.source

    def look(self, memory: AbsenceMemory, now_ms: int, state: TwinState) -> Look:
        """Whether it has been silent for too long, with its link up; of a feed, whether its link is down."""
        if memory.key.startswith("feed/") and memory.behind:
            return self._look_at_feed(memory, state)
        since, cause = memory.heard_ms, memory.heard_id
        for link, is_up in links_of(state, memory.site, memory.feed):
            if not is_up and link.happened_ms >= memory.heard_ms:
                return Look(False, link.happened_ms, link.id, f"{link.entity} is down")
            if is_up and link.happened_ms > since:
                since, cause = link.happened_ms, link.id
        patience_s = self._patience_s(memory)
        if patience_s is None or since < 0:
            return Look(False, since, cause, "heard")
        due = since + round(patience_s * 1000)
        silent = seconds_shown((due - memory.heard_ms) / 1000)
        if now_ms < due:
            return Look(False, memory.heard_ms, memory.heard_id, "heard again", {}, due_ms=due)
        said = f"nothing heard for {silent}; last through feed/{memory.feed}"
        return Look(True, due, cause, said, {"silent": silent, "feed": memory.feed})

    def _patience_s(self, memory: AbsenceMemory) -> float | None:
        if self.rule.usual_gaps is None:
            return self.rule.after_s
        if len(memory.gaps_s) < GAPS_NEEDED:
            return None
        return max(self.rule.after_s, self.rule.usual_gaps * median(memory.gaps_s))

    def _look_at_feed(self, memory: AbsenceMemory, state: TwinState) -> Look:
        link = state.latest.get(f"{memory.site}/link/{memory.key}")
        if link is None or not isinstance(link.body, LinkChanged) or link.body.is_up:
            at, name = (-1, "") if link is None else (link.happened_ms, link.id)
            return Look(False, at, name, f"link of {memory.key} is up")
        why = f" ({link.body.reason})" if link.body.reason else ""
        said = f"its link is down{why}: {memory.behind} entities behind it are not heard"
        values = {"silent": "", "feed": memory.key}
        return Look(True, link.happened_ms, link.id, said, values)


def feeds_of(source: str) -> tuple[str, ...]:
    """The entities whose links a source hangs on: `hall/press-3` on `feed/hall/press-3` and on `feed/hall`."""
    parts = source.removeprefix("feed/").split("/")
    return tuple(f"feed/{'/'.join(parts[:length])}" for length in range(len(parts), 0, -1))


def links_of(state: TwinState, site: str, source: str) -> Iterator[tuple[LiveEvent, bool]]:
    """What was last told of each link that the source hangs on, and whether it is up."""
    for feed in feeds_of(source):
        link = state.latest.get(f"{site}/link/{feed}")
        if link is not None and isinstance(link.body, LinkChanged):
            yield link, link.body.is_up
