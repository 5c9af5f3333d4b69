"""Iterated local search over orders of places, on any table of lengths: one search for all kinds of tours."""

from __future__ import annotations

import time

import numpy as np

from layouts.tours.metric.fixed_ends import FixedEnds, Lengths
from layouts.tours.metric.search_kernel import Ground, Order, settle

NEAR, NEAR_IF_RULED = 10, 24
"""Neighbours of a place that are tried beside it; more of them where rules forbid many changes."""
LONGEST_RUN, LONGEST_RUN_IF_ONE_WAY = 3, 10
"""Places that are moved together, at most; more on one-way tables, where to turn a run round is costly."""
HEAT, HEAT_IF_ORDERED = 1.5, 5.0
"""Mean growth of the tour that is kept after the first random change, in legs of mean length; it falls to none."""
CHUNK = 256
"""Random changes between two looks at the clock, where there is a budget."""


def search(
    problem: FixedEnds,
    *,
    iterations: int,
    seed: int = 0,
    budget_s: float | None = None,
    weight: Lengths | None = None,
    capacity: float = np.inf,
    first: Order | None = None,
) -> Order:
    """The shortest order found from `first` (nearest neighbour if None) after that many random changes.

    `weight` (m,) is what each row adds to the load, `UNLOAD` where it empties the cart; no load exceeds
    `capacity`, in `first` neither. With `budget_s` the search stops early when the time is over.
    """
    deadline = None if budget_s is None else time.perf_counter() + budget_s
    m = len(problem.length_m)
    best = nearest_neighbour(problem) if first is None else first.copy()
    if m <= 3:
        return best
    is_ordered = bool(problem.before.any())
    is_ruled = is_ordered or weight is not None
    ground = Ground(
        length_m=problem.length_m,
        near=_nearest(problem.length_m, NEAR_IF_RULED if is_ruled else NEAR),
        before=problem.before,
        is_ordered=is_ordered,
        longest_run=LONGEST_RUN if is_ordered or problem.is_symmetric else LONGEST_RUN_IF_ONE_WAY,
        weight=np.zeros(m) if weight is None else weight,
        capacity=capacity,
    )
    current = best.copy()
    settle(ground, current, best, np.empty((0, 4)))
    chance = np.random.default_rng(seed)
    heat = HEAT_IF_ORDERED if is_ordered else HEAT
    done = 0
    while done < iterations and (deadline is None or time.perf_counter() < deadline):
        draws = chance.random((min(iterations - done, CHUNK), 4))
        left = 1.0 - (done + np.arange(len(draws))) / iterations
        draws[:, 3] = -np.log1p(-draws[:, 3]) * left * heat / m
        settle(ground, current, best, draws)
        done += len(draws)
    return best


def nearest_neighbour(problem: FixedEnds) -> Order:
    """From the first row always on to the nearest row that nothing unvisited must precede; ties to the lower."""
    m = len(problem.length_m)
    order = [0]
    left = np.arange(1, m - 1)
    while len(left):
        free = left[~problem.before[np.ix_(left, left)].any(axis=0)]
        order.append(int(free[np.argmin(problem.length_m[order[-1], free])]))
        left = left[left != order[-1]]
    return np.array([*order, m - 1], np.int64)


def _nearest(length_m: Lengths, count: int) -> Order:
    """For each row the `count` others nearest to it in either direction, nearest first."""
    either = np.minimum(length_m, length_m.T)
    np.fill_diagonal(either, np.inf)
    near = np.argsort(either, axis=1, kind="stable")[:, : min(count, len(length_m) - 1)]
    return np.ascontiguousarray(near, np.int64)
