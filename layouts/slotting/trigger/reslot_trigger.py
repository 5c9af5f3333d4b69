"""When to slot anew, told day by day with hysteresis.

1. From the velocities up to yesterday a quick plan of swaps is made; today's tours, which it has not seen, are walked
   on it and on today's slotting. What it saves is an honest sample, whatever noise the swaps were picked from.
2. A CUSUM (Page 1954) adds up by how many standard deviations the saving is beyond what pays the moves back, less
   `slack`, and never falls below 0. Above `threshold` a re-slot is due, if the smoothed saving is beyond it too.
3. Then the trigger is quiet for `quiet_days`, counted anew from the re-slot. Without a re-slot it is also quiet until
   the smoothed saving is below `low` of what is needed: it does not nag.

The tours of a day are one sample, so their number is in its variance: busy days tell more.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from layouts.slotting.depot_ways import depot_m
from layouts.slotting.problem import NOWHERE, SlottingProblem, TourUnits
from layouts.slotting.tour_length import tour_lengths
from layouts.slotting.trigger.quick_plan import QuickPlan, quick_plan
from layouts.slotting.trigger.state import TriggerState

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

SMOOTHED_OVER_DAYS = 5.0
"""The half-life of the savings that thresholds are about."""


@dataclass(frozen=True, kw_only=True)
class TriggerDay:
    """One day: the state after it, whether a re-slot `is_due`, and what the day showed in seconds of that day.

    `saved_s` is what the quick plan's `swaps` would have saved, `needed_s` what they have to.
    """

    state: TriggerState
    is_due: bool
    saved_s: float
    needed_s: float
    swaps: int

    def record(self) -> dict[str, Any]:
        """As JSON holds it."""
        return {
            "is_due": self.is_due,
            "saved_s": self.saved_s,
            "needed_s": self.needed_s,
            "swaps": self.swaps,
            "state": self.state.record(),
        }

    def text(self) -> str:
        """In a line."""
        its = self.state
        seen = f"{its.saving_s:.3g} s a day saved by {self.swaps} swaps, {its.needed_s:.3g} s needed"
        if self.is_due:
            return f"Slot anew: {seen}, evidence {its.evidence:.3g}."
        if its.quiet_since is not None:
            return f"Quiet since day {its.quiet_since:g}: {seen}."
        return f"No re-slot: {seen}, evidence {its.evidence:.3g}."


@dataclass(frozen=True, kw_only=True)
class ReslotTrigger:
    """Its settings; all are above 0, `low` is below 1.

    `swap_s` is the work of a swap of two units, `fixed_s` that of any re-slot at all; both have to come back within
    `payback_days`, `margin` times over. `half_life_days` is how soon old velocities are forgotten. Days are those
    fed: where only working days are, a quarter has 65 of them.
    """

    swap_s: float = 360.0
    fixed_s: float = 2 * 3600.0
    payback_days: float = 90.0
    margin: float = 1.25
    half_life_days: float = 15.0
    threshold: float = 5.0
    slack: float = 0.5
    cap: float = 3.0
    low: float = 0.5
    quiet_days: float = 91.0
    most_swaps: int = 500

    def __post_init__(self) -> None:
        for name, value in vars(self).items():
            if not value > 0:
                raise ValueError(f"{name} {value} must be above 0")
        if self.low >= 1:
            raise ValueError(f"low {self.low} must be below 1, which is what a re-slot needs")

    def begin(self, problem: SlottingProblem, *, days: float) -> TriggerState:
        """The state whose velocities are those of the tours of `problem`, which are of so many days."""
        if not days > 0:
            raise ValueError(f"days {days} must be above 0")
        visits = _by_sku(problem, problem.visits / days)
        return TriggerState(visits_a_day=visits, stops=_stops(problem.tours))

    def after_day(
        self,
        state: TriggerState,
        problem: SlottingProblem,
        assignment: Ints,
        tours: TourUnits,
        *,
        days: float = 1.0,
    ) -> TriggerDay:
        """The day's `tours` on the slotting of today, `assignment` (U,); the tours of `problem` are not looked at.

        `days` is how many days they are of, as 7 where it is fed once a week. Without tours only time goes on.
        """
        if not days > 0:
            raise ValueError(f"days {days} must be above 0")
        now = state.day + days
        if not len(tours):
            return self._told(replace(state, day=now), False, 0.0, 0.0, 0)
        weight = 1 - 2 ** (-days / self.half_life_days)
        plan = self._quick_plan(state, problem, assignment, weight / (2 - weight) / days)
        saved_s, spread_s2 = _saved(problem, assignment, plan, tours)
        swaps = len(plan.swaps)
        needed_s = self.margin * days * (self.fixed_s + swaps * self.swap_s) / self.payback_days
        quick = 1 - 2 ** (-days / SMOOTHED_OVER_DAYS)
        is_first = state.needed_s == 0
        smooth = 1.0 if is_first else quick
        variance = state.variance + smooth * (spread_s2 / days - state.variance)
        visits, stops = self._velocities(state, problem, tours, weight, days)
        after = replace(
            state,
            day=now,
            visits_a_day=visits,
            stops=stops,
            saving_s=state.saving_s + smooth * (saved_s / days - state.saving_s),
            needed_s=state.needed_s + smooth * (needed_s / days - state.needed_s),
            variance=variance,
        )
        after = self._rearmed(after)
        if not after.is_armed:
            return self._told(after, False, saved_s, needed_s, swaps)
        sigma_s = float(np.sqrt(max(variance * days, spread_s2)))
        beyond = (saved_s - needed_s) / sigma_s if sigma_s > 0 else -self.cap
        step = float(np.clip(beyond, -self.cap, self.cap)) - self.slack
        after = replace(after, evidence=max(0.0, after.evidence + step))
        is_due = after.evidence > self.threshold and after.saving_s > after.needed_s
        if is_due:
            after = replace(after, quiet_since=now, is_followed=False, advised=(*after.advised, now))
        return self._told(after, is_due, saved_s, needed_s, swaps)

    def reslotted(self, state: TriggerState) -> TriggerState:
        """The state once the warehouse has been slotted anew, advised or not: quiet from now on."""
        return replace(state, quiet_since=state.day, is_followed=True, evidence=0.0)

    def _quick_plan(
        self, state: TriggerState, problem: SlottingProblem, assignment: Ints, noise: float
    ) -> QuickPlan:
        units = np.fromiter((state.visits_a_day.get(sku, 0.0) for sku in problem.sku), np.float64)
        faces = _faces(problem)
        return quick_plan(
            problem,
            assignment,
            units / faces,
            depot_m(problem),
            least_saving_s=self.margin * self.swap_s / self.payback_days * max(1.0, state.stops),
            most_swaps=self.most_swaps,
            noise=noise,
        )

    def _velocities(
        self, state: TriggerState, problem: SlottingProblem, tours: TourUnits, weight: float, days: float
    ) -> tuple[dict[str, float], float]:
        today = _by_sku(problem, replace(problem, tours=tours).visits / days)
        known = state.visits_a_day
        visits = {sku: (1 - weight) * known.get(sku, 0.0) + weight * seen for sku, seen in today.items()}
        return visits, state.stops + weight * (_stops(tours) - state.stops)

    def _rearmed(self, state: TriggerState) -> TriggerState:
        """Armed again, if it was quiet for long enough, and the saving is low unless it was slotted anew."""
        if state.quiet_since is None or state.day - state.quiet_since < self.quiet_days:
            return state
        if not state.is_followed and state.saving_s >= self.low * state.needed_s:
            return state
        return replace(state, quiet_since=None, is_followed=False, evidence=0.0)

    @staticmethod
    def _told(state: TriggerState, is_due: bool, saved_s: float, needed_s: float, swaps: int) -> TriggerDay:
        return TriggerDay(state=state, is_due=is_due, saved_s=saved_s, needed_s=needed_s, swaps=swaps)


def _saved(
    problem: SlottingProblem, assignment: Ints, plan: QuickPlan, tours: TourUnits
) -> tuple[float, float]:
    """Seconds that the plan saves on the tours, and the variance of that sum as of a Poisson number of tours."""
    touched = np.zeros(len(problem.sku), np.bool_)
    touched[plan.swaps.ravel()] = True
    of = np.repeat(np.arange(len(tours)), np.diff(tours.start))
    chosen = np.zeros(len(tours), np.bool_)
    chosen[of[touched[tours.unit]]] = True
    kept = chosen[of] & (assignment[tours.unit] != NOWHERE)  # what has no place yet is walked to by neither
    sizes = np.bincount(of[kept], minlength=len(tours))[chosen]
    some = TourUnits(
        start=np.concatenate(([0], np.cumsum(sizes))), unit=tours.unit[kept], weight=tours.weight[chosen]
    )
    if not len(some):
        return 0.0, 0.0
    on_some = replace(problem, tours=some)
    saved_s = (
        tour_lengths(on_some, assignment) - tour_lengths(on_some, plan.assignment)
    ) * problem.seconds_per_m
    return float(saved_s @ some.weight), float(saved_s**2 @ some.weight)


def _by_sku(problem: SlottingProblem, visits: Floats) -> dict[str, float]:
    total: dict[str, float] = {}
    for sku, seen in zip(problem.sku, visits.tolist(), strict=True):
        total[sku] = total.get(sku, 0.0) + seen
    return total


def _faces(problem: SlottingProblem) -> Floats:
    """How many units (U,) share the SKU of each."""
    _, own, count = np.unique(np.asarray(problem.sku), return_inverse=True, return_counts=True)
    faces: Floats = count[own].astype(np.float64)
    return faces


def _stops(tours: TourUnits) -> float:
    return float(len(tours.unit) / len(tours)) if len(tours) else 1.0
