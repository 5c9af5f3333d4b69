"""The crossover case: when does velocity by distance stop paying, and is there a plan better than it and random?

    python benchmarks/bench_crossover.py [--replications N] [--workers N] [--case sides=2,zipf=1.0,…] [--json FILE]

A random slotting is today's. The search proposes, with crowding priced at several weights; the simulator judges all
of them with 8, 12, 16, 20 and 24 pickers. Wanted: velocity by distance is accepted at 8 and 12 and rejected at 20 and
24, and at each of these a candidate is shown to be ahead of both; intervals hold for all pairs at once.
"""

from __future__ import annotations

import argparse
import ast
import json
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from crossover import Case, by_distance, crossover, floor_of

from layouts.slotting.congestion.candidates import candidates
from layouts.slotting.congestion.crowding import crowding_of
from layouts.slotting.congestion.expected_rate import expected_rate
from layouts.slotting.congestion.proof import Proof, prove
from layouts.slotting.from_scenario import slotting_start
from layouts.slotting.search.improve import Effort
from layouts.slotting_table import read_slotting
from spatial.facility_json import read_facility

STAFFINGS, ACCEPTED, REJECTED = (8, 12, 16, 20, 24), (8, 12), (20, 24)
RANDOM, DISTANCE = "random", "by distance"
PRICED_FOR = 16
"""The pickers that crowding is priced for; weights stand for other staffings."""


def missed(proof: Proof) -> list[str]:
    """What the proof does not show of what is wanted."""
    wanted = dict.fromkeys(ACCEPTED, "accept") | dict.fromkeys(REJECTED, "reject")
    wrong = [
        f"{DISTANCE} at {count} pickers: {proof.verdict(DISTANCE, count)} instead of {verdict}"
        for count, verdict in wanted.items()
        if proof.verdict(DISTANCE, count) != verdict
    ]
    for count in wanted:
        best = proof.best(count)
        if not {RANDOM, DISTANCE} <= {*best.ahead_of}:
            wrong.append(f"at {count} pickers {best.name} is not shown to be ahead of both")
    return wrong


def main() -> None:
    """Print the proof; exit code 1 where something wanted is not shown."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--replications", type=int, default=10)
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--rounds", type=int, default=6)
    parser.add_argument("--case", default="", help="fields of the case, as in zipf=1.2,sides=1")
    parser.add_argument("--json", type=Path)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        scenario = crossover(folder, Case(**_fields(given.case)))
        begun = time.process_time()
        start = slotting_start(read_facility(scenario.site), scenario)
        crowding = crowding_of(start, start.problem)
        found = candidates(
            start.problem, crowding, pickers=PRICED_FOR, effort=Effort(rounds=given.rounds, chains=2)
        )
        searched_s = time.process_time() - begun
        slottings = {
            RANDOM: read_slotting(folder / "random.csv"),
            DISTANCE: by_distance(floor_of(scenario)),
            **{name: start.slotting(assignment) for name, assignment in found.assignments.items()},
        }
        proof = prove(
            scenario,
            slottings,
            folder=folder,
            pickers=STAFFINGS,
            first=given.replications,
            workers=given.workers,
        )
    expected = {
        name: [
            round(expected_rate(start.problem, crowding, assignment, pickers=count)) for count in STAFFINGS
        ]
        for name, assignment in {RANDOM: start.problem.now, **found.assignments}.items()
    }
    print(f"searched in {searched_s:.0f} s of this process; {given.replications} replications each")
    print(proof.text())
    print("lines/h expected without simulating:")
    for name, rates in expected.items():
        print(f"{name:<26}" + "".join(f"{rate:>8}" for rate in rates))
    if given.json is not None:
        given.json.write_text(
            json.dumps({**proof.record(), "expected": expected}, indent=1), encoding="utf-8"
        )
    sys.exit("; ".join(missed(proof)) or 0)


def _fields(text: str) -> dict[str, Any]:
    pairs = (pair.partition("=") for pair in text.split(",") if pair)
    return {
        name: value if name in ("routing", "pick_time") else ast.literal_eval(value)
        for name, _, value in pairs
    }


if __name__ == "__main__":
    main()
