"""Order batching on the published sets: ours beside first come first served and savings, in one run.

    python benchmarks/bench_batching.py [--every N] [--first F] [--orders S] [--stretch X]

Of the instances of each size (of S orders only), every Nth (default 48) from number F (default 0).

Each figure is the mean, over the sampled instances, of metres above the best known; `below` is how far our bound is
below it, seconds are those of one core that our call took. On a machine that others use too, X > 1 stretches the
limits in wall time, to have as many of these. First come fills batches in the order of the file; savings are
those of Clarke & Wright (1964) between orders, which the literature on batching starts from.
"""

from __future__ import annotations

import argparse
import os
import time
from collections.abc import Callable, Mapping, Sequence

os.environ.setdefault("NUMBA_NUM_THREADS", "1")
os.environ.setdefault("OMP_NUM_THREADS", "1")

import numpy as np
import numpy.typing as npt
from published import instances
from published_batching import (
    POLICY_OF,
    Instance,
    block_instance,
    foodmart_aisles,
    obstacle_instance,
    routed_over,
)

from layouts.tours.batching.batch_orders import BatchingEffort, batch_orders
from layouts.tours.batching.batch_table import TableEffort, batch_over_table
from layouts.tours.batching.problem import BatchingProblem, Members
from layouts.tours.batching.tour_lengths import aisle_tours, block_tours, tour_length

Length = Callable[[Members], float]

SECONDS: Mapping[int, float] = {20: 1.0, 60: 5.0, 100: 10.0}
"""The limit our call is given, by number of orders; the peers need none."""


def first_come(problem: BatchingProblem) -> list[Members]:
    batches: list[Members] = []
    load = np.inf
    for order in range(problem.orders):
        if load + problem.size[order] > problem.capacity:
            batches.append(())
            load = 0.0
        batches[-1] += (order,)
        load += problem.size[order]
    return batches


def savings(problem: BatchingProblem, length_m: Length) -> list[Members]:
    """Join the two batches that save most, as long as any two fit and save."""
    batches: list[Members] = [(order,) for order in range(problem.orders)]
    known: dict[Members, float] = {}

    def saved(one: Members, other: Members) -> float:
        both = tuple(sorted(one + other))
        if problem.size[list(both)].sum() > problem.capacity:
            return -np.inf
        for batch in (one, other, both):
            if batch not in known:
                known[batch] = length_m(batch)
        return known[one] + known[other] - known[both]

    while len(batches) > 1:
        pairs = [(one, other) for at, one in enumerate(batches) for other in batches[at + 1 :]]
        one, other = max(pairs, key=lambda pair: saved(*pair))
        if saved(one, other) <= 0:
            break
        batches = [each for each in batches if each not in (one, other)] + [tuple(sorted(one + other))]
    return batches


def above(length_m: Length, batches: Sequence[Members], reference_m: float) -> float:
    return 100 * (sum(map(length_m, batches)) / reference_m - 1)


def line(what: str, rows: list[tuple[float, float, float, float, float]]) -> None:
    ours, bound, first, saving, seconds = np.mean(rows, axis=0)
    worst = max(row[0] for row in rows)
    print(
        f"{what:44} {len(rows):3}  ours {ours:7.3f} % (worst {worst:6.3f}, bound {bound:6.2f} below)"
        f"  savings {saving:6.2f} %  first come {first:6.2f} %  {seconds:6.2f} s",
        flush=True,
    )


def one_block(instance: Instance, policy: str, seconds: float) -> tuple[float, float, float, float, float]:
    problem, warehouse, picks = block_instance(instance)
    reference = instance["reference"][policy]["bks"]
    tours, bits = block_tours(warehouse, picks, policy=POLICY_OF[policy])

    def length_m(batch: Members) -> float:
        return float(tour_length(tours, np.bitwise_or.reduce(bits[list(batch)], axis=0)))

    effort = BatchingEffort(moves=200_000, dive_moves=100_000, dives=40, seconds=seconds)
    start = time.process_time()
    answer = batch_orders(problem, tours, bits, effort=effort)
    took = time.process_time() - start
    return (
        above(length_m, answer.batches, reference),
        100 * (1 - answer.bound_m / reference),
        above(length_m, first_come(problem), reference),
        above(length_m, savings(problem, length_m), reference),
        took,
    )


