"""THROUGH as the rows that it stands for: what is not foreseen is played one row after the other."""

from __future__ import annotations

import numpy as np

from layouts.simulation.engine.tape import GIVE, MOVE, NOBODY, TAKE, THROUGH, Tape


def spell_out(tape: Tape) -> Tape:
    """The tape without THROUGH; its AHEAD rows no longer count right. The same tape if it has none."""
    goes = tape.rows["op"] == THROUGH
    if not goes.any():
        return tape
    steps = np.where(goes, np.abs(tape.rows["b"]), 0)
    count = np.where(goes, 3 * steps, 1)
    first = np.concatenate([[0], np.cumsum(count)])
    rows = np.repeat(tape.rows, count)
    of = np.repeat(goes, count)
    step, phase = np.divmod((np.arange(len(rows)) - np.repeat(first[:-1], count))[of], 3)
    sign = np.sign(rows["b"][of])
    rows["op"][of] = np.array([TAKE, MOVE, GIVE])[phase]
    rows["a"][of] += sign * (step + (phase < 2))
    rows["b"][of] = NOBODY
    return Tape(rows, first[tape.start])
