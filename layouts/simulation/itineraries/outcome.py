"""What became of given work: waits by agent and by resource, the time split, the ending, and every event."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import numpy.typing as npt

from layouts.simulation.engine.tape import NOBODY, WAITED, Rules

if TYPE_CHECKING:
    from layouts.simulation.engine.run_tape import Ending, Played

KINDS = ("move", "service", "wait", "mark", "pass", "back-off")
"""What the engine's kinds of log rows are called."""


class TimeSplit(NamedTuple):
    """Seconds of one agent between warm-up and horizon; `other_s` is before its start, after its end, or away."""

    moving_s: float
    service_s: float
    waiting_s: float
    other_s: float


class Waits(NamedTuple):
    """Seconds waited between warm-up and horizon, and how many waits that was."""

    seconds: float
    number: int


class Stuck(NamedTuple):
    """One link of a deadlock: `agent` waits for `resource`, which `held_by` has."""

    agent: Hashable
    resource: Hashable
    held_by: Hashable


@dataclass(frozen=True, kw_only=True, eq=False)
class ItineraryRun:
    """What `run_itineraries` found. Seconds count from `warm_up_s` to `end_s`, the horizon or when all was over.

    `agents` and `resources` are names: the keys of the itineraries (0, 1, … of a sequence); the nodes of the graph,
    then resources named in itineraries, edges with a capacity, sections. `finish_s` is infinite for an agent that is
    not done. `ending` is "finished", "horizon" or "deadlock"; `deadlock` names its ring and is empty otherwise.
    `back_offs` and `passes` count how often somebody gave way or squeezed past.
    """

    agents: tuple[Hashable, ...]
    resources: tuple[Hashable, ...]
    wait_s: Mapping[Hashable, float]
    resource_waits: Mapping[Hashable, Waits]
    blocked_share: float
    time_split: Mapping[Hashable, TimeSplit]
    finish_s: Mapping[Hashable, float]
    ending: Ending
    end_s: float
    warm_up_s: float
    deadlock: tuple[Stuck, ...]
    back_offs: int
    passes: int
    log: Mapping[str, npt.NDArray[Any]] | None

    @cached_property
    def events(self) -> dict[str, npt.NDArray[Any]]:
        """All events as columns (E,): agent, kind, resource, start, end, blocked_by; by start, then by agent.

        kind is "move" (resource: the node it leads to), "service" (the node), "wait" (what for, and by whom it was
        blocked), "pass" and "back-off". Times are whole, beyond warm-up and horizon too. ValueError where the run
        kept no events.
        """
        if self.log is None:
            raise ValueError("this run kept no events: run it with keep_events=True")
        agent, resource = _names(self.agents), _names(self.resources)
        log = self.log
        return {
            "agent": agent[log["agent"]],
            "kind": np.array(KINDS)[log["kind"]],
            "resource": resource[log["resource"]],
            "start": log["start"],
            "end": log["end"],
            "blocked_by": agent[log["by"]],
        }

    @cached_property
    def waits(self) -> dict[Hashable, Waits]:
        """Waits of each agent, in seconds and number; ValueError where the run kept no events."""
        if self.log is None:
            raise ValueError(
                "this run kept no events, so it can only tell wait_s: run it with keep_events=True"
            )
        counted = self.log["kind"] == WAITED
        counted &= (self.log["end"] > self.warm_up_s) & (self.log["start"] < self.end_s)
        number = np.bincount(self.log["agent"][counted], minlength=len(self.agents))
        return {
            agent: Waits(self.wait_s[agent], n) for agent, n in zip(self.agents, number.tolist(), strict=True)
        }


def outcome(
    played: Played,
    rules: Rules,
    *,
    agents: tuple[Hashable, ...],
    resources: tuple[Hashable, ...],
    back_offs: int,
    passes: int,
    keep_events: bool,
) -> ItineraryRun:
    """Read a played tape whose first agents, jobs and resources are these."""
    who, what = played.state.agents[: len(agents)], played.state.seats[: len(resources)]
    span = max(0.0, played.end_s - rules.warm_up_s)
    split = np.stack([who["moved_s"], who["worked_s"], who["waited_s"]], axis=1)
    split = np.column_stack([split, np.maximum(0.0, span - split.sum(axis=1))])
    waits = zip(what["waited_s"].tolist(), what["waits"].tolist(), strict=True)
    total = float(who["waited_s"].sum())
    return ItineraryRun(
        agents=agents,
        resources=resources,
        wait_s=dict(zip(agents, who["waited_s"].tolist(), strict=True)),
        resource_waits={name: Waits(*each) for name, each in zip(resources, waits, strict=True)},
        blocked_share=total / (len(agents) * span) if span > 0 else 0.0,
        time_split={name: TimeSplit(*each) for name, each in zip(agents, split.tolist(), strict=True)},
        finish_s=dict(zip(agents, played.state.jobs["ended_s"][: len(agents)].tolist(), strict=True)),
        ending=played.ending,
        end_s=played.end_s,
        warm_up_s=rules.warm_up_s,
        deadlock=_ring(played, agents, resources) if played.ending == "deadlock" else (),
        back_offs=back_offs,
        passes=passes,
        log=_columns(played, len(agents)) if keep_events else None,
    )


def _ring(played: Played, agents: tuple[Hashable, ...], resources: tuple[Hashable, ...]) -> tuple[Stuck, ...]:
    ring = played.ring
    holders = [agent for agent, _ in (*ring[1:], *ring[:1])]
    return tuple(
        Stuck(agents[agent], resources[resource], agents[holder])
        for (agent, resource), holder in zip(ring, holders, strict=True)
    )


def _columns(played: Played, agents: int) -> dict[str, npt.NDArray[Any]]:
    """The log of these agents by start, then by agent; `by` is NOBODY, the last name, where nobody blocked."""
    log = played.log
    mine = np.flatnonzero(log.agent < agents)
    mine = mine[np.lexsort((log.agent[mine], log.start_s[mine]))]
    return {
        "agent": log.agent[mine],
        "kind": log.kind[mine],
        "resource": log.a[mine],
        "start": log.start_s[mine],
        "end": log.end_s[mine],
        "by": np.where(log.by[mine] < agents, log.by[mine], NOBODY),
    }


def _names(of: tuple[Hashable, ...]) -> npt.NDArray[Any]:
    """Names to be picked by number; NOBODY, the last, is None."""
    names = np.empty(len(of) + 1, object)
    for number, name in enumerate((*of, None)):
        names[number] = name
    return names
