"""What agents do, as flat arrays: the instructions, and who and what they are played with.

A *resource* is whatever two agents can want at once: a pick face, a cell of a narrow aisle, a one-lane section, an
intersection, a seat at a station, a buffer, a lift, a door, a charger. All share one numbering, 0 … R − 1.
A *routine* is a piece of tape. A *job* is a routine that whoever is free and able takes from a pool.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Shorts = npt.NDArray[np.int32]
Bytes = npt.NDArray[np.int8]

WAIT, MOVE, TAKE, GIVE, ENTER, LEAVE, PUT, GET, INTO, OUT, AHEAD, MARK, THROUGH = range(13)
"""Instructions, with their arguments a, b and x:

WAIT   work on activity `a` for `x` seconds, times the next number of stream `b` where that is not NOBODY
MOVE   go along leg `a` in `x` seconds, slowed down by the crowd in area `b` where that is not NOBODY
TAKE   a seat of resource `a`, or queue for it
GIVE   that seat back
ENTER  section `a` in direction `b`: +1, −1, or 0 for alone; or queue for it
LEAVE  that section
PUT    `b` pieces into buffer `a`, or queue while they do not fit
GET    `b` pieces out of buffer `a`, or queue while they are not there
INTO   area `a`: nobody waits, but everybody counts
OUT    of that area
AHEAD  the next `b` rows can be foreseen, see `play`
MARK   note `a` in the log; takes no time

And, among foreseen rows only:

THROUGH  cells from `a`, which the agent has, to `a` + `b`, one after the other: TAKE the next, MOVE there in `x`
         seconds along the leg of the next cell's number, GIVE the one behind
"""

NOBODY = -1

MOVED, WORKED, WAITED, MARKED, PASSED, BACKED_OFF = range(6)
"""Kinds of log rows; `a` is the leg, the activity, the resource waited for (R more where its pieces are), the mark,
the resource passed at, the resource given way at."""

STOP, BACK_OFF, PASS = range(3)
"""What happens when agents wait for each other in a ring: the run ends and names them; the last to close the ring
gives back what it holds for a while; or it squeezes past."""


ROW = np.dtype([("x", "f8"), ("a", "i4"), ("b", "i4"), ("op", "i8")])
"""One instruction; 24 bytes that lie together, so that playing it touches one place in memory."""


class Tape(NamedTuple):
    """Instructions `rows` (I,) of ROW; routine q is the rows `start[q]` … `start[q + 1]` − 1 of `start` (Q + 1,)."""

    rows: npt.NDArray[Any]
    start: Ints


def tape_of(op: Any, a: Any, b: Any, x: Any, start: Any) -> Tape:
    """A tape from columns (I,), and the `start` (Q + 1,) of its routines."""
    rows = np.empty(len(op), ROW)
    rows["op"], rows["a"], rows["b"], rows["x"] = op, a, b, x
    return Tape(rows, np.asarray(start, np.int64))


class Resources(NamedTuple):
    """What is contended, (R,) each.

    `capacity`: seats, agents in a section at once, pieces in a buffer. `level`: pieces in a buffer at the start.
    A buffer that falls to `low` pieces asks for refill `refill`, a number in `Jobs.refill_pool`, of
    `refill_pieces`; NOBODY for none. `slow` (R, N) is by what an area with n agents inside stretches a move, the last
    column for N − 1 and more; a column of ones where there are no areas.
    """

    capacity: Ints
    level: Ints
    low: Ints
    refill: Ints
    refill_pieces: Ints
    slow: Floats


class Jobs(NamedTuple):
    """Work to be taken from pools, first come, first served by `release_s`, then by number.

    `routine` (C, J): what an agent of each class does for it. A job is ready at `release_s` (J,) and when as many as
    `needs` (J,) jobs have named it among those that come `after` them (of job j: `after[after_start[j]:…]`).
    It occupies one place of each of its tickets (`ticket[ticket_start[j]:…]`, resources) from its start to its end;
    a job whose tickets are out is passed over. `refill_routine` (C, F) and `refill_pool` (F,) are the jobs that low
    buffers ask for.
    """

    routine: Ints
    release_s: Floats
    pool: Ints
    needs: Ints
    after_start: Ints
    after: Ints
    ticket_start: Ints
    ticket: Ints
    refill_routine: Ints
    refill_pool: Ints


class Crew(NamedTuple):
    """The agents, (A,) each unless said otherwise.

    `kind`: the class in 0 … C − 1. `slow`: by what the agent stretches every move. `restart_s`: what it loses when it
    must stop on its way. On duty from `from_s`; takes nothing new at or after `until_s`. Takes work from the pools
    `pool[pool_start[i]:…]`, the first that has any. At the first end of work at or after `duty_s[duty_start[i]:…]`
    it plays the routine beside it: a break. `charge_s`: seconds of work until it plays `charge_routine`; infinite for
    none. `fail_s` (A, F): seconds of work, rising, after which it plays `repair_routine` where it stands; NOBODY for
    none. `pace` (S, A, D): the streams of factors on working times; each number of a stream is used once, in turn,
    and the stream begins again after D.
    """

    kind: Ints
    slow: Floats
    restart_s: Floats
    from_s: Floats
    until_s: Floats
    pool_start: Ints
    pool: Ints
    duty_start: Ints
    duty_s: Floats
    duty_routine: Ints
    charge_s: Floats
    charge_routine: Ints
    fail_s: Floats
    repair_routine: int
    pace: Floats


class Rules(NamedTuple):
    """How the run is played: what is counted, from `warm_up_s` to `horizon_s`, and what a deadlock leads to.

    Who gives way stays away for `back_off_s`, twice as long each time in a row and at most MOST_BACK_OFFS times, then
    it passes; who passes loses `pass_s`.
    """

    warm_up_s: float = 0.0
    horizon_s: float = np.inf
    looks_ahead: bool = True
    logs: bool = True
    deadlock: int = STOP
    back_off_s: float = 5.0
    pass_s: float = 5.0


MOST_BACK_OFFS = 8


class Log(NamedTuple):
    """What happened, (E,) each, in order of record; `by` made the agent wait by having the place before it."""

    kind: Bytes
    agent: Shorts
    job: Shorts
    a: Shorts
    by: Shorts
    start_s: Floats
    end_s: Floats
