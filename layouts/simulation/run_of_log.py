"""From the engine's log to a Run: rows become events, and what is one walk becomes one move."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt

from layouts.events import NONE, Events, Floats, Ints, Texts
from layouts.run import AisleFloor, Deadlock, Duty, Run, Times, Timetable
from layouts.simulation.engine.tape import MARKED, MOVED, WAITED, WORKED, Log
from layouts.simulation.joined_moves import Joined, join_moves, trace_paths
from layouts.simulation.meaning import Meaning
from layouts.simulation.program import Program


def run_of_log(
    log: Log,
    program: Program,
    *,
    agents: Sequence[str],
    horizon_s: float,
    inputs: Mapping[str, Any] | None = None,
    slotting: Mapping[str, tuple[str, ...]] | None = None,
    notes: Sequence[str] = (),
    orders: Mapping[str, Times] | None = None,
    jobs_done_s: Floats | None = None,
    duty: Mapping[str, Duty] | None = None,
    aisles: Mapping[str, AisleFloor] | None = None,
    ring: Sequence[tuple[int, int]] = (),
) -> Run:
    """The Run of what `program` led to, which `log` tells, until `horizon_s`, a finite time; ValueError otherwise.

    1. Events are in order of start, then of record. Marks are none, nor is a move or a wait of no time.
    2. What starts at or after the horizon is dropped; what outlasts it is cut there: a path to the share that was
       gone, a pick or put to 0 pieces.
    3. Moves of one agent for one job that follow each other at the same moment and place and at the same speed, to
       1e-9 of it, are one move. Points at which a path goes straight on are left out.
    4. Whoever waits, passes, gives way or is repaired stands where it last was, or else will next be.
    5. A wait has the cause that its resource's kind gives it. Resource r + R, R their number, is resource r waited
       for because pieces lack there, not room.

    `jobs_done_s` (J,) are the ends of the program's jobs, not finite where there was none; with it the run tells
    release and end of every job, and of each of `orders` the end of the last job that closes it. `ring` are agents
    that wait for each other, each with the resource it wants, where a deadlock stopped the run at the horizon.
    """
    if not np.isfinite(horizon_s):
        raise ValueError(f"horizon_s {horizon_s} is no end: give the time at which the run was over")
    inputs = dict(inputs or {})
    jobs = Timetable.of({}) if jobs_done_s is None else _job_times(program, jobs_done_s, horizon_s)
    return Run(
        id=hashlib.sha256(json.dumps(inputs, sort_keys=True).encode()).hexdigest()[:12],
        kind="simulated",
        agents=tuple(agents),
        duration_s=horizon_s,
        events=events_of_log(log, program, agents=agents, horizon_s=horizon_s),
        inputs=inputs,
        slotting=dict(slotting or {}),
        notes=tuple(notes),
        orders=_order_times(program, Timetable.of(orders or {}), jobs),
        jobs=jobs,
        duty=dict(duty or {}),
        aisles=dict(aisles or {}),
        deadlock=_deadlock(program, agents, ring, horizon_s),
    )


def events_of_log(log: Log, program: Program, *, agents: Sequence[str], horizon_s: float) -> Events:
    """The events of `run_of_log`, by its rules."""
    log = _of_note(log, horizon_s)
    joined = join_moves(log, program.meaning.legs)
    order = np.argsort(log.start_s[joined.first], kind="stable")
    joined = Joined(joined.first[order], joined.end_s[order], joined.following)
    rows, start_s = joined.first, log.start_s[joined.first]
    share = np.ones(len(rows))
    cut = joined.end_s > horizon_s
    share[cut] = (horizon_s - start_s[cut]) / (joined.end_s[cut] - start_s[cut])
    columns = _columns(Log._make(column[rows] for column in log), program.meaning, agents)
    is_undone = cut & columns["kind"].are("pick", "put")
    columns["quantity"] = np.where(is_undone, np.minimum(columns["quantity"], 0), columns["quantity"])
    path_start, xy = trace_paths(log, joined, share, program.meaning.legs, columns.pop("xy"))
    stay = columns["kind"].are("wait", "pass", "back_off", "repair")
    place = _nearest_place(columns["agent"].code, ~stay)
    at = np.flatnonzero(stay & (place != NONE))
    is_before = place[at] < at
    xy[path_start[at]] = xy[np.where(is_before, path_start[place[at] + 1] - 1, path_start[place[at]])]
    columns["level"].code[at] = columns["level"].code[place[at]]
    return Events(
        seq=np.arange(len(rows)),
        start_s=start_s,
        end_s=np.minimum(joined.end_s, horizon_s),
        path_start=path_start,
        xy=xy,
        **columns,
    )


def _nearest_place(agent: Ints, is_placed: npt.NDArray[np.bool_]) -> Ints:
    """For each event (E,) the one before, or else after it, that tells where its agent is; NONE for none."""
    order = np.argsort(agent, kind="stable")
    number = np.arange(len(order))
    begin = np.searchsorted(agent[order], agent[order], side="left")
    end = np.searchsorted(agent[order], agent[order], side="right")
    before = np.maximum.accumulate(np.where(is_placed[order], number, -1))
    after = np.minimum.accumulate(np.where(is_placed[order], number, len(order))[::-1])[::-1]
    nearest = np.where(before >= begin, before, np.where(after < end, after, -1))
    place = np.full(len(order), NONE, np.int64)
    place[order] = np.where(nearest >= 0, order[nearest], NONE)
    return place


def _of_note(log: Log, horizon_s: float) -> Log:
    """The rows that become events, in the same order: by rules 1 and 2."""
    takes_time = (log.end_s > log.start_s) | ((log.kind != MOVED) & (log.kind != WAITED))
    noted = takes_time & (log.kind != MARKED) & (log.start_s < horizon_s)
    return Log._make(column[noted] for column in log)


def _columns(log: Log, meaning: Meaning, agents: Sequence[str]) -> dict[str, Any]:
    """Texts and quantities of rows (E,), and `xy` (E, 2), where agents stood."""
    place, rows = meaning.row_of(log.kind, log.a), meaning.rows
    columns: dict[str, Any] = {name: texts.at(place) for name, texts in rows.texts.items()}
    aisles = [meaning.aisle_of.get(name) for name in columns["resource"].names]
    is_held = ~np.isin(log.kind, (MOVED, WORKED))
    return columns | {
        "agent": Texts.coded(log.agent, agents),
        "cause": meaning.causes.at(np.where(log.kind == WAITED, log.a, NONE)),
        "aisle": Texts.coded(columns["resource"].code, aisles),
        "blocked_by": Texts.coded(np.where(is_held, log.by, NONE), agents),
        "job": meaning.job_names(int(log.job.max(initial=NONE)) + 1).at(log.job),
        "quantity": rows.quantity[place],
        "xy": rows.xy[place],
    }


def _job_times(program: Program, done_s: Floats, horizon_s: float) -> Timetable:
    """Release and end of every job of the program."""
    release_s, none = program.jobs.release_s, np.full(len(program.meaning.job), np.nan)
    return Timetable(
        tuple(job.id for job in program.meaning.job),
        np.where(np.isfinite(release_s), release_s, none),
        none,
        np.where(done_s <= horizon_s, done_s, none),
    )


def _order_times(program: Program, orders: Timetable, jobs: Timetable) -> Timetable:
    """The times of the orders; where the jobs' are known, the end is that of the last job that closes it."""
    if not jobs:
        return orders
    job, closed = program.meaning.closing
    order = closed.codes_in(orders.names)
    is_told = order != NONE
    # an order is not done while a part of it is not
    end_s = np.where(np.isnan(jobs.done_s), np.inf, jobs.done_s)
    done_s = np.full(len(orders.names), -np.inf)
    np.maximum.at(done_s, order[is_told], end_s[job[is_told]])
    return replace(orders, done_s=np.where(np.isfinite(done_s), done_s, np.nan))


def _deadlock(
    program: Program, agents: Sequence[str], ring: Sequence[tuple[int, int]], at_s: float
) -> Deadlock | None:
    if not ring:
        return None
    return Deadlock(
        agents=tuple(agents[agent] for agent, _ in ring),
        resources=tuple(program.meaning.resource[resource].name for _, resource in ring),
        at_s=at_s,
    )
