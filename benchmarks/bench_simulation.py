"""The simulation engine beside SimPy and salabim: the same traces of W20x50 in one run.

    python benchmarks/bench_simulation.py [--tours T] [--json FILE]

Ours is timed with all that a run repeats: checks, a new state and the playing; the playing alone stands beside it.
The peers get the trace as lists, made beforehand. Every simulator must come to the same waits, to one in a million.
Times are processor seconds, the fewest of some rounds. salabim gets a tenth of the tours, and its waits are compared
on these.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from peers.simulators import FACES, INSTALLED, simpy_passages
from w20x50 import (
    LINES,
    MEAN_TOUR_M,
    PICKERS,
    Faces,
    draw_faces,
    draw_passages,
    one_pool,
    pickers,
    shared,
    tape_of_faces,
    tape_of_passages,
)

from layouts.simulation.engine.check import check
from layouts.simulation.engine.play import play
from layouts.simulation.engine.run_tape import run_tape
from layouts.simulation.engine.script import EVENTS, empty_rows, new_script, new_state
from layouts.simulation.engine.tape import Crew, Jobs, Resources, Rules, Tape

ROUNDS = 15
PEER_ROUNDS = 4
SAME = 1e-6
AT_LEAST = {"general": 60, "look-ahead": 100, "one-way": 1000}
"""Times SimPy: what is expected."""
AGENTS, LARGE = 1000, (100, 100)


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What one simulator did: lines a second in all and of the playing alone (or NaN), and the seconds waited."""

    name: str
    lines_s: float
    playing_s: float
    waited_s: float


def ours(name: str, tape: Tape, resources: Resources, jobs: Jobs, crew: Crew, *, lines: int) -> Outcome:
    """The quickest of some rounds, whole and playing alone."""
    rules = Rules(logs=False)
    log = empty_rows(0)
    whole, playing = [], []
    for _ in range(ROUNDS + 1):
        start = time.process_time()
        played = run_tape(tape, resources, jobs, crew, rules)
        whole.append(time.process_time() - start)
        state = new_state(resources, jobs, crew, buffers=check(tape, resources, jobs, crew, rules))
        script = new_script(tape, resources, jobs, crew, rules)
        start = time.process_time()
        play(script, state, rules, log, np.inf)
        playing.append(time.process_time() - start)
    return Outcome(
        name=name,
        lines_s=lines / min(whole[1:]),
        playing_s=lines / min(playing[1:]),
        waited_s=float(played.state.agents.waited_s.sum()),
    )


def logged(name: str, tape: Tape, resources: Resources, jobs: Jobs, crew: Crew, *, lines: int) -> Outcome:
    """The same with a log of every move, pick and wait; `playing_s` is left out."""
    spent = []
    for _ in range(PEER_ROUNDS):
        start = time.process_time()
        played = run_tape(tape, resources, jobs, crew)
        spent.append(time.process_time() - start)
    waited_s = float(played.state.agents.waited_s.sum())
    return Outcome(name=name, lines_s=lines / min(spent), playing_s=np.nan, waited_s=waited_s)


def theirs(name: str, simulate: Callable[[], float], *, lines: int) -> Outcome:
    """The quickest of some rounds."""
    spent = []
    for _ in range(PEER_ROUNDS):
        start = time.process_time()
        waited_s = simulate()
        spent.append(time.process_time() - start)
    return Outcome(name=name, lines_s=lines / min(spent), playing_s=np.nan, waited_s=waited_s)


def agree(outcomes: list[Outcome]) -> None:
    """RuntimeError if the waits of one differ from those of the first."""
    for outcome in outcomes[1:]:
        if abs(outcome.waited_s / outcomes[0].waited_s - 1) > SAME:
            raise RuntimeError(
                f"{outcome.name} waits {outcome.waited_s} s, {outcomes[0].name} {outcomes[0].waited_s} s"
            )


def told(what: str, outcomes: list[Outcome], peer: Outcome | None) -> list[dict[str, Any]]:
    """Print a table of the outcomes beside the peer, and give its figures."""
    print(f"\n{what}")
    print(f"{'':22}{'lines/s':>14}{'x SimPy':>10}{'playing alone':>16}{'x SimPy':>10}{'waited s':>16}")
    figures = []
    for of in outcomes:
        ratio, alone = (rate / peer.lines_s if peer else np.nan for rate in (of.lines_s, of.playing_s))
        print(
            f"{of.name:22}{of.lines_s:14,.0f}{ratio:10.2f}"
            f"{_or_none(of.playing_s, 16, 0)}{_or_none(alone, 10, 1)}{of.waited_s:16,.3f}",
            flush=True,
        )
        figures.append(
            {
                "set": what,
                "simulator": of.name,
                "lines_per_s": of.lines_s,
                "times_simpy": None if peer is None else ratio,
                "lines_per_s_playing": None if np.isnan(of.playing_s) else of.playing_s,
                "waited_s": of.waited_s,
                "at_least": AT_LEAST.get(of.name),
            }
        )
    return figures


