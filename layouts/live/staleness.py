"""How fresh what is known of each entity is. Silence means last seen then, never gone.

An entity is judged by how often it is expected to tell: `fresh` up to `late_after` intervals, then `late`, and
`silent` from `silent_after` on. When the link that it was told over is down it is `unknown` since then: whether it
would have told cannot be known.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Literal, NamedTuple

from layouts.live.events import LinkChanged, LiveEvent
from layouts.live.sensors import SensorBinding
from layouts.live.state import TwinState

Condition = Literal["fresh", "late", "silent", "unknown"]


@dataclass(frozen=True, kw_only=True)
class Expectation:
    """Entities that match `about` (KIND/NAME with * and ?) tell something every `interval_s`."""

    about: str
    interval_s: float
    late_after: float = 2.0
    silent_after: float = 5.0

    def __post_init__(self) -> None:
        if not self.interval_s > 0:
            raise ValueError(f"interval_s {self.interval_s} of '{self.about}' is not above 0 s")
        if not 0 < self.late_after <= self.silent_after:
            raise ValueError(
                f"late_after {self.late_after} and silent_after {self.silent_after} of '{self.about}': "
                "give 0 < late_after ≤ silent_after"
            )

    def condition(self, age_ms: int) -> Condition:
        """What an age means: the bounds themselves still count as the better one."""
        intervals = age_ms / (1000 * self.interval_s)
        if intervals <= self.late_after:
            return "fresh"
        return "late" if intervals <= self.silent_after else "silent"


EXPECTED: tuple[Expectation, ...] = (
    Expectation(about="agent/*", interval_s=5),
    Expectation(about="sensor/*", interval_s=300),
    Expectation(about="asset/*", interval_s=900),
    Expectation(about="feed/*", interval_s=60),
)
"""What holds for kinds of entities if nothing else is told; orders, SKUs and the like are not expected to tell."""


class Freshness(NamedTuple):
    """`age_ms` since it was last seen; `link` is what is down, `since_ms` from when on nothing could be told."""

    condition: Condition
    last_seen_ms: int
    age_ms: int
    link: str | None = None
    since_ms: int | None = None

    @property
    def text(self) -> str:
        """`last seen 3 min ago`; with a link down, `unknown for 2 min: feed/hall is down, last seen 3 min ago`."""
        seen = f"last seen {ago(self.age_ms)} ago"
        if self.since_ms is None:
            return seen
        down_ms = self.age_ms - (self.since_ms - self.last_seen_ms)
        return f"unknown for {ago(down_ms)}: {self.link} is down, {seen}"


def expected_of(bindings: Iterable[SensorBinding]) -> tuple[Expectation, ...]:
    """What the bindings promise, by entity: the channel that tells most often counts."""
    every_s: dict[str, float] = {}
    for binding in bindings:
        for entity in (binding.entity, f"sensor/{binding.sensor}"):
            every_s[entity] = min(binding.every_s, every_s.get(entity, binding.every_s))
    return tuple(
        Expectation(about=_literal(entity), interval_s=interval_s)
        for entity, interval_s in sorted(every_s.items())
    )


def freshness(
    state: TwinState, now_ms: int, expected: Sequence[Expectation] = EXPECTED
) -> dict[str, Freshness]:
    """How fresh each entity is, by `SITE/kind/name` in order; the first expectation that matches counts.

    Entities that none matches are left out. A time of the future counts as now.
    """
    down = dict(_links_down(state))
    told_by = _newest_by_entity(state) if down else {}
    found: dict[str, Freshness] = {}
    for name, last_seen_ms in sorted(state.last_seen.items()):
        site, _, entity = name.partition("/")
        rule = next((one for one in expected if fnmatchcase(entity, one.about)), None)
        if rule is None:
            continue
        age_ms = max(0, now_ms - last_seen_ms)
        link = _link_down(site, entity, told_by.get(name), last_seen_ms, down) if down else None
        if link is None:
            found[name] = Freshness(rule.condition(age_ms), last_seen_ms, age_ms)
        else:
            found[name] = Freshness("unknown", last_seen_ms, age_ms, link, down[f"{site}/{link}"])
    return found


def ago(span_ms: int) -> str:
    """A span as people say it: `12 s`, `3 min`, `5 h`, `2 d`; whole units, rounded down."""
    seconds = max(0, span_ms) // 1000
    for size, unit in ((86_400, "d"), (3_600, "h"), (60, "min")):
        if seconds >= size:
            return f"{seconds // size} {unit}"
    return f"{seconds} s"


def _newest_by_entity(state: TwinState) -> dict[str, LiveEvent]:
    """The newest event of each entity that is not about its link."""
    newest: dict[str, LiveEvent] = {}
    for _, event in state.latest.items():  # noqa: PERF102, it is no dict
        if isinstance(event.body, LinkChanged):
            continue
        name = f"{event.site}/{event.entity}"
        known = newest.get(name)
        if known is None or (known.happened_ms, known.id) < (event.happened_ms, event.id):
            newest[name] = event
    return newest


def _links_down(state: TwinState) -> Iterator[tuple[str, int]]:
    for _, event in state.latest.items():  # noqa: PERF102, it is no dict
        if isinstance(event.body, LinkChanged) and not event.body.is_up:
            yield f"{event.site}/{event.entity}", event.happened_ms


def _link_down(
    site: str, entity: str, newest: LiveEvent | None, last_seen_ms: int, down: Mapping[str, int]
) -> str | None:
    """The entity's own link or that of the feed its newest event came from, where it is down and nothing was told
    since. A source `hall/press-3` hangs on `feed/hall/press-3` and on `feed/hall`.
    """
    if f"{site}/{entity}" in down and last_seen_ms <= down[f"{site}/{entity}"]:
        return entity
    parts = newest.source.split("/") if newest is not None else []
    for length in range(len(parts), 0, -1):
        link = "feed/" + "/".join(parts[:length])
        since_ms = down.get(f"{site}/{link}")
        if since_ms is not None and last_seen_ms <= since_ms:
            return link
    return None


def _literal(text: str) -> str:
    return "".join(f"[{sign}]" if sign in "*?[" else sign for sign in text)
