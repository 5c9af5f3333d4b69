"""Jobs, seats and a crew for work in which every agent has one routine of its own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from layouts.simulation.engine.tape import NOBODY, Crew, Floats, Ints, Jobs, Resources

Capacity = int | float | Mapping[Any, int | float]
"""Seats of all resources, or by name; infinite is allowed."""


def seats(capacity: Ints) -> Resources:
    """Resources (R,) with so many seats, that nobody refills and no crowd slows."""
    count = len(capacity)
    none = np.zeros(count, np.int64)
    return Resources(
        capacity=np.asarray(capacity, np.int64),
        level=none,
        low=none,
        refill=np.full(count, NOBODY),
        refill_pieces=none,
        slow=np.ones((count, 1)),
    )


def each_its_own(starts_s: Floats, *, openings: Floats | None = None) -> tuple[Jobs, Crew]:
    """Agent i plays routine i from `starts_s[i]` on, (A,).

    With `openings` (G,) there is one more agent, the last, which plays routine A + g at `openings[g]`.
    """
    agents = len(starts_s)
    late = np.empty(0) if openings is None else openings
    crew_size = agents + (len(late) > 0)
    jobs = agents + len(late)
    none = np.zeros(crew_size, np.int64)
    return Jobs(
        routine=np.arange(jobs)[None],
        release_s=np.concatenate([np.zeros(agents), late]),
        pool=np.minimum(np.arange(jobs), agents),
        needs=np.zeros(jobs, np.int64),
        after_start=np.zeros(jobs + 1, np.int64),
        after=np.empty(0, np.int64),
        ticket_start=np.zeros(jobs + 1, np.int64),
        ticket=np.empty(0, np.int64),
        refill_routine=np.empty((1, 0), np.int64),
        refill_pool=np.empty(0, np.int64),
    ), Crew(
        kind=none,
        slow=np.ones(crew_size),
        restart_s=np.zeros(crew_size),
        from_s=np.concatenate([starts_s, np.zeros(crew_size - agents)]),
        until_s=np.full(crew_size, np.inf),
        pool_start=np.arange(crew_size + 1),
        pool=np.arange(crew_size),
        duty_start=np.zeros(crew_size + 1, np.int64),
        duty_s=np.empty(0),
        duty_routine=np.empty(0, np.int64),
        charge_s=np.full(crew_size, np.inf),
        charge_routine=none,
        fail_s=np.empty((crew_size, 0)),
        repair_routine=NOBODY,
        pace=np.empty((0, crew_size, 1)),
    )
