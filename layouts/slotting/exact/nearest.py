"""The least sum of (what a unit weighs) × (what its location costs), by sorting both, at any size.

Units that may be in different kinds of locations compete only where they share one. In each set of kinds that hang
together, either all its units are sorted against all its locations, or each class of units against its own as if
the others were not there, whichever is more. Both are at most the true least.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

from layouts.slotting.problem import SlottingProblem

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

MOST_CLASSES = 100
"""With more, kinds are not told apart."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Pool:
    """Units that compete for seats; `cost` of the best of these, as many as units or fewer, in rising order."""

    units: Ints
    cost: Floats


@dataclass(frozen=True, kw_only=True, eq=False)
class Seating:
    """Rival ways to divide the units into pools, of which the dearest counts, by set of kinds; `home` (U,) is the
    cost of units that stay where they are, NaN for the others.
    """

    rivals: tuple[tuple[tuple[Pool, ...], ...], ...]
    home: Floats

    def least(self, weight: Floats) -> tuple[float, Floats]:
        """The least sum, and what the location of each unit (U,) costs there, by `weight` (U,), at least 0."""
        cost = np.nan_to_num(self.home)
        total = float(weight @ cost)
        for ways in self.rivals:
            sums = [[_sorted_sum(weight, pool) for pool in way] for way in ways]
            best = int(np.argmax([sum(seconds for seconds, _ in pools) for pools in sums]))
            for pool, (seconds, far) in zip(ways[best], sums[best], strict=True):
                total += seconds
                cost[pool.units] = far
        return total, cost


def _sorted_sum(weight: Floats, pool: Pool) -> tuple[float, Floats]:
    """Heaviest nearest; units without a seat cost nothing."""
    order = np.argsort(-weight[pool.units], kind="stable")
    far = np.zeros(len(pool.units))
    far[order[: len(pool.cost)]] = pool.cost
    return float(weight[pool.units] @ far), far


def seating(problem: SlottingProblem, cost: Floats) -> Seating:
    """For locations that cost `cost` (L,) each, at least 0."""
    units = len(problem.sku)
    stays = problem.fixed & (problem.now >= 0)
    home = np.where(stays, cost[problem.now], np.nan)
    idle = (problem.visits == 0) & (problem.now < 0)
    seats = _seats(problem) - np.bincount(problem.now[stays], minlength=len(cost))
    free = np.flatnonzero(~stays & ~idle)
    may = problem.rules.may(units)[free]
    classes, class_of = np.unique(may, axis=0, return_inverse=True)
    if len(classes) > MOST_CLASSES:
        classes, class_of = np.ones((1, may.shape[1]), np.bool_), np.zeros(len(free), np.int64)
    order = np.argsort(cost, kind="stable")

    def pool(members: Ints, kinds: Bools) -> Pool:
        rows = order[kinds[problem.rules.kind[order]]]
        filled = np.cumsum(np.maximum(seats[rows], 0))
        rows = rows[: np.searchsorted(filled, len(members)) + 1]
        return Pool(units=members, cost=np.repeat(cost[rows], np.maximum(seats[rows], 0))[: len(members)])

    rivals = []
    for together in _components(classes):
        alone = tuple(pool(free[class_of == one], classes[one]) for one in together)
        kinds: Bools = np.any(classes[together], axis=0, keepdims=True)[0]
        rivals.append(((pool(free[np.isin(class_of, together)], kinds),), alone))
    return Seating(rivals=tuple(rivals), home=home)


def _components(classes: Bools) -> list[Ints]:
    """The classes (C, K) that share kinds, directly or by others, together."""
    count, of_node = connected_components(csr_array((classes @ classes.T).astype(np.int8)), directed=False)
    return [np.flatnonzero(of_node == number) for number in range(count)]


def _seats(problem: SlottingProblem) -> Ints:
    """(L,) how many units a location holds at most, were they the smallest of all."""
    seats = np.full(len(problem.location), len(problem.sku), np.int64)
    for capacity in problem.rules.capacities:
        smallest = np.cumsum(np.sort(capacity.use))
        most = np.append(capacity.most * (1 + 1e-9) + 1e-9, np.inf)[capacity.group]
        seats = np.minimum(seats, np.searchsorted(smallest, most, side="right"))
    return seats
