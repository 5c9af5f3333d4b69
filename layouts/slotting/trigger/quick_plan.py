"""A quick re-slot: the swaps that velocity says pay, by the way from the depot to a location and back.

1. Locations in use are ranked by their way, units by their velocity; the location of a unit's rank is its ideal one.
2. Units that lie further than that are taken by what they would gain there, most first. Each swaps with the unit
   with which the swap saves most, if the rules let both lie there and it saves enough; each unit swaps once.

It is a lower estimate of what a search finds, told without one.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from layouts.slotting.hard_rules import HardRules
from layouts.slotting.problem import NOWHERE, SlottingProblem

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, kw_only=True, eq=False)
class QuickPlan:
    """`assignment` (U,) after `swaps` (S, 2) of units."""

    assignment: Ints
    swaps: Ints


def quick_plan(
    problem: SlottingProblem,
    assignment: Ints,
    visits_a_day: Floats,
    way_m: Floats,
    *,
    least_saving_s: float,
    most_swaps: int,
    noise: float = 0.0,
) -> QuickPlan:
    """Swaps on `assignment` (U,) at velocities `visits_a_day` (U,) and ways `way_m` (L,).

    `least_saving_s` is what a swap has to save a day, with each visit a tour of its own: tours of n stops share
    their ways, so it saves about 1 / n of that. `noise` is the variance of a velocity over the velocity, by
    which a difference of two counts one standard error less than it is. Conflicts between units are not asked.
    """
    rules = problem.rules
    movable = (assignment != NOWHERE) & ~problem.fixed
    way = np.where(movable, way_m[assignment], np.inf)
    gain_s = visits_a_day * _further_m(way, visits_a_day, np.flatnonzero(movable)) * problem.seconds_per_m
    order = np.argsort(-gain_s, kind="stable")[: int((gain_s > least_saving_s).sum())]
    if not len(order):
        return QuickPlan(assignment=assignment, swaps=np.zeros((0, 2), np.int64))
    may = rules.may(len(problem.sku))
    loads = [_load(rules, index, assignment) for index in range(len(rules.capacities))]
    plan, is_free = assignment.copy(), movable.copy()
    swaps: list[tuple[int, int]] = []
    for one in order.tolist():
        if len(swaps) == most_swaps:
            break
        if not is_free[one]:
            continue
        other_ones = np.flatnonzero(is_free & (way < way[one]) & (visits_a_day < visits_a_day[one]))
        fitting = other_ones[_fits(rules, may, loads, assignment, one, other_ones)]
        faster = visits_a_day[one] - visits_a_day[fitting]
        faster -= np.sqrt(noise * (visits_a_day[one] + visits_a_day[fitting]))
        saved_s = faster * (way[one] - way[fitting]) * problem.seconds_per_m
        if not len(saved_s) or saved_s.max() <= least_saving_s:
            continue
        other = int(fitting[np.argmax(saved_s)])
        is_free[[one, other]] = False
        plan[one], plan[other] = assignment[other], assignment[one]
        swaps.append((one, other))
    return QuickPlan(assignment=plan, swaps=np.asarray(swaps, np.int64).reshape(-1, 2))


def _further_m(way: Floats, visits_a_day: Floats, placed: Ints) -> Floats:
    """How much longer than that of its rank the way of each unit (U,) is, at least 0."""
    by_velocity = placed[np.lexsort((placed, way[placed], -visits_a_day[placed]))]
    further = np.zeros(len(way))
    further[by_velocity] = np.maximum(way[by_velocity] - np.sort(way[placed]), 0)
    return further


def _load(rules: HardRules, index: int, assignment: Ints) -> Floats:
    capacity = rules.capacities[index]
    group = np.where(assignment == NOWHERE, -1, capacity.group[assignment])
    inside = group >= 0
    load = np.bincount(group[inside], weights=capacity.use[inside], minlength=len(capacity.most))
    return load.astype(np.float64)


def _fits(
    rules: HardRules,
    may: npt.NDArray[np.bool_],
    loads: list[Floats],
    assignment: Ints,
    one: int,
    others: Ints,
) -> npt.NDArray[np.bool_]:
    """With which of `others` (N,) a unit may swap, by kinds and capacities, were it the only swap."""
    here, there = assignment[one], assignment[others]
    fits: npt.NDArray[np.bool_] = may[one, rules.kind[there]] & may[others, rules.kind[here]]
    for capacity, load in zip(rules.capacities, loads, strict=True):
        mine, its = capacity.group[here], capacity.group[there]
        more = capacity.use[others] - capacity.use[one]  # for the group that the one leaves
        apart = mine != its
        if mine >= 0:
            fits &= ~(apart & (more > 0) & (load[mine] + more > capacity.most[mine]))
        fits &= ~(apart & (its >= 0) & (more < 0) & (load[its] - more > capacity.most[its]))
    return fits
