"""From the engine's log to a Run: rows become events, and what is one walk becomes one move."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import chain, repeat
from operator import itemgetter
from typing import Any

import numpy as np
import numpy.typing as npt

from layouts.events import NONE, Events, Floats, Ints, Texts
from layouts.run import AisleFloor, Deadlock, Duty, Run, Times, Timetable
from layouts.simulation.engine.tape import BACKED_OFF, MARKED, MOVED, PASSED, WAITED, WORKED, Log
from layouts.simulation.joined_moves import Joined, join_moves, trace_paths
from layouts.simulation.program import Activity, Program, ResourceKind

CAUSE: dict[ResourceKind, str] = {
    "pick_face": "pick_face_occupied",
    "aisle_cell": "aisle_cell_occupied",
    "aisle": "section_taken",
    "section": "section_taken",
    "intersection": "intersection_occupied",
    "area": "area_full",
    "station": "station_busy",
    "buffer": "buffer_full",
    "stock": "stock_full",
    "lift": "lift_busy",
    "door": "door_busy",
    "charger": "charger_busy",
    "repair_crew": "repair_crew_busy",
    "ticket": "too_many_inside",
}
"""What a wait for room has as its cause."""
LACK: dict[ResourceKind, str] = {"buffer": "buffer_empty", "stock": "stock_out"}
"""What a wait for pieces has."""


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
    joined = join_moves(log, program.legs)
    order = np.argsort(log.start_s[joined.first], kind="stable")
    joined = Joined(joined.first[order], joined.end_s[order], joined.following)
    rows, start_s = joined.first, log.start_s[joined.first]
    share = np.ones(len(rows))
    cut = joined.end_s > horizon_s
    share[cut] = (horizon_s - start_s[cut]) / (joined.end_s[cut] - start_s[cut])
    columns = _columns(Log._make(column[rows] for column in log), program, agents)
    is_undone = cut & columns["kind"].are("pick", "put")
    columns["quantity"] = np.where(is_undone, np.minimum(columns["quantity"], 0), columns["quantity"])
    path_start, xy = trace_paths(log, joined, share, program.legs, columns.pop("xy"))
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


def _columns(log: Log, program: Program, agents: Sequence[str]) -> dict[str, Any]:
    """Texts and quantities of rows (E,), and `xy` (E, 2), where agents stood."""
    meaning, place, seats = _meanings(program), _places(log, program), program.resource
    quantity = [NONE if pieces is None else pieces for pieces in meaning.pop("quantity")]
    xy = np.fromiter(chain.from_iterable(meaning.pop("xy")), np.float64).reshape(-1, 2)
    columns: dict[str, Any] = {name: Texts.coded(place, texts) for name, texts in meaning.items()}
    causes = [CAUSE[seat.kind] for seat in seats] + [(CAUSE | LACK)[seat.kind] for seat in seats]
    aisle_of = {seat.name: seat.aisle for seat in seats}
    aisles = [aisle_of.get(name) for name in columns["resource"].names]
    is_held = ~np.isin(log.kind, (MOVED, WORKED))
    return columns | {
        "agent": Texts.coded(log.agent, agents),
        "cause": Texts.coded(np.where(log.kind == WAITED, log.a, NONE), causes),
        "aisle": Texts.coded(columns["resource"].code, aisles),
        "blocked_by": Texts.coded(np.where(is_held, log.by, NONE), agents),
        "job": Texts.coded(log.job, _job_names(program, int(log.job.max(initial=NONE)) + 1)),
        "quantity": np.array(quantity, np.int64)[place],
        "xy": xy[place],
    }


def _meanings(program: Program) -> dict[str, list[Any]]:
    """What the number in a row can stand for, in the fields of an activity: each activity, waiting for each resource,
    waiting for pieces in it, passing and giving way at it, and moving on each level.
    """
    nothing = (None,) * 4
    others: list[tuple[Any, ...]] = []
    for kind in ("wait", "wait", "pass", "back_off"):
        others += [(kind, seat.level, seat.xy, seat.name, *nothing) for seat in program.resource]
    for level in Texts.of(program.legs.level).names:
        others += [("move", level, (np.nan, np.nan), None, *nothing)]
    return {  # field by field: as many iterators at once as there are rows would keep the garbage collector busy
        name: list(map(itemgetter(i), chain(program.activity, others)))
        for i, name in enumerate(Activity._fields)
    }


def _places(log: Log, program: Program) -> Ints:
    """Where among the meanings each row (E,) has its own."""
    seats, levels = len(program.resource), Texts.of(program.legs.level)
    waits_from = len(program.activity)
    first = {
        WORKED: 0,
        WAITED: waits_from,
        PASSED: waits_from + 2 * seats,
        BACKED_OFF: waits_from + 3 * seats,
    }
    offset = np.zeros(max(first) + 1, np.int64)
    offset[list(first)] = list(first.values())
    is_move = log.kind == MOVED
    place: Ints = offset[log.kind] + log.a
    place[is_move] = waits_from + 4 * seats + levels.code[log.a[is_move]]
    return place


def _job_names(program: Program, count: int) -> list[str]:
    """Names of at least the first `count` jobs: those beyond the program's are refills."""
    named = [job.id for job in program.job]
    return named + [f"refill-{number + 1}" for number in range(count - len(named))]


def _job_times(program: Program, done_s: Floats, horizon_s: float) -> Timetable:
    """Release and end of every job of the program."""
    release_s, none = program.jobs.release_s, np.full(len(program.job), np.nan)
    return Timetable(
        tuple(job.id for job in program.job),
        np.where(np.isfinite(release_s), release_s, none),
        none,
        np.where(done_s <= horizon_s, done_s, none),
    )


def _order_times(program: Program, orders: Timetable, jobs: Timetable) -> Timetable:
    """The times of the orders; where the jobs' are known, the end is that of the last job that closes it."""
    if not jobs:
        return orders
    end_s = jobs.done_s.tolist()
    done: dict[str, float] = {}
    for number, job in enumerate(program.job):
        for order in job.closes:
            done[order] = float(np.maximum(done.get(order, -np.inf), end_s[number]))  # a part undone is NaN
    return replace(orders, done_s=np.fromiter(map(done.get, orders.names, repeat(np.nan)), np.float64))


def _deadlock(
    program: Program, agents: Sequence[str], ring: Sequence[tuple[int, int]], at_s: float
) -> Deadlock | None:
    if not ring:
        return None
    return Deadlock(
        agents=tuple(agents[agent] for agent, _ in ring),
        resources=tuple(program.resource[resource].name for _, resource in ring),
        at_s=at_s,
    )
