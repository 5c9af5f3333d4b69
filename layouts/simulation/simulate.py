"""A shift: pickers take the planned tours from a shared list and get in each other's way."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from layouts.depot import Depot
from layouts.run import Events, Run
from layouts.simulation.compile_tours import compile_tours
from layouts.simulation.events import events_of
from layouts.simulation.kernel import play
from layouts.simulation.tape import Crew, Log, Tape, check
from layouts.simulation.work import Work, paces
from layouts.tours.tour import TourPlan
from spatial.navigation.nav_graph import NavGraph


def simulate(
    graph: NavGraph,
    plan: TourPlan,
    *,
    depot: Depot,
    pickers: int,
    work: Work | None = None,
    seed: int = 0,
    horizon_s: float = math.inf,
    inputs: Mapping[str, Any] | None = None,
    notes: Sequence[str] = (),
) -> Run:
    """Play the tours of `plan` with `pickers` agents of the graph's class, all at the depot at time 0.

    No two pick at one pick face at once, and the depot hands over to `depot.servers` at once; who comes
    second waits, first come first served. Pickers pass each other anywhere. The run lasts until the last
    tour is handed over or until `horizon_s`: what is under way then is cut there, and a line that is cut
    counts as 0 pieces. The same arguments give the same run. Raises ValueError for a plan without tours,
    fewer than one picker or a horizon that is not above 0.
    """
    if pickers < 1:
        raise ValueError(f"pickers {pickers} is below 1: somebody must walk")
    if not horizon_s > 0:
        raise ValueError(f"horizon_s {horizon_s} must be above 0")
    work = work or Work()
    program = compile_tours(graph, plan, work, depot)
    crew = Crew(
        speed_m_s=np.full(pickers, graph.agent.speed_m_s),
        pace=paces(work, agents=pickers, picks=len(program.picks), seed=seed),
    )
    log = play_tape(program.tape, crew, horizon_s=horizon_s)
    agents = tuple(f"P{number + 1:02d}" for number in range(pickers))
    events = events_of(log, program, graph, agents, horizon_s)
    inputs = dict(inputs or {})
    return Run(
        id=hashlib.sha256(json.dumps(inputs, sort_keys=True).encode()).hexdigest()[:12],
        kind="simulated",
        agents=agents,
        duration_s=horizon_s if math.isfinite(horizon_s) else max(event.end_s for event in events),
        events=Events.of(events),
        inputs=inputs,
        notes=tuple(notes),
    )


def play_tape(tape: Tape, crew: Crew, *, horizon_s: float = math.inf) -> Log:
    """Check and play a tape; the log (E,) in order of record. ValueError for arrays that do not fit."""
    check(tape, crew)
    room = len(tape.op) + len(crew.speed_m_s)
    log = Log(
        kind=np.zeros(room, np.int8),
        agent=np.zeros(room, np.int64),
        tour=np.zeros(room, np.int64),
        argument=np.zeros(room, np.int64),
        start_s=np.zeros(room),
        end_s=np.zeros(room),
        by=np.zeros(room, np.int64),
    )
    rows = play(tape, crew, horizon_s, log)
    return Log._make(column[:rows] for column in log)
