"""Deadlock: agents that wait for each other in a ring, found at the moment the last of them begins to wait."""

from __future__ import annotations

from layouts.simulation.engine.compiled import compiled
from layouts.simulation.engine.records import record
from layouts.simulation.engine.script import BACK_OFFS, PASSES, RING, Records, State
from layouts.simulation.engine.seats import occupy, queue_down, regain, vacate
from layouts.simulation.engine.tape import BACKED_OFF, NOBODY, PASSED, Ints, Rules


@compiled
def is_locked(state: State, agent: int) -> bool:
    """Whether nobody whom the agent waits for, or they wait for, can ever go on. It names the ring in `state.ring`.

    Whoever waits for pieces in a buffer may be helped from outside, so it counts as one who can go on.
    """
    seen, todo = state.scratch[0], state.scratch[1]
    for other in range(len(seen)):
        seen[other] = 0
    todo[0] = agent
    seen[agent] = 1
    count, at = 1, 0
    while at < count:
        resource = state.agents[todo[at]].want
        at += 1
        if resource >= len(state.seats) or state.seats[resource].is_buffer == 1:
            return False
        first, last = _holders(state, resource)
        for other in range(first, last):
            if seen[other] == 0 and _holds(state, other, resource):
                if state.agents[other].want == NOBODY:
                    return False
                seen[other] = 1
                todo[count] = other
                count += 1
    _name_ring(state, agent)
    return True


@compiled
def pass_by(state: State, rules: Rules, log: Records, agent: int, now: float) -> float:
    """The agent squeezes in beyond the capacity; returns when it is through."""
    who = state.agents[agent]
    resource, until = who.want, now + rules.pass_s
    queue_down(state, agent)
    occupy(state.agents, state.seats, state.held, agent, resource, who.way)
    state.n[PASSES] += 1
    if rules.logs:
        record(log, state.n, PASSED, agent, who.job, resource, state.ring[0, 1], now, until)
    who.stopped = 1
    who.away = 0
    if who.losses > 0:
        regain(state, agent)
    else:
        who.row += 1
    return until


@compiled
def back_off(state: State, rules: Rules, log: Records, agent: int, now: float) -> float:
    """The agent gives back all it holds; returns when it comes back, to take it again in the same order."""
    who = state.agents[agent]
    resource = who.want
    queue_down(state, agent)
    until: float = now + rules.back_off_s * 2.0**who.away
    who.away += 1
    state.n[BACK_OFFS] += 1
    if rules.logs:
        record(log, state.n, BACKED_OFF, agent, who.job, resource, state.ring[0, 1], now, until)
    given = who.holds
    for at in range(who.losses - 1, -1, -1):
        _copy(state.lost, agent, at + given, state.lost, at)
    for at in range(given):
        _copy(state.lost, agent, at, state.held, at)
    who.losses += given
    who.holds = 0
    for at in range(given - 1, -1, -1):
        vacate(state, rules, log, agent, state.lost[agent, at, 0], now)
    return until


@compiled
def _copy(into: Ints, agent: int, at: int, of: Ints, place: int) -> None:
    into[agent, at, 0] = of[agent, place, 0]
    into[agent, at, 1] = of[agent, place, 1]


@compiled
def _holders(state: State, resource: int) -> tuple[int, int]:
    """The range of agents among which all holders are: one agent where that is known, else everybody."""
    seat = state.seats[resource]
    if seat.capacity == 1 and seat.used == 1:
        return seat.holder, seat.holder + 1
    return 0, len(state.agents)


@compiled
def _holds(state: State, agent: int, resource: int) -> bool:
    for at in range(state.agents[agent].holds):  # noqa: SIM110 numba knows no any()
        if state.held[agent, at, 0] == resource:
            return True
    return False


@compiled
def _name_ring(state: State, agent: int) -> None:
    """Follow first holders from the agent until one comes again: those from there on are the ring."""
    place, path = state.scratch[0], state.scratch[1]
    for other in range(len(place)):
        place[other] = NOBODY
    count = 0
    while place[agent] == NOBODY:
        place[agent] = count
        path[count] = agent
        count += 1
        first, last = _holders(state, state.agents[agent].want)
        for other in range(first, last):
            if _holds(state, other, state.agents[agent].want):
                agent = other
                break
    begin = place[agent]
    for at in range(begin, count):
        state.ring[0, at - begin] = path[at]
        state.ring[1, at - begin] = state.agents[path[at]].want
    state.n[RING] = count - begin
