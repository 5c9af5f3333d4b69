"""What a server last said, by key; a viewer's side of `viewer/messages.py` without socket or thread."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, field

from viewer.messages import (
    PROTOCOL,
    Alert,
    Clock,
    Feed,
    Figures,
    Heat,
    Hello,
    Job,
    Kpi,
    LiveAgent,
    Motion,
    Seen,
    Sensor,
    Track,
    Update,
    Value,
)
from viewer.motion_frame import STATES, LiveMotion

REMEMBERED_S = 40.0
"""So long an agent's motions are kept after their end."""
SHIFT_FORGOTTEN_S = 1e-4
"""By so much the shift between two clocks may drift from one update to the next."""


@dataclass
class FollowedWorld:
    """The present by key. `agents` has the motions of each agent, in order of time, and never none."""

    session: str | None = None
    seq: int | None = None
    clock: Clock | None = None
    heat: Heat | None = None
    kpi: Kpi | None = None
    figures: Figures | None = None
    agents: dict[str, tuple[Motion, ...]] = field(default_factory=dict)
    level: dict[str, int] = field(default_factory=dict)
    """Of agents whose motions come in binary frames: the place of their level in the facility."""
    live_agents: dict[str, LiveAgent] = field(default_factory=dict)
    feeds: dict[str, Feed] = field(default_factory=dict)
    sensors: dict[str, Sensor] = field(default_factory=dict)
    seen: dict[str, Seen] = field(default_factory=dict)
    seen_changes: int = 0
    """How often `seen` was changed."""
    alerts: dict[str, Alert] = field(default_factory=dict)
    jobs: dict[str, Job] = field(default_factory=dict)
    _names: dict[int, str] = field(default_factory=dict)
    _shift_s: float = -math.inf

    def hello(self) -> Hello:
        """The first word to the server, which asks for what was missed."""
        return Hello(PROTOCOL, self.session, self.seq)

    def apply(self, update: Update, motions: Iterable[LiveMotion], *, our_s: float) -> None:
        """Take in an update that was read at `our_s` of our steady clock, and the motions of its frame."""
        is_anew = update.session != self.session
        if is_anew:
            self._shift_s = -math.inf
            self._names.clear()
        # a message can be late, never early: the largest shift is the truest
        self._shift_s = max(self._shift_s - SHIFT_FORGOTTEN_S, update.server_s - our_s)
        if update.reset:
            self._forget()
        self.session, self.seq = update.session, update.seq
        for key, value in update.sets.items():
            self._set(key, value)
        for key in update.dels:
            self._remove(key)
        for motion in motions:
            self._extend_live(motion)

    def server_s(self, our_s: float) -> float:
        """The server's clock when ours shows `our_s`."""
        return our_s + self._shift_s

    def is_heard(self, agent: str) -> bool:
        """Whether the agent is known to be where it was last seen."""
        entry = self.live_agents.get(agent)
        return entry is None or entry.freshness == "fresh"

    def _forget(self) -> None:
        self.seen_changes += 1
        self.clock = self.heat = self.kpi = self.figures = None
        for entries in (
            self.agents, self.level, self.live_agents, self.feeds, self.sensors, self.seen, self.alerts, self.jobs,
        ):  # fmt: skip
            entries.clear()

    def _set(self, key: str, value: Value) -> None:
        name = key.partition("/")[2]
        match value:
            case Clock():
                self.clock = value
            case Heat():
                self.heat = value
            case Kpi():
                self.kpi = value
            case Figures():
                self.figures = value
            case Track(motions=motions):
                self._extend(name, motions)
            case LiveAgent():
                self.live_agents[name] = value
                self._names[value.number] = name
            case Feed():
                self.feeds[name] = value
            case Sensor():
                self.sensors[name] = value
            case Seen():
                self.seen[name] = value
                self.seen_changes += 1
            case Alert():
                self.alerts[name] = value
            case Job():
                self.jobs[name] = value

    def _remove(self, key: str) -> None:
        kind, _, name = key.partition("/")
        match kind:
            case "clock" | "heat" | "kpi" | "figures":
                setattr(self, kind, None)
            case "agent":
                self.agents.pop(name, None)
                self.live_agents.pop(name, None)
            case "motion":
                self.agents.pop(self._names.get(int(name), ""), None)
            case "location":
                self.seen.pop(name, None)
                self.seen_changes += 1
            case _:
                for told in (
                    ("feed", self.feeds),
                    ("sensor", self.sensors),
                    ("alert", self.alerts),
                    ("job", self.jobs),
                ):
                    if told[0] == kind:
                        told[1].pop(name, None)

    def _extend_live(self, told: LiveMotion) -> None:
        name = self._names.get(told.number)
        if name is None:
            return
        self.level[name] = told.level
        state = STATES[told.state] if told.state < len(STATES) else "other"
        path = ((told.x0, told.y0), (told.x1, told.y1))
        self._extend(name, (Motion(state, told.start_ms / 1000, told.end_ms / 1000, path),))

    def _extend(self, name: str, told: tuple[Motion, ...]) -> None:
        self.agents[name] = continued(self.agents.get(name, ()), told)


def continued(known: tuple[Motion, ...], told: tuple[Motion, ...]) -> tuple[Motion, ...]:
    """The new motions, after those known ones that lead up to them without a gap."""
    start_s = told[0].start_s
    before = tuple(
        motion for motion in known if motion.start_s < start_s and motion.end_s > start_s - REMEMBERED_S
    )
    return (*before, *told) if before and before[-1].end_s == start_s else told
