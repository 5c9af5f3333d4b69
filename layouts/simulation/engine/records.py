"""Log rows and totals. Waits and work are counted between warm-up and horizon; the log has them whole."""

from __future__ import annotations

from layouts.compiled import compiled
from layouts.simulation.engine.script import ROWS, Records, State
from layouts.simulation.engine.tape import WAITED, Ints, Rules


@compiled
def record(
    log: Records, n: Ints, kind: int, agent: int, job: int, a: int, by: int, start_s: float, end_s: float
) -> None:
    """Write one row; there must be room for it."""
    row = log[n[ROWS]]
    row.kind = kind
    row.agent = agent
    row.job = job
    row.a = a
    row.by = by
    row.start_s = start_s
    row.end_s = end_s
    n[ROWS] += 1


@compiled
def record_wait(
    log: Records, state: State, rules: Rules, agent: int, resource: int, by: int, until_s: float
) -> None:
    """The agent has waited for the resource since `since_s`; a wait of no time is no wait.

    The row names the queue: that of the resource, or R + its number where pieces lacked.
    """
    waiter = state.agents[agent]
    if until_s > waiter.since_s:
        waiter.stopped = 1
        counted = count_span(rules, waiter.since_s, until_s)
        if counted > 0.0:
            waiter.waited_s += counted
            state.seats[resource].waited_s += counted
            state.seats[resource].waits += 1
        if rules.logs:
            record(log, state.n, WAITED, agent, waiter.job, waiter.want, by, waiter.since_s, until_s)


@compiled
def count_span(rules: Rules, start_s: float, end_s: float) -> float:
    """The seconds of a span that lie between warm-up and horizon."""
    return max(0.0, min(end_s, rules.horizon_s) - max(start_s, rules.warm_up_s))
