"""Where else a unit could lie: all locations screened by a sample of its tours, the best ones told exactly.

1. For each place, what a stop there adds to a sample of the unit's tours, by cheapest insertion.
2. Where there is no room, the unit that is visited least there would change places; it loses by its own visits what
   the other gains, as if its tours were alike.
3. The best of those that kinds allow and of those they forbid are told exactly: tours walked anew, all rules asked.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from numba import njit

from layouts.slotting.explain.forbidden import Forbidden
from layouts.slotting.explain.local_score import LocalScore
from layouts.slotting.metric import Metric, apart_m
from layouts.slotting.problem import NOWHERE, SlottingProblem
from layouts.slotting.tour_length import distinct, short_order

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

MOST_STEPS = 20_000_000
"""Insertions that a screening tries; the sample of tours is as large as it allows."""
FEWEST_TOURS, MOST_TOURS = 8, 400
MOST_WALKED = 60_000
"""So many tours are walked anew for what is told exactly of one unit, or those of some options at the least."""
MOST_PARTNERS = 4


@dataclass(frozen=True, kw_only=True)
class Option:
    """The unit in another location, alone or in a swap `instead_of` another SKU: seconds more than by the plan, in
    all and by part, and the rules that it would break, none for an allowed one.
    """

    location: str
    instead_of: str | None
    more_s: float
    parts_s: dict[str, float]
    broken: tuple[str, ...]

    def record(self) -> dict[str, Any]:
        """As JSON holds it."""
        return {**vars(self), "broken": list(self.broken)}


class Options:
    """Of one problem and plan; every unit placed by `assignment` (U,) can be asked about."""

    def __init__(self, problem: SlottingProblem, assignment: Ints) -> None:
        self._problem, self._assignment = problem, assignment
        self.local, self._forbidden = LocalScore(problem, assignment), Forbidden(problem, assignment)
        self._may = problem.rules.may(len(problem.sku))
        self._visits = problem.visits
        placed = np.flatnonzero(assignment != NOWHERE)
        self._held = placed[np.lexsort((placed, self._visits[placed], assignment[placed]))]
        self._first = np.searchsorted(assignment[self._held], np.arange(len(problem.location) + 1))

    def at(self, unit: int, location: int) -> Option:
        """The unit alone there, if the rules let it, else in the best swap that they allow, else a forbidden one."""
        if not self._forbidden.by({unit: location}):
            return self._option(unit, location, None)
        held = self._held[self._first[location] : self._first[location + 1]][:MOST_PARTNERS].tolist()
        ways = [self._option(unit, location, other) for other in held if other != unit]
        if not ways:
            return self._option(unit, location, None)
        return min(ways, key=lambda way: (len(way.broken) > 0, way.more_s))

    def best(self, unit: int, *, most: int, shortlist: int) -> tuple[tuple[Option, ...], tuple[Option, ...]]:
        """The `most` best allowed locations, and the forbidden ones that would be better than the plan.

        Of locations with one place and one cost only the best is named. Of more than `shortlist` locations at most
        that many of either are told exactly, fewer for a unit of very many tours: those screened as the best.
        """
        every = np.setdiff1d(np.arange(len(self._problem.location)), self._assignment[unit])
        alike = self._alike(unit)
        if len(every) > shortlist:
            guess_s, is_open = self._screened(unit)
            order = every[np.lexsort((every, guess_s[every]))]
            tours = len(self.local.tours_of([unit]))
            told_exactly = int(np.clip(MOST_WALKED // max(tours, 1) // 2, 2 * most, max(shortlist, 2 * most)))
            sides = (order[is_open[order]], order[~is_open[order]])
            every = np.concatenate([_firsts(side, alike)[:told_exactly] for side in sides])
        told = [(place, self.at(unit, place)) for place in every.tolist()]
        told.sort(key=lambda pair: pair[1].more_s)
        allowed = [place for place, option in told if not option.broken]
        better = [place for place, option in told if option.broken and option.more_s < 0]
        options = dict(told)
        best, forbidden = (
            tuple(options[place] for place in _firsts(np.asarray(side, np.int64), alike)[:most].tolist())
            for side in (allowed, better)
        )
        return best, forbidden

    def _alike(self, unit: int) -> Ints:
        """A number (L,) for each place and cost there; locations that share it are equally good for the unit."""
        problem = self._problem
        cost_s = np.zeros(len(problem.location))
        for cost in problem.place_costs:
            cost_s += cost.of_location * cost.of_unit[unit]
        kinds: Ints = np.unique(cost_s, return_inverse=True)[1]
        alike: Ints = problem.place * (int(kinds.max()) + 1) + kinds
        return alike

    def _option(self, unit: int, location: int, other: int | None) -> Option:
        moves = {unit: location}
        if other is not None:
            moves[other] = int(self._assignment[unit])
        parts = self.local.change_s(moves)
        return Option(
            location=self._problem.location[location],
            instead_of=None if other is None else self._problem.sku[other],
            more_s=sum(parts.values()),
            parts_s=parts,
            broken=self._forbidden.by(moves),
        )

    def _screened(self, unit: int) -> tuple[Floats, npt.NDArray[np.bool_]]:
        """Seconds more (L,) at a guess, and where (L,) neither kinds nor fixed units forbid it."""
        problem, here = self._problem, self._assignment[unit]
        added_s = self._added_s(unit)
        room = self._forbidden.has_room(unit)
        partner = np.full(len(problem.location), NOWHERE)
        occupied = np.diff(self._first) > 0
        partner[occupied] = self._held[self._first[:-1][occupied]]
        swaps = ~room & (partner != NOWHERE)
        other = np.where(swaps, partner, unit)
        visits = self._visits[unit]
        of_other = np.where(swaps, self._visits[other] / visits, 0.0) if visits > 0 else np.zeros(len(other))
        guess_s = (added_s - added_s[here]) * (1 - of_other)
        for cost in problem.place_costs:
            moved = cost.of_location - cost.of_location[here]
            guess_s += moved * (cost.of_unit[unit] - np.where(swaps, cost.of_unit[other], 0.0))
        kind = problem.rules.kind
        is_open = self._may[unit, kind] & (room | swaps)
        is_open &= ~swaps | (self._may[other, kind[here]] & ~problem.fixed[other])
        return guess_s, is_open

    def _added_s(self, unit: int) -> Floats:
        """Seconds (L,) that a stop at each location adds to the unit's tours, by a sample of them."""
        problem = self._problem
        tours = self.local.tours_of([unit])
        if not len(tours):
            return np.zeros(len(problem.location))
        places, of = np.unique(problem.place, return_inverse=True)
        stops = len(self.local.units_of(tours).unit) / len(tours) + 1
        size = int(np.clip(MOST_STEPS / (len(places) * stops), FEWEST_TOURS, MOST_TOURS))
        chosen = tours[np.unique(np.linspace(0, len(tours) - 1, min(size, len(tours))).astype(np.int64))]
        some = self.local.units_of(chosen)
        at = np.where(some.unit == unit, -1, problem.place[self._assignment[some.unit]])
        added_m = _added_m(problem.metric, some.start, at, some.weight, places)
        scale = self._visits[unit] / some.weight.sum()
        seconds: Floats = added_m[of] * scale * problem.seconds_per_m
        return seconds


def _firsts(places: Ints, alike: Ints) -> Ints:
    """The places without those that come after one that is alike."""
    _, first = np.unique(alike[places], return_index=True)
    return places[np.sort(first)]


@njit(cache=True)
def _added_m(metric: Metric, start: Ints, at: Ints, weight: Floats, places: Ints) -> Floats:
    """Metres (P,) that a stop at each place adds to tours over the places `at`, −1 being no stop."""
    added = np.zeros(len(places))
    for tour in range(len(start) - 1):
        stops = at[start[tour] : start[tour + 1]]
        order = short_order(metric, distinct(stops[stops >= 0]))[1]
        route = np.empty(len(order) + 2, np.int64)
        route[0], route[-1] = metric.start, metric.end
        route[1:-1] = order
        for row in range(len(places)):
            least = np.inf
            for leg in range(len(route) - 1):
                here, there = route[leg], route[leg + 1]
                way = apart_m(metric, here, places[row]) + apart_m(metric, places[row], there)
                least = min(least, way - apart_m(metric, here, there))
            added[row] += weight[tour] * least
    return added
