"""Deadlock: agents that wait for each other in a ring, found at the moment the last of them begins to wait."""

from __future__ import annotations

from typing import Any

import numpy as np

from layouts.compiled import compiled
from layouts.simulation.engine.records import record, record_wait
from layouts.simulation.engine.script import BACK_OFFS, PASSES, RING, Records, State
from layouts.simulation.engine.seats import advance, occupy, queue_down, vacate
from layouts.simulation.engine.tape import BACK_OFF, BACKED_OFF, MOST_BACK_OFFS, NOBODY, PASSED, STOP, Rules
from layouts.simulation.engine.tournament import schedule


@compiled
def closes_ring(state: State, agent: int) -> bool:
    """Whether nobody whom the agent waits for, or they wait for, can ever go on, and somebody there waits for it.

    Then `state.ring` names the shortest ring through the agent. Whoever waits for pieces in a buffer may be helped
    from outside, so it counts as one who can go on.
    """
    asker, todo = state.scratch[0], state.scratch[1]
    for other in range(len(asker)):
        asker[other] = NOBODY
    todo[0], asker[agent] = agent, agent
    last_of_ring = NOBODY
    count, at = 1, 0
    while at < count:
        waiter = todo[at]
        resource = state.agents[waiter].want
        if resource >= len(state.seats) or state.seats[resource].is_buffer == 1:
            return False
        first, end = _holders(state, resource)
        for other in range(first, end):
            if _holds(state.agents[other], resource):
                if state.agents[other].want == NOBODY:
                    return False
                if other == agent and last_of_ring == NOBODY:
                    last_of_ring = waiter
                if asker[other] == NOBODY:
                    asker[other] = waiter
                    todo[count] = other
                    count += 1
        at += 1
    if last_of_ring == NOBODY:
        return False
    _name_ring(state, agent, last_of_ring)
    return True


@compiled
def resolve(state: State, rules: Rules, log: Records, agent: int, now: float) -> float:
    """Open the ring that the agent closes; returns when the agent goes on, minus infinity where the rule is to stop.

    If the agent gives way, those behind it may still be locked, for instance by others in a section that it was in:
    then one more gives way, until nobody is locked.
    """
    if rules.deadlock == STOP:
        return -np.inf
    until = _give_way(state, rules, log, agent, now)
    if rules.deadlock == BACK_OFF:
        for other in range(len(state.agents)):
            if state.agents[other].want != NOBODY and closes_ring(state, other):
                schedule(state.key, state.winner, other + 1, _give_way(state, rules, log, other, now))
    return until


@compiled
def unlock_queue(state: State, rules: Rules, log: Records, resource: int, now: float) -> bool:
    """Open the rings through those who queue, since one whom they waited for has left and let nobody in.

    That happens where others are still in a section, or somebody passed. False where the rule is to stop.
    """
    agent = state.seats[resource].head
    while agent != NOBODY:
        behind = state.agents[agent].behind
        if closes_ring(state, agent):
            until = resolve(state, rules, log, agent, now)
            if until < now:
                return False
            schedule(state.key, state.winner, agent + 1, until)
            behind = state.seats[resource].head
        agent = behind
    return True


@compiled
def holder_of(state: State, resource: int) -> int:
    """One of those who have the resource; NOBODY for a buffer."""
    first, end = _holders(state, resource)
    for other in range(first, end):
        if _holds(state.agents[other], resource):
            return other
    return NOBODY


@compiled
def _give_way(state: State, rules: Rules, log: Records, agent: int, now: float) -> float:
    """The agent leaves the queue and backs off, or passes if that is the rule or backing off did not help."""
    who = state.agents[agent]
    resource, by = who.want, state.ring[0, 1 % state.n[RING]]
    record_wait(log, state, rules, agent, resource, by, now)
    queue_down(state, agent)
    backs_off = rules.deadlock == BACK_OFF and who.away < MOST_BACK_OFFS
    if backs_off:
        until: float = now + rules.back_off_s * 2.0**who.away
        state.n[BACK_OFFS] += 1
        who.away += 1
    else:
        until = now + rules.pass_s
        state.n[PASSES] += 1
        who.stopped = 1
    if rules.logs:
        record(log, state.n, BACKED_OFF if backs_off else PASSED, agent, who.job, resource, by, now, until)
    if backs_off:
        _give_back(state, rules, log, agent, now)
    else:
        occupy(who, state.seats[resource], agent, resource, who.way)
        # a section with agents in both directions takes nobody else until it is empty
        state.seats[resource].direction = 0
        if who.losses == 0:
            who.away = 0
        advance(who)
    return until


@compiled
def _give_back(state: State, rules: Rules, log: Records, agent: int, now: float) -> None:
    """The agent gives back all it holds, to take it again in the same order, before what it already lacks."""
    who = state.agents[agent]
    given = who.holds
    for at in range(who.losses - 1, -1, -1):
        who.lost[at + given], who.lost_way[at + given] = who.lost[at], who.lost_way[at]
    for at in range(given):
        who.lost[at], who.lost_way[at] = who.held[at], who.held_way[at]
    who.losses += given
    who.holds = 0
    for at in range(given - 1, -1, -1):
        vacate(state, rules, log, agent, who.lost[at], now)


@compiled
def _holders(state: State, resource: int) -> tuple[int, int]:
    """The range of agents among which all holders are: one agent where that is known, else everybody."""
    seat = state.seats[resource]
    if seat.used == 1 and _holds(state.agents[seat.holder], resource):
        return seat.holder, seat.holder + 1
    return 0, len(state.agents)


@compiled
def _holds(who: Any, resource: int) -> bool:
    for at in range(who.holds):  # noqa: SIM110 numba knows no any()
        if who.held[at] == resource:
            return True
    return False


@compiled
def _name_ring(state: State, agent: int, last: int) -> None:
    """From the agent to whom it waits for, and so on to the last, who waits for the agent."""
    asker = state.scratch[0]
    length, other = 1, last
    while other != agent:
        length += 1
        other = asker[other]
    state.n[RING] = length
    other = last
    for at in range(length - 1, -1, -1):
        state.ring[0, at], state.ring[1, at] = other, state.agents[other].want
        other = asker[other]
