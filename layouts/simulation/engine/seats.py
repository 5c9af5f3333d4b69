"""Seats and sections: who gets in at once, who queues, and who is next when somebody leaves.

A queue is first come, first served, and nobody gets in past it. Agents in one direction share a section; the first
who wants another direction closes it for those that come after, so that neither side waits for ever.
"""

from __future__ import annotations

from typing import Any

from layouts.compiled import compiled
from layouts.simulation.engine.records import record_wait
from layouts.simulation.engine.script import SEAT, Records, State
from layouts.simulation.engine.tape import NOBODY, Rules
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
def occupy(who: Any, seat: Any, agent: int, resource: int, way: int) -> None:
    """The agent takes the seat or enters the section."""
    seat.used += 1
    seat.holder = agent
    if way != SEAT:
        seat.direction = way
    who.held[who.holds] = resource
    who.held_way[who.holds] = way
    who.holds += 1


@compiled
def let_go(who: Any, resource: int) -> None:
    """Take the resource off the list of what the agent holds."""
    at = who.holds - 1
    while who.held[at] != resource:
        at -= 1
    who.holds -= 1
    for later in range(at, who.holds):
        who.held[later] = who.held[later + 1]
        who.held_way[later] = who.held_way[later + 1]


@compiled
def vacate(state: State, rules: Rules, log: Records, agent: int, resource: int, now: float) -> bool:
    """The agent, which has let go of it, leaves the resource: whoever is first in the queue and fits gets in.

    False if the queue does not move: then somebody in it may now be locked, see `unlock_queue`.
    """
    seat = state.seats[resource]
    seat.used -= 1
    moves = seat.head == NOBODY
    while seat.head != NOBODY:
        heir = seat.head
        way = state.agents[heir].way
        if not has_room(seat, way):
            return bool(moves)
        moves = True
        seat.head = state.agents[heir].behind
        occupy(state.agents[heir], seat, heir, resource, way)
        record_wait(log, state, rules, heir, resource, agent, now)
        go_on(state, heir, now)
    return True


@compiled
def go_on(state: State, agent: int, now: float) -> None:
    """The agent has what it waited for: its next instruction is due now."""
    advance(state.agents[agent])
    schedule(state.key, state.winner, agent + 1, now)


@compiled
def advance(who: Any) -> None:
    """The agent has what it waited for; next is another of the seats that it gave up, or the row behind."""
    who.want = NOBODY
    if who.losses > 0:
        regain(who)
    else:
        who.row += 1


@compiled
def regain(who: Any) -> None:
    """The first of the seats that the agent gave up is its own again."""
    who.losses -= 1
    for at in range(who.losses):
        who.lost[at] = who.lost[at + 1]
        who.lost_way[at] = who.lost_way[at + 1]


@compiled
def queue_up(agents: Records, seat: Any, agent: int, resource: int, way: int, now: float) -> None:
    """The agent stands at the tail of the queue."""
    waiter = agents[agent]
    waiter.want = resource
    waiter.way = way
    waiter.since_s = now
    waiter.behind = NOBODY
    if seat.head == NOBODY:
        seat.head = agent
    else:
        agents[seat.tail].behind = agent
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
