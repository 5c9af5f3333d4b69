"""Order batching: whole orders into batches so that their tours are shortest in all, with a bound on the shortest.

The method is column generation with diving, between two rounds of annealing (compare Wahlen & Gschwind 2023, who
price and dive, and Henn & Wäscher 2012, who search locally):

1. First-fit batches are annealed, long; the best batching met starts the linear relaxation.
2. The relaxation is solved over all batches; its bound holds whether or not pricing had to break off.
3. Dives round it to batchings, for the number of batches it suggests and the next, and each is annealed anew.
4. Where few batches can still matter, branch and bound over these decides: after the first dives and after the last.
"""

from __future__ import annotations

import math
import time
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from layouts.tours.batching.column_generation import (
    TOLERANCE_M,
    Relaxation,
    batch_row,
    columns_below,
    relax,
)
from layouts.tours.batching.diving import dive
from layouts.tours.batching.problem import Batching, BatchingProblem
from layouts.tours.batching.search import Search, anneal_from, batch_lengths, new_search
from layouts.tours.batching.set_partitioning import best_partition
from layouts.tours.batching.start import first_fit
from layouts.tours.batching.tour_lengths import CompiledTours

FIRST_DIVES = 3
"""Dives before the first try to decide."""

DIVE_HOT, DIVE_COLD = 0.008, 0.004
"""Temperatures after a dive, as shares of a batch's mean length: it is near a good batching already."""

FOR_DIVES = 0.85
"""The share of `seconds` after which no dive begins or prices."""


@dataclass(frozen=True, kw_only=True)
class BatchingEffort:
    """Counts that bound the work: annealing moves an order at first and after a dive, dives, pricing rounds and
    nodes at the root and in dives, and the columns and nodes of the last step. `seconds` may end all of it earlier.
    """

    moves: int = 100_000
    root_rounds: int = 150
    root_nodes: int = 1_000_000
    dives: int = 4
    dive_moves: int = 30_000
    dive_rounds: int = 3
    dive_nodes: int = 50_000
    columns: int = 1_000
    tree_nodes: int = 200
    seconds: float | None = None


def batch_orders(
    problem: BatchingProblem,
    tours: CompiledTours,
    bits: npt.NDArray[np.int64],
    *,
    seed: int = 0,
    effort: BatchingEffort = BatchingEffort(),
) -> Batching:
    """The shortest batching found, with a bound; `tours` and the orders' `bits` (N, A, W) are of `block_tours`
    or `aisle_tours`.

    The same arguments give the same batching unless `seconds` is set. UndecidedError where no batching in
    `batches_at_most` batches is found.
    """
    search = new_search(problem, tours, bits, seed=seed)
    seconds = math.inf if effort.seconds is None else effort.seconds
    deadline, dives_deadline = time.perf_counter() + seconds, time.perf_counter() + FOR_DIVES * seconds
    best = anneal_from(
        search, first_fit(problem), moves=effort.moves * problem.orders, deadline=dives_deadline
    )
    root = _root(search, best, effort, dives_deadline)
    bound_m = root.bound_m
    for at in range(effort.dives):
        if at == FIRST_DIVES:
            best, bound_m = _decided(search, root, best, effort, deadline)
        if _total_m(search, best) <= bound_m + TOLERANCE_M or time.perf_counter() > dives_deadline:
            break
        found = _dive(search, root, at, effort, dives_deadline)
        if found is not None and _total_m(search, found) < _total_m(search, best) - 1e-9:
            best = found
    if _total_m(search, best) > bound_m + TOLERANCE_M:
        best, last_m = _decided(search, root, best, effort, deadline)
        bound_m = max(bound_m, last_m)
    return _batching(search, best, bound_m)


def fewest_batches(problem: BatchingProblem) -> int:
    """How many batches there are at least, counted by size in each group."""
    loads = np.bincount(problem.group, weights=problem.size)
    return int(np.ceil(loads / problem.capacity - 1e-9).sum())


def _root(
    search: Search, batch_of: npt.NDArray[np.int64], effort: BatchingEffort, deadline: float
) -> Relaxation:
    problem = search.problem
    rows = [batch_row(search, list(np.flatnonzero(batch_of == batch))) for batch in np.unique(batch_of)]
    return relax(
        search,
        np.array(rows),
        np.ones(problem.orders, bool),
        fewest=fewest_batches(problem),
        most=problem.most_batches,
        rounds=effort.root_rounds,
        nodes=effort.root_nodes,
        deadline=deadline,
    )


def _dive(
    search: Search, root: Relaxation, at: int, effort: BatchingEffort, deadline: float
) -> npt.NDArray[np.int64] | None:
    """The dive number `at`, annealed; every third allows a batch more than the relaxation has.

    None where it ended with more batches than there may be.
    """
    problem = search.problem
    count = max(fewest_batches(problem), math.floor(float(root.x.sum()) + 0.5)) + (1 if at % 3 == 2 else 0)
    found = dive(
        search,
        root,
        batches=min(count, problem.most_batches),
        spread=0.0 if at == 0 else 0.2,
        rounds=effort.dive_rounds,
        nodes=effort.dive_nodes,
        deadline=deadline,
    )
    if found.max() >= problem.most_batches:
        return None
    moves = effort.dive_moves * problem.orders
    return anneal_from(search, found, moves=moves, hot=DIVE_HOT, cold=DIVE_COLD, deadline=deadline)


def _decided(
    search: Search, root: Relaxation, best: npt.NDArray[np.int64], effort: BatchingEffort, deadline: float
) -> tuple[npt.NDArray[np.int64], float]:
    """A batching at least as short as `best`, and the bound, by branch and bound where the gap leaves few columns.

    Only batches of reduced cost below the gap can be in a shorter batching.
    """
    best_m = _total_m(search, best)
    gap_m = best_m - root.bound_m
    rows = columns_below(search, root, gap_m + TOLERANCE_M, most=effort.columns, nodes=effort.root_nodes)
    if rows is None or len(rows) == 0:
        return best, root.bound_m
    members = search.pool.members[rows]
    chosen, bound_m = best_partition(
        members,
        search.pool.length_m[rows],
        orders=search.problem.orders,
        fewest=fewest_batches(search.problem),
        most=search.problem.most_batches,
        nodes=effort.tree_nodes,
        deadline=deadline,
    )
    if chosen is not None and search.pool.length_m[rows[chosen]].sum() < best_m - TOLERANCE_M:
        best = np.zeros(search.problem.orders, np.int64)
        for batch, row in enumerate(chosen):
            best[members[row][members[row] < search.problem.orders]] = batch
        best_m = float(search.pool.length_m[rows[chosen]].sum())
    return best, max(root.bound_m, min(bound_m, best_m))


def _total_m(search: Search, batch_of: npt.NDArray[np.int64]) -> float:
    return float(batch_lengths(search, batch_of).sum())


def _batching(search: Search, batch_of: npt.NDArray[np.int64], bound_m: float) -> Batching:
    length_m = batch_lengths(search, batch_of)
    batches = [tuple(np.flatnonzero(batch_of == batch).tolist()) for batch in np.unique(batch_of)]
    batches.sort()
    lengths = tuple(float(length_m[batch_of[batch[0]]]) for batch in batches)
    return Batching(
        batches=tuple(batches),
        lengths_m=lengths,
        bound_m=min(bound_m, sum(lengths)),
        bound_from="column generation",
    )
