"""Playing a run back: a clock that anyone may command, and the keyed state at each instant.

No socket, no thread and no clock of its own: the caller tells the wall time, in seconds of any steady clock.
"""

from __future__ import annotations

import math

from msgspec.structs import replace

from viewer.messages import FASTEST, SLOWEST, Clock, Command, Pause, Play, Seek, SetSpeed, Value
from viewer.timeline import Timeline

TRACK_WINDOW_S = 16.0
"""A track is renewed once in so many simulated seconds and always reaches as far ahead again: at 64 × that is
a quarter of a second of the viewer's time, more than a network takes."""

SUMS_STEP_S = 5.0
"""Heat and KPIs are renewed once in so many simulated seconds."""


class Playback:
    """A run under one clock; `advance` and `obey` answer with the entries that may have changed.

    `epoch_ms` is the time of day of its second 0, if it has one.
    """

    def __init__(self, timeline: Timeline, *, wall_s: float = 0.0, epoch_ms: int | None = None) -> None:
        self._timeline = timeline
        self.clock = Clock(
            sim_s=0.0,
            at_s=wall_s,
            speed=1.0,
            playing=False,
            duration_s=timeline.duration_s,
            epoch_ms=epoch_ms,
        )

    def state(self) -> dict[str, Value]:
        """All entries, as of the clock's last step."""
        return state_at(self._timeline, self.clock.sim_s) | {"clock": self.clock}

    def obey(self, command: Command, wall_s: float) -> dict[str, Value]:
        """The entries after `command`; raises ValueError for a speed or time that cannot be."""
        self.clock = obey(self.clock, command, wall_s)
        return self.state()

    def advance(self, wall_s: float) -> dict[str, Value]:
        """The entries that time has changed since the last call; none between two steps."""
        now = moved_to(self.clock, wall_s)
        if not self.clock.playing or (now.playing and _same_step(self.clock.sim_s, now.sim_s)):
            return {}
        self.clock = now
        return state_at(self._timeline, now.sim_s) | ({} if now.playing else {"clock": now})


def sim_time(clock: Clock, wall_s: float) -> float:
    """Simulation time at `wall_s`, within [0, duration_s]."""
    gained = clock.speed * max(0.0, wall_s - clock.at_s) if clock.playing else 0.0
    return min(clock.sim_s + gained, clock.duration_s)


def moved_to(clock: Clock, wall_s: float) -> Clock:
    """The same clock told from `wall_s`; it stops at the end of the run."""
    sim_s = sim_time(clock, wall_s)
    return replace(clock, sim_s=sim_s, at_s=wall_s, playing=clock.playing and sim_s < clock.duration_s)


def obey(clock: Clock, command: Command, wall_s: float) -> Clock:
    """The clock after `command`; raises ValueError for a speed or a time that cannot be."""
    now = moved_to(clock, wall_s)
    match command:
        case Play():
            start_s = 0.0 if now.sim_s >= now.duration_s else now.sim_s
            return replace(now, sim_s=start_s, playing=now.duration_s > 0.0)
        case Pause():
            return replace(now, playing=False)
        case SetSpeed(speed=speed):
            if not SLOWEST <= speed <= FASTEST:
                raise ValueError(f"speed {speed} is outside {SLOWEST:g}–{FASTEST:g}: choose one within")
            return replace(now, speed=speed)
        case Seek(sim_s=sim_s):
            if not math.isfinite(sim_s):
                raise ValueError(f"sim_s {sim_s} is no time: seek within 0–{now.duration_s:g} s")
            return replace(now, sim_s=min(max(sim_s, 0.0), now.duration_s))


def state_at(timeline: Timeline, t_s: float) -> dict[str, Value]:
    """All entries but the clock at `t_s`: a function of time alone."""
    window_s = _step_start(t_s, TRACK_WINDOW_S)
    tracks = timeline.tracks(window_s, window_s + 2 * TRACK_WINDOW_S)
    sums_s = t_s if t_s >= timeline.duration_s else _step_start(t_s, SUMS_STEP_S)
    sums: dict[str, Value] = {"heat": timeline.heat(sums_s), "kpi": timeline.kpi(sums_s)}
    return {f"agent/{agent}": track for agent, track in tracks.items()} | sums


def _step_start(t_s: float, step_s: float) -> float:
    return math.floor(t_s / step_s) * step_s


def _same_step(t0_s: float, t1_s: float) -> bool:
    return all(_step_start(t0_s, step) == _step_start(t1_s, step) for step in (TRACK_WINDOW_S, SUMS_STEP_S))
