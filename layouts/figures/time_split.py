"""What agents spent their time on."""

from __future__ import annotations

import math
from dataclasses import dataclass, fields

import numpy as np

from layouts.events import Floats, Ints, Texts
from layouts.figures.spans import seconds_in
from layouts.run import Duty, Run


@dataclass(frozen=True, kw_only=True)
class TimeSplit:
    """Seconds by what they were spent on; for every agent they add up to its time on duty.

    Each is the time of one kind of event; `walk_s` is that of moves, also of vehicles, `blocked_s` of waits,
    `other_s` of kinds unknown here, `idle_s` is the rest.
    """

    walk_s: float = 0.0
    pick_s: float = 0.0
    blocked_s: float = 0.0
    drop_s: float = 0.0
    put_s: float = 0.0
    pack_s: float = 0.0
    load_s: float = 0.0
    lift_s: float = 0.0
    charge_s: float = 0.0
    break_s: float = 0.0
    repair_s: float = 0.0
    pass_s: float = 0.0
    back_off_s: float = 0.0
    other_s: float = 0.0
    idle_s: float = 0.0

    @property
    def sum_s(self) -> float:
        """All of it: the time on duty."""
        return math.fsum(vars(self).values())


SPENT = tuple(field.name for field in fields(TimeSplit))[:-1]
"""The kinds of time that events take."""
_NAMED = {"move": "walk_s", "wait": "blocked_s"}


def spent_on(kind: Texts) -> Ints:
    """What each event (N,) spends its time on, as a place in SPENT."""
    place = {name: i for i, name in enumerate(SPENT)}
    other = place["other_s"]
    found = [place.get(_NAMED.get(name, f"{name}_s"), other) for name in kind.names]
    return np.array([*found, other], np.int64)[kind.code]


def time_splits(run: Run, edges_s: Floats) -> Floats:
    """How many seconds (K, A, S) of each of the K intervals between `edges_s` each agent spent on what.

    A is the order of `run.agents`, S that of the fields of a TimeSplit.
    """
    events, agents = run.events, len(run.agents)
    group = events.agent.codes_in(run.agents) * len(SPENT) + spent_on(events.kind)
    spent = seconds_in(edges_s, events.start_s, events.end_s, group, groups=agents * len(SPENT))
    spent = spent.reshape(len(spent), agents, len(SPENT))
    idle = np.maximum(0.0, _seconds_on_duty(run, edges_s) - spent.sum(axis=2))
    return np.append(spent, idle[:, :, None], axis=2)


def as_splits(seconds: Floats) -> list[TimeSplit]:
    """A TimeSplit of each row (N, S)."""
    names = (*SPENT, "idle_s")
    return [TimeSplit(**dict(zip(names, row, strict=True))) for row in seconds.tolist()]


def _seconds_on_duty(run: Run, edges_s: Floats) -> Floats:
    """Seconds (K, A) that agents are on duty: from the start of their shift to its end, breaks included.

    Who works before or after it is on duty then too.
    """
    agent = run.events.agent.codes_in(run.agents)
    shifts = [run.duty.get(name, Duty(0.0, float(edges_s[-1]))) for name in run.agents]
    first, last = np.array(shifts, np.float64).reshape(-1, 2).T
    np.minimum.at(first, agent, run.events.start_s)
    np.maximum.at(last, agent, run.events.end_s)
    return seconds_in(edges_s, first, last, np.arange(len(shifts)), groups=len(shifts))
