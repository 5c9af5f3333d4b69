"""Buffers: pieces that some put in and others get out, with room for so many; low ones ask for a refill."""

from __future__ import annotations

from layouts.compiled import compiled
from layouts.simulation.engine.dispatch import offer_refill
from layouts.simulation.engine.records import record_wait
from layouts.simulation.engine.script import Records, Script, State
from layouts.simulation.engine.seats import go_on, queue_up
from layouts.simulation.engine.tape import NOBODY, Rules


@compiled
def put(state: State, rules: Rules, log: Records, agent: int, buffer: int, pieces: int, now: float) -> bool:
    """Put pieces in; False when they do not fit or others wait to put: the agent then queues."""
    store = state.seats[buffer]
    if store.head != NOBODY or store.level + pieces > store.capacity:
        queue_up(state.agents, store, agent, buffer, pieces, now)
        return False
    _add(state, agent, buffer, pieces)
    _serve(state, rules, log, agent, buffer, now)
    return True


@compiled
def get(
    script: Script, state: State, rules: Rules, log: Records, agent: int, buffer: int, pieces: int, now: float
) -> bool:
    """Get pieces out; False when they are not there or others wait for some: the agent then queues."""
    store = state.seats[buffer]
    store.position -= pieces
    _reorder(script, state, buffer, now)
    if store.first_getter != NOBODY or store.level < pieces:
        _queue_to_get(state, agent, buffer, pieces, now)
        return False
    store.level -= pieces
    _serve(state, rules, log, agent, buffer, now)
    return True


@compiled
def _serve(state: State, rules: Rules, log: Records, by: int, buffer: int, now: float) -> None:
    """Everybody at the head of the two queues whose pieces are there, or fit, until nothing moves."""
    store = state.seats[buffer]
    moves = True
    while moves:
        moves = False
        heir = store.first_getter
        if heir != NOBODY and store.level >= state.agents[heir].way:
            store.first_getter = state.agents[heir].behind
            store.level -= state.agents[heir].way
            record_wait(log, state, rules, heir, buffer, by, now)
            go_on(state, heir, now)
            moves = True
        heir = store.head
        if heir != NOBODY and store.level + state.agents[heir].way <= store.capacity:
            store.head = state.agents[heir].behind
            _add(state, heir, buffer, state.agents[heir].way)
            record_wait(log, state, rules, heir, buffer, by, now)
            go_on(state, heir, now)
            moves = True


@compiled
def _add(state: State, agent: int, buffer: int, pieces: int) -> None:
    """The pieces are in. Those of a refill were counted when it was asked for."""
    store, job = state.seats[buffer], state.agents[agent].job
    store.level += pieces
    if job == NOBODY or state.jobs[job].buffer != buffer:
        store.position += pieces


@compiled
def _reorder(script: Script, state: State, buffer: int, now: float) -> None:
    """Ask for refills until what is there and ordered, less what is waited for, is above `low`: an (s, Q) policy."""
    store = state.seats[buffer]
    while store.refill != NOBODY and store.position <= store.low:
        store.position += store.refill_pieces
        offer_refill(script, state, buffer, now)


@compiled
def _queue_to_get(state: State, agent: int, buffer: int, pieces: int, now: float) -> None:
    """The agent stands at the tail of those who wait for pieces; `way` is how many it wants."""
    waiter, store = state.agents[agent], state.seats[buffer]
    waiter.want = len(state.seats) + buffer
    waiter.way = pieces
    waiter.since_s = now
    waiter.behind = NOBODY
    if store.first_getter == NOBODY:
        store.first_getter = agent
    else:
        state.agents[store.last_getter].behind = agent
    store.last_getter = agent
