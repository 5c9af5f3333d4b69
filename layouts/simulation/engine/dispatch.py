"""Who does what next: jobs become ready, agents without work take the first that they are able to do."""

from __future__ import annotations

from typing import Any

import numpy as np

from layouts.compiled import compiled
from layouts.simulation.engine.script import (
    DISPATCHER,
    IDLERS,
    REFILLS,
    RELEASED,
    STATIC,
    Records,
    Script,
    State,
)
from layouts.simulation.engine.tape import NOBODY, Floats, Ints
from layouts.simulation.engine.tournament import schedule


@compiled
def release(script: Script, state: State, now: float) -> None:
    """Release every job whose time has come, and set the clock for the next."""
    at = state.n[RELEASED]
    while at < len(state.order) and state.jobs[state.order[at]].release_s <= now:
        job = state.order[at]
        state.jobs[job].is_released = 1
        if state.jobs[job].needs == 0:
            offer(script, state, job, now)
        at += 1
    state.n[RELEASED] = at
    later = state.jobs[state.order[at]].release_s if at < len(state.order) else np.inf
    schedule(state.key, state.winner, DISPATCHER, later)


@compiled
def offer(script: Script, state: State, job: int, now: float) -> None:
    """Who has been idle longest and does such work takes the job; else it joins the tail of its pool."""
    pool = state.jobs[job].pool
    if _has_tickets(state.jobs[job], script.ticket, state.seats):
        for place in range(state.n[IDLERS]):
            agent = state.idle[place]
            who = state.agents[agent]
            if _is_free(who, script.duty_s, now) and _does(who, script.pool, pool):
                _start(script, state, agent, job, now)
                _call(state, place, now)
                return
    state.jobs[job].next = NOBODY
    if state.ready[pool, 0] == NOBODY:
        state.ready[pool, 0] = job
    else:
        state.jobs[state.ready[pool, 1]].next = job
    state.ready[pool, 1] = job


@compiled
def offer_refill(script: Script, state: State, buffer: int, now: float) -> None:
    """A buffer asks to be refilled."""
    job = state.n[STATIC] + state.n[REFILLS]
    if job == len(state.jobs):
        raise RuntimeError(
            "buffers ask for more refills than most_refills: raise it, or see who empties them"
        )
    state.n[REFILLS] += 1
    refill = state.seats[buffer].refill
    state.jobs[job].refill = refill
    state.jobs[job].buffer = buffer
    state.jobs[job].pool = script.refill_pool[refill]
    state.jobs[job].release_s = now
    offer(script, state, job, now)


@compiled
def finish_job(script: Script, state: State, agent: int, now: float) -> None:
    """The agent's job is done: its tickets are free again, and jobs that waited for it come closer."""
    job = state.jobs[state.agents[agent].job]
    state.agents[agent].job = NOBODY
    job.ended_s = now
    for at in range(job.ticket, job.last_ticket):
        state.seats[script.ticket[at]].used -= 1
    if job.last_ticket > job.ticket:
        _call_idlers(script, state, now)
    for at in range(job.after, job.last_after):
        later = state.jobs[script.after[at]]
        later.needs -= 1
        if later.needs == 0 and later.is_released == 1:
            offer(script, state, script.after[at], now)


@compiled
def next_routine(script: Script, state: State, agent: int, now: float) -> float:
    """Set what the agent, which has nothing to do, does next; return `now`, or when it is to be asked again.

    A break that is due comes first, then charging, then the end of duty, then work.
    """
    who = state.agents[agent]
    if who.is_charging == 1:
        who.charged_s, who.is_charging = who.busy_s, 0
    if _has_break(who, script.duty_s, now):
        _play(who, script.start, script.duty_routine[who.duty])
        who.duty += 1
        return now
    if who.busy_s - who.charged_s >= who.charge_s:
        who.is_charging = 1
        _play(who, script.start, who.charge)
        return now
    if now >= who.until_s:
        return np.inf
    if _find_job(script, state, agent, now):
        return now
    state.idle[state.n[IDLERS]] = agent
    state.n[IDLERS] += 1
    if who.duty < who.last_duty:
        return float(script.duty_s[who.duty])
    return np.inf