def in_aisles(instance: Instance) -> tuple[float, float, float, float, float]:
    problem, warehouse, picks = foodmart_aisles(instance)
    tours, bits = aisle_tours(warehouse, picks)

    def length_m(batch: Members) -> float:
        return float(tour_length(tours, np.bitwise_or.reduce(bits[list(batch)], axis=0)))

    effort = BatchingEffort(dives=40, dive_nodes=1, root_nodes=200_000, columns=3_000)
    start = time.process_time()
    answer = batch_orders(problem, tours, bits, effort=effort)
    took = time.process_time() - start
    reference = instance["optimal"]
    return (
        100 * (answer.length_m / reference - 1),
        100 * (1 - answer.bound_m / reference),
        above(length_m, first_come(problem), reference),
        above(length_m, savings(problem, length_m), reference),
        took,
    )


def over_table(
    problem: BatchingProblem,
    table: tuple[npt.NDArray[np.float64], list[npt.NDArray[np.int64]]],
    length_m: Length,
    reference: float,
    effort: TableEffort,
) -> tuple[float, float, float, float, float]:
    start = time.perf_counter()
    answer = batch_over_table(problem, *table, length_m, effort=effort)
    took = time.perf_counter() - start
    first, saving = first_come(problem), savings(problem, length_m)
    return (
        100 * (answer.length_m / reference - 1),
        100 * (1 - answer.bound_m / reference),
        above(length_m, first, reference),
        above(length_m, saving, reference),
        took,
    )


def bench(every: int, first: int, only: int | None, stretch: float) -> None:
    one_block(instances("obp_henn_waescher")[0], "traversal", 1.0)
    for name in ("obp_henn_waescher", "obp_muter_oncan"):
        for orders, seconds in SECONDS.items():
            sample = [each for each in instances(name) if len(each["orders"]) == orders][first::every]
            for policy in POLICY_OF if only in (None, orders) else ():
                rows = [one_block(each, policy, stretch * seconds) for each in sample]
                line(f"{name} {orders} {policy}", rows)
    if only is None:
        bench_foodmart()
        bench_obstacles(every)


def bench_foodmart() -> None:
    solved = [each for each in instances("jobprp_foodmart") if each["optimal"]]
    in_aisles(solved[2])
    rows = [in_aisles(each) for each in solved]
    met = sum(row[0] < 0.001 for row in rows)
    line(f"jobprp_foodmart: {met} of {len(rows)} optima met", rows)


def bench_obstacles(every: int) -> None:
    rows = []
    for each in instances("oxenstierna_obp")[::every]:
        problem, table = obstacle_instance(each)
        length_m = routed_over(table)
        names = list(each["orders"])
        theirs = [tuple(sorted(map(names.index, batch["orders"]))) for batch in each["author_batches"]]
        reference = max(each["author_best"], sum(map(length_m, theirs)))
        is_whole = len({order for batch in theirs for order in batch}) == problem.orders
        if problem.orders >= 10 and is_whole:  # two published answers leave orders out
            rows.append(over_table(problem, table, length_m, reference, TableEffort(moves=5_000, routed=500)))
    line("oxenstierna_obp, 10 orders or more, authors'", rows)


if __name__ == "__main__":
    options = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    options.add_argument("--every", type=int, default=48, help="of each size, every Nth instance")
    options.add_argument("--first", type=int, default=0, help="the first of them")
    options.add_argument("--orders", type=int, help="only instances of this size")
    options.add_argument("--stretch", type=float, default=1.0, help="more time for ours on a busy machine")
    chosen = options.parse_args()
    bench(chosen.every, chosen.first, chosen.orders, chosen.stretch)
