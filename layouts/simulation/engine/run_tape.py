"""Play a tape from beginning to end: checked arrays in, log, totals and the reason for the end out."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np

from layouts.simulation.engine.check import check
from layouts.simulation.engine.play import LOCKED, LOG_FULL, PAUSED, close, play
from layouts.simulation.engine.script import RING, ROWS, Records, State, empty_rows, new_script, new_state
from layouts.simulation.engine.tape import NOBODY, Crew, Jobs, Log, Resources, Rules, Tape
from layouts.simulation.engine.typed import typed
from spatial.progress import Progress, silent

_LOG_TYPES = (np.int8, np.int32, np.int32, np.int32, np.int32, np.float64, np.float64)

Ending = Literal["finished", "horizon", "deadlock", "stalled"]

_SLICES = 50
"""Pieces in which a run with a horizon is played, so that its progress can be told."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Played:
    """A run that is over: why, when, its log in order of record, and its state with the totals.

    finished: nothing is left to happen; jobs that nobody was able or on duty to do have `ended_s` infinite in
    `state.jobs`. horizon: time was up; then, and where a run stalls, `end_s` is the horizon if there is one.
    stalled: somebody waits for pieces or a seat that nobody will ever bring, though no ring holds them.
    """

    ending: Ending
    end_s: float
    log: Log
    state: State

    @property
    def ring(self) -> tuple[tuple[int, int], ...]:
        """Agents that wait for each other, each with the resource that it wants and the next of them holds.

        Empty where the run did not end in a deadlock.
        """
        if self.ending != "deadlock":
            return ()
        return tuple(zip(*self.state.ring[:, : self.state.n[RING]].tolist(), strict=True))


def run_tape(
    tape: Tape,
    resources: Resources,
    jobs: Jobs,
    crew: Crew,
    rules: Rules | None = None,
    *,
    most_refills: int = 0,
    progress: Progress = silent,
) -> Played:
    """Play all jobs, until none is left or the horizon. ValueError for arrays that do not fit each other."""
    tape, resources, jobs, crew = typed(tape), typed(resources), typed(jobs), typed(crew)
    rules = typed(rules or Rules())
    buffers = check(tape, resources, jobs, crew, rules)
    script = new_script(tape, resources, jobs, crew, rules)
    state = new_state(resources, jobs, crew, buffers=buffers, most_refills=most_refills)
    log = empty_rows(_first_room(tape, crew) if rules.logs else 0)
    steps = np.linspace(0, rules.horizon_s, _SLICES + 1)[1:] if math.isfinite(rules.horizon_s) else [math.inf]
    for step, until_s in enumerate(steps):
        why = play(script, state, rules, log, float(until_s))
        while why == LOG_FULL:
            log = _with_room(log, 2 * len(log))
            why = play(script, state, rules, log, float(until_s))
        if why != PAUSED:
            break
        progress("simulating", (step + 1) / len(steps))
    if why != PAUSED:
        progress("simulating", 1.0)
    return _ended(state, rules, log, why)


def _ended(state: State, rules: Rules, log: Records, why: int) -> Played:
    waiting = bool((state.agents["want"] != NOBODY).any())
    if why == LOCKED:
        ending: Ending = "deadlock"
    elif why == PAUSED:
        ending = "horizon"
    else:
        ending = "stalled" if waiting else "finished"
    lasts = ending in ("horizon", "stalled") and math.isfinite(rules.horizon_s)
    end_s = rules.horizon_s if lasts else float(state.now_s[0])
    log = _with_room(log, state.n[ROWS] + len(state.agents) if rules.logs else 0)
    close(state, rules, log, end_s)
    rows = log[: state.n[ROWS]]
    return Played(
        ending=ending,
        end_s=end_s,
        log=Log._make(rows[name].astype(dtype) for name, dtype in zip(Log._fields, _LOG_TYPES, strict=True)),
        state=state,
    )


def _first_room(tape: Tape, crew: Crew) -> int:
    return len(tape.rows) + len(tape.rows) // 4 + 4 * len(crew.kind) + 64


def _with_room(log: Records, rows: int) -> Records:
    return log if rows <= len(log) else np.concatenate([log, empty_rows(rows - len(log))]).view(np.recarray)
