"""The shortest tour on any table of lengths, how far from shortest it can be, and proof where effort allows."""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from scipy.optimize import linear_sum_assignment

from layouts.tours.bounded import Bounded
from layouts.tours.metric.branch_and_cut import PROOF, branch_and_cut
from layouts.tours.metric.directed import Directed
from layouts.tours.metric.fixed_ends import FixedEnds, Lengths, Relation, fixed_ends
from layouts.tours.metric.local_search import search
from layouts.tours.metric.search_kernel import Order
from layouts.tours.metric.subset_program import MOST_BETWEEN, shortest_order
from layouts.tours.metric.tree_bound import tree_bound
from layouts.tours.metric.undirected import Undirected
from spatial.errors import UndecidedError

ITERATIONS, ITERATIONS_PER_PLACE = 500, 50
"""Random changes of a search by default."""
ORDERED = 3
"""So many times more where places must keep an order."""
FIRST_SHARE = 8
"""A first search of one in so many of the changes often meets the bound, and the rest is saved."""
PROOF_ROUNDS, PROOF_ROUNDS_IF_ORDERED = 60, 24
"""Linear programs solved for a proof by default: seconds for a hundred places, longer ones where an order is kept."""


@dataclass(frozen=True, kw_only=True)
class MetricTour(Bounded):
    """Places from the start to the end, both included: a closed tour names its start twice.

    `length_m` is the sum of the legs of `order`.
    """

    order: tuple[int, ...]


def best_tour(
    length_m: Lengths,
    *,
    start: int = 0,
    end: int | None = None,
    before: Iterable[tuple[int, int]] = (),
    iterations: int | None = None,
    proof_rounds: int | None = None,
    seed: int = 0,
    budget_s: float | None = None,
) -> MetricTour:
    """Visit every place of a table of lengths once, from `start` to `end` (back to the start if None).

    `length_m` (n, n), `before` and what is refused: as `fixed_ends` says. The effort is counted: `iterations` of
    the local search (by default 500 and 50 a place, three times as many with `before`) and `proof_rounds` of
    branch and cut (by default 60, with `before` 24), 0 for the quick bounds alone, which take milliseconds.
    `budget_s` may stop both earlier, and results then depend on the machine. Up to `MOST_BETWEEN` places the
    tour is exact without either. Raises ValueError if no tour avoids the legs that are inf, UndecidedError if
    none was found but one may exist.
    """
    deadline = None if budget_s is None else time.perf_counter() + budget_s
    problem = fixed_ends(length_m, start=start, end=end, before=before)
    m = len(problem.length_m)
    if m - 2 <= MOST_BETWEEN:
        order = shortest_order(problem)
        return _tour(problem, length_m, order, problem.total_m(order))
    is_ordered = bool(problem.before.any())
    if iterations is None:
        iterations = (ITERATIONS + ITERATIONS_PER_PLACE * m) * (ORDERED if is_ordered else 1)
    if proof_rounds is None:
        proof_rounds = PROOF_ROUNDS_IF_ORDERED if is_ordered else PROOF_ROUNDS
    order = search(problem, iterations=iterations // FIRST_SHARE, seed=seed, budget_s=_left(deadline))
    bound_m, with_leg_m = quick_bound(problem, problem.total_m(order))
    if bound_m < problem.total_m(order) * (1 - PROOF):
        found = search(problem, iterations=iterations, seed=seed, budget_s=_left(deadline), first=order)
        order = min(order, found, key=problem.total_m)
        order, bound_m = _prove(problem, order, bound_m, with_leg_m, proof_rounds, deadline)
    return _tour(problem, length_m, order, bound_m)


def quick_bound(problem: FixedEnds, tour_m: float) -> tuple[float, Lengths]:
    """A bound without programs, at most `tour_m`, and one (m, m) for tours with each leg.

    Trees on the shorter of both directions, and on a table that is not symmetric assignments: each place has
    one leg in and one out.
    """
    length_m = problem.length_m
    bound_m, with_leg_m = tree_bound(np.minimum(length_m, length_m.T), length_of_tour_m=tour_m)
    if not problem.is_symmetric:
        legs = length_m[:-1, 1:].copy()
        np.fill_diagonal(legs[1:], problem.blocked_m)
        bound_m = max(bound_m, float(legs[linear_sum_assignment(legs)].sum()))
    return min(bound_m, tour_m), with_leg_m


def _prove(
    problem: FixedEnds,
    order: Order,
    bound_m: float,
    with_leg_m: Lengths,
    rounds: int,
    deadline: float | None,
) -> tuple[Order, float]:
    """Branch and cut on the legs that a shorter tour can have; the best order then known, and its bound."""
    tour_m = problem.total_m(order)
    useful: Relation = (with_leg_m < tour_m * (1 - PROOF)) & (problem.length_m < problem.blocked_m)
    model = (Undirected if problem.is_symmetric else Directed)(problem, useful)
    proof = branch_and_cut(
        model.relaxation(), tour_m=tour_m, bound_m=bound_m, rounds=rounds, deadline=deadline
    )
    if proof.chosen is not None:
        order = min(order, model.order(proof.chosen), key=problem.total_m)
    return order, proof.bound_m


def _tour(problem: FixedEnds, length_m: Lengths, order: Order, bound_m: float) -> MetricTour:
    """The order in the caller's places, and the bound rounded to its length where it proves it."""
    total_m = problem.total_m(order)
    if total_m >= problem.blocked_m:
        if bound_m >= total_m * (1 - PROOF):
            raise ValueError(
                "no tour avoids the ways that are inf: drop a place, a pair of before, or open a way"
            )
        raise UndecidedError(
            "no tour without a way that is inf was found, but there may be one: allow more iterations or rounds"
        )
    visited = problem.visited(order)
    legs = np.array([length_m[i, j] for i, j in pairwise(visited) if i != j])
    exact_m = float(legs.sum())
    proven = bound_m >= total_m * (1 - PROOF)
    return MetricTour(
        order=visited, length_m=exact_m, lower_bound_m=exact_m if proven else min(max(bound_m, 0.0), exact_m)
    )


def _left(deadline: float | None) -> float | None:
    return None if deadline is None else deadline - time.perf_counter()
