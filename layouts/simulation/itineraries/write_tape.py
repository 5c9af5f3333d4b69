"""Visits turned into instructions, in one pass."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from layouts.compiled import compiled
from layouts.simulation.engine.script import Records
from layouts.simulation.engine.tape import (
    AHEAD,
    ENTER,
    GET,
    GIVE,
    LEAVE,
    MARK,
    MOVE,
    NOBODY,
    PUT,
    ROW,
    TAKE,
    WAIT,
    Floats,
    Ints,
    Tape,
)
from layouts.simulation.itineraries.sections import ENTERS, ENTERS_AT_ONCE, LEAVES, LEAVES_LAST, SectionSteps
from layouts.simulation.itineraries.visits import Visits

Flags = npt.NDArray[np.bool_]


class Steps(NamedTuple):
    """What each visit (S,) asks for, as resource numbers with NOBODY for none.

    `edge` is the directed edge by which the agent comes, NOBODY where it comes from nowhere else, `move_s` its time.
    `cell` is held while the agent stands there, `lane` while it comes, `face` while it is served. `foreseen` (R,)
    marks faces whose service, and the way on from there, can be foreseen.
    """

    edge: Ints
    move_s: Floats
    cell: Ints
    lane: Ints
    face: Ints
    foreseen: Flags


def write_tape(
    visits: Visits, steps: Steps, sections: SectionSteps, *, at_start: bool, gate: Ints, gates: Ints
) -> Tape:
    """One routine for each agent, then one for each gate.

    1. An agent takes its cell, then waits at its `gate` (A,) until all who begin when it does have theirs.
    2. To go on, it enters the section, takes the next cell, takes the lane, moves. It gives its cell back when it
       starts to move (`at_start`) or on arrival; then the lane and the section.
    3. It takes the face and is served; it keeps the face, as it keeps its cell, while its next visit is there too.
    4. Gate g lets `gates[g]` agents go: a buffer from which each gets one. No gates, no waiting.
    """
    moves = int(np.count_nonzero(steps.edge != NOBODY))
    stops = int(np.count_nonzero(visits.service_s))
    agents, locked = len(visits.agents), int(np.count_nonzero(sections.acts))
    rows = np.empty(5 * moves + 4 * stops + 4 * locked + 3 * agents + len(gates), ROW)
    start = np.empty(agents + len(gates) + 1, np.int64)
    end = _write(
        rows.view(np.recarray), start, visits.start, visits.node, visits.service_s, steps, sections, at_start, gate
    )  # fmt: skip
    opening = rows[end : end + len(gates)]
    opening["op"], opening["a"], opening["b"], opening["x"] = PUT, np.unique(gate), gates, 0.0
    start[agents:] = end + np.arange(len(gates) + 1)
    if start[-1] == 0:
        return _of_nothing(start)
    return Tape(rows[: start[-1]], start)


def _of_nothing(start: Ints) -> Tape:
    """A tape of agents who have nothing to do: the engine wants an instruction, which nobody plays."""
    rows = np.zeros(1, ROW)
    rows["op"] = MARK
    return Tape(rows, np.append(start, 1))


@compiled
def _write(
    rows: Records, start: Ints, begins: Ints, node: Ints, service_s: Floats, steps: Steps, sections: SectionSteps,
    at_start: bool, gate: Ints,
) -> int:  # fmt: skip
    """Write the rows of all agents and where each begins; returns their number. Long, as it is the rules in order."""
    n = 0
    for agent in range(len(begins) - 1):
        start[agent] = n
        end = begins[agent + 1]
        ahead, is_seated = NOBODY, False
        for at in range(begins[agent], end):
            cell, lane, face = steps.cell[at], steps.lane[at], steps.face[at]
            acts, section, way = sections.acts[at], sections.section[at], sections.way[at]
            if acts & ENTERS_AT_ONCE:
                n = _row(rows, n, ENTER, section, way, 0.0)
            if at == begins[agent]:
                if cell != NOBODY:
                    n = _row(rows, n, TAKE, cell, NOBODY, 0.0)
                if len(gate) > 0:
                    n = _row(rows, n, GET, gate[agent], 1, 0.0)
            if acts & ENTERS:
                n = _row(rows, n, ENTER, section, way, 0.0)
            if steps.edge[at] != NOBODY:
                if cell != NOBODY:
                    n = _row(rows, n, TAKE, cell, NOBODY, 0.0)
                if lane != NOBODY:
                    n = _row(rows, n, TAKE, lane, NOBODY, 0.0)
                if cell != NOBODY and at_start:
                    n = _row(rows, n, GIVE, steps.cell[at - 1], NOBODY, 0.0)
                n = _row(rows, n, MOVE, node[at], NOBODY, steps.move_s[at])
                if cell != NOBODY and not at_start:
                    n = _row(rows, n, GIVE, steps.cell[at - 1], NOBODY, 0.0)
                if lane != NOBODY:
                    n = _row(rows, n, GIVE, lane, NOBODY, 0.0)
            if acts & LEAVES:
                n = _row(rows, n, LEAVE, section, NOBODY, 0.0)
            if service_s[at] > 0:
                if face != NOBODY and not is_seated:
                    if ahead != NOBODY:
                        rows[ahead].b = n - ahead - 1
                    ahead = NOBODY
                    if steps.foreseen[face]:
                        ahead = n
                        n = _row(rows, n, AHEAD, NOBODY, 1, 0.0)
                    n = _row(rows, n, TAKE, face, NOBODY, 0.0)
                n = _row(rows, n, WAIT, node[at], NOBODY, service_s[at])
                is_seated = (
                    at + 1 < end
                    and steps.edge[at + 1] == NOBODY
                    and service_s[at + 1] > 0
                    and steps.face[at + 1] == face
                )
                if face != NOBODY and not is_seated:
                    n = _row(rows, n, GIVE, face, NOBODY, 0.0)
            if at == end - 1 and cell != NOBODY:
                n = _row(rows, n, GIVE, cell, NOBODY, 0.0)
            if acts & LEAVES_LAST:
                n = _row(rows, n, LEAVE, section, NOBODY, 0.0)
        if ahead != NOBODY:
            rows[ahead].b = n - ahead - 1
    return n


@compiled
def _row(rows: Records, n: int, op: int, a: int, b: int, x: float) -> int:
    """Write one row; returns the number of the next."""
    row = rows[n]
    row.op, row.a, row.b, row.x = op, a, b, x
    return n + 1
