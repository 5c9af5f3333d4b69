"""Tours of ours beside those of OR-Tools, PyVRP, fast-tsp and networkx: lengths and times in one run.

    python benchmarks/bench_tours.py [--all] [--seconds S] [--json FILE]

Each solver gets the same tables in the same run; the peers get S seconds a tour (1 by default), ours takes what it
needs. Lengths are shown above the shortest that anyone found. On parallel aisles ours is the exact program of the
floor, which needs no table; on obstacle floors it is the search, without and with proof. Without --all a few
tours stand for every set.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from obstacle_floors import author_tours
from peers.aisle_lengths import aisle_lengths
from peers.tour_solvers import INSTALLED, PEERS
from published import instances, shared_data, sprp, tours450

from layouts.tours.exact.aisles.block_tour import optimal_tour
from layouts.tours.metric.best_tour import best_tour

Lengths = npt.NDArray[np.float64]
ROUNDS = 3
FEW = 5
"""Tours of a set without --all; twice as many on floors with obstacles."""
APART = 20
"""These are so far apart in the order of their length, longest first."""
SAME = 1e-6
"""A tour is as short as another if it is longer by a smaller share: the peers count in whole numbers."""


@dataclass(frozen=True, kw_only=True)
class Task:
    """A tour to plan from place 0 to place `end`: the table, how ours does it, a published or authors' length."""

    name: str
    length_m: Lengths
    end: int
    ours: dict[str, Callable[[], float]]
    published_m: float | None


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What one solver did on one task."""

    solver: str
    length_m: float
    seconds: float


def aisle_tasks(rows: list[dict[str, Any]], read: Callable[[dict[str, Any]], Any]) -> Iterator[Task]:
    for row in rows:
        warehouse, picks = read(row)
        yield Task(
            name=row["name"],
            length_m=aisle_lengths(warehouse, picks),
            end=0,
            ours={"ours": lambda w=warehouse, p=picks: optimal_tour(w, p).length_m},
            published_m=row.get("optimal", row.get("optimal_one_block")),
        )


def floor_tasks(few: int | None) -> Iterator[Task]:
    """The authors' tours on floors with obstacles: `few` of the longest, or all."""
    tours = list(author_tours())
    if few is not None:
        tours.sort(key=lambda tour: -len(tour[1]))
        tours = tours[: APART * few : APART]
    for name, length_m in tours:
        end = len(length_m) - 1
        yield Task(
            name=name,
            length_m=length_m,
            end=end,
            ours={
                "ours": partial(_metric, length_m, end, proof_rounds=0),
                "ours, proving": partial(_metric, length_m, end),
            },
            published_m=float(np.trace(length_m, offset=1)),
        )


def _metric(length_m: Lengths, end: int, **effort: Any) -> float:
    return best_tour(length_m, end=end, **effort).length_m


def outcomes(task: Task, seconds: float) -> list[Outcome]:
    """Ours is timed as the quickest of some rounds, the peers once: they take all they are given."""
    done = []
    for name, solve in task.ours.items():
        spent = []
        for _ in range(ROUNDS):
            start = time.perf_counter()
            length = solve()
            spent.append(time.perf_counter() - start)
        done.append(Outcome(solver=name, length_m=length, seconds=min(spent)))
    for name, peer in INSTALLED.items():
        start = time.perf_counter()
        order = peer(task.length_m, task.end, seconds)
        spent_s = time.perf_counter() - start
        if sorted(set(order)) != list(range(len(task.length_m))):
            raise RuntimeError(f"{name} left places of {task.name} out: {order}")
        length = float(sum(task.length_m[i, j] for i, j in pairwise(order)))
        done.append(Outcome(solver=name, length_m=length, seconds=spent_s))
    return done


def compare(what: str, tasks: list[Task], seconds: float) -> dict[str, Any]:
    """Print one set's table and give its figures."""
    results = [outcomes(task, seconds) for task in tasks]
    shortest = np.array([min(outcome.length_m for outcome in each) for each in results])
    known = np.array([np.nan if task.published_m is None else task.published_m for task in tasks])
    print(f"\n{what}: {len(tasks)} tours of {min(len(t.length_m) for t in tasks)} to ", end="")
    print(f"{max(len(t.length_m) for t in tasks)} places")
    print(
        f"{'':16}{'mean above':>12}{'worst above':>13}{'shortest':>10}{'at published':>14}{'median ms':>12}"
    )
    figures = {}
    for k, name in enumerate(outcome.solver for outcome in results[0]):
        lengths = np.array([each[k].length_m for each in results])
        above = lengths / shortest - 1
        figures[name] = {
            "mean_above": float(above.mean()),
            "worst_above": float(above.max()),
            "shortest": int((above <= SAME).sum()),
            "at_or_below_published": int((lengths <= known * (1 + SAME)).sum()),
            "median_s": float(np.median([each[k].seconds for each in results])),
        }
        of = figures[name]
        print(
            f"{name:16}{of['mean_above']:12.3%}{of['worst_above']:13.3%}{of['shortest']:10}"
            f"{of['at_or_below_published']:14}{1000 * of['median_s']:12.3f}",
            flush=True,
        )
    return {"set": what, "tours": len(tasks), "peer_seconds": seconds, "solvers": figures}


def chosen(rows: list[dict[str, Any]], *, everything: bool) -> list[dict[str, Any]]:
    return rows if everything else rows[:: max(1, len(rows) // FEW)][:FEW]


options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
options.add_argument("--all", action="store_true", help="every published tour: hours")
options.add_argument("--seconds", type=float, default=1.0, help="what each peer may take for a tour")
options.add_argument("--json", type=Path, help="where to write the figures")


def main() -> int:
    given = options.parse_args()
    if shared_data() is None:
        print("skipped: no shared data; set AISLETWIN_DATA to its folder")
        return 0
    for name in PEERS.keys() - INSTALLED.keys():
        print(f"skipped: {name} is not installed (pip install aisletwin[bench])")
    one_block, blocks = instances("sprp"), instances("tours450")
    sets: dict[str, list[Task]] = {}
    for aisles in (10, 50):
        rows = [row for row in one_block if row["layout"]["aisles"] == aisles]
        tasks = aisle_tasks(chosen(rows, everything=given.all), partial(sprp, blocks=1))
        sets[f"one block, {aisles} aisles"] = list(tasks)
    for deep, wide in ((3, 15), (5, 30)):
        rows = [row for row in blocks if (row["layout"]["blocks"], row["layout"]["m"]) == (deep, wide)]
        sets[f"{deep} blocks, {wide} aisles"] = list(
            aisle_tasks(chosen(rows, everything=given.all), tours450)
        )
    sets["floors with obstacles"] = list(floor_tasks(None if given.all else 2 * FEW))
    figures = [compare(what, tasks, given.seconds) for what, tasks in sets.items()]
    if given.json:
        given.json.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")
    return 0


sys.exit(main())
