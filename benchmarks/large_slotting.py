"""A large hall to slot: 50 aisles of 200 bays on both sides, 5 levels each; 50,000 SKUs of uneven demand in families.

    python benchmarks/large_slotting.py [--seconds S] [--workers N] [--json FILE]

Orders of 3 to 5 lines mix what is popular (Zipf) with what goes together (families), and are picked about eleven
lines a tour, first come, first served. The clock runs from before the processes are started: it has in it the start
by distance, the arrays, and the search. Stated are seconds of picking against ABC classes and against velocity by
distance, and the most memory of this process and of its workers.
"""

from __future__ import annotations

import argparse
import json
import resource
import sys
import time
from pathlib import Path

import numpy as np
import numpy.typing as npt

from layouts.slotting.baselines import abc, by_distance
from layouts.slotting.hard_rules import one_each
from layouts.slotting.metric import Metric
from layouts.slotting.problem import SlottingProblem, TourUnits
from layouts.slotting.score import score
from layouts.slotting.search.improve import Effort, improve
from spatial.tasks.open_workers import open_workers

BAY_M, AISLE_M, CROSS_M, WALK_S_M = 1.4, 4.5, 2.0, 1.0
ZIPF, FAMILY, MATE = 0.9, 8, 0.5
"""Popularity falls with rank to this power; families have so many SKUs; so many lines stay in the family."""
BETTER_THAN_ABC, SECONDS, GIB = 0.05, 60.0, 4.0
"""What is expected."""


def large_problem(
    *,
    aisles: int = 50,
    bays: int = 200,
    levels: int = 5,
    units: int = 50_000,
    lines: int = 150_000,
    seed: int = 0,
) -> SlottingProblem:
    """Parallel aisles with a cross-aisle at each end, the depot before the first; facing bays are one place."""
    rng = np.random.default_rng(seed)
    places = aisles * bays
    place = np.repeat(np.arange(places), 2 * levels)
    return SlottingProblem(
        sku=tuple(f"SKU-{row:06d}" for row in range(units)),
        location=tuple(f"{row:06d}" for row in range(len(place))),
        now=rng.permutation(len(place))[:units],
        fixed=np.zeros(units, np.bool_),
        place=place,
        metric=aisle_metric(aisles, bays),
        seconds_per_m=WALK_S_M,
        tours=tours_of(rng, units, lines),
        rules=one_each(len(place), units),
    )


def aisle_metric(aisles: int, bays: int) -> Metric:
    """Places by aisle and bay, and the depot, a lane of its own, last."""
    up = np.append(np.tile((np.arange(bays) + 0.5) * BAY_M + CROSS_M, aisles), 0.0)
    rest = np.append(bays * BAY_M + 2 * CROSS_M - up[:-1], 0.0)
    ways = np.column_stack((up, rest)).astype(np.float32)
    x = np.append(np.repeat(np.arange(aisles) * AISLE_M, 2), (0.0, 0.0))
    y = np.append(np.tile((0.0, bays * BAY_M + 2 * CROSS_M), aisles), (0.0, 0.0))
    return Metric(
        start=aisles * bays,
        end=aisles * bays,
        table=np.zeros((0, 0), np.float32),
        lane=np.append(np.repeat(np.arange(aisles), bays), aisles).astype(np.int32),
        up_m=up.astype(np.float32),
        leave_m=ways,
        enter_m=ways,
        mouths_m=(np.abs(x[:, None] - x) + np.abs(y[:, None] - y)).astype(np.float32),
        sense=np.zeros(aisles + 1, np.int8),
    )


def tours_of(rng: np.random.Generator, units: int, lines: int) -> TourUnits:
    """Tours of about eleven different units, orders in turn."""
    share = np.cumsum(1.0 / np.arange(1, units + 1) ** ZIPF)
    share /= share[-1]
    popular, family = rng.permutation(units), rng.permutation(units)
    in_family = np.argsort(family)
    tours: list[npt.NDArray[np.int64]] = []
    tour: set[int] = set()
    while lines > 0:
        first = popular[np.searchsorted(share, rng.random())]
        tour.add(int(first))
        for _ in range(rng.integers(2, 5)):
            other = popular[np.searchsorted(share, rng.random())]
            if rng.random() < MATE:
                other = in_family[min(family[first] // FAMILY * FAMILY + rng.integers(FAMILY), units - 1)]
            tour.add(int(other))
        if len(tour) >= 10:
            tours.append(np.array(sorted(tour)))
            lines -= len(tour)
            tour = set()
    sizes = [len(each) for each in tours]
    return TourUnits(
        start=np.append(0, np.cumsum(sizes)), unit=np.concatenate(tours), weight=np.ones(len(tours))
    )


def peak_gib(workers: int) -> float:
    """The most memory that this process has held, and `workers` times the most of any of its children."""
    own = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    child = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    return (own + (workers if workers > 1 else 0) * child) / 2**20


def main() -> None:
    """Print the table; exit code 1 where what is expected is missed."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--seconds", type=float, default=SECONDS)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--steps", type=int)
    parser.add_argument("--json", type=Path)
    given = parser.parse_args()
    problem = large_problem()
    begun = time.perf_counter()
    start = by_distance(problem)
    with open_workers(given.workers) as workers:
        found = improve(
            problem,
            start=start,
            effort=Effort(rounds=1000, steps=given.steps, chains=given.workers),
            workers=workers,
            seconds=given.seconds - (time.perf_counter() - begun),
        )
    wall = time.perf_counter() - begun
    classes_s = score(problem, abc(problem, 1)).total_s
    better = {"ABC": 1 - found.total_s / classes_s, "by distance": 1 - found.total_s / found.start_s}
    gib = peak_gib(given.workers)
    print(
        f"{len(problem.sku):,} SKUs, {len(problem.place):,} locations, {len(problem.tours.unit):,} lines in "
        f"{len(problem.tours):,} tours; {given.workers} processes"
    )
    print(f"{found.rounds} rounds of {given.workers} chains in {wall:.1f} s; {gib:.2f} GiB at most")
    for name, share in better.items():
        print(f"{share:6.1%} less than {name}")
    if given.json is not None:
        record = {"seconds": wall, "rounds": found.rounds, "gib": gib, "less": better}
        given.json.write_text(json.dumps(record, indent=1), encoding="utf-8")
    missed = [
        f"{better['ABC']:.1%} less than ABC, below {BETTER_THAN_ABC:.0%}"
        if better["ABC"] < BETTER_THAN_ABC
        else "",
        f"{wall:.0f} s, above {given.seconds:.0f}" if wall > given.seconds else "",
        f"{gib:.1f} GiB, above {GIB:.0f}" if gib > GIB else "",
    ]
    sys.exit("; ".join(filter(None, missed)) or 0)


if __name__ == "__main__":
    main()
