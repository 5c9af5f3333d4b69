"""Seats and sections: who gets in at once, who queues, and who is next when somebody leaves.

A queue is first come, first served, and nobody gets in past it. Agents in one direction share a section; the first
who wants another direction closes it for those that come after, so that neither side waits for ever.
"""

from __future__ import annotations

from typing import Any

from layouts.simulation.engine.compiled import compiled
from layouts.simulation.engine.records import record_wait
from layouts.simulation.engine.script import SEAT, Records, State
from layouts.simulation.engine.tape import NOBODY, Ints, Rules
from layouts.simulation.engine.tournament import schedule


@compiled
def has_room(seat: Any, way: int) -> bool:
    """Whether one more fits, wanting it that `way`, if nobody queues."""
    if seat.used == 0:
        return True
    if way == SEAT:
        return bool(seat.used < seat.capacity)
    return bool(way != 0 and way == seat.direction and seat.used < seat.capacity)


@compiled
def occupy(agents: Records, seats: Records, held: Ints, agent: int, resource: int, way: int) -> None:
    """The agent takes the seat or enters the section."""
    seat = seats[resource]
    seat.used += 1
    seat.holder = agent
    if way != SEAT:
        seat.direction = way
    at = agents[agent].holds
    held[agent, at, 0] = resource
    held[agent, at, 1] = way
    agents[agent].holds = at + 1


@compiled
def let_go(agents: Records, held: Ints, agent: int, resource: int) -> None:
    """Take the resource off the list of what the agent holds."""
    last = agents[agent].holds - 1
    at = last
    while held[agent, at, 0] != resource:
        at -= 1
    for later in range(at, last):
        held[agent, later, 0] = held[agent, later + 1, 0]
        held[agent, later, 1] = held[agent, later + 1, 1]
    agents[agent].holds = last


@compiled
def vacate(state: State, rules: Rules, log: Records, agent: int, resource: int, now: float) -> None:
    """The agent, which has let go of it, leaves the resource: whoever is first in the queue and fits gets in."""
    seat = state.seats[resource]
    seat.used -= 1
    while seat.head != NOBODY:
        heir = seat.head
        way = state.agents[heir].way
        if not has_room(seat, way):
            return
        seat.head = state.agents[heir].behind
        occupy(state.agents, state.seats, state.held, heir, resource, way)
        record_wait(log, state, rules, heir, resource, agent, now)
        go_on(state, heir, now)


@compiled
def go_on(state: State, agent: int, now: float) -> None:
    """The agent has what it waited for: its next instruction is due now."""
    state.agents[agent].want = NOBODY
    if state.agents[agent].losses > 0:
        regain(state, agent)
    else:
        state.agents[agent].row += 1
    schedule(state.key, state.winner, agent + 1, now)


@compiled
def regain(state: State, agent: int) -> None:
    """The first of the seats that the agent gave up is its own again."""
    left = state.agents[agent].losses - 1
    for at in range(left):
        state.lost[agent, at, 0] = state.lost[agent, at + 1, 0]
        state.lost[agent, at, 1] = state.lost[agent, at + 1, 1]
    state.agents[agent].losses = left


@compiled
def queue_up(state: State, agent: int, resource: int, way: int, now: float) -> None:
    """The agent stands at the tail of the queue."""
    waiter, seat = state.agents[agent], state.seats[resource]
    waiter.want = resource
    waiter.way = way
    waiter.since_s = now
    waiter.behind = NOBODY
    if seat.head == NOBODY:
        seat.head = agent
    else:
        state.agents[seat.tail].behind = agent
    seat.tail = agent


@compiled
def queue_down(state: State, agent: int) -> None:
    """The agent leaves the queue for a seat, wherever in it it stands."""
    seat = state.seats[state.agents[agent].want]
    before = NOBODY
    other = seat.head
    while other != agent:
        before = other
        other = state.agents[other].behind
    behind = state.agents[agent].behind
    if before == NOBODY:
        seat.head = behind
    else:
        state.agents[before].behind = behind
    if behind == NOBODY:
        seat.tail = before
    state.agents[agent].want = NOBODY
