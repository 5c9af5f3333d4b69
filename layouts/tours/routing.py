"""One tour on a navigation graph: its stops in an order, and the way from each to the next."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import compress

import numpy as np
import numpy.typing as npt

from layouts.tours.aisle_problem import aisle_problem
from layouts.tours.exact.network.graph_tour import exact_visits
from layouts.tours.metric.best_tour import best_tour
from layouts.tours.metric.subset_program import MOST_BETWEEN
from layouts.tours.picking_floor import PickingFloor
from layouts.tours.policies.by_name import policy_named
from layouts.tours.tour import Stop, Tour
from spatial.errors import UndecidedError
from spatial.navigation.shortest_paths import routes_over

EXACT = "exact"
"""The name of the shortest tour among the routing policies."""

MOST_STATES = 20_000
"""States of a sweep that are worth their time beside a search over the table."""

Before = tuple[tuple[int, int], ...]
"""Pairs of stops, by their place in the tour's list: the first is visited before the second."""


@dataclass(frozen=True, kw_only=True)
class TourTask:
    """A tour to route: from the depot over `stops` in any order that keeps `before`, and back."""

    id: str
    stops: tuple[Stop, ...]
    before: Before = ()


def routed(floor: PickingFloor, task: TourTask, *, policy: str) -> Tour:
    """The tour of a task by a policy, or as short as can be for the policy "exact".

    Raises ValueError for an unknown policy, or for one that is a rule of thumb where something must be visited
    before something else.
    """
    if policy == EXACT:
        return shortest_tour(floor, task)
    visits_of = policy_named(policy)
    if task.before:
        raise ValueError(
            f"routing '{policy}' keeps no order of masses: choose '{EXACT}' for heavy items first"
        )
    problem, nodes = aisle_problem(floor, task.stops)
    return _tour(floor, task, nodes, problem.length_m, visits_of(problem))


def shortest_tour(floor: PickingFloor, task: TourTask) -> Tour:
    """The shortest tour; proven where stops are few, lanes narrow enough to sweep, or the search can prove it.

    `lower_bound_m` says how short it could be at best; it is `length_m` where that is proven.
    """
    if not task.before and len(task.stops) > MOST_BETWEEN:
        nodes = [stop.node for stop in task.stops]
        try:
            found = exact_visits(floor.graph, floor.depot, nodes, most_states=MOST_STATES)
        except UndecidedError:
            pass  # one-way lanes, or too many side by side: the table of distances knows both
        else:
            return Tour(
                id=task.id,
                depot=floor.depot,
                stops=tuple(task.stops[stop] for stop in found.order),
                legs=found.legs,
                length_m=found.length_m,
                lower_bound_m=found.length_m,
            )
    nodes = [floor.depot, *(stop.node for stop in task.stops)]
    table = floor.table(nodes)
    best = best_tour(table, before=[(i + 1, j + 1) for i, j in task.before])
    tour = _tour(floor, task, nodes, table, best.order[1:-1])
    return replace(tour, lower_bound_m=min(best.lower_bound_m, tour.length_m))


def with_bound(floor: PickingFloor, task: TourTask, tour: Tour) -> Tour:
    """The same tour, with what the shortest one over its stops would be at best."""
    if tour.lower_bound_m is not None:
        return tour
    return replace(tour, lower_bound_m=shortest_tour(floor, task).lower_bound_m)


def _tour(
    floor: PickingFloor,
    task: TourTask,
    nodes: Sequence[int],
    length_m: npt.NDArray[np.float64],
    visits: Sequence[int],
) -> Tour:
    """The shortest way through the visits in turn, cut into a leg a stop; `length_m` (P, P) is between `nodes`."""
    count, passed = len(task.stops), [0, *visits, 0]
    is_stop = [1 <= row <= count for row in visits]
    return Tour(
        id=task.id,
        depot=floor.depot,
        stops=tuple(task.stops[row - 1] for row in compress(visits, is_stop)),
        legs=routes_over(floor.distances, [nodes[row] for row in passed], is_halt=[*is_stop, True]),
        length_m=float(np.cumsum(length_m[passed[:-1], passed[1:]])[-1]),
    )
