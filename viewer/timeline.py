"""A run as a function of time: what every agent does around t, and what has added up until t.

All of it depends on t alone, never on how t was reached; that is why a seek shows exactly what playing shows.
"""

from __future__ import annotations

import numpy as np

from layouts.events import NONE, Floats
from layouts.figures.window import Window
from layouts.run import Duty, Run
from viewer.heat_density import scale_top
from viewer.messages import Heat, Kpi, Track
from viewer.tracks import DECIMALS, STATE_OF_KIND, Tracks

HEAT_CELL_M = 0.5


class Timeline:
    """The motions of a run by agent, and its sums as arrays over its events."""

    def __init__(self, run: Run) -> None:
        self.duration_s = run.duration_s
        self._tracks = Tracks(run)
        self._sums = _Sums(run)
        self._heat = _HeatGrid(run)

    @property
    def agents(self) -> tuple[str, ...]:
        """Agents that do anything at all in this run."""
        return self._tracks.agents

    def track(self, agent: str, from_s: float, to_s: float) -> Track:
        """The motions of `agent` that overlap [from_s, to_s), and never none."""
        return self._tracks.tracks((agent,), from_s, to_s)[agent]

    def tracks(self, from_s: float, to_s: float) -> dict[str, Track]:
        """Such a track of each agent that does anything at all."""
        return self._tracks.tracks(self.agents, from_s, to_s)

    def kpi(self, t_s: float) -> Kpi:
        """What has been done until `t_s`, over all agents."""
        return self._sums.until(t_s)

    def heat(self, t_s: float) -> Heat:
        """Where agents were blocked until `t_s`, in seconds by cell."""
        return self._heat.until(t_s)


class _Sums:
    """What has been done, as a function of time; at the end these are `layouts.kpis`.

    `_grown` (N, 6) is what each event comes to: seconds by kind, in order of STATE_OF_KIND and then others, and
    metres walked. Events under way have their share of it; `_done` (N + 1, 6) and `_lines` (N + 1,) are the sums of
    those that end first.
    """

    def __init__(self, run: Run) -> None:
        events = run.events
        self._start_s, self._end_s = events.start_s, events.end_s
        kind = events.kind.codes_in(tuple(STATE_OF_KIND))
        kind[kind == NONE] = len(STATE_OF_KIND)
        self._grown = np.zeros((len(events), len(STATE_OF_KIND) + 2))
        self._grown[np.arange(len(events)), kind] = events.seconds
        self._grown[:, -1] = np.where(events.kind.are("move"), events.length_m, 0.0)
        order = np.argsort(events.end_s, kind="stable")
        self._ends_s = events.end_s[order]
        self._done = np.concatenate([np.zeros((1, self._grown.shape[1])), self._grown[order].cumsum(axis=0)])
        is_line = events.kind.are("pick") & (events.quantity > 0)
        self._lines = np.append(0, is_line[order].cumsum())
        self._duty_from_s, self._duty_s = _duty(run)

    def until(self, t_s: float) -> Kpi:
        ended = int(self._ends_s.searchsorted(t_s, "right"))
        started = np.flatnonzero((self._start_s < t_s) & (t_s < self._end_s))
        share = (t_s - self._start_s[started]) / (self._end_s[started] - self._start_s[started])
        *seconds, walked_m = (self._done[ended] + share @ self._grown[started]).tolist()
        walk_s, blocked_s, pick_s, drop_s, other_s = (round(second, 1) for second in seconds)
        on_duty_s = float(_elapsed(self._duty_from_s, self._duty_s, t_s).sum())
        return Kpi(
            sim_s=round(t_s, DECIMALS),
            lines=int(self._lines[ended]),
            walked_m=round(walked_m, 1),
            walk_s=walk_s,
            pick_s=pick_s,
            blocked_s=blocked_s,
            drop_s=drop_s,
            other_s=other_s,
            idle_s=round(max(0.0, on_duty_s - sum(seconds)), 1),
        )


def _duty(run: Run) -> tuple[Floats, Floats]:
    """When each agent (A,) comes on duty, and for how long, in seconds; who works before or after it is on duty then.

    Without a shift of its own that is the whole run.
    """
    agent = run.events.agent.codes_in(run.agents)
    whole = Duty(0.0, Window.of(run).end_s)
    shifts = [run.duty.get(name, whole) for name in run.agents]
    from_s, until_s = np.array(shifts, np.float64).reshape(-1, 2).T
    np.minimum.at(from_s, agent, run.events.start_s)
    np.maximum.at(until_s, agent, run.events.end_s)
    return from_s, until_s - from_s


class _HeatGrid:
    """The waits of a run as arrays (N,): start, length, and the cell of a grid that just holds them all."""

    def __init__(self, run: Run) -> None:
        events, is_wait = run.events, run.events.kind.are("wait")
        at = events.xy[events.path_start[:-1][is_wait]]
        self._start_s, self._length_s = events.start_s[is_wait], events.seconds[is_wait]
        column_row = np.floor(at / HEAT_CELL_M).astype(np.int64)
        low = column_row.min(axis=0) if len(at) else np.zeros(2, dtype=np.int64)
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


def _elapsed(start_s: Floats, length_s: Floats, t_s: float) -> Floats:
    """How much of each span (N,) has passed at `t_s`, in seconds."""
    return np.clip(t_s - start_s, 0.0, length_s)