@compiled
def leave_idlers(n: Ints, idle: Ints, agent: int) -> None:
    """The agent is no longer idle, if it was."""
    for place in range(n[IDLERS]):
        if idle[place] == agent:
            _remove(n, idle, place)
            return


@compiled
def _call_idlers(script: Script, state: State, now: float) -> None:
    """Tickets came back: idle agents, the longest idle first, may now find work."""
    place = 0
    while place < state.n[IDLERS]:
        agent = state.idle[place]
        if _is_free(state.agents[agent], script.duty_s, now) and _find_job(script, state, agent, now):
            _call(state, place, now)
        else:
            place += 1


@compiled
def _is_free(who: Any, duty_s: Floats, now: float) -> bool:
    """Whether the agent may begin work: on duty, with no break due."""
    return bool(now < who.until_s) and not _has_break(who, duty_s, now)


@compiled
def _has_break(who: Any, duty_s: Floats, now: float) -> bool:
    return bool(who.duty < who.last_duty and duty_s[who.duty] <= now)


@compiled
def _does(who: Any, pools: Ints, pool: int) -> bool:
    for at in range(who.pool, who.last_pool):  # noqa: SIM110 numba knows no any()
        if pools[at] == pool:
            return True
    return False


@compiled
def _find_job(script: Script, state: State, agent: int, now: float) -> bool:
    """Start the first job of the first of the agent's pools that has one whose tickets are all there."""
    for at in range(state.agents[agent].pool, state.agents[agent].last_pool):
        job = _take_job(script, state, script.pool[at])
        if job != NOBODY:
            _start(script, state, agent, job, now)
            return True
    return False


@compiled
def _start(script: Script, state: State, agent: int, job: int, now: float) -> None:
    """The agent takes the job and its tickets."""
    who, work = state.agents[agent], state.jobs[job]
    for at in range(work.ticket, work.last_ticket):
        state.seats[script.ticket[at]].used += 1
    who.job = job
    work.started_s, work.doer = now, agent
    if work.refill == NOBODY:
        _play(who, script.start, script.routine[who.kind, job])
    else:
        _play(who, script.start, script.refill_routine[who.kind, work.refill])


@compiled
def _take_job(script: Script, state: State, pool: int) -> int:
    """The first ready job of the pool whose tickets are all there, taken out of the pool."""
    before = NOBODY
    job = state.ready[pool, 0]
    while job != NOBODY:
        if _has_tickets(state.jobs[job], script.ticket, state.seats):
            if before == NOBODY:
                state.ready[pool, 0] = state.jobs[job].next
            else:
                state.jobs[before].next = state.jobs[job].next
            if state.ready[pool, 1] == job:
                state.ready[pool, 1] = before
            return int(job)
        before = job
        job = state.jobs[job].next
    return NOBODY


@compiled
def _has_tickets(job: Any, ticket: Ints, seats: Records) -> bool:
    for at in range(job.ticket, job.last_ticket):
        seat = seats[ticket[at]]
        if seat.used >= seat.capacity:
            return False
    return True


@compiled
def _play(who: Any, start: Ints, routine: int) -> None:
    who.row, who.end = start[routine], start[routine + 1]


@compiled
def _call(state: State, place: int, now: float) -> None:
    agent = state.idle[place]
    _remove(state.n, state.idle, place)
    schedule(state.key, state.winner, agent + 1, now)


@compiled
def _remove(n: Ints, idle: Ints, place: int) -> None:
    n[IDLERS] -= 1
    for at in range(place, n[IDLERS]):
        idle[at] = idle[at + 1]
