"""Our search against plain ways to slot: 80 SKUs in 80 locations, 120 tours.

    python benchmarks/bench_slotting.py [--instances N] [--json FILE]

Peers: pairwise swaps annealed in plain Python on the same score, tour by tour, for as many CPU seconds as ours takes
and for ten times as many; and scipy's `quadratic_assignment` (2-opt and FAQ) on what such a form can see of tours:
how often two SKUs share one, over its number of stops, and how often each is visited. All are scored alike, by
`score`. Stated is how much more each walks than ours, all in one run.
"""

from __future__ import annotations

import argparse
import json
import math
import sys
import time
from pathlib import Path

import numpy as np
import numpy.typing as npt
from scipy.optimize import quadratic_assignment

from layouts.slotting.baselines import abc, by_distance
from layouts.slotting.hard_rules import one_each
from layouts.slotting.metric import table_metric
from layouts.slotting.problem import SlottingProblem, TourUnits
from layouts.slotting.score import score
from layouts.slotting.search.improve import Effort, improve
from layouts.slotting.tour_length import distinct, short_order

Ints = npt.NDArray[np.int64]

AISLES, BAYS, TOURS = 8, 10, 120
EFFORT = Effort(rounds=6, steps=50_000, chains=1)
HOT, COLD = 0.03, 0.001
"""Temperatures of the plain annealing as shares of a tour's mean length."""
LONGER = "plain annealing, 10 times"


def instance(seed: int) -> SlottingProblem:
    """Parallel aisles, all locations taken, uneven demand in families of five."""
    rng = np.random.default_rng(seed)
    aisle, bay = np.divmod(np.arange(AISLES * BAYS), BAYS)
    x, y = np.append(aisle * 4.0, 0.0), np.append(bay * 1.5 + 1.0, 0.0)
    far = BAYS * 1.5 + 1.0
    round_m = np.minimum(y[:, None] + y, 2 * far - y[:, None] - y) + np.abs(x[:, None] - x)
    ways = np.where(x[:, None] == x, np.abs(y[:, None] - y), round_m)
    units = AISLES * BAYS
    chance = rng.permutation(1.0 / np.arange(1, units + 1) ** 0.7)
    chance /= chance.sum()
    tours = []
    for _ in range(TOURS):
        seen = set(rng.choice(units, rng.integers(1, 6), p=chance).tolist())
        tours.append(np.array(sorted(seen | {unit // 5 * 5 + int(rng.integers(5)) for unit in seen})))
    return SlottingProblem(
        sku=tuple(f"S{row}" for row in range(units)),
        location=tuple(f"L{row}" for row in range(units)),
        now=rng.permutation(units),
        fixed=np.zeros(units, np.bool_),
        place=np.arange(units),
        metric=table_metric(ways, start=units, end=units),
        seconds_per_m=1.0,
        tours=TourUnits(
            start=np.append(0, np.cumsum([len(tour) for tour in tours])),
            unit=np.concatenate(tours),
            weight=np.ones(TOURS),
        ),
        rules=one_each(units, units),
    )


def plain_annealing(problem: SlottingProblem, cpu_s: float, seed: int) -> Ints:
    """Swap two units, measure the tours that have one of them, keep or undo."""
    rng = np.random.default_rng(seed)
    tours = [
        problem.tours.unit[a:b] for a, b in zip(problem.tours.start, problem.tours.start[1:], strict=False)
    ]
    of_unit = [{t for t, tour in enumerate(tours) if unit in tour} for unit in range(len(problem.sku))]
    at = by_distance(problem)

    def metres(tour: int) -> float:
        return short_order(problem.metric, distinct(problem.place[at[tours[tour]]]))[0]

    length = [metres(tour) for tour in range(len(tours))]
    total = sum(length)
    best, best_m, mean = at.copy(), total, total / len(tours)
    begun = time.process_time()
    while (spent := (time.process_time() - begun) / cpu_s) < 1:
        heat = mean * HOT * (COLD / HOT) ** spent
        one, other = rng.integers(0, len(at), 2)
        at[one], at[other] = at[other], at[one]
        new = {tour: metres(tour) for tour in of_unit[one] ^ of_unit[other]}
        worse = sum(new.values()) - sum(length[tour] for tour in new)
        if worse > 0 and rng.random() >= math.exp(-worse / heat):
            at[one], at[other] = at[other], at[one]
            continue
        for tour, long in new.items():
            length[tour] = long
        total += worse
        if total < best_m:
            best, best_m = at.copy(), total
    return best


def by_affinity(problem: SlottingProblem, method: str) -> Ints:
    """A quadratic assignment: SKUs often in one tour near each other, all by their visits near the depot."""
    units = len(problem.sku)
    flow = np.zeros((units + 1, units + 1))
    for a, b in zip(problem.tours.start, problem.tours.start[1:], strict=False):
        tour = np.append(problem.tours.unit[a:b], units)
        flow[np.ix_(tour, tour)] += 1.0 / (b - a)
    np.fill_diagonal(flow, 0.0)
    depot = np.array([[units, units]])
    options = {"partial_match": depot, "rng": np.random.default_rng(0)}
    found = quadratic_assignment(flow, problem.metric.table.astype(float), method=method, options=options)
    order: Ints = np.asarray(found.col_ind[:units], np.int64)
    return order


def main() -> None:
    """Print the table; exit code 1 where a peer of no more CPU time is better."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--instances", type=int, default=3)
    parser.add_argument("--json", type=Path)
    given = parser.parse_args()
    improve(instance(99), effort=Effort(rounds=1, steps=10, chains=1))
    more: dict[str, list[float]] = {}
    seconds = []
    for seed in range(given.instances):
        problem = instance(seed)
        begun = time.process_time()
        ours = improve(problem, start=by_distance(problem), effort=EFFORT, seed=seed).total_s
        seconds.append(time.process_time() - begun)
        peers = {
            "plain annealing, as long": plain_annealing(problem, seconds[-1], seed),
            LONGER: plain_annealing(problem, 10 * seconds[-1], seed),
            "quadratic assignment, 2-opt": by_affinity(problem, "2opt"),
            "quadratic assignment, FAQ": by_affinity(problem, "faq"),
            "by distance": by_distance(problem),
            "ABC": abc(problem, seed),
        }
        for name, assignment in peers.items():
            more.setdefault(name, []).append(score(problem, assignment).total_s / ours - 1)
    print(
        f"{given.instances} instances, {AISLES * BAYS} SKUs, {TOURS} tours; ours takes {np.mean(seconds):.2f} CPU s"
    )
    for name, shares in more.items():
        print(f"{name:<28} walks {np.mean(shares):6.1%} more than ours")
    if given.json is not None:
        given.json.write_text(json.dumps({"seconds": seconds, "more": more}, indent=1), encoding="utf-8")
    better = [name for name, shares in more.items() if np.mean(shares) < 0 and name != LONGER]
    sys.exit(f"better than ours: {', '.join(better)}" if better else 0)


if __name__ == "__main__":
    main()