def _or_none(value: float, width: int, digits: int) -> str:
    return f"{'' if np.isnan(value) else format(value, f',.{digits}f'):>{width}}"


def faces(tours: int) -> list[dict[str, Any]]:
    """Pick faces of one seat: pickers wait for each other there and pass elsewhere."""
    trace = draw_faces(tours, 1)
    length_m = trace.first_s + trace.move_s.sum(axis=1)
    if abs(length_m.mean() - MEAN_TOUR_M) > 5 * length_m.std() / np.sqrt(tours):
        raise RuntimeError(f"tours are {length_m.mean()} m long on average, not {MEAN_TOUR_M}")
    fixed = shared(trace.faces), one_pool(tours), pickers(PICKERS)
    outcomes = [
        ours(name, tape_of_faces(trace, foreseen=foreseen), *fixed, lines=trace.lines)
        for name, foreseen in (("general", False), ("look-ahead", True))
    ]
    outcomes.append(
        logged("look-ahead, logged", tape_of_faces(trace, foreseen=True), *fixed, lines=trace.lines)
    )
    peer = None
    if "simpy" in INSTALLED:
        peer = theirs("simpy", INSTALLED["simpy"](trace, PICKERS), lines=trace.lines)
        outcomes.append(peer)
    agree(outcomes)
    if "salabim" in INSTALLED:
        few = first_tours(trace, tours // 10)
        salabim = theirs("salabim, a tenth", INSTALLED["salabim"](few, PICKERS), lines=few.lines)
        same = shared(few.faces), one_pool(tours // 10), pickers(PICKERS)
        agree([ours("general", tape_of_faces(few, foreseen=False), *same, lines=few.lines), salabim])
        outcomes.append(salabim)
    return told(f"W20x50, {PICKERS} pickers, {trace.lines:,} lines", outcomes, peer)


def first_tours(trace: Faces, tours: int) -> Faces:
    """A shorter piece of the trace."""
    return replace(
        trace,
        face=trace.face[:tours],
        pick_s=trace.pick_s[:tours],
        move_s=trace.move_s[:tours],
        first_s=trace.first_s[:tours],
    )


def passages(tours: int) -> list[dict[str, Any]]:
    """Narrow one-way aisles: nobody passes, a cell a bay."""
    trace = draw_passages(tours, 1)
    tape = tape_of_passages(trace)
    fixed = shared(int(max(trace.first.max(), trace.last.max())) + 1), one_pool(tours), pickers(PICKERS)
    outcomes = [ours("one-way", tape, *fixed, lines=trace.lines)]
    peer = None
    if "simpy" in INSTALLED:
        peer = theirs("simpy", simpy_passages(trace, PICKERS), lines=trace.lines)
        outcomes.append(peer)
    agree(outcomes)
    cells_s = outcomes[0].lines_s * trace.cells / trace.lines
    what = f"narrow one-way aisles, {trace.lines:,} lines, {trace.cells:,} cells"
    return told(f"{what}, ours {cells_s:,.0f} cells/s", outcomes, peer)


def large(tours: int) -> dict[str, Any]:
    """1,000 agents among 10,000 locations: events a second, with and without a log, and the memory that it takes."""
    import resource

    trace = draw_faces(tours, 2, faces=LARGE)
    arrays = tape_of_faces(trace, foreseen=False), shared(trace.faces), one_pool(tours), pickers(AGENTS)
    figures: dict[str, Any] = {"set": f"{AGENTS} agents, {trace.faces} locations, {trace.lines} lines"}
    for logs in (False, True):
        spent = []
        for _ in range(3):
            start = time.process_time()
            played = run_tape(*arrays, Rules(logs=logs))
            spent.append(time.process_time() - start)
        figures["events_per_s_logged" if logs else "events_per_s"] = float(
            played.state.n[EVENTS] / min(spent)
        )
    figures["peak_mib"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(
        f"\n{figures['set']}: {figures['events_per_s']:,.0f} events/s, logged {figures['events_per_s_logged']:,.0f},"
        f" process at most {figures['peak_mib']:,.0f} MiB"
    )
    return figures


options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
options.add_argument("--tours", type=int, default=5000, help=f"tours of {LINES} lines, 5000 by default")
options.add_argument("--json", type=Path, help="where to write the figures")


def main() -> int:
    given = options.parse_args()
    for name in FACES.keys() - INSTALLED.keys():
        print(f"skipped: {name} is not installed (pip install aisletwin[bench])")
    figures = [*faces(given.tours), *passages(given.tours // 3), large(4 * given.tours)]
    if given.json:
        given.json.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")
    return 0


sys.exit(main())
