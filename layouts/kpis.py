"""Key figures of a run, folded from its events."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from layouts.run import Event, Run
from spatial.navigation.shortest_paths import path_length


@dataclass(frozen=True, kw_only=True)
class TimeSplit:
    """Seconds by what they were spent on; they add up to the run's duration for every agent."""

    walk_s: float
    pick_s: float
    blocked_s: float
    drop_s: float
    idle_s: float


@dataclass(frozen=True, kw_only=True)
class Kpis:
    """Figures of one run; a ratio with nothing below the line is None.

    `lines` and `pieces` were picked to the end within the run; `tours` counts hand-overs begun, so also one
    that a horizon cut. `makespan_s` is the end of the last event. `lines_per_hour` counts over the makespan,
    for all agents together.
    """

    lines: int
    pieces: int
    tours: int
    distance_m: float
    makespan_s: float
    lines_per_hour: float | None
    metres_per_line: float | None
    total: TimeSplit
    by_agent: Mapping[str, TimeSplit]


def kpis(run: Run) -> Kpis:
    """The key figures of `run`; a run without events has zeros and no ratios."""
    lines = sum(1 for event in run.events if event.kind == "pick" and event.quantity)
    distance = sum(path_length(np.asarray(event.path)) for event in run.events if event.kind == "move")
    makespan = max((event.end_s for event in run.events), default=0.0)
    return Kpis(
        lines=lines,
        pieces=sum(event.quantity or 0 for event in run.events if event.kind == "pick"),
        tours=sum(1 for event in run.events if event.kind == "drop"),
        distance_m=distance,
        makespan_s=makespan,
        lines_per_hour=lines / makespan * 3600 if makespan > 0 else None,
        metres_per_line=distance / lines if lines else None,
        total=_split(run.events, len(run.agents) * run.duration_s),
        by_agent={agent: _split(events, run.duration_s) for agent, events in _by_agent(run).items()},
    )


def kpis_dict(figures: Kpis) -> dict[str, Any]:
    """The figures as values for JSON, with each kind of time also as its share of the total."""
    record = asdict(figures)
    total = sum(record["total"].values())
    record["share"] = {
        name.removesuffix("_s"): seconds / total if total > 0 else None
        for name, seconds in record["total"].items()
    }
    return record


def _by_agent(run: Run) -> dict[str, list[Event]]:
    events: dict[str, list[Event]] = {agent: [] for agent in run.agents}
    for event in run.events:
        events[event.agent].append(event)
    return events


def _split(events: tuple[Event, ...] | list[Event], available_s: float) -> TimeSplit:
    spent = {"move": 0.0, "pick": 0.0, "wait": 0.0, "drop": 0.0}
    for event in events:
        spent[event.kind] += event.end_s - event.start_s
    return TimeSplit(
        walk_s=spent["move"],
        pick_s=spent["pick"],
        blocked_s=spent["wait"],
        drop_s=spent["drop"],
        idle_s=max(0.0, available_s - sum(spent.values())),
    )
