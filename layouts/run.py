"""A Run: the events of a shift, simulated or recorded. KPIs, heat and motion are folds over it.

On disk a run is a folder: `events.parquet` (one row an event, in order of start, then sequence), `run.json`
(what it came from), `kpis.json` (how it went) and, where known, `times.parquet` (when orders and jobs were
released, due and done) and `slotting.csv`. Times are seconds from the run's epoch.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple

from layouts.events import Event, EventKind, Events
from layouts.timetable import Times, Timetable
from spatial.facility import Aisle

__all__ = ["AisleFloor", "Deadlock", "Duty", "Event", "EventKind", "Events", "Run", "Times", "Timetable"]


class Duty(NamedTuple):
    """When an agent's shift began and when it takes nothing new any more, in seconds."""

    from_s: float
    until_s: float


class AisleFloor(NamedTuple):
    """The floor of an aisle on `level`: `clear_width_m` about the line from mouth `p0` to mouth `p1`, in metres."""

    level: str
    p0: tuple[float, float]
    p1: tuple[float, float]
    clear_width_m: float

    @staticmethod
    def of(aisle: Aisle) -> AisleFloor:
        """That of an aisle of a facility."""
        return AisleFloor(aisle.level, aisle.p0, aisle.p1, aisle.clear_width_m)


@dataclass(frozen=True, kw_only=True)
class Deadlock:
    """Agents that waited for each other in a ring until the run was stopped `at_s`; agent i for `resources[i]`,
    which agent i + 1 held.
    """

    agents: tuple[str, ...]
    resources: tuple[str, ...]
    at_s: float


@dataclass(frozen=True, kw_only=True)
class Run:
    """The events of a shift in order of (`start_s`, `seq`), and what it came from.

    `agents` are the names in order; `inputs` holds names and hashes of what was run (facility, orders,
    slotting, seed, policy); `slotting` tells the pick locations of every SKU, also of those nobody ordered;
    `notes` are the assumptions a reader must know, one sentence each.

    Where known, `orders` and `jobs` tell when each was released, due and done; `duty` each agent's shift, which
    otherwise is the whole run; `aisles` where they are; `deadlock` what stopped the run.

    `events` may be given as any sequence of `Event`, `orders` and `jobs` as any mapping to `Times`. Raises
    ValueError for an event of no agent of `agents`.
    """

    id: str
    kind: Literal["simulated", "recorded"]
    agents: tuple[str, ...]
    duration_s: float
    events: Events
    inputs: Mapping[str, Any] = field(default_factory=dict)
    slotting: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    orders: Timetable = field(default_factory=lambda: Timetable.of({}))
    jobs: Timetable = field(default_factory=lambda: Timetable.of({}))
    duty: Mapping[str, Duty] = field(default_factory=dict)
    aisles: Mapping[str, AisleFloor] = field(default_factory=dict)
    deadlock: Deadlock | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "events", Events.of(self.events))
        object.__setattr__(self, "orders", Timetable.of(self.orders))
        object.__setattr__(self, "jobs", Timetable.of(self.jobs))
        known = set(self.agents)
        strangers = [name for name in self.events.agent.names if name not in known]
        if strangers:
            raise ValueError(
                f"an event is of agent '{strangers[0]}', who is not among the run's: name all agents"
            )
