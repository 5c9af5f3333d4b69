"""What a unit is picked together with, more often than chance has it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from layouts.slotting.explain.local_score import LocalScore
from layouts.slotting.metric import apart_m
from layouts.slotting.problem import NOWHERE, SlottingProblem

Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, kw_only=True)
class Partner:
    """Another SKU in the same tours: in `share` of the unit's, `lift` times as often as if they knew nothing of each
    other; metres between the two today and by the plan, None where one of them has no location.
    """

    sku: str
    tours: float
    share: float
    lift: float
    now_m: float | None
    plan_m: float | None

    def record(self) -> dict[str, Any]:
        """As JSON holds it."""
        return dict(vars(self))


def partners(
    problem: SlottingProblem, assignment: Ints, unit: int, local: LocalScore, *, most: int
) -> tuple[Partner, ...]:
    """Those it shares most tours with beyond what chance has, `most` at most."""
    its = local.units_of(local.tours_of([unit]))
    weight = np.repeat(its.weight, np.diff(its.start))
    together = np.bincount(its.unit, weights=weight, minlength=len(problem.sku))
    visits, total = problem.visits, float(problem.tours.weight.sum())
    by_chance = visits * visits[unit] / total if total else visits
    beyond = together - by_chance
    beyond[unit] = 0.0
    order = np.argsort(-beyond, kind="stable")[:most]
    return tuple(
        Partner(
            sku=problem.sku[other],
            tours=float(together[other]),
            share=float(together[other] / visits[unit]),
            lift=float(together[other] / by_chance[other]),
            now_m=_metres(problem, problem.now, unit, other),
            plan_m=_metres(problem, assignment, unit, other),
        )
        for other in order.tolist()
        if beyond[other] > 0
    )


def _metres(problem: SlottingProblem, assignment: Ints, one: int, other: int) -> float | None:
    here, there = assignment[one], assignment[other]
    if NOWHERE in (here, there):
        return None
    return float(apart_m(problem.metric, problem.place[here], problem.place[there]))
