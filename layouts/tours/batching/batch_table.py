"""Order batching jointly with any routing: obstacle floors and networks, where tours have no closed form.

1. Annealing at the lengths of quick tours fills a pool of batches; all that fit join it where they are few.
2. The relaxation over the pool ranks them, and the best are routed properly, which corrects the next ranking.
3. Set partitioning takes the best of the routed ones, and descents at proper lengths start from there, kicked a
   little; what they route joins, and set partitioning chooses anew.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from layouts.tours.batching.batch_orders import fewest_batches
from layouts.tours.batching.column_generation import batch_row, part_relaxation, reduced_m
from layouts.tours.batching.feasible import feasible_batches
from layouts.tours.batching.problem import Batching, BatchingProblem, Members
from layouts.tours.batching.routed import Routed, TourLength, descend, kicked
from layouts.tours.batching.search import Search, anneal_from, new_search
from layouts.tours.batching.set_partitioning import best_partition
from layouts.tours.batching.start import first_fit
from layouts.tours.batching.tour_lengths import table_tours

COMBINED_EVERY = 10
"""Descents between two set partitionings."""


@dataclass(frozen=True, kw_only=True)
class TableEffort:
    """Counts that bound the work: annealing rounds and their moves; batches that fit, to be listed and all routed
    if no more; rounds of ranking and batches routed in each; descents, and batches routed in all;
    nodes of branch and bound.
    """

    rounds: int = 3
    moves: int = 20_000
    listed: int = 500
    rankings: int = 4
    ranked: int = 60
    kicks: int = 60
    routed: int = 3_000
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

    `tour_length` decides what a batch costs. Where all batches that fit were routed, and branch and bound ended,
    the batching is proven shortest for these costs; else the bound is that of single orders: a batch is at least
    as long as the tour of any of its orders.
    UndecidedError where no batching in `batches_at_most` batches is found.
    """
    tours, bits = table_tours(table_m, orders)
    search = new_search(problem, tours, bits, seed=seed, pool_size=1 << 17)
    routed = Routed(problem=problem, tour_length=tour_length, most=effort.routed)
    best = first_fit(problem)
    for at in range(effort.rounds):
        best = anneal_from(search, best, moves=effort.moves, hot=0.05 if at == 0 else 0.02, cold=0.0005)
    every = feasible_batches(problem, at_most=effort.listed)
    for batch in every or []:
        routed.length_m(batch)
    if every is None:
        _route_the_best(search, routed, _batches(best), effort)
    batches, bound_m = _combined(routed, _batches(best), effort)
    for kick in range(effort.kicks if every is None else 0):
        start = kicked(problem, batches, search.generator) if kick else list(batches)
        found = descend(routed, start)
        if kick % COMBINED_EVERY == 0:
            found, _ = _combined(routed, found, effort)
        batches = min(batches, found, key=lambda each: _total_m(routed, each))
        if routed.is_spent():
            break
    if every is None:
        batches, _ = _combined(routed, batches, effort)
        bound_m = _bound_of_singles(routed)
    return Batching(
        batches=tuple(batches),
        lengths_m=tuple(routed.length_m(batch) for batch in batches),
        bound_m=min(bound_m, _total_m(routed, batches)),
        bound_from="single orders" if every is None else "all batches that fit",
    )


def _route_the_best(search: Search, routed: Routed, start: list[Members], effort: TableEffort) -> None:
    """Route the batches of least reduced cost in the pool, whose lengths are then the proper ones."""
    first = [batch_row(search, list(batch)) for batch in start]
    rows = np.arange(int(search.pool.used[0]))
    batch_of = [_members(search, row) for row in rows.tolist()]
    fewest, most = fewest_batches(search.problem), search.problem.most_batches
    for _ in range(effort.rankings):
        now = part_relaxation(search, np.array(first), rows, fewest=fewest, most=most)
        ranked = np.argsort(reduced_m(search, rows, now), kind="stable").tolist()
        unknown = [row for row in ranked if batch_of[row] not in routed.known][: effort.ranked]
        for row in [*first, *unknown]:
            search.pool.length_m[row] = routed.length_m(batch_of[row])


def _combined(routed: Routed, start: list[Members], effort: TableEffort) -> tuple[list[Members], float]:
    """The best batching of those routed, none worse than `start`, and a bound on what they can make."""
    problem = routed.problem
    for batch in start:
        routed.length_m(batch)
    batches = [batch for batch in routed.known if batch]
    members = np.full((len(batches), max(map(len, batches))), problem.orders, np.int16)
    for at, batch in enumerate(batches):
        members[at, : len(batch)] = batch
    chosen, bound_m = best_partition(
        members,
        np.array([routed.known[batch] for batch in batches]),
        orders=problem.orders,
        fewest=fewest_batches(problem),
        most=problem.most_batches,
        nodes=effort.tree_nodes,
    )
    if chosen is not None:
        found = sorted(batches[at] for at in chosen)
        start = min(start, found, key=lambda each: _total_m(routed, each))
    return start, bound_m


def _bound_of_singles(routed: Routed) -> float:
    """At least ⌈size / capacity⌉ batches hold the orders whose own tours are longer than t, and are so themselves:
    the integral of that over t, group by group.
    """
    problem = routed.problem
    singles_m = np.array([routed.length_m((order,)) for order in range(problem.orders)])
    bound_m = 0.0
    for group in np.unique(problem.group):
        orders = np.flatnonzero(problem.group == group)
        falling = orders[np.argsort(-singles_m[orders], kind="stable")]
        batches = np.ceil(np.cumsum(problem.size[falling]) / problem.capacity - 1e-9)
        bound_m += float(batches @ (singles_m[falling] - np.append(singles_m[falling][1:], 0.0)))
    return bound_m


def _total_m(routed: Routed, batches: list[Members]) -> float:
    return sum(routed.length_m(batch) for batch in batches)


def _batches(batch_of: npt.NDArray[np.int64]) -> list[Members]:
    return sorted(tuple(np.flatnonzero(batch_of == batch).tolist()) for batch in np.unique(batch_of))


def _members(search: Search, row: int) -> Members:
    members = search.pool.members[row]
    return tuple(sorted(members[members < search.problem.orders].tolist()))
