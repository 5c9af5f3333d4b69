"""A slotting problem as the search sees it: arrays only, and what it looks up again and again."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from layouts.slotting.depot_ways import depot_m
from layouts.slotting.metric import Metric
from layouts.slotting.problem import SlottingProblem
from layouts.slotting.search.ledger import Limits, new_limits, stacked
from layouts.slotting.search.near_places import near_places

Ints = npt.NDArray[np.int64]
Small = npt.NDArray[np.int32]
Floats = npt.NDArray[np.float64]


class Case(NamedTuple):
    """U units, L locations, P places, T tours of N lines in all.

    Units are at `now` (U,) today, `fixed` (U,) stay, `busy` (B,) are those worth moving. Line i is a visit of tour
    `line_tour[i]` to `line_unit[i]`; those of tour t begin at `tour_start[t]`, and a metre of it costs `tour_s[t]`
    seconds; unit u is in the tours `unit_tour[unit_start[u]:unit_start[u + 1]]`, rising. Place p has the locations
    `at_place[place_start[p]:place_start[p + 1]]` and the places `near` (P, K) next to it. `ranked` (L,) are the
    locations from the depot outwards and `rank` (U,) where in it a unit's velocity would put it. Place costs are
    `place_unit` (C, U) × `place_location` (C, L), crowd costs `crowd_price` (D, G) × load², the load of
    `crowd_unit` (D, U) in `crowd_group` (D, L).
    """

    metric: Metric
    is_symmetric: bool
    place: Small
    now: Ints
    fixed: npt.NDArray[np.bool_]
    busy: Small
    tour_start: Ints
    tour_s: Floats
    line_unit: Small
    line_tour: Small
    unit_start: Ints
    unit_tour: Small
    place_start: Ints
    at_place: Small
    near: Small
    ranked: Small
    rank: Small
    limits: Limits
    place_unit: Floats
    place_location: Floats
    crowd_unit: Floats
    crowd_group: Small
    crowd_price: Floats

    @property
    def longest(self) -> int:
        """The most lines of a tour."""
        return int(np.diff(self.tour_start).max(initial=0))


def new_case(problem: SlottingProblem) -> Case:
    """The arrays of a problem."""
    units, locations, tours = len(problem.sku), len(problem.location), problem.tours
    line_tour = np.repeat(np.arange(len(tours)), np.diff(tours.start))
    by_unit = np.argsort(tours.unit, kind="stable")
    by_place = np.argsort(problem.place, kind="stable")
    crowds = problem.crowd_costs
    return Case(
        metric=problem.metric,
        is_symmetric=is_symmetric(problem.metric),
        place=problem.place.astype(np.int32),
        now=problem.now.astype(np.int64),
        fixed=np.asarray(problem.fixed, np.bool_),
        busy=_busy(problem),
        tour_start=tours.start.astype(np.int64),
        tour_s=np.asarray(tours.weight, np.float64) * problem.seconds_per_m,
        line_unit=tours.unit.astype(np.int32),
        line_tour=line_tour.astype(np.int32),
        unit_start=np.searchsorted(tours.unit[by_unit], np.arange(units + 1)).astype(np.int64),
        unit_tour=line_tour[by_unit].astype(np.int32),
        place_start=np.searchsorted(problem.place[by_place], np.arange(problem.metric.places + 1)).astype(
            np.int64
        ),
        at_place=by_place.astype(np.int32),
        near=near_places(problem.metric, np.unique(problem.place)),
        ranked=np.argsort(depot_m(problem), kind="stable").astype(np.int32),
        rank=_ranks(problem),
        limits=new_limits(problem.rules, units),
        place_unit=stacked([each.of_unit for each in problem.place_costs], units, np.float64),
        place_location=stacked([each.of_location for each in problem.place_costs], locations, np.float64),
        crowd_unit=stacked([each.of_unit for each in crowds], units, np.float64),
        crowd_group=stacked([each.group for each in crowds], locations, np.int32),
        crowd_price=stacked([each.price for each in crowds], None, np.float64),
    )


def is_symmetric(metric: Metric) -> bool:
    """Whether every way is as long as its way back."""
    if len(metric.table):
        return bool(np.array_equal(metric.table, metric.table.T))
    return (
        not metric.sense.any()
        and bool(np.array_equal(metric.leave_m, metric.enter_m))
        and bool(np.array_equal(metric.mouths_m, metric.mouths_m.T))
    )


def _busy(problem: SlottingProblem) -> Small:
    """(B,) units that may move, and whose location matters."""
    is_dear = bool(problem.place_costs or problem.crowd_costs)
    return np.flatnonzero(~np.asarray(problem.fixed, np.bool_) & ((problem.visits > 0) | is_dear)).astype(
        np.int32
    )


def _ranks(problem: SlottingProblem) -> Small:
    """(U,) the row of the locations, from the depot outwards, that a unit's place among the velocities stands for."""
    units, locations = len(problem.sku), len(problem.location)
    rank = np.zeros(units, np.int64)
    rank[np.argsort(-problem.visits, kind="stable")] = np.arange(units) * max(1, locations // max(1, units))
    return np.minimum(rank, max(0, locations - 1)).astype(np.int32)
