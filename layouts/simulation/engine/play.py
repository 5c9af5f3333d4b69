"""The event loop: agents play routines against resources.

1. Of several agents whose time has come at once, the lowest number goes first; releases of work go before agents.
2. A queue is first come, first served; an agent keeps its place until it is served.
3. A seat that is given back goes to the head of the queue at the same instant. Whether a cell is given back when its
   agent sets out for the next or when it arrives there is a matter of the tape, which has GIVE before or after MOVE.
4. Totals count the part of a wait after `warm_up_s`. A wait of no time is no wait.
5. Nothing begins at or after `horizon_s`; waits that are unfinished then count to the horizon, see `close`.

AHEAD marks rows that can be foreseen: TAKE, GIVE, MOVE, WAIT and THROUGH on resources of one seat that are used in
such rows only, and that agents reach in the order in which they begin those rows; after the last wait in them some
time must pass. Then they are one event instead of many, with the same outcome, unless agents break down (who does so
in foreseen rows does it after them) or the run ends in a deadlock.

The same source runs compiled and, with NUMBA_DISABLE_JIT=1, as plain Python, with equal results. The loop is one long
function so that what nearly every instruction needs is compiled in place; what is rare is called.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from layouts.compiled import compiled
from layouts.simulation.engine.buffers import get, put
from layouts.simulation.engine.deadlock import closes_ring, holder_of, resolve, unlock_queue
from layouts.simulation.engine.dispatch import finish_job, leave_idlers, next_routine, release
from layouts.simulation.engine.foresee import foresee, most_rows
from layouts.simulation.engine.paces import next_pace
from layouts.simulation.engine.records import count_span, record, record_wait
from layouts.simulation.engine.script import (
    CURRENT,
    DISPATCHER,
    EVENTS,
    ROWS,
    SEAT,
    Records,
    Script,
    State,
)
from layouts.simulation.engine.seats import has_room, let_go, occupy, queue_up, regain, vacate
from layouts.simulation.engine.tape import (
    AHEAD,
    ENTER,
    GET,
    GIVE,
    INTO,
    LEAVE,
    MARK,
    MARKED,
    MOVE,
    MOVED,
    NOBODY,
    OUT,
    PUT,
    TAKE,
    WAIT,
    WORKED,
    Floats,
    Ints,
    Rules,
)
from layouts.simulation.engine.tournament import schedule

FINISHED, PAUSED, LOG_FULL, LOCKED = range(4)
"""Nothing is left to happen; the next event is at or after `until_s`; the log needs more room; a deadlock."""


@compiled
def play(script: Script, state: State, rules: Rules, log: Records, until_s: float) -> int:
    """Play on from `state` until the next event is at or after `until_s`; returns why it came back.

    Arguments must have passed `check`. However a run is cut into pieces, it comes out the same.
    """
    n, rows, key, winner = state.n, script.rows, state.key, state.winner
    agents, seats, draws, pace, slow = state.agents, state.seats, state.draws, script.pace, script.slow
    may_fail = script.fail_s.shape[1] > 0
    room = len(log) - 2 * len(agents) - 4
    agent, now, events = n[CURRENT], state.now_s[0], 0
    why = PAUSED
    while why == PAUSED:
        if agent == NOBODY:
            if key[1] >= until_s or key[1] == np.inf:
                why = FINISHED if key[1] == np.inf else PAUSED
                break
            now = key[1]
            events += 1
            if winner[1] == DISPATCHER:
                release(script, state, now)
                continue
            agent = winner[1] - 1
        who = agents[agent]
        until = now
        if who.losses > 0:
            if rules.logs and n[ROWS] > room:
                why = LOG_FULL
                break
            until = _regain(state, rules, log, agent, now)
        while until == now:
            if rules.logs and n[ROWS] > room:
                why = LOG_FULL
                break
            at = who.row
            if at == who.end:
                if who.back_row != NOBODY:
                    who.row, who.end = who.back_row, who.back_end
                    who.back_row, who.busy_s = NOBODY, who.back_busy_s
                    continue
                if who.job != NOBODY:
                    finish_job(script, state, agent, now)
                else:
                    leave_idlers(n, state.idle, agent)
                until = next_routine(script, state, agent, now)
                continue
            if (
                may_fail
                and who.back_row == NOBODY
                and _fails(who, script.start, script.repair, script.fail_s[agent])
            ):
                continue
            row = rows[at]
            code, a, b = row.op, row.a, row.b
            if code == MOVE:
                seconds = row.x * who.slow
                if b != NOBODY:
                    seconds *= slow[b, min(seats[b].used, slow.shape[1] - 1)]
                if who.stopped == 1:
                    seconds += who.restart_s
                    who.stopped = 0
                until = now + seconds
                who.busy_s += seconds
                who.moved_s += count_span(rules, now, until)
                if rules.logs:
                    record(log, n, MOVED, agent, who.job, a, NOBODY, now, until)
            elif code == WAIT:
                seconds = row.x
                if b != NOBODY:
                    seconds *= next_pace(pace, draws, b, agent)
                who.stopped = 0
                until = now + seconds
                who.busy_s += seconds
                who.worked_s += count_span(rules, now, until)
                if rules.warm_up_s < until <= rules.horizon_s:
                    who.works += 1
                if rules.logs:
                    record(log, n, WORKED, agent, who.job, a, NOBODY, now, until)
            elif code == TAKE:
                seat = seats[a]
                if seat.head != NOBODY or seat.used >= seat.capacity:
                    until = _wait_for(state, rules, log, agent, a, SEAT, now)
                    continue
                occupy(who, seat, agent, a, SEAT)
                who.away = 0
            elif code == GIVE:
                if who.held[who.holds - 1] == a:
                    who.holds -= 1
                else:
                    let_go(who, a)
                if seats[a].head == NOBODY:
                    seats[a].used -= 1
                elif not (
                    vacate(state, rules, log, agent, a, now) or unlock_queue(state, rules, log, a, now)
                ):
                    until = -np.inf
            elif code == ENTER:
                if seats[a].head != NOBODY or not has_room(seats[a], b):
                    until = _wait_for(state, rules, log, agent, a, b, now)
                    continue
                occupy(who, seats[a], agent, a, b)
                who.away = 0
            elif code == LEAVE:
                let_go(who, a)
                if not (vacate(state, rules, log, agent, a, now) or unlock_queue(state, rules, log, a, now)):
                    until = -np.inf
            elif code == AHEAD:
                if rules.looks_ahead:
                    first, end = at + 1, at + 1 + b
                    if rules.logs and n[ROWS] + most_rows(rows, first, end) > room:
                        why = LOG_FULL
                        break
                    until = foresee(rows, seats, who, rules, pace, draws, log, n, agent, first, end, now)
                    who.row += b
            elif code == INTO:
                seats[a].used += 1
            elif code == OUT:
                seats[a].used -= 1
            elif code == PUT:
                if not put(state, rules, log, agent, a, b, now):
                    until = np.inf
                    continue
            elif code == GET:
                if not get(script, state, rules, log, agent, a, b, now):
                    until = np.inf
                    continue
            elif code == MARK and rules.logs:
                record(log, n, MARKED, agent, who.job, a, NOBODY, now, now)
            who.row += 1
        if why == PAUSED:
            schedule(key, winner, agent + 1, until)
            agent = NOBODY
            if until < now:
                why = LOCKED
    n[CURRENT] = agent
    n[EVENTS] += events
    state.now_s[0] = now
    return why


@compiled
def _wait_for(
    state: State, rules: Rules, log: Records, agent: int, resource: int, way: int, now: float
) -> float:
    """The agent queues, unless that closes a ring; returns when it goes on, minus infinity where nobody ever can."""
    queue_up(state.agents, state.seats[resource], agent, resource, way, now)
    if state.agents[agent].holds == 0 or not closes_ring(state, agent):
        return np.inf
    return resolve(state, rules, log, agent, now)


@compiled
def _regain(state: State, rules: Rules, log: Records, agent: int, now: float) -> float:
    """The agent takes the seats that it gave up, in the old order; returns when it goes on."""
    who = state.agents[agent]
    while who.losses > 0:
        resource, way = who.lost[0], who.lost_way[0]
        if state.seats[resource].head != NOBODY or not has_room(state.seats[resource], way):
            return _wait_for(state, rules, log, agent, resource, way, now)
        occupy(who, state.seats[resource], agent, resource, way)
        regain(who)
    return now


@compiled
def _fails(who: Any, start: Ints, repair: int, fail_s: Floats) -> bool:
    """Whether the agent breaks down now; it then plays the repair where it stands, and returns."""
    if who.failures == len(fail_s) or who.busy_s < fail_s[who.failures]:
        return False
    who.failures += 1
    who.back_row, who.back_end, who.back_busy_s = who.row, who.end, who.busy_s
    who.row, who.end = start[repair], start[repair + 1]
    return True


@compiled
def close(state: State, rules: Rules, log: Records, at_s: float) -> None:
    """End the run at `at_s`: waits that are under way count to there, by who stands before in the queue.

    The first of a queue waits by one who has the place. The log must have room for a row an agent.
    """
    for resource in range(len(state.seats)):
        seat = state.seats[resource]
        by = holder_of(state, resource) if seat.head != NOBODY else NOBODY
        for queue in range(2):
            agent = seat.head if queue == 0 else seat.first_getter
            while agent != NOBODY:
                record_wait(log, state, rules, agent, resource, by, at_s)
                by = NOBODY if seat.is_buffer == 1 else agent
                agent = state.agents[agent].behind
