"""A small slotting problem as an exact search wants it: tables in seconds, and which unit may be where."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from numba import njit

from layouts.slotting.metric import Metric, apart_m
from layouts.slotting.problem import CrowdCost, SlottingProblem, TourUnits
from layouts.slotting.tour_length import MOST_EXACT

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

MOST_LOCATIONS = 2000
"""More than these would make large tables."""

SLACK = 1e-9
"""A capacity holds this much more, for sums of floats."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Ground:
    """U units, L locations, and tours that are all different and weigh more than nothing.

    Seconds: `apart` (L, L) from location to location, `first` (L,) from the start, `last` (L,) to the end, `own`
    (U, L) of the place costs. `may` (U, L) is where units may be by kind, capacity and being fixed. `moved` (U, L)
    is 1 where being there is a move. `seats` lists each location as often as units can be there at once; `alone` (L,)
    are those with one seat.
    """

    apart: Floats
    first: Floats
    last: Floats
    own: Floats
    may: Bools
    moved: Floats
    seats: Ints
    alone: Bools
    tours: TourUnits
    crowds: tuple[CrowdCost, ...]

    @property
    def units(self) -> int:
        """U."""
        return len(self.may)


def ground(problem: SlottingProblem, *, longest: int | None = None) -> Ground:
    """The tables of a problem; tours of more than `longest` units lose the fastest of them, and then count as what
    they still cost at least, by chains of legs.

    Raises ValueError for tours of more units than are routed exactly, too many locations, a price below 0.
    """
    units, locations = len(problem.sku), len(problem.location)
    if locations > MOST_LOCATIONS:
        raise ValueError(f"{locations} locations are more than {MOST_LOCATIONS}: use lower_bound_s instead")
    for crowd in problem.crowd_costs:
        if crowd.price.min(initial=0) < 0 or crowd.of_unit.min(initial=0) < 0:
            raise ValueError(f"{crowd.name} has a price or a load below 0: crowding must cost")
    first, last, apart = _tables(problem.metric, problem.place)
    tours = problem.tours
    if longest is not None and np.diff(tours.start).max(initial=0) > longest:
        tours = _cut(tours, problem.visits, longest)
        first, last, apart = _chained(first, last, apart)
    own = np.zeros((units, locations))
    for cost in problem.place_costs:
        own += np.outer(cost.of_unit, cost.of_location)
    at_home = np.arange(locations) == problem.now[:, None]
    may = problem.rules.may(units)[:, problem.rules.kind] & (~problem.fixed[:, None] | at_home)
    for capacity in problem.rules.capacities:
        inside = capacity.group >= 0
        may[:, inside] &= capacity.use[:, None] <= capacity.most[capacity.group[inside]] + SLACK
    seats = _seats(problem, may)
    return Ground(
        apart=apart * problem.seconds_per_m,
        first=first * problem.seconds_per_m,
        last=last * problem.seconds_per_m,
        own=own,
        may=may,
        moved=(~at_home).astype(np.float64),
        seats=np.repeat(np.arange(locations), seats),
        alone=seats == 1,
        tours=_different(tours),
        crowds=problem.crowd_costs,
    )


def _cut(tours: TourUnits, visits: Floats, longest: int) -> TourUnits:
    """The `longest` slowest units of each tour: they are the farthest in a good slotting."""
    kept = []
    for number in range(len(tours)):
        units = tours.unit[tours.start[number] : tours.start[number + 1]]
        kept.append(units[np.argsort(visits[units], kind="stable")[:longest]])
    return TourUnits(
        start=np.cumsum([0, *map(len, kept)], dtype=np.int64),
        unit=np.concatenate([np.zeros(0, np.int64), *kept]),
        weight=tours.weight,
    )


@njit(cache=True)
def _chained(first: Floats, last: Floats, apart: Floats) -> tuple[Floats, Floats, Floats]:
    """The shortest chains of legs over any locations (Floyd 1962, Warshall 1962)."""
    apart, first, last = apart.copy(), first.copy(), last.copy()
    n = len(apart)
    for over in range(n):
        for one in range(n):
            for other in range(n):
                apart[one, other] = min(apart[one, other], apart[one, over] + apart[over, other])
    direct_first, direct_last = first.copy(), last.copy()
    for one in range(n):
        for other in range(n):
            first[one] = min(first[one], direct_first[other] + apart[other, one])
            last[one] = min(last[one], apart[one, other] + direct_last[other])
    return first, last, apart


def _seats(problem: SlottingProblem, may: Bools) -> Ints:
    """(L,) how many units a location can hold at once, by the smallest of those that may be there."""
    seats: Ints = may.sum(axis=0).astype(np.int64)
    for capacity in problem.rules.capacities:
        for location in np.flatnonzero(capacity.group >= 0):
            smallest = np.cumsum(np.sort(capacity.use[may[:, location]]))
            most = capacity.most[capacity.group[location]]
            seats[location] = min(seats[location], np.searchsorted(smallest, most + SLACK, side="right"))
    return seats


def _different(tours: TourUnits) -> TourUnits:
    """Each set of units once, with the weight of all its tours."""
    weight: dict[tuple[int, ...], float] = {}
    for number, times in enumerate(tours.weight):
        key = tuple(sorted(int(unit) for unit in tours.unit[tours.start[number] : tours.start[number + 1]]))
        if len(key) > MOST_EXACT:
            raise ValueError(
                f"tour {number} visits {len(key)} units, more than {MOST_EXACT}: only shorter ones are exact"
            )
        if key and times > 0:
            weight[key] = weight.get(key, 0.0) + float(times)
    return TourUnits(
        start=np.cumsum([0, *map(len, weight)], dtype=np.int64),
        unit=np.array([unit for key in weight for unit in key], np.int64),
        weight=np.array(list(weight.values()), np.float64),
    )


@njit(cache=True)
def _tables(metric: Metric, place: Ints) -> tuple[Floats, Floats, Floats]:
    """Metres from the start (L,), to the end (L,) and from location to location (L, L), 0 at the same place."""
    n = len(place)
    first, last, apart = np.zeros(n), np.zeros(n), np.zeros((n, n))
    for one in range(n):
        first[one] = apart_m(metric, metric.start, place[one])
        last[one] = apart_m(metric, place[one], metric.end)
        for other in range(n):
            if place[one] != place[other]:
                apart[one, other] = apart_m(metric, place[one], place[other])
    return first, last, apart
