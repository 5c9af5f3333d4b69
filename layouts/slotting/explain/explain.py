"""Why a SKU lies where a plan puts it: what it is, what the move brings, and what else there was."""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from layouts.slotting.depot_ways import depot_m
from layouts.slotting.explain.affinity import Partner, partners
from layouts.slotting.explain.options import Option, Options
from layouts.slotting.problem import NOWHERE, SlottingProblem

Ints = npt.NDArray[np.int64]

PARTNERS = 5


@dataclass(frozen=True, kw_only=True)
class UnitStory:
    """One pick face of the SKU.

    `rank` counts from the most visited unit, `nearness` from the location with the shortest way from the start of
    tours to it and on to their end. `back` is the unit where it was, None where it is there or was nowhere: what
    the move saves is what that costs more. `alternatives` are the best allowed locations, `forbidden` those that
    would be better, with the rules that forbid them.
    """

    now: str | None
    plan: str | None
    visits: float
    rank: int
    share: float
    now_nearness: int | None
    plan_nearness: int | None
    partners: tuple[Partner, ...]
    back: Option | None
    alternatives: tuple[Option, ...]
    forbidden: tuple[Option, ...]

    @property
    def saves_s(self) -> dict[str, float]:
        """Seconds that the move saves by part; empty without one."""
        return {} if self.back is None else dict(self.back.parts_s)

    def record(self) -> dict[str, Any]:
        """As JSON holds it."""
        return {
            **vars(self),
            "partners": [partner.record() for partner in self.partners],
            "back": None if self.back is None else self.back.record(),
            "saves_s": self.saves_s,
            "alternatives": [option.record() for option in self.alternatives],
            "forbidden": [option.record() for option in self.forbidden],
        }


@dataclass(frozen=True, kw_only=True)
class Explanation:
    """All pick faces of a SKU, of so many units and locations; `is_screened` tells that alternatives are the best of
    a screening rather than of all.
    """

    sku: str
    units: tuple[UnitStory, ...]
    of_units: int
    of_locations: int
    is_screened: bool

    def record(self) -> dict[str, Any]:
        """As JSON holds it."""
        return {
            "schema": "aisletwin.slotting-explanation/1",
            "sku": self.sku,
            "of_units": self.of_units,
            "of_locations": self.of_locations,
            "is_screened": self.is_screened,
            "units": [unit.record() for unit in self.units],
        }


def explain(
    problem: SlottingProblem, assignment: Ints, sku: str, *, alternatives: int = 5, shortlist: int = 40
) -> Explanation:
    """Why `assignment` (U,) puts `sku` where it does; seconds are over the stretch of the tours of `problem`.

    Of locations that share their place and cost only the best is named. With more than `shortlist` locations, up to
    so many allowed and forbidden ones are told exactly, screened as the best.
    ValueError for a SKU that the problem lacks.
    """
    units = [unit for unit, name in enumerate(problem.sku) if name == sku]
    if not units:
        near = difflib.get_close_matches(sku, problem.sku, n=1)
        hint = f"did you mean '{near[0]}'?" if near else f"it has {len(problem.sku)} others"
        raise ValueError(f"SKU '{sku}' is none of this problem: {hint}")
    options = Options(problem, assignment)
    nearness = _ranks(depot_m(problem))
    return Explanation(
        sku=sku,
        units=tuple(
            _story(problem, assignment, unit, options, nearness, alternatives, shortlist) for unit in units
        ),
        of_units=len(problem.sku),
        of_locations=len(problem.location),
        is_screened=len(problem.location) - 1 > shortlist,
    )


def _story(
    problem: SlottingProblem,
    assignment: Ints,
    unit: int,
    options: Options,
    nearness: Ints,
    alternatives: int,
    shortlist: int,
) -> UnitStory:
    was, there = int(problem.now[unit]), int(assignment[unit])
    visits = problem.visits
    best: tuple[Option, ...] = ()
    forbidden: tuple[Option, ...] = ()
    if there != NOWHERE:
        best, forbidden = options.best(unit, most=alternatives, shortlist=shortlist)
    return UnitStory(
        now=None if was == NOWHERE else problem.location[was],
        plan=None if there == NOWHERE else problem.location[there],
        visits=float(visits[unit]),
        rank=1 + int((visits > visits[unit]).sum()),
        share=float(visits[unit] / visits.sum()) if visits.any() else 0.0,
        now_nearness=None if was == NOWHERE else int(nearness[was]),
        plan_nearness=None if there == NOWHERE else int(nearness[there]),
        partners=partners(problem, assignment, unit, options.local, most=PARTNERS),
        back=None if NOWHERE in (was, there) or was == there else options.at(unit, was),
        alternatives=best,
        forbidden=forbidden,
    )


def _ranks(values: npt.NDArray[np.float64]) -> Ints:
    """From 1 for the least; equals share the best."""
    ranks: Ints = 1 + np.searchsorted(np.sort(values), values)
    return ranks
