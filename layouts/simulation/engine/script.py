"""A run as the compiled loop sees it: what does not change (`Script`), and where it stands (`State`).

What belongs to one row, agent, resource or job lies together in one record, so that an event touches little memory.
A state can be played in pieces.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from layouts.simulation.engine.spell_out import spell_out
from layouts.simulation.engine.tape import (
    NOBODY,
    Crew,
    Floats,
    Ints,
    Jobs,
    Resources,
    Rules,
    Tape,
)
from layouts.simulation.engine.tournament import tournament

Records = npt.NDArray[Any]

MOST_HELD = 16
"""Seats and sections that one agent can hold at once."""

ROWS, EVENTS, CURRENT, RELEASED, REFILLS, IDLERS, RING, BACK_OFFS, PASSES, STATIC = range(10)
"""What `State.n` counts: log rows; events; the agent whose instructions are under way, or NOBODY; jobs released, in
order of release; refills asked for; agents without work; agents of the deadlock; times somebody gave way, and passed;
jobs that were there from the start."""

SEAT = 2
"""The way of one who wants a seat, beside the directions of a section."""

DISPATCHER = 0
"""The player in the tournament that releases jobs; agent i is player i + 1."""

LOG_ROW = np.dtype(
    [
        ("kind", "i4"),
        ("agent", "i4"),
        ("job", "i4"),
        ("a", "i4"),
        ("by", "i8"),
        ("start_s", "f8"),
        ("end_s", "f8"),
    ]
)

AGENT = np.dtype(
    [
        # where it is in its work: next instruction, end of the routine, where a repair returns to
        *((name, "i8") for name in ("row", "end", "back_row", "back_end", "job")),
        # what it waits for (queue r for resource r, R + r for pieces in buffer r), how, who is behind it, since when
        *((name, "i8") for name in ("want", "way", "behind")),
        ("since_s", "f8"),
        # whether it has waited since it last moved or worked; seats it holds, gave up, how often in a row
        *((name, "i8") for name in ("stopped", "holds", "losses", "away")),
        *((name, "f8") for name in ("slow", "restart_s", "busy_s")),
        # totals between warm-up and horizon
        *((name, "f8") for name in ("waited_s", "moved_s", "worked_s")),
        ("works", "i8"),
        # its life: pools and breaks still to come as ranges; charging; failures so far, and work before the last
        *(
            (name, "i8")
            for name in ("kind", "pool", "last_pool", "duty", "last_duty", "charge", "is_charging")
        ),
        *((name, "f8") for name in ("until_s", "charge_s", "charged_s", "back_busy_s")),
        ("failures", "i8"),
        # resource and way of the seats it holds, and of those it gave up to let others by
        *((name, "i8", (MOST_HELD,)) for name in ("held", "held_way", "lost", "lost_way")),
    ]
)

SEATS = np.dtype(
    [
        *((name, "i8") for name in ("capacity", "used", "direction", "holder")),
        # the queue for the resource, and of a buffer that for its pieces
        *((name, "i8") for name in ("head", "tail", "first_getter", "last_getter")),
        # pieces there; those and what is ordered, less what is waited for
        *((name, "i8") for name in ("is_buffer", "level", "position", "low", "refill", "refill_pieces")),
        # foreseen: when it is free, who had it last
        ("free_s", "f8"),
        ("taker", "i8"),
        # totals between warm-up and horizon
        ("waited_s", "f8"),
        ("waits", "i8"),
    ]
)

JOB = np.dtype(
    [
        ("release_s", "f8"),
        *((name, "i8") for name in ("pool", "needs", "is_released", "next")),
        *((name, "i8") for name in ("after", "last_after", "ticket", "last_ticket")),
        # of a refill: its number and the buffer that asked
        *((name, "i8") for name in ("refill", "buffer", "doer")),
        ("started_s", "f8"),
        ("ended_s", "f8"),
    ]
)


class Script(NamedTuple):
    """What does not change while a run is played: the tape's rows, and the lists that agents and jobs point into."""

    rows: Records
    start: Ints
    routine: Ints
    after: Ints
    ticket: Ints
    refill_routine: Ints
    refill_pool: Ints
    pool: Ints
    duty_s: Floats
    duty_routine: Ints
    fail_s: Floats
    pace: Floats
    slow: Floats
    repair: int


