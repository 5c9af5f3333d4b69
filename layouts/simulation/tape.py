"""What agents do, as flat arrays: the tape that the kernel plays and the log it writes."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

WALK, TAKE, SERVE, GIVE, DROP = range(5)
"""Instructions: walk leg `argument` of `amount` metres; take a seat at resource `argument` or queue for it;
work on pick `argument` for about `amount` seconds; give the seat back; hand over for `amount` seconds."""

MOVED, WAITED, PICKED, DROPPED = range(4)
"""Kinds of log rows; `argument` is the leg, the resource, the pick, the resource."""

NOBODY = -1


class Tape(NamedTuple):
    """Tours as instructions: tour t is the rows `start[t]` … `start[t + 1]` − 1, played in order of t.

    `op` (I,), `argument` (I,), `amount` (I,); `start` (T + 1,); `capacity` (R,) seats a resource.
    """

    op: npt.NDArray[np.int8]
    argument: npt.NDArray[np.int64]
    amount: npt.NDArray[np.float64]
    start: npt.NDArray[np.int64]
    capacity: npt.NDArray[np.int64]


class Crew(NamedTuple):
    """The agents: `speed_m_s` (A,), and `pace` (A, D), factors on the seconds of an agent's picks in turn.

    With D = 1 every pick takes the same factor.
    """

    speed_m_s: npt.NDArray[np.float64]
    pace: npt.NDArray[np.float64]


class Log(NamedTuple):
    """What happened, in order of record, (E,) each; `tour` is the tour's number, `by` an agent or NOBODY."""

    kind: npt.NDArray[np.int8]
    agent: npt.NDArray[np.int64]
    tour: npt.NDArray[np.int64]
    argument: npt.NDArray[np.int64]
    start_s: npt.NDArray[np.float64]
    end_s: npt.NDArray[np.float64]
    by: npt.NDArray[np.int64]


def check(tape: Tape, crew: Crew) -> None:
    """Refuse what the kernel, which checks no bounds, must never see: ValueError names the fault."""
    rows = len(tape.op)
    if rows == 0 or len(tape.start) < 2:
        raise ValueError("the tape is empty: give at least one tour")
    if len(tape.argument) != rows or len(tape.amount) != rows:
        raise ValueError(
            f"op, argument and amount differ in length: {rows}, {len(tape.argument)}, {len(tape.amount)}"
        )
    if tape.start[0] != 0 or tape.start[-1] != rows or (np.diff(tape.start) < 0).any():
        raise ValueError(f"start must rise from 0 to {rows}, got {tape.start[0]} to {tape.start[-1]}")
    if (tape.capacity < 1).any():
        raise ValueError(f"a resource has capacity {tape.capacity.min()}: at least one seat is needed")
    seats = tape.argument[np.isin(tape.op, (TAKE, GIVE, DROP))]
    if len(seats) and not (seats.min() >= 0 and seats.max() < len(tape.capacity)):
        raise ValueError(f"resource {seats.max()} is not in 0 … {len(tape.capacity) - 1}")
    if not np.isfinite(tape.amount).all() or (tape.amount < 0).any():
        raise ValueError("amounts must be finite and not negative")
    if len(crew.speed_m_s) == 0 or crew.pace.ndim != 2 or crew.pace.shape[0] != len(crew.speed_m_s):
        raise ValueError(f"a crew of {len(crew.speed_m_s)} with pace of shape {crew.pace.shape} cannot work")
    if crew.pace.shape[1] == 0 or not np.isfinite(crew.pace).all() or (crew.pace < 0).any():
        raise ValueError("every agent needs at least one pace, finite and not negative")
    if not (np.isfinite(crew.speed_m_s) & (crew.speed_m_s > 0)).all():
        raise ValueError(f"speed_m_s {crew.speed_m_s.min()} must be above 0")
