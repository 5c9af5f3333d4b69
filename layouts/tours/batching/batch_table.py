"""Order batching over any table of lengths: obstacle floors and networks, where tours have no closed form.

Annealing at the lengths of quick tours fills a pool of batches; those that are nearly worth their length are
routed properly; set partitioning picks the best of them. The bound is that of the singles: a batch is at least as
long as the tour of any of its orders, so as long as their mean weighted by share of the capacity.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from layouts.tours.batching.batch_orders import fewest_batches
from layouts.tours.batching.column_generation import batch_row, part_relaxation, reduced_m
from layouts.tours.batching.feasible import feasible_batches
from layouts.tours.batching.problem import Batching, BatchingProblem, Members
from layouts.tours.batching.search import Search, anneal_from, new_search
from layouts.tours.batching.set_partitioning import best_partition
from layouts.tours.batching.start import first_fit
from layouts.tours.batching.tour_lengths import table_tours

TourLength = Callable[[Members], tuple[float, float]]
"""The length of a tour through the places of these orders, and a bound on the shortest."""


@dataclass(frozen=True, kw_only=True)
class TableEffort:
    """Counts that bound the work: annealing rounds and their moves; batches that fit, to be listed if no more;
    rounds of proper routing and batches routed in each; nodes of branch and bound.
    """

    rounds: int = 3
    moves: int = 20_000
    listed: int = 5_000
    routings: int = 5
    routed: int = 60
    tree_nodes: int = 200


def batch_over_table(
    problem: BatchingProblem,
    table_m: npt.NDArray[np.float64],
    orders: Sequence[npt.NDArray[np.int64]],
    tour_length: TourLength,
    *,
    seed: int = 0,
    effort: TableEffort = TableEffort(),
) -> Batching:
    """A short batching of `orders`, each the rows of `table_m` (S, S) it wants; tours lead from row 0 to row 1.

    `tour_length` decides what a batch costs; it must not fall when an order joins, as shortest tours never do.
    """
    tours, bits = table_tours(table_m, orders)
    search = new_search(problem, tours, bits, seed=seed, pool_size=1 << 17)
    best = first_fit(problem)
    known: dict[Members, tuple[float, float]] = {}
    for at in range(effort.rounds):
        best = anneal_from(search, best, moves=effort.moves, hot=0.05 if at == 0 else 0.02)
    for batch in feasible_batches(problem, at_most=effort.listed) or []:
        batch_row(search, list(batch))
    start = np.array([batch_row(search, list(batch)) for batch in _batches(best)])
    rows = np.arange(int(search.pool.used[0]))
    counts = {"fewest": fewest_batches(problem), "most": problem.most_batches}
    for _ in range(effort.routings):
        now = part_relaxation(search, start, rows, **counts)
        ranked = rows[np.argsort(reduced_m(search, rows, now), kind="stable")].tolist()
        unknown = [row for row in ranked if _members(search, row) not in known][: effort.routed]
        for row in {*start.tolist(), *unknown}:
            batch = _members(search, row)
            if batch not in known:
                known[batch] = tour_length(batch)
                search.pool.length_m[row] = known[batch][0]
    routed = np.array([row for row in rows if _members(search, row) in known])
    batches = [_members(search, row) for row in routed]
    chosen, _ = best_partition(
        search.pool.members[routed],
        search.pool.length_m[routed],
        orders=problem.orders,
        nodes=effort.tree_nodes,
        **counts,
    )
    answer = _batches(best) if chosen is None else sorted(batches[at] for at in chosen)
    lengths = tuple(known[batch][0] for batch in answer)
    singles = [tour_length((order,))[1] for order in range(problem.orders)]
    bound_m = float((problem.size / problem.capacity * np.array(singles)).sum())
    return Batching(
        batches=tuple(answer),
        lengths_m=lengths,
        bound_m=min(max(bound_m, max(singles)), sum(lengths)),
        bound_from="single orders",
    )


def _batches(batch_of: npt.NDArray[np.int64]) -> list[Members]:
    return sorted(tuple(np.flatnonzero(batch_of == batch).tolist()) for batch in np.unique(batch_of))


def _members(search: Search, row: int) -> Members:
    members = search.pool.members[row]
    return tuple(sorted(members[members < search.problem.orders].tolist()))
