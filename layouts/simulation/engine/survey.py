"""One pass over a tape: does every instruction make sense, and what is each resource used for?"""

from __future__ import annotations

from layouts.simulation.engine.compiled import compiled
from layouts.simulation.engine.script import MOST_HELD, Records
from layouts.simulation.engine.tape import (
    AHEAD,
    ENTER,
    GIVE,
    INTO,
    LEAVE,
    MARK,
    MOVE,
    NOBODY,
    OUT,
    TAKE,
    THROUGH,
    WAIT,
    Ints,
)

FORESEEN, SEATED, SECTION, PIECES, AREA = 1, 2, 4, 8, 16
"""Bits of what a resource is used for: a seat that is foreseen, another seat, a section, a buffer, an area."""

FAULTS = (
    "",
    "there is no such instruction",
    "there is no such resource",
    "seconds must be from 0 to 1e12",
    "a direction is −1, 0 or 1",
    "there is no such area",
    "there is no such stream of paces",
    "a PUT or GET needs at least 1 piece: leave it out",
    "more pieces than the buffer has room for: nobody can ever put or get them",
    "AHEAD must count at least 1 row and end within its routine",
    "only TAKE, GIVE, MOVE without an area, WAIT and THROUGH can be foreseen",
    "THROUGH is for foreseen rows, from the only seat that the agent has there to another",
    f"an agent would hold more than {MOST_HELD} seats at once",
    "a seat, section or area is taken that the routine already has",
    "a seat, section or area is given back that the routine does not have",
    "a seat that is taken in foreseen rows must be given back in them",
    "the routine ends with a seat, section or area that it has not given back",
)
(
    _NO_INSTRUCTION,
    _NO_RESOURCE,
    _SECONDS,
    _DIRECTION,
    _NO_AREA,
    _NO_STREAM,
    _NO_PIECES,
    _TOO_MANY_PIECES,
    _AHEAD,
    _UNFORESEEABLE,
    _THROUGH,
    _HOLDS,
    _TAKEN,
    _NOT_TAKEN,
    _FORESEEN_KEPT,
    _KEPT,
) = range(1, len(FAULTS))


@compiled
def survey(
    rows: Records, start: Ints, streams: int, capacity: Ints, uses: Ints, has: Ints, passed: Ints, peak: Ints
) -> tuple[int, int]:
    """The first fault, a number in FAULTS, and its row; 0 for none.

    Fills `uses` (R,), and with the most seats that each routine has at once `peak` (Q,). `has` (R,) must be 0: the
    use for which the routine has the resource. `passed` (R + 1,) must be 0: by how many more the rows go through a
    resource than through the one before.
    """
    seats = len(uses)
    for routine in range(len(start) - 1):
        holds, kept, foreseen, ahead = 0, 0, 0, start[routine]
        for at in range(start[routine], start[routine + 1]):
            row = rows[at]
            op, a = row.op, row.a
            if at == ahead and foreseen > 0:
                return _FORESEEN_KEPT, at - 1
            if op == MOVE:
                if not 0.0 <= row.x <= 1e12:
                    return _SECONDS, at
                if row.b != NOBODY:
                    if row.b < 0 or row.b >= seats:
                        return _NO_AREA, at
                    if at < ahead:
                        return _UNFORESEEABLE, at
                    uses[row.b] |= AREA
                continue
            if op == WAIT:
                if not 0.0 <= row.x <= 1e12:
                    return _SECONDS, at
                if row.b < NOBODY or row.b >= streams:
                    return _NO_STREAM, at
                continue
            if op == AHEAD:
                if row.b < 1 or at + row.b >= start[routine + 1] or at < ahead:
                    return _AHEAD, at
                ahead = at + 1 + row.b
                continue
            if op == MARK:
                if at < ahead:
                    return _UNFORESEEABLE, at
                continue
            if op < 0 or op > THROUGH:
                return _NO_INSTRUCTION, at
            if a < 0 or a >= seats:
                return _NO_RESOURCE, at
            if op == THROUGH:
                to = a + row.b
                if at >= ahead or foreseen != 1 or has[a] != FORESEEN or row.b == 0:
                    return _THROUGH, at
                if to < 0 or to >= seats:
                    return _NO_RESOURCE, at
                if not 0.0 <= row.x <= 1e12:
                    return _SECONDS, at
                passed[min(a, to)] += 1
                passed[max(a, to) + 1] -= 1
                has[a], has[to] = 0, FORESEEN
                peak[routine] = max(peak[routine], holds + 1)
                continue
            if at < ahead:
                if op == TAKE:
                    foreseen += 1
                elif op == GIVE:
                    foreseen -= 1
                else:
                    return _UNFORESEEABLE, at
                use = FORESEEN
            elif op in (TAKE, GIVE):
                use = SEATED
            elif op in (ENTER, LEAVE):
                if op == ENTER and not -1 <= row.b <= 1:
                    return _DIRECTION, at
                use = SECTION
            elif op in (INTO, OUT):
                use = AREA
            else:
                if row.b < 1:
                    return _NO_PIECES, at
                if row.b > capacity[a]:
                    return _TOO_MANY_PIECES, at
                uses[a] |= PIECES
                continue
            if op in (TAKE, ENTER, INTO):
                if has[a] != 0:
                    return _TAKEN, at
                has[a] = use
                uses[a] |= use
                kept += 1
                if use != AREA:
                    holds += 1
                    peak[routine] = max(peak[routine], holds)
            else:
                if has[a] != use:
                    return _NOT_TAKEN, at
                has[a] = 0
                kept -= 1
                if use != AREA:
                    holds -= 1
        if peak[routine] > MOST_HELD:
            return _HOLDS, start[routine + 1] - 1
        if foreseen > 0:
            return _FORESEEN_KEPT, start[routine + 1] - 1
        if kept > 0:
            return _KEPT, start[routine + 1] - 1
    return 0, 0
