"""The part of a target that breaks no rule: units that cannot be where they should stay where they are."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from layouts.slotting.moves.holding import Holding
from layouts.slotting.problem import NOWHERE, SlottingProblem

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class LeftOut:
    """A unit that is not moved, its SKU, where it should have gone, and why it stays."""

    unit: int
    sku: str
    target: str
    why: str


def checked_target(problem: SlottingProblem, target: Ints) -> Ints:
    """`target` (U,) as integers; ValueError where it is none for this problem or moves a fixed unit."""
    units, locations = len(problem.sku), len(problem.location)
    if target.shape != (units,):
        raise ValueError(
            f"the target has the shape {target.shape}: give one location for each of {units} units"
        )
    if units and not (target.min() >= NOWHERE and target.max() < locations):
        raise ValueError(f"the target's locations must be {NOWHERE} to {locations - 1}")
    moved = np.flatnonzero(problem.fixed & (target != problem.now))
    if len(moved):
        raise ValueError(
            f"SKU '{problem.sku[moved[0]]}' is fixed but the target moves it: leave it where it is"
        )
    return target.astype(np.int64)


def reachable(problem: SlottingProblem, target: Ints, worth: Floats) -> tuple[Ints, list[LeftOut]]:
    """`target` (U,) with those units back in their places that would break a rule in it, and what these are.

    Where one of several must stay it is the one of least `worth` (U,). Whoever stays may be in another's way, which
    then stays too, until all that moves breaks no rule.
    """
    kept, left_out = target.copy(), []
    holding = Holding(problem, target)
    movers = np.flatnonzero(target != problem.now)
    waiting = movers[np.lexsort((movers, worth[movers]))].tolist()
    is_settled = False
    while not is_settled:
        is_settled, moving = True, []
        for unit in waiting:
            holding.move(unit, NOWHERE)
            hindrance = holding.hindrance(unit, int(target[unit]))
            if hindrance is None:
                holding.move(unit, int(target[unit]))
                moving.append(unit)
                continue
            is_settled = False
            kept[unit] = problem.now[unit]
            holding.move(unit, int(problem.now[unit]))
            left_out.append(left(problem, target, unit, f"rule '{hindrance.rule}' would not hold there"))
        waiting = moving
    return kept, left_out


def left(problem: SlottingProblem, target: Ints, unit: int, why: str) -> LeftOut:
    """That `unit` stays."""
    place = "nowhere" if target[unit] == NOWHERE else problem.location[target[unit]]
    return LeftOut(unit=unit, sku=problem.sku[unit], target=place, why=why)
