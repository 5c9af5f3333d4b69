"""A run as a function of time: what every agent does around t, and what has added up until t.

All of it depends on t alone, never on how t was reached; that is why a seek shows exactly what playing shows.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Sequence

import numpy as np
import numpy.typing as npt

from layouts.run import Event, Run
from viewer.heat_density import scale_top
from viewer.messages import AgentState, Heat, Kpi, Motion, Track

Floats = npt.NDArray[np.float64]

HEAT_CELL_M = 0.5
DECIMALS = 3  # of metres and seconds on the wire: a millimetre is below anything a viewer shows

_STATE_OF_KIND: dict[str, AgentState] = {"move": "walk", "wait": "wait", "pick": "pick", "drop": "drop"}


class Timeline:
    """The motions of a run by agent, and its sums as arrays over its events."""

    def __init__(self, run: Run) -> None:
        self.duration_s = run.duration_s
        events_of: dict[str, list[Event]] = defaultdict(list)
        for event in run.events:
            events_of[event.agent].append(event)
        self._motions = {
            agent: _without_gaps(events_of[agent], until_s=run.duration_s)
            for agent in run.agents
            if events_of[agent]
        }
        self._ends = {agent: [motion.end_s for motion in motions] for agent, motions in self._motions.items()}
        self._sums = _Sums(run)
        self._heat = _HeatGrid(run)

    @property
    def agents(self) -> tuple[str, ...]:
        """Agents that do anything at all in this run."""
        return tuple(self._motions)

    def track(self, agent: str, from_s: float, to_s: float) -> Track:
        """The motions of `agent` that overlap [from_s, to_s), and never none."""
        motions = self._motions[agent]
        first = min(bisect_right(self._ends[agent], from_s), len(motions) - 1)
        last = first
        while last + 1 < len(motions) and motions[last + 1].start_s < to_s:
            last += 1
        return Track(motions[first : last + 1])

    def kpi(self, t_s: float) -> Kpi:
        """What has been done until `t_s`, over all agents."""
        return self._sums.until(t_s)

    def heat(self, t_s: float) -> Heat:
        """Where agents were blocked until `t_s`, in seconds by cell."""
        return self._heat.until(t_s)


def _without_gaps(events: Sequence[Event], *, until_s: float) -> tuple[Motion, ...]:
    """An agent's events as motions from 0 to `until_s`: between two of them it stands idle."""
    motions: list[Motion] = []
    now, here = 0.0, _rounded(events[0].path)[0]
    for event in events:
        motion = _motion(event)
        if motion.start_s > now:
            motions.append(Motion("idle", now, motion.start_s, (here,)))
        motions.append(motion)
        now, here = motion.end_s, motion.path[-1]
    if now < until_s:
        motions.append(Motion("idle", now, round(until_s, DECIMALS), (here,)))
    return tuple(motions)


def _motion(event: Event) -> Motion:
    path = _rounded(event.path)
    return Motion(
        state=_STATE_OF_KIND.get(event.kind, "other"),
        start_s=round(float(event.start_s), DECIMALS),
        end_s=round(float(event.end_s), DECIMALS),
        path=path if event.kind == "move" else path[:1],
        cause=event.cause,
        blocked_by=event.blocked_by,
        location=event.location,
    )


def _rounded(path: Iterable[tuple[float, float]]) -> tuple[tuple[float, float], ...]:
    return tuple((round(float(x), DECIMALS), round(float(y), DECIMALS)) for x, y in path)


def _elapsed(start_s: Floats, length_s: Floats, t_s: float) -> Floats:
    """How much of each span (N,) has passed at `t_s`, in seconds."""
    return np.clip(t_s - start_s, 0.0, length_s)


class _Sums:
    """Events as arrays (N,): start, length, state and metres walked; at the end these are `layouts.kpis`."""

    def __init__(self, run: Run) -> None:
        events = run.events
        self._start_s, self._length_s = events.start_s, events.seconds
        self._is_of = {kind: events.kind.are(kind) for kind in _STATE_OF_KIND}
        self._is_line = self._is_of["pick"] & (events.quantity > 0)
        self._agents = len(run.agents)
        self._walked_m = np.where(self._is_of["move"], events.length_m, 0.0)

    def until(self, t_s: float) -> Kpi:
        elapsed = _elapsed(self._start_s, self._length_s, t_s)
        seconds = {kind: float(elapsed[is_it].sum()) for kind, is_it in self._is_of.items()}
        spent_s = float(elapsed.sum())
        done = (self._start_s <= t_s) & (elapsed >= self._length_s)
        share = np.divide(elapsed, self._length_s, out=done.astype(np.float64), where=self._length_s > 0.0)
        return Kpi(
            sim_s=round(t_s, DECIMALS),
            lines=int((done & self._is_line).sum()),
            walked_m=round(float((self._walked_m * share).sum()), 1),
            walk_s=round(seconds["move"], 1),
            pick_s=round(seconds["pick"], 1),
            blocked_s=round(seconds["wait"], 1),
            drop_s=round(seconds["drop"], 1),
            other_s=round(max(0.0, spent_s - sum(seconds.values())), 1),
            idle_s=round(max(0.0, self._agents * t_s - spent_s), 1),
        )


class _HeatGrid:
    """The waits of a run as arrays (N,): start, length, and the cell of a grid that just holds them all."""

    def __init__(self, run: Run) -> None:
        waits = run.events.take(run.events.kind.are("wait"))
        at = waits.xy[waits.path_start[:-1]]
        self._start_s, self._length_s = waits.start_s, waits.seconds
        column_row = np.floor(at / HEAT_CELL_M).astype(np.int64)
        low = column_row.min(axis=0) if waits else np.zeros(2, dtype=np.int64)
        column_row -= low
        self._width = int(column_row[:, 0].max(initial=-1)) + 1
        self._height = int(column_row[:, 1].max(initial=-1)) + 1
        self._cell = column_row[:, 1] * self._width + column_row[:, 0]
        self._origin = (float(low[0]) * HEAT_CELL_M, float(low[1]) * HEAT_CELL_M)
        self._top_s_m2 = scale_top(self._until(run.duration_s, top_s_m2=0.0))

    def until(self, t_s: float) -> Heat:
        return self._until(t_s, self._top_s_m2)

    def _until(self, t_s: float, top_s_m2: float) -> Heat:
        elapsed = _elapsed(self._start_s, self._length_s, t_s)
        blocked_s = np.bincount(self._cell, weights=elapsed, minlength=self._width * self._height).round(1)
        hot = np.flatnonzero(blocked_s)
        return Heat(
            sim_s=round(t_s, DECIMALS),
            top_s_m2=top_s_m2,
            origin=self._origin,
            cell_m=HEAT_CELL_M,
            width=self._width,
            height=self._height,
            cells=tuple(hot.tolist()),
            blocked_s=tuple(blocked_s[hot].tolist()),
        )
