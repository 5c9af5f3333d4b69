"""Foreseen rows: what would be many events is one, with the same outcome.

At each seat t = max(t, free): agents reach it in the order in which they begin these rows, so whoever comes next
knows when it is free.
"""

from __future__ import annotations

from typing import Any

from layouts.compiled import compiled
from layouts.simulation.engine.paces import next_pace
from layouts.simulation.engine.records import count_span, record
from layouts.simulation.engine.script import Records
from layouts.simulation.engine.tape import (
    GIVE,
    MOVE,
    MOVED,
    NOBODY,
    TAKE,
    THROUGH,
    WAITED,
    WORKED,
    Floats,
    Ints,
    Rules,
)


@compiled
def foresee(
    rows: Records, seats: Records, who: Any, rules: Rules, pace: Floats, draws: Ints, log: Records, n: Ints,
    agent: int, first: int, end: int, now: float,
) -> float:  # fmt: skip
    """Play the rows `first` … `end` − 1 at once, from `now`; returns when the last of them is over."""
    time, stopped = now, who.stopped
    busy_s, moved_s = who.busy_s, who.moved_s
    for at in range(first, end):
        row = rows[at]
        op, a, b = row.op, row.a, row.b
        if op == TAKE:
            seat = seats[a]
            if seat.free_s > time:
                time, stopped = _await(rules, log, n, who, seat, agent, a, time), 1
            seat.taker = agent
        elif op == GIVE:
            seats[a].free_s = time
        elif op == THROUGH:
            step = 1 if b > 0 else -1
            step_s = row.x * who.slow
            cell = a
            seat = seats[cell]
            for _ in range(abs(b)):
                behind = seat
                cell += step
                seat = seats[cell]
                if seat.free_s > time:
                    time, stopped = _await(rules, log, n, who, seat, agent, cell, time), 1
                seat.taker = agent
                seconds = step_s
                if stopped == 1:
                    seconds += who.restart_s
                    stopped = 0
                busy_s += seconds
                moved_s += count_span(rules, time, time + seconds)
                if rules.logs and time < rules.horizon_s:
                    record(log, n, MOVED, agent, who.job, cell, NOBODY, time, time + seconds)
                time += seconds
                behind.free_s = time
        elif op == MOVE:
            seconds = row.x * who.slow
            if stopped == 1:
                seconds += who.restart_s
                stopped = 0
            busy_s += seconds
            moved_s += count_span(rules, time, time + seconds)
            if rules.logs and time < rules.horizon_s:
                record(log, n, MOVED, agent, who.job, a, NOBODY, time, time + seconds)
            time += seconds
        else:
            seconds = row.x
            if b != NOBODY:
                seconds *= next_pace(pace, draws, b, agent)
            stopped = 0
            busy_s += seconds
            who.worked_s += count_span(rules, time, time + seconds)
            if time < rules.horizon_s and rules.warm_up_s < time + seconds <= rules.horizon_s:
                who.works += 1
            if rules.logs and time < rules.horizon_s:
                record(log, n, WORKED, agent, who.job, a, NOBODY, time, time + seconds)
            time += seconds
    who.stopped, who.busy_s, who.moved_s = stopped, busy_s, moved_s
    return time


@compiled
def _await(
    rules: Rules, log: Records, n: Ints, who: Any, seat: Any, agent: int, resource: int, time: float
) -> float:
    """The agent waits until the foreseen seat is free; returns when."""
    counted = count_span(rules, time, seat.free_s)
    if counted > 0.0:
        who.waited_s += counted
        seat.waited_s += counted
        seat.waits += 1
    if rules.logs and time < rules.horizon_s:
        end_s = min(seat.free_s, rules.horizon_s)
        record(log, n, WAITED, agent, who.job, resource, seat.taker, time, end_s)
    return float(seat.free_s)


@compiled
def most_rows(rows: Records, first: int, end: int) -> int:
    """Log rows that foreseen rows lead to at most: a wait and a move or work each, of THROUGH for every cell."""
    count = 0
    for at in range(first, end):
        count += 2 * (abs(rows[at].b) if rows[at].op == THROUGH else 1)
    return count