class State(NamedTuple):
    """Where a run stands: counters `n`, the time, the tournament, and a record for each agent, resource and job.

    `draws` (S, A): numbers used of each stream. `order`: jobs by release. `ready` (P, 2): head and tail of each
    pool. `idle`: agents without work, the longest first. `ring` (2, A): agents of a deadlock, and what they want;
    `scratch` (2, A) is for finding them.
    """

    n: Ints
    now_s: Floats
    key: Floats
    winner: Ints
    agents: Records
    seats: Records
    jobs: Records
    draws: Ints
    order: Ints
    ready: Ints
    idle: Ints
    ring: Ints
    scratch: Ints


def new_script(tape: Tape, resources: Resources, jobs: Jobs, crew: Crew, rules: Rules) -> Script:
    """The unchanging part; arrays are shared where they can be."""
    if not rules.looks_ahead:
        tape = spell_out(tape)
    return Script(
        rows=tape.rows.view(np.recarray),
        start=tape.start,
        routine=jobs.routine,
        after=jobs.after,
        ticket=jobs.ticket,
        refill_routine=jobs.refill_routine,
        refill_pool=jobs.refill_pool,
        pool=crew.pool,
        duty_s=crew.duty_s,
        duty_routine=crew.duty_routine,
        fail_s=crew.fail_s,
        pace=crew.pace,
        slow=resources.slow,
        repair=crew.repair_routine,
    )


def new_state(
    resources: Resources, jobs: Jobs, crew: Crew, *, buffers: npt.NDArray[np.bool_], most_refills: int = 0
) -> State:
    """The state before the first event; `buffers` (R,) says which resources hold pieces.

    There is room for `most_refills` jobs that these may ask for.
    """
    agents, pools = len(crew.kind), _pools(jobs, crew)
    key, winner = tournament(np.concatenate([[jobs.release_s.min(initial=np.inf)], crew.from_s]))
    n = np.zeros(10, np.int64)
    n[CURRENT], n[STATIC] = NOBODY, len(jobs.release_s)
    return State(
        n=n,
        now_s=np.zeros(1),
        key=key,
        winner=winner,
        agents=_agents(crew),
        seats=_seats(resources, buffers),
        jobs=_jobs(jobs, most_refills),
        draws=np.zeros((len(crew.pace), agents), np.int64),
        order=np.argsort(jobs.release_s, kind="stable"),
        ready=np.full((pools, 2), NOBODY, np.int64),
        idle=np.full(agents, NOBODY, np.int64),
        ring=np.zeros((2, agents), np.int64),
        scratch=np.zeros((2, agents), np.int64),
    )


def empty_rows(count: int) -> Records:
    """Room for `count` log rows."""
    return np.zeros(count, LOG_ROW).view(np.recarray)


def _pools(jobs: Jobs, crew: Crew) -> int:
    return 1 + max(int(each.max(initial=0)) for each in (jobs.pool, jobs.refill_pool, crew.pool))


def _agents(crew: Crew) -> Records:
    agents = np.zeros(len(crew.kind), AGENT)
    for name in ("back_row", "back_end", "job", "want", "behind"):
        agents[name] = NOBODY
    for name in ("kind", "slow", "restart_s", "until_s", "charge_s"):
        agents[name] = getattr(crew, name)
    agents["charge"] = crew.charge_routine
    agents["pool"], agents["last_pool"] = crew.pool_start[:-1], crew.pool_start[1:]
    agents["duty"], agents["last_duty"] = crew.duty_start[:-1], crew.duty_start[1:]
    return agents.view(np.recarray)


def _seats(resources: Resources, buffers: npt.NDArray[np.bool_]) -> Records:
    seats = np.zeros(len(resources.capacity), SEATS)
    for name in ("holder", "head", "tail", "first_getter", "last_getter", "taker"):
        seats[name] = NOBODY
    for name in ("capacity", "level", "low", "refill", "refill_pieces"):
        seats[name] = getattr(resources, name)
    seats["position"] = resources.level
    seats["free_s"] = -np.inf
    seats["is_buffer"] = buffers
    return seats.view(np.recarray)


def _jobs(jobs: Jobs, most_refills: int) -> Records:
    static = len(jobs.release_s)
    records = np.zeros(static + most_refills, JOB)
    for name in ("next", "refill", "buffer", "doer"):
        records[name] = NOBODY
    records["started_s"] = records["ended_s"] = np.inf
    for name in ("release_s", "pool", "needs"):
        records[name][:static] = getattr(jobs, name)
    records["after"][:static], records["last_after"][:static] = jobs.after_start[:-1], jobs.after_start[1:]
    records["ticket"][:static], records["last_ticket"][:static] = (
        jobs.ticket_start[:-1],
        jobs.ticket_start[1:],
    )
    return records.view(np.recarray)
