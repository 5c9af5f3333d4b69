"""What every agent does when: a run as motions without a gap, in flat columns of which a track is a slice."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from itertools import islice, pairwise
from typing import NamedTuple, get_args

import numpy as np

from layouts.events import NONE, Events, Floats, Ints
from layouts.run import Run
from viewer.messages import AgentState, Motion, Track

DECIMALS = 3  # of metres and seconds on the wire: a millimetre is below anything a viewer shows
STATE_OF_KIND: dict[str, AgentState] = {"move": "walk", "wait": "wait", "pick": "pick", "drop": "drop"}
"""How a viewer calls the kinds of events that it tells apart; any other kind is other work."""
_STATES: tuple[AgentState, ...] = get_args(AgentState)


class Tracks:
    """The motions of a run as columns (M,), in order of agent, then time.

    Motion i begins at `start_s[i]`, ends at `end_s[i]` and goes along the points from `from_point[i]` up to but
    without `to_point[i]`. From 0 to the first event, between two events and from the last one to the run's end
    an agent stands idle.
    """

    def __init__(self, run: Run) -> None:
        events = run.events
        agent = events.agent.codes_in(run.agents)
        row = np.argsort(agent, kind="stable")
        start_s, end_s = events.start_s[row].round(DECIMALS), events.end_s[row].round(DECIMALS)
        from_point, to_point = (points[row] for points in _shown_points(events))
        rests = _rests(agent[row], start_s, end_s, from_point, to_point, until_s=run.duration_s)

        # lists, in which `bisect` finds a time several times sooner than in arrays
        self._start_s = np.insert(start_s, rests.before, rests.start_s).tolist()
        self._end_s = np.insert(end_s, rests.before, rests.end_s).tolist()
        self._from_point = np.insert(from_point, rests.before, rests.point)
        self._to_point = np.insert(to_point, rests.before, rests.point + 1)
        self._state = np.insert(_states(events)[row], rests.before, _STATES.index("idle"))
        self._told = [
            (np.insert(texts.code[row], rests.before, at_rest), (*texts.names, None))
            for texts, at_rest in (
                (events.cause, NONE),
                (events.blocked_by, NONE),
                (events.location, NONE),
                (events.level, events.level.code[row][rests.beside]),
            )
        ]
        self._xy = events.xy.round(DECIMALS)
        motions = np.bincount(agent, minlength=len(run.agents))
        motions += np.bincount(rests.agent, minlength=len(run.agents))
        spans = zip(run.agents, pairwise([0, *motions.cumsum().tolist()]), strict=True)
        self._span = {name: (low, high) for name, (low, high) in spans if low < high}

    @property
    def agents(self) -> tuple[str, ...]:
        """Agents that do anything at all in the run."""
        return tuple(self._span)

    def tracks(self, agents: Sequence[str], from_s: float, to_s: float) -> dict[str, Track]:
        """For each of `agents` its motions that overlap [from_s, to_s), and never none."""
        spans = [self._shown(agent, from_s, to_s) for agent in agents]
        motions = self._motions([row for span in spans for row in range(*span)])
        return {
            agent: Track(tuple(islice(motions, end - first)))
            for agent, (first, end) in zip(agents, spans, strict=True)
        }

    def _shown(self, agent: str, from_s: float, to_s: float) -> tuple[int, int]:
        low, high = self._span[agent]
        first = min(bisect_right(self._end_s, from_s, low, high), high - 1)
        return first, bisect_left(self._start_s, to_s, first + 1, high)

    def _motions(self, rows: list[int]) -> Iterator[Motion]:
        states = [_STATES[state] for state in self._state[rows].tolist()]
        times = [[column[row] for row in rows] for column in (self._start_s, self._end_s)]
        points = [column[rows].tolist() for column in (self._from_point, self._to_point)]
        texts = [[names[code] for code in codes[rows].tolist()] for codes, names in self._told]
        for state, start_s, end_s, low, high, *told in zip(states, *times, *points, *texts, strict=True):
            yield Motion(state, start_s, end_s, tuple(map(tuple, self._xy[low:high].tolist())), *told)


class _Rests(NamedTuple):
    """When and where agents stand idle: in the columns of events each rest comes before the event of that number.

    It is spent where the event `beside` it ends or, before an agent's first, begins.
    """

    before: Ints
    beside: Ints
    agent: Ints
    start_s: Floats
    end_s: Floats
    point: Ints


def _rests(
    agent: Ints, start_s: Floats, end_s: Floats, from_point: Ints, to_point: Ints, *, until_s: float
) -> _Rests:
    """The rests around events (N,) in order of agent, then time: after the last of each agent, then before each."""
    is_first = np.diff(agent, prepend=NONE) > 0
    since_s = np.where(is_first, 0.0, np.roll(end_s, 1))
    point = np.where(is_first, from_point, np.roll(to_point, 1) - 1)
    early = np.flatnonzero(start_s > since_s)
    late = np.flatnonzero(np.roll(is_first, -1) & (end_s < until_s))
    return _Rests(
        before=np.concatenate([late + 1, early]),
        beside=np.concatenate([late, np.where(is_first[early], early, early - 1)]),
        agent=agent[np.concatenate([late, early])],
        start_s=np.concatenate([end_s[late], since_s[early]]),
        end_s=np.concatenate([np.full(len(late), round(until_s, DECIMALS)), start_s[early]]),
        point=np.concatenate([to_point[late] - 1, point[early]]),
    )


def _shown_points(events: Events) -> tuple[Ints, Ints]:
    """The points (N,) from and up to which each event goes: what is no move stands at its first one."""
    first = events.path_start[:-1]
    return first, np.where(events.kind.are("move"), events.path_start[1:], first + 1)


def _states(events: Events) -> Ints:
    """The state of each event (N,), as a place in _STATES."""
    places = [_STATES.index(STATE_OF_KIND.get(name, "other")) for name in events.kind.names]
    return np.array([*places, NONE], np.int64)[events.kind.code]
