"""The event loop: agents play their tapes against shared resources.

Rules:
1. Ties in time go to the agent whose event was scheduled first, by a counter.
2. A queue is first come, first served; an agent keeps its place until it is served.
3. A seat that is given back goes to the head of the queue at the same instant.
4. A wait of no time is no wait and is not logged.
5. An agent that finishes a tour takes the next of the shared list; the last one ends its shift.
6. No event starts at or after the horizon; waits that are unfinished then count to the horizon.

The same source runs compiled and, with NUMBA_DISABLE_JIT=1, as plain Python, with equal results. The loop is
one long function because numba compiles it whole and the agents' state stays in local arrays.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from numba import njit

from layouts.simulation.tape import (
    DROP,
    DROPPED,
    GIVE,
    MOVED,
    NOBODY,
    PICKED,
    SERVE,
    TAKE,
    WAITED,
    WALK,
    Crew,
    Log,
    Tape,
)


@njit(cache=True)
def play(tape: Tape, crew: Crew, horizon_s: float, log: Log) -> int:
    """Play `tape` until all tours are done or `horizon_s`; fill `log` and return its number of rows.

    `log` must hold one row an instruction and one an agent. Arguments must have passed `tape.check`.
    """
    agents = len(crew.speed_m_s)
    tours = len(tape.start) - 1
    time = np.zeros(agents)
    stamp = np.arange(agents)
    winner = _first_tournament(time, stamp)
    row = np.zeros(agents, np.int64)
    tour = np.full(agents, NOBODY)
    picks = np.zeros(agents, np.int64)
    since = np.zeros(agents)
    blocker = np.full(agents, NOBODY)
    behind = np.full(agents, NOBODY)
    seats = tape.capacity.copy()
    head = np.full(len(seats), NOBODY)
    tail = np.full(len(seats), NOBODY)
    holder = np.full(len(seats), NOBODY)
    next_tour, counter, events = 0, agents, 0

    while True:
        agent = winner[1]
        now = time[agent]
        if now >= horizon_s or now == np.inf:
            break
        busy_until = now
        while busy_until == now:
            if tour[agent] == NOBODY or row[agent] == tape.start[tour[agent] + 1]:
                if next_tour == tours:
                    busy_until = np.inf
                    break
                tour[agent] = next_tour
                row[agent] = tape.start[next_tour]
                next_tour += 1
                continue
            at = row[agent]
            op, argument, amount = tape.op[at], tape.argument[at], tape.amount[at]
            if op == TAKE:
                if seats[argument] == 0:
                    since[agent], blocker[agent] = now, holder[argument]
                    if head[argument] == NOBODY:
                        head[argument] = agent
                    else:
                        behind[tail[argument]] = agent
                    tail[argument] = agent
                    busy_until = np.inf
                    break
                seats[argument] -= 1
                holder[argument] = agent
            elif op == GIVE:
                heir = head[argument]
                if heir == NOBODY:
                    seats[argument] += 1
                else:
                    head[argument] = behind[heir]
                    behind[heir] = NOBODY
                    holder[argument] = heir
                    row[heir] += 1
                    if now > since[heir]:
                        _write(
                            log, events, WAITED, heir, tour[heir], argument, since[heir], now, blocker[heir]
                        )
                        events += 1
                    time[heir], stamp[heir] = now, counter
                    counter += 1
                    _replay(winner, time, stamp, heir)
            else:
                kind = MOVED
                if op == WALK:
                    busy_until = now + amount / crew.speed_m_s[agent]
                elif op == SERVE:
                    kind = PICKED
                    busy_until = now + amount * crew.pace[agent, picks[agent] % crew.pace.shape[1]]
                    picks[agent] += 1
                elif op == DROP:
                    kind = DROPPED
                    busy_until = now + amount
                _write(log, events, kind, agent, tour[agent], argument, now, busy_until, NOBODY)
                events += 1
            row[agent] += 1
        time[agent], stamp[agent] = busy_until, counter
        counter += 1
        _replay(winner, time, stamp, agent)

    for resource in range(len(seats)):
        waiting = head[resource]
        while waiting != NOBODY:
            if horizon_s > since[waiting]:
                _write(
                    log,
                    events,
                    WAITED,
                    waiting,
                    tour[waiting],
                    resource,
                    since[waiting],
                    horizon_s,
                    blocker[waiting],
                )
                events += 1
            waiting = behind[waiting]
    return events


@njit(cache=True)
def _write(
    log: Log, at: int, kind: int, agent: int, tour: int, argument: int, start_s: float, end_s: float, by: int
) -> None:
    log.kind[at] = kind
    log.agent[at] = agent
    log.tour[at] = tour
    log.argument[at] = argument
    log.start_s[at] = start_s
    log.end_s[at] = end_s
    log.by[at] = by


@njit(cache=True)
def _first_tournament(time: npt.NDArray[np.float64], stamp: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """A tournament tree over the agents: node n has children 2n and 2n + 1, node 1 is the next to act."""
    leaves = 1
    while leaves < len(time):
        leaves *= 2
    winner = np.full(2 * leaves, NOBODY)
    for agent in range(len(time)):
        winner[leaves + agent] = agent
    for node in range(leaves - 1, 0, -1):
        winner[node] = _earlier(time, stamp, winner[2 * node], winner[2 * node + 1])
    return winner


@njit(cache=True)
def _replay(
    winner: npt.NDArray[np.int64], time: npt.NDArray[np.float64], stamp: npt.NDArray[np.int64], agent: int
) -> None:
    """Play an agent's matches again, from its leaf to the root."""
    node = (len(winner) // 2 + agent) // 2
    while node >= 1:
        winner[node] = _earlier(time, stamp, winner[2 * node], winner[2 * node + 1])
        node //= 2


@njit(cache=True)
def _earlier(time: npt.NDArray[np.float64], stamp: npt.NDArray[np.int64], one: int, other: int) -> int:
    if one == NOBODY:
        return other
    if other == NOBODY:
        return one
    if time[one] != time[other]:
        return one if time[one] < time[other] else other
    return one if stamp[one] < stamp[other] else other
