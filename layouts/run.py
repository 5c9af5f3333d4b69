"""A Run: the events of a shift, simulated or recorded. KPIs, heat and motion are folds over it.

On disk a run is a folder: `events.parquet` (one row an event, in order of start, then sequence), `run.json`
(what it came from), `kpis.json` (how it went) and, where known, `slotting.csv`. Times are seconds from the
run's epoch.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

EventKind = Literal["move", "wait", "pick", "drop"]


@dataclass(frozen=True, kw_only=True)
class Event:
    """One thing an agent did, or that happened to it, from `start_s` to `end_s`.

    move: walked `path`, an (N, 2) polyline in metres, at constant speed along its length.
    wait: stood at `path[0]` because of `cause` at `resource`, held by `blocked_by`.
    pick: took `quantity` of `sku` for `order` at `location`, standing at `path[0]`.
    drop: handed a finished tour over at the station `resource`.
    """

    seq: int
    agent: str
    kind: EventKind
    start_s: float
    end_s: float
    level: str
    path: tuple[tuple[float, float], ...]
    resource: str | None = None
    cause: str | None = None
    blocked_by: str | None = None
    location: str | None = None
    order: str | None = None
    sku: str | None = None
    quantity: int | None = None


@dataclass(frozen=True, kw_only=True)
class Run:
    """The events of a shift in order of (`start_s`, `seq`), and what it came from.

    `agents` are the names in order; `inputs` holds names and hashes of what was run (facility, orders,
    slotting, seed, policy); `slotting` tells the pick locations of every SKU, also of those nobody ordered;
    `notes` are the assumptions a reader must know, one sentence each.
    """

    id: str
    kind: Literal["simulated", "recorded"]
    agents: tuple[str, ...]
    duration_s: float
    events: tuple[Event, ...]
    inputs: Mapping[str, Any] = field(default_factory=dict)
    slotting: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
