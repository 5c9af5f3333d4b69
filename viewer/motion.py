"""Where every agent is at a time: the moves of a run as straight pieces in flat arrays.

Made once for a run; a query for all agents is one binary search, whatever their number.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from layouts.run import Event, Run
from spatial.facility import Facility
from spatial.floor_heights import floor_height

Float64s = npt.NDArray[np.float64]

STATES: tuple[Literal["idle", "move", "wait", "pick", "drop", "other"], ...] = (
    "idle", "move", "wait", "pick", "drop", "other",
)  # fmt: skip
"""The kinds of events that are told apart; any other kind is work of some sort, done standing."""
IDLE = STATES.index("idle")


@dataclass(frozen=True)
class Motions:
    """M straight pieces in order of agent, then time, for the A agents that do anything.

    `start_s` and `end_s` (M,), `p0` and `p1` (M, 3) world metres on the floor, `state` (M,) an index in
    STATES; agent a has the pieces first[a] to first[a + 1].
    """

    agents: tuple[str, ...]
    first: npt.NDArray[np.int64]
    start_s: Float64s
    end_s: Float64s
    p0: Float64s
    p1: Float64s
    state: npt.NDArray[np.int8]


def straight_motions(run: Run, facility: Facility) -> Motions:
    """The run's events as straight pieces on the facility's floors; a move's time is shared by length."""
    events_of: dict[str, list[Event]] = defaultdict(list)
    for event in run.events:
        events_of[event.agent].append(event)
    agents = tuple(agent for agent in run.agents if agent in events_of)
    pieces = [[piece for event in events_of[agent] for piece in _pieces(event)] for agent in agents]
    rows = np.array([row for rows in pieces for row, _ in rows], dtype=np.float64).reshape(-1, 7)
    levels = np.array([level for rows in pieces for _, level in rows], dtype=object)
    return Motions(
        agents=agents,
        first=np.cumsum([0, *(len(rows) for rows in pieces)], dtype=np.int64),
        start_s=rows[:, 0],
        end_s=rows[:, 1],
        p0=np.column_stack([rows[:, 2:4], _heights(facility, levels, rows[:, 2:4])]),
        p1=np.column_stack([rows[:, 4:6], _heights(facility, levels, rows[:, 4:6])]),
        state=rows[:, 6].astype(np.int8),
    )


def positions_at(motions: Motions, t_s: float) -> tuple[Float64s, npt.NDArray[np.int8]]:
    """World positions (A, 3) in metres, and states (A,) as indices in STATES, at `t_s` seconds.

    Before its first event and in a gap between two, an agent stands idle where the next or last one has it.
    """
    count = len(motions.agents)
    if not count:
        return np.empty((0, 3)), np.empty(0, dtype=np.int8)
    span = max(float(motions.end_s.max()), t_s) + 1.0
    owner = np.repeat(np.arange(count), np.diff(motions.first))
    keys = owner * span + motions.start_s
    latest = np.searchsorted(keys, np.arange(count) * span + t_s, side="right") - 1
    piece = np.maximum(latest, motions.first[:-1])
    length = motions.end_s[piece] - motions.start_s[piece]
    elapsed = np.clip(t_s - motions.start_s[piece], 0.0, length)
    share = np.divide(elapsed, length, out=np.ones(count), where=length > 0)[:, None]
    is_within = (t_s >= motions.start_s[piece]) & (t_s < motions.end_s[piece])
    state = np.where(is_within, motions.state[piece], IDLE).astype(np.int8)
    return (1 - share) * motions.p0[piece] + share * motions.p1[piece], state


def _pieces(event: Event) -> list[tuple[tuple[float, ...], str]]:
    """Rows of start, end, x0, y0, x1, y1, state, each with its level."""
    state = STATES.index(event.kind if event.kind in STATES else "other")
    path = np.asarray(event.path, dtype=np.float64)
    steps = np.hypot(*np.diff(path, axis=0).T)
    if event.kind != "move" or not steps.sum() > 0:
        here = (*event.path[0], *event.path[-1])
        return [((event.start_s, event.end_s, *here, state), event.level)]
    shares = np.concatenate([[0.0], np.cumsum(steps)]) / steps.sum()
    times = event.start_s + shares * (event.end_s - event.start_s)
    return [
        ((times[i], times[i + 1], *path[i], *path[i + 1], state), event.level)
        for i in range(len(steps))
        if steps[i] > 0
    ]


def _heights(facility: Facility, levels: npt.NDArray[np.object_], xy: Float64s) -> Float64s:
    heights = np.zeros(len(xy))
    for level in facility.levels:
        here = levels == level.id
        if here.any():
            heights[here] = floor_height(level, xy[here])
    return heights
