"""Slotting on the published storage-assignment sets of Oxenstierna: ours beside the authors', over our own tours.

    python benchmarks/bench_slotting_published.py swap|first [--every N] [--skip F] [--seconds S] [--json FILE]

Of the set, every Nth instance (default 1) from number F (default 0). Both assignments are measured alike:

- swap: at most as many SKUs change their location as in the authors' answer, among the locations of the instance;
  the tours are those of the log, each routed by `best_tour`, which proves nearly all of them shortest. `saved` is the
  share of today's metres. The authors' answer also keeps the walk that makes the changes short, ours does not.
- first: the authors' slots and ours are both batched for S seconds by the same search, and their batches routed by
  `best_tour`; ours looks for slots and batches together for S seconds in all.

The search ends with the round in which S seconds (default 8) of wall time have passed.
"""

from __future__ import annotations

import argparse
import json
import os
import time
from collections.abc import Callable
from pathlib import Path

os.environ.setdefault("NUMBA_NUM_THREADS", "1")
os.environ.setdefault("OMP_NUM_THREADS", "1")

import numpy as np
import numpy.typing as npt
from published import shared_data
from published_slotting import (
    FIRST,
    SWAP,
    Instance,
    batched,
    changed,
    first_instance,
    instances,
    proven_tours,
    swap_instance,
    tours_of,
)

from layouts.slotting.joint.batches import anneal_batches, visits_of
from layouts.slotting.joint.slot_with_batches import JointEffort, first_batches, slot_with_batches
from layouts.slotting.problem import SlottingProblem
from layouts.slotting.search.improve import Effort, improve
from layouts.tours.batching.problem import BatchingProblem

ROUNDS = 1_000
"""More than time allows."""

Row = dict[str, float | str]


def bench_swap(instance: Instance, seconds: float) -> Row:
    name, problem, theirs, length_m = swap_instance(instance)
    begun = time.process_time()
    found = improve(
        problem, most_moves=changed(problem, theirs), effort=Effort(rounds=ROUNDS), seconds=seconds
    )
    cpu_s = time.process_time() - begun
    today_m, theirs_m, ours_m = (
        proven_tours(length_m, tours_of(problem, each))[0] for each in (problem.now, theirs, found.assignment)
    )
    return {
        "name": name,
        "moves": changed(problem, found.assignment),
        "most_moves": changed(problem, theirs),
        "today_m": today_m,
        "theirs_m": theirs_m,
        "ours_m": ours_m,
        "saved": 1 - ours_m / today_m,
        "authors_saved": 1 - theirs_m / today_m,
        "cpu_s": cpu_s,
    }


def bench_first(instance: Instance, seconds: float) -> Row:
    (name, problem, theirs, length_m), batching = first_instance(instance)
    begun = time.process_time()
    found = slot_with_batches(problem, batching, effort=JointEffort(turns=ROUNDS), seconds=seconds)
    cpu_s = time.process_time() - begun
    batch_of = batches_for(problem, batching, theirs, seconds)
    theirs_m, ours_m = (
        proven_tours(length_m, tours_of(batched(problem, batches), slots), proof_rounds=0)[0]
        for slots, batches in ((theirs, batch_of), (found.assignment, found.batch_of))
    )
    return {
        "name": name,
        "published_m": instance["author_best"],
        "theirs_m": theirs_m,
        "ours_m": ours_m,
        "cpu_s": cpu_s,
        "authors_cpu_s": time.process_time() - begun - cpu_s,
    }


def batches_for(
    problem: SlottingProblem, batching: BatchingProblem, slots: npt.NDArray[np.int64], seconds: float
) -> npt.NDArray[np.int64]:
    """Batches (N,) for given slots: one annealing after the other, each from the best of all, less and less hot."""
    begun, heat = time.monotonic(), 0.1
    generator = np.random.default_rng(0)
    steps = max(500 * batching.orders, 20_000)
    batch_of = first_batches(problem, batching, slots, steps=steps, generator=generator)
    visits = visits_of(problem, slots)
    while time.monotonic() - begun < seconds:
        batch_of, _ = anneal_batches(
            problem.metric, batching, visits, batch_of, steps=steps, hot=heat, cold=0.005, generator=generator
        )
        heat = max(0.8 * heat, 0.005)
    return batch_of


def told(rows: list[Row]) -> dict[str, float]:
    """The means of a set, and how often ours is shorter than, or as long as, the authors'."""
    ours = np.array([float(row["ours_m"]) for row in rows])
    theirs = np.array([float(row["theirs_m"]) for row in rows])
    even = np.abs(ours / theirs - 1) < 1e-6
    means = {
        key: float(np.mean([float(row[key]) for row in rows]))
        for key in rows[0]
        if key.endswith(("saved", "cpu_s"))
    }
    return {
        "instances": len(rows),
        "better": float((~even & (ours < theirs)).mean()),
        "even": float(even.mean()),
        "below_authors": float(np.mean(1 - ours / theirs)),
        **means,
    }


BENCHES: dict[str, tuple[str, Callable[[Instance, float], Row]]] = {
    "swap": (SWAP, bench_swap),
    "first": (FIRST, bench_first),
}


def bench(which: str, every: int, skip: int, seconds: float, file: Path | None) -> None:
    name, one = BENCHES[which]
    sample = instances(name)[skip::every]
    one(sample[0], 0.0)
    rows = []
    for instance in sample:
        row = one(instance, seconds)
        rows.append(row)
        print(
            f"{row['name']!s:28} authors {row['theirs_m']:9.1f} m  ours {row['ours_m']:9.1f} m"
            f"  {100 * (1 - float(row['ours_m']) / float(row['theirs_m'])):6.2f} % less  {row['cpu_s']:6.2f} s",
            flush=True,
        )
    summary = told(rows)
    print(f"{name}:", "  ".join(f"{key} {value:.4g}" for key, value in summary.items()))
    if file is not None:
        file.write_text(
            json.dumps({"set": name, "seconds": seconds, **summary, "rows": rows}, indent=1) + "\n"
        )


if __name__ == "__main__":
    options = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    options.add_argument("set", nargs="?", choices=BENCHES, help="one set; default both")
    options.add_argument("--every", type=int, default=1, help="every Nth instance")
    options.add_argument("--skip", type=int, default=0, help="the first of them")
    options.add_argument("--seconds", type=float, default=8.0, help="for one search")
    options.add_argument("--json", type=Path, help="where the rows go, too")
    chosen = options.parse_args()
    if shared_data() is None:
        print("skipped: no shared data")
        raise SystemExit
    for name in BENCHES if chosen.set is None else (chosen.set,):
        bench(name, chosen.every, chosen.skip, chosen.seconds, chosen.json)
