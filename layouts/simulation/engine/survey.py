"""One pass over a tape: does every instruction make sense, and what is each resource used for?"""

from __future__ import annotations

from layouts.compiled import compiled
from layouts.simulation.engine.script import MOST_HELD, Records
from layouts.simulation.engine.tape import (
    AHEAD,
    ENTER,
    GET,
    GIVE,
    INTO,
    LEAVE,
    MARK,
    MOVE,
    NOBODY,
    PUT,
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
        first, end = start[routine], start[routine + 1]
        holds, most, kept, foreseen, ahead = 0, 0, 0, 0, first
        for at in range(first, end):
            row = rows[at]
            op, a, b = row.op, row.a, row.b
            if at == ahead and foreseen > 0:
                return _FORESEEN_KEPT, at - 1
            if op in (MOVE, WAIT):
                if not 0.0 <= row.x <= 1e12:
                    return _SECONDS, at
                if b != NOBODY:
                    if op == WAIT:
                        if b < 0 or b >= streams:
                            return _NO_STREAM, at
                    else:
                        if b < 0 or b >= seats:
                            return _NO_AREA, at
                        if at < ahead:
                            return _UNFORESEEABLE, at
                        uses[b] |= AREA
            elif op == AHEAD:
                if b < 1 or at + b >= end or at < ahead:
                    return _AHEAD, at
                ahead = at + 1 + b
            elif op == MARK:
                if at < ahead:
                    return _UNFORESEEABLE, at
            elif op < 0 or op > THROUGH:
                return _NO_INSTRUCTION, at
            elif a < 0 or a >= seats:
                return _NO_RESOURCE, at
            elif op in (TAKE, GIVE):
                use, sign = (FORESEEN if at < ahead else SEATED), (1 if op == TAKE else -1)
                if has[a] != (0 if op == TAKE else use):
                    return (_TAKEN if op == TAKE else _NOT_TAKEN), at
                has[a] = use if op == TAKE else 0
                uses[a] |= use
                kept += sign
                holds += sign
                foreseen += sign if at < ahead else 0
                most = max(most, holds)
            elif op == THROUGH:
                to = a + b
                if at >= ahead or foreseen != 1 or has[a] != FORESEEN or b == 0:
                    return _THROUGH, at
                if to < 0 or to >= seats:
                    return _NO_RESOURCE, at
                if not 0.0 <= row.x <= 1e12:
                    return _SECONDS, at
                passed[min(a, to)] += 1
                passed[max(a, to) + 1] -= 1
                has[a], has[to] = 0, FORESEEN
                most = max(most, holds + 1)
            elif at < ahead:
                return _UNFORESEEABLE, at
            elif op in (PUT, GET):
                if b < 1:
                    return _NO_PIECES, at
                if b > capacity[a]:
                    return _TOO_MANY_PIECES, at
                uses[a] |= PIECES
            else:
                use, seat = (SECTION, 1) if op in (ENTER, LEAVE) else (AREA, 0)
                if op == ENTER and not -1 <= b <= 1:
                    return _DIRECTION, at
                comes = op in (ENTER, INTO)
                if has[a] != (0 if comes else use):
                    return (_TAKEN if comes else _NOT_TAKEN), at
                has[a] = use if comes else 0
                uses[a] |= use
                kept += 1 if comes else -1
                holds += seat if comes else -seat
                most = max(most, holds)
        peak[routine] = most
        if most > MOST_HELD:
            return _HOLDS, end - 1
        if foreseen > 0:
            return _FORESEEN_KEPT, end - 1
        if kept > 0:
            return _KEPT, end - 1
    return 0, 0
