"""Slottings that a better one is measured against: by distance, by ABC classes, at random; rules are never broken.

1. Units that are fixed stay.
2. The others, in the order of the baseline, each take the first location of its list that the rules allow.
3. Where one finds none, those that found none go first and all begins again.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
from numba import njit

from layouts.slotting.depot_ways import depot_m
from layouts.slotting.problem import SlottingProblem
from layouts.slotting.search.ledger import (
    ROUNDING,
    Ledger,
    Limits,
    enter,
    enter_all,
    fits,
    new_ledger,
    new_limits,
)
from spatial.errors import UndecidedError

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

TRIES = 30
"""How often all begins again before the rules are said to be too tight for a list."""


def by_distance(problem: SlottingProblem) -> Ints:
    """Most visited units (U,) in the locations nearest to the depot, within reach first; ties by number.

    Raises UndecidedError where units find no place this way.
    """
    return _in_turn(problem, np.argsort(-problem.visits, kind="stable"), nearest_first(problem))


def abc(problem: SlottingProblem, seed: int, shares: tuple[float, ...] = (0.8, 0.15, 0.05)) -> Ints:
    """Classes by share of the visits, the first nearest to the depot, at random within a class.

    A class takes as many locations as it has units, the last one the rest. Raises as `by_distance` does, and
    ValueError where the shares do not make 1.
    """
    if min(shares) < 0 or not math.isclose(sum(shares), 1.0):
        raise ValueError(f"shares {shares} make {sum(shares):g}: they must make 1")
    generator = np.random.default_rng(seed)
    visits = problem.visits
    units, locations = np.argsort(-visits, kind="stable"), nearest_first(problem)
    seen = np.cumsum(visits[units]) - visits[units]
    bounds = np.searchsorted(seen, np.cumsum((0.0, *shares[:-1])) * visits.sum(), side="left")
    ends = np.append(bounds[1:], max(len(units), len(locations)))
    for low, high in zip(bounds, ends, strict=True):
        units[low:high] = generator.permutation(units[low:high])
        locations[low:high] = generator.permutation(locations[low:high])
    return _in_turn(problem, units, locations)


def at_random(problem: SlottingProblem, seed: int) -> Ints:
    """Units (U,) in random locations; raises as `by_distance` does."""
    generator = np.random.default_rng(seed)
    units, locations = generator.permutation(len(problem.sku)), generator.permutation(len(problem.location))
    return _in_turn(problem, units, locations)


def nearest_first(problem: SlottingProblem) -> Ints:
    """Locations (L,) by what a visit to each alone costs: its way, and what heights and refills add."""
    visits = float(problem.visits.sum())
    seconds = depot_m(problem) * problem.seconds_per_m
    for cost in problem.place_costs:
        seconds = seconds + cost.of_location * (float(cost.of_unit.sum()) / visits if visits else 0.0)
    return np.argsort(seconds, kind="stable")


def _in_turn(problem: SlottingProblem, units: Ints, locations: Ints) -> Ints:
    limits = new_limits(problem.rules, len(problem.sku))
    stays = problem.fixed & (problem.now >= 0)
    fixed = np.where(stays, problem.now, -1)
    units = units[~problem.fixed[units]]
    kinds = limits.kind[locations]
    by_kind = np.argsort(kinds, kind="stable")
    first = np.searchsorted(kinds[by_kind], np.arange(limits.may.shape[1] + 1))
    least = limits.use.min(axis=1, initial=np.inf)
    for _ in range(TRIES):
        ledger = new_ledger(limits)
        enter_all(limits, ledger, fixed)
        assignment = fixed.copy()
        _fill(limits, ledger, units, locations, by_kind, first, least, assignment)
        lost = assignment[units] < 0
        if not lost.any():
            return assignment
        units = np.concatenate((units[lost], units[~lost]))
    raise UndecidedError(
        f"{int(lost.sum())} of {len(units)} units find no location, SKU {problem.sku[units[0]]!r} among them: "
        "free locations for them, or search from today's assignment"
    )


@njit(cache=True)
def _fill(
    limits: Limits,
    ledger: Ledger,
    units: Ints,
    locations: Ints,
    by_kind: Ints,
    first: Ints,
    least: Floats,
    assignment: Ints,
) -> None:
    """Give each unit the first row of `locations` that it fits; rows of kind k are
    `by_kind[first[k]:first[k + 1]]`, and `after` leads past those that are full for any unit.
    """
    after = np.arange(len(by_kind) + 1)
    for unit in units:
        best = len(by_kind)
        for kind in range(len(first) - 1):
            if not limits.may[unit, kind]:
                continue
            at = _open(after, first[kind])
            while at < first[kind + 1] and by_kind[at] < best:
                location = locations[by_kind[at]]
                if fits(limits, ledger, unit, location):
                    best = by_kind[at]
                    break
                if _full(limits, ledger, location, least):
                    after[at] = at + 1
                at = _open(after, at + 1)
        if best < len(by_kind):
            assignment[unit] = locations[best]
            enter(limits, ledger, unit, locations[best], 1)


@njit(cache=True)
def _open(after: Ints, at: int) -> int:
    """The first row from `at` on that is not full; paths are shortened by half on the way."""
    while after[at] != at:
        after[at] = after[after[at]]
        at = after[at]
    return at


@njit(cache=True)
def _full(limits: Limits, ledger: Ledger, location: int, least: Floats) -> bool:
    for row in range(len(limits.use)):
        group = limits.group[row, location]
        if group >= 0 and least[row] > 0:
            most = limits.most[row, group]
            if ledger.load[row, group] + least[row] > most + ROUNDING * abs(most):
                return True
    return False
