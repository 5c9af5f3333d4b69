"""Plays jobs through a line: an event is a service that ends, a closure that ends, or a job that comes.

1. A queue is first come, first served; of free servers the lowest number takes the job.
2. Blocking after service: a job that is done keeps its server until the next station has room; those that wait for
   the same room get it in the order in which they were done (Perros 1994, "Queueing Networks with Blocking", 2.1).
3. A server that is closed takes no job; one that works when it is closed finishes its job first.
4. Of events at one instant services end first, then closures, then jobs come; of services the lowest server's.

The same source runs compiled and, with NUMBA_DISABLE_JIT=1, as plain Python, with equal results.
"""

from __future__ import annotations

import numpy as np

from layouts.compiled import compiled
from layouts.lines.tables import (
    ENDLESS,
    NOBODY,
    Floats,
    Layout,
    Log,
    State,
    empty_log,
    empty_state,
)


def play(layout: Layout, arrivals_s: Floats, takes_s: Floats, *, horizon_s: float) -> Log:
    """Play jobs that come at `arrivals_s` (N,), in order, and take `takes_s` (N, M) at the stations, by the order in
    which they begin there; nothing happens after `horizon_s`. No job gives an empty log.

    Raises ValueError for shapes that do not fit, times that fall, and services below 0.
    """
    jobs, stations = len(arrivals_s), len(layout.room)
    if takes_s.shape != (jobs, stations):
        raise ValueError(f"takes_s is {takes_s.shape}: give ({jobs}, {stations}), a row for each job")
    if not (np.all(np.diff(arrivals_s) >= 0) and np.all(takes_s >= 0)):
        raise ValueError("arrivals_s must not fall, and takes_s must be at least 0")
    log = empty_log(jobs, stations)
    _loop(
        layout, arrivals_s, takes_s, empty_state(layout, jobs), log, np.zeros(stations, np.int64), horizon_s
    )
    return log


@compiled
def _loop(
    layout: Layout,
    arrivals_s: Floats,
    takes_s: Floats,
    state: State,
    log: Log,
    begun: np.ndarray,
    horizon_s: float,
) -> None:
    comer = opening = 0
    while True:
        server = int(np.argmin(state.ends_s))
        ends_s = state.ends_s[server]
        opens_s = layout.closed_to_s[opening] if opening < len(layout.closed_to_s) else np.inf
        comes_s = arrivals_s[comer] if comer < len(arrivals_s) else np.inf
        now = min(ends_s, opens_s, comes_s)
        if now > horizon_s or now == np.inf:
            return
        if ends_s == now:
            _finish(layout, takes_s, state, log, begun, server, now)
        elif opens_s == now:
            station = layout.station[layout.closed_server[opening]]
            opening += 1
            _settle(layout, takes_s, state, log, begun, station, now)
        else:
            _join(state, log, comer, 0, now)
            comer += 1
            _settle(layout, takes_s, state, log, begun, 0, now)


@compiled
def _finish(
    layout: Layout, takes_s: Floats, state: State, log: Log, begun: np.ndarray, server: int, now: float
) -> None:
    """The job is done: it leaves the line, or queues for room at the next station."""
    job, station = state.job[server], layout.station[server]
    log.done_s[job, station] = now
    state.ends_s[server] = np.inf
    if station == len(layout.room) - 1:
        log.left_s[job, station] = now
        state.job[server] = NOBODY
        _settle(layout, takes_s, state, log, begun, station, now)
        return
    ahead = station + 1
    state.behind[job] = NOBODY
    if state.stuck_head[ahead] == NOBODY:
        state.stuck_head[ahead] = job
    else:
        state.behind[state.stuck_tail[ahead]] = job
    state.stuck_tail[ahead] = job
    _settle(layout, takes_s, state, log, begun, ahead, now)


@compiled
def _settle(
    layout: Layout, takes_s: Floats, state: State, log: Log, begun: np.ndarray, station: int, now: float
) -> None:
    """Whoever can begin begins, whoever finds room comes in; what that frees upstream is settled in turn."""
    moved = True
    while moved and station >= 0:
        moved = False
        _begin(layout, takes_s, state, log, begun, station, now)
        while state.stuck_head[station] != NOBODY and _has_room(layout, state, station, now):
            job = state.stuck_head[station]
            state.stuck_head[station] = state.behind[job]
            log.left_s[job, station - 1] = now
            state.job[log.server[job, station - 1]] = NOBODY
            _join(state, log, job, station, now)
            _begin(layout, takes_s, state, log, begun, station, now)
            moved = True
        station -= 1


@compiled
def _begin(
    layout: Layout, takes_s: Floats, state: State, log: Log, begun: np.ndarray, station: int, now: float
) -> None:
    """Jobs of the buffer begin as long as servers are free."""
    while state.head[station] != NOBODY:
        server = _free(layout, state, station, now)
        if server == NOBODY:
            return
        job = state.head[station]
        state.head[station] = state.behind[job]
        state.waiting[station] -= 1
        state.job[server] = job
        state.ends_s[server] = now + takes_s[begun[station], station]
        begun[station] += 1
        log.began_s[job, station] = now
        log.server[job, station] = server


@compiled
def _join(state: State, log: Log, job: int, station: int, now: float) -> None:
    """The job stands at the tail of the buffer."""
    log.came_s[job, station] = now
    state.behind[job] = NOBODY
    if state.head[station] == NOBODY:
        state.head[station] = job
    else:
        state.behind[state.tail[station]] = job
    state.tail[station] = job
    state.waiting[station] += 1


@compiled
def _has_room(layout: Layout, state: State, station: int, now: float) -> bool:
    room = layout.room[station]
    return bool(
        room == ENDLESS
        or state.waiting[station] < room
        or (state.waiting[station] == 0 and _free(layout, state, station, now) != NOBODY)
    )


@compiled
def _free(layout: Layout, state: State, station: int, now: float) -> int:
    """The lowest server of the station that has no job and is open."""
    for server in range(layout.first[station], layout.first[station + 1]):
        if state.job[server] == NOBODY and not _is_closed(layout, server, now):
            return server
    return NOBODY


@compiled
def _is_closed(layout: Layout, server: int, now: float) -> bool:
    for number in range(len(layout.closed_server)):
        if layout.closed_server[number] == server and (
            layout.closed_from_s[number] <= now < layout.closed_to_s[number]
        ):
            return True
    return False
