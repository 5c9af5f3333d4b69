"""Tickets for rings that could jam: so few agents are admitted that one place always stays free."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from layouts.simulation.engine.tape import ENTER, GIVE, LEAVE, TAKE
from layouts.simulation.meaning import Resource
from layouts.simulation.traffic.static_check import Jam
from layouts.simulation.traffic.ways import Ways


def tickets_for(
    jams: Sequence[Jam], resources: Sequence[Resource]
) -> tuple[tuple[Resource, ...], tuple[int, ...]]:
    """A resource for each jam, to be added behind `resources`, and how many it admits: one less than a ring takes.

    A ring of agents that wait for each other within the members of a jam takes `fewest` of them at least, all with a
    ticket: with one less there is none. And as every agent takes its ticket at the moment it waits for the first of
    the members, with nothing more in hand than then, tickets close no ring of their own.
    """
    added = tuple(
        resources[jam.ring[0]]._replace(name=f"TICKET-{number}", kind="ticket", aisle=None)
        for number, jam in enumerate(jams, start=1)
    )
    return added, tuple(jam.fewest - 1 for jam in jams)


def with_tickets(ways: Ways, jams: Sequence[Jam], *, first: int) -> Ways:
    """The same ways, with ticket `first + k` taken before the first member of jam k and given back after the last."""
    for number, jam in enumerate(jams):
        ways = _with_ticket(ways, np.array(jam.members), first + number)
    return ways


def _with_ticket(ways: Ways, members: np.ndarray[tuple[int], np.dtype[np.int64]], ticket: int) -> Ways:
    taken = (ways.op == TAKE) | (ways.op == ENTER)
    given = (ways.op == GIVE) | (ways.op == LEAVE)
    change = np.where(np.isin(ways.a, members), taken.astype(np.int64) - given, 0)
    after = np.cumsum(change)
    takes = np.flatnonzero((change > 0) & (after == 1))
    gives = np.flatnonzero((change < 0) & (after == 0)) + 1
    at = np.concatenate([gives, takes])
    ops = np.repeat(np.array([GIVE, TAKE], np.int8), [len(gives), len(takes)])
    where = np.concatenate([ways.to_m[gives - 1], ways.from_m[takes]])
    # what is taken at a row belongs to its leg; what is given back, to the leg of the row before
    more = np.searchsorted(takes, ways.leg_start) + np.searchsorted(gives, ways.leg_start, "right")
    return replace(
        ways,
        op=np.insert(ways.op, at, ops),
        a=np.insert(ways.a, at, np.int32(ticket)),
        b=np.insert(ways.b, at, np.int32(-1)),
        from_m=np.insert(ways.from_m, at, where),
        to_m=np.insert(ways.to_m, at, where),
        leg_start=ways.leg_start + more,
    )
