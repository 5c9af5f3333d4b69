"""Scattered storage: one place out of every group, and the shortest tour over them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from layouts.tours.metric.best_tour import ITERATIONS, MetricTour, best_tour
from layouts.tours.metric.branch_and_cut import PROOF, branch_and_cut
from layouts.tours.metric.fixed_ends import Lengths, checked_lengths
from layouts.tours.metric.group_search import Indices, exchange_groups, shortest_choice
from layouts.tours.metric.groups_program import GroupsProgram

MOST_EXACT_STEPS = 3e7
"""Steps up to which all choices are weighed: 2ᵍ·p² for g groups of p places together."""
ITERATIONS_PER_GROUP = 400
PROOF_ROUNDS = 30
"""Linear programs solved for the bound by default."""
MOST_PLACES_BOUNDED = 150
"""Places up to which a linear program over all legs between them is solved for the bound."""


def one_of_each(
    length_m: Lengths,
    groups: Sequence[Sequence[int]],
    *,
    start: int = 0,
    end: int | None = None,
    iterations: int | None = None,
    proof_rounds: int = PROOF_ROUNDS,
    seed: int = 0,
) -> MetricTour:
    """From `start` over one place of each of `groups` to `end` (back to the start if None), as short as found.

    `length_m` (n, n) are finite metres; the diagonal does not count. A SKU in several locations is a group of
    them. Few groups are solved exactly; with more, groups are taken out and put back where they lengthen the
    tour least, `iterations` times (by default 500 and 400 a group). The bound is then that of `proof_rounds` of
    branch and cut, or, for many places or where it is better, of a tour over the groups, between any two of
    them as short as between their nearest places. Raises ValueError for an empty group, a place in two groups
    or at an end, or an index outside.
    """
    table = checked_lengths(length_m)
    end = start if end is None else end
    _check(table, groups, start, end)
    if not groups:
        length = float(table[start, end])
        return MetricTour(order=(start, end), length_m=length, lower_bound_m=length)
    rows = np.array([start, *(place for group in groups for place in group), end])
    first = np.cumsum([1, *(len(group) for group in groups)])
    ground = np.ascontiguousarray(table[np.ix_(rows, rows)])
    if 2.0 ** len(groups) * len(rows) ** 2 <= MOST_EXACT_STEPS:
        chosen = shortest_choice(ground, first)
        bound = _along(ground, chosen)
    else:
        count = ITERATIONS + ITERATIONS_PER_GROUP * len(groups) if iterations is None else iterations
        chosen = exchange_groups(ground, first, iterations=count, seed=seed)
        chosen, bound = _prove(ground, first, chosen, proof_rounds)
    length = _along(ground, chosen)
    return MetricTour(
        order=(start, *rows[chosen].tolist(), end),
        length_m=length,
        lower_bound_m=length if bound >= length * (1 - PROOF) else bound,
    )


def _prove(ground: Lengths, first: Indices, chosen: Indices, proof_rounds: int) -> tuple[Indices, float]:
    """The better of the chosen rows and those that branch and cut finds, and a bound."""
    length, bound = _along(ground, chosen), 0.0
    if len(ground) <= MOST_PLACES_BOUNDED:
        program = GroupsProgram(ground, first)
        proof = branch_and_cut(program.relaxation(), tour_m=length, bound_m=0.0, rounds=proof_rounds)
        bound = proof.bound_m
        if proof.chosen is not None:
            chosen = min(chosen, program.order(proof.chosen), key=lambda order: _along(ground, order))
    if bound < length * (1 - PROOF):
        bound = max(bound, _nearest_groups(ground, first, proof_rounds))
    return chosen, bound


def _along(ground: Lengths, chosen: Indices) -> float:
    """Length of a tour over the chosen rows."""
    walk = np.array([0, *chosen, len(ground) - 1])
    return float(ground[walk[:-1], walk[1:]].sum())


def _nearest_groups(ground: Lengths, first: Indices, proof_rounds: int) -> float:
    """The bound of a tour over the groups, between any two of them as short as between their nearest places."""
    edges = np.array([0, *first])
    nearest = np.minimum.reduceat(np.minimum.reduceat(ground, edges, axis=0), edges, axis=1)
    return best_tour(nearest, start=0, end=len(nearest) - 1, proof_rounds=proof_rounds).lower_bound_m


def _check(table: Lengths, groups: Sequence[Sequence[int]], start: int, end: int) -> None:
    n = len(table)
    if not np.isfinite(table).all():
        i, j = np.argwhere(~np.isfinite(table))[0].tolist()
        raise ValueError(f"length_m[{i}, {j}] is inf: drop the places that cannot be reached from all others")
    taken = {start, end}
    if not all(0 <= place < n for place in taken):
        raise ValueError(f"start {start} or end {end} is outside the table's places 0 … {n - 1}")
    for number, group in enumerate(groups):
        if not group:
            raise ValueError(f"group {number} is empty: expected one or more places")
        for place in group:
            if not 0 <= place < n:
                raise ValueError(f"group {number} holds {place}: expected places 0 … {n - 1}")
            if place in taken:
                raise ValueError(
                    f"group {number} holds place {place}, which is an end or in a group already: repeat its row "
                    "in the table where one place serves several"
                )
            taken.add(place)
