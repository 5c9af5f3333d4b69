"""One pass over a tape: does every instruction make sense, and what is each resource used for?"""

from __future__ import annotations

from layouts.simulation.engine.compiled import compiled
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
    OUT,
    PUT,
    TAKE,
    WAIT,
    Ints,
)

FORESEEN, OTHERWISE, PIECES = 1, 2, 4
"""A seat taken in foreseen rows, in other rows, a buffer: bits of what `survey` tells of each resource."""

FAULTS = (
    "",
    "there is no such instruction",
    "there is no such resource",
    "seconds must be finite and not negative",
    "a direction is −1, 0 or 1",
    "there is no such area",
    "there is no such stream of paces",
    "a PUT or GET needs at least 1 piece: leave it out",
    "AHEAD must count at least 1 row and end within its routine",
    "only TAKE, GIVE, MOVE without an area, and WAIT can be foreseen",
    f"an agent would hold more than {MOST_HELD} seats at once",
    "a seat is given back that the routine does not hold, or one is taken that it holds",
    "the routine ends with a seat that it has not given back",
)


@compiled
def survey(rows: Records, start: Ints, streams: int, uses: Ints, held: Ints) -> tuple[int, int]:
    """The first fault, a number in FAULTS, and its row; 0 for none. Fills `uses` (R,); `held` (R + 1,) must be 0."""
    seats = len(uses)
    for routine in range(len(start) - 1):
        holds, ahead = 0, start[routine]
        for at in range(start[routine], start[routine + 1]):
            row = rows[at]
            op, a = row.op, row.a
            if op < 0 or op > MARK:
                return 1, at
            if op in (TAKE, GIVE, ENTER, LEAVE, PUT, GET, INTO, OUT) and (a < 0 or a >= seats):
                return 2, at
            if not 0.0 <= row.x < 1e300:
                return 3, at
            if op == ENTER and not -1 <= row.b <= 1:
                return 4, at
            if op == MOVE and not NOBODY <= row.b < seats:
                return 5, at
            if op == WAIT and not NOBODY <= row.b < streams:
                return 6, at
            if op in (PUT, GET):
                if row.b < 1:
                    return 7, at
                uses[a] |= PIECES
            if op == AHEAD:
                if row.b < 1 or at + row.b >= start[routine + 1] or at < ahead:
                    return 8, at
                ahead = at + 1 + row.b
            elif at < ahead and (op not in (TAKE, GIVE, MOVE, WAIT) or (op == MOVE and row.b != NOBODY)):
                return 9, at
            if op in (TAKE, ENTER):
                holds += 1
                if holds > MOST_HELD:
                    return 10, at
                uses[a] |= FORESEEN if at < ahead else OTHERWISE
                if held[a] == 1:
                    return 11, at
                held[a] = 1
            elif op in (GIVE, LEAVE):
                if held[a] == 0:
                    return 11, at
                held[a] = 0
                holds -= 1
        if holds > 0:
            return 12, start[routine + 1] - 1
    return 0, 0
