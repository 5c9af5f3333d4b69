"""Batches of orders over the places of an assignment, by annealing with quick changes of routes.

An order leaves its route and is put back, joins another batch, or changes places with an order there; three times in
four the batch is one that holds an order nearby. Accepted by Metropolis' rule (Kirkpatrick et al. 1983), colder with
every step. Unlike `layouts.tours.batching`, which routes every batch it thinks of anew, a step costs about as much as
its orders have stops times those of two tours: hundreds of orders in tours of fifty stops take seconds.
"""

from __future__ import annotations

import math
from itertools import pairwise
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from numba import njit

from layouts.compiled import compiled
from layouts.slotting.joint.batch_routes import (
    Routes,
    Visits,
    copy_route,
    join,
    leave,
    measure,
    new_routes,
    shorten,
)
from layouts.slotting.metric import Metric, apart_m
from layouts.slotting.problem import SlottingProblem
from layouts.tours.batching.problem import BatchingProblem

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

DRAWS = 5
"""Random numbers a step: an order, near or any, which, whom to change places with, acceptance."""
CHUNK = 5_000
NEIGHBOURS = 12
FITS = 1e-9
SWEEPS = 10
"""How often at most each order is put anew into a first route."""


class Batches(NamedTuple):
    """Order n is in batch `of[n]`; batch b has the orders `members[b, :held[b]]`, of `load[b]` together."""

    of: Ints
    members: Ints
    held: Ints
    load: Floats


def visits_of(problem: SlottingProblem, assignment: Ints) -> Visits:
    """The different places that each order visits; units without a location are left out."""
    tours = problem.tours
    placed = assignment[tours.unit]
    order = np.repeat(np.arange(len(tours)), np.diff(tours.start))[placed >= 0]
    pairs = np.unique(np.stack([order, problem.place[placed[placed >= 0]]], axis=1), axis=0)
    return Visits(
        start=np.searchsorted(pairs[:, 0], np.arange(len(tours) + 1)).astype(np.int64),
        place=np.ascontiguousarray(pairs[:, 1].astype(np.int64)),
    )


def neighbours_of(metric: Metric, visits: Visits, wanted: int = NEIGHBOURS) -> Ints:
    """(N, K) the orders that have a place nearest to one of an order's; its own number where it has no place."""
    orders = len(visits.start) - 1
    return _neighbours(metric, visits, max(1, min(wanted, orders - 1)))


def anneal_batches(
    metric: Metric,
    batching: BatchingProblem,
    visits: Visits,
    batch_of: Ints,
    *,
    steps: int,
    hot: float,
    cold: float,
    generator: np.random.Generator,
    neighbours: Ints | None = None,
) -> tuple[Ints, float]:
    """The best batching (N,) met in so many steps from `batch_of`, and its metres.

    `hot` and `cold` are the first and the last temperature as shares of the mean metres of an order.
    """
    if neighbours is None:
        neighbours = neighbours_of(metric, visits)
    routes, batches = _begin(metric, batching, visits, batch_of)
    spare = new_routes(metric, 2, routes.place.shape[1] - 2)
    best, best_m = batch_of.copy(), float(routes.length_m.sum())
    mean_m = max(best_m / batching.orders, 1e-9)
    heats = np.geomspace(hot * mean_m, cold * mean_m, math.ceil(steps / CHUNK) + 1)
    for at, (before, after) in enumerate(pairwise(heats)):
        draws = generator.random((min(CHUNK, steps - at * CHUNK), DRAWS))
        best_m = _anneal(
            metric,
            batching.size,
            batching.group,
            batching.capacity,
            visits,
            neighbours,
            routes,
            spare,
            batches,
            draws,
            before,
            after,
            best,
            best_m,
        )
    return best, best_m


def routes_of(metric: Metric, batching: BatchingProblem, visits: Visits, batch_of: Ints) -> Routes:
    """Short routes of a batching."""
    return _begin(metric, batching, visits, batch_of)[0]


def _begin(
    metric: Metric, batching: BatchingProblem, visits: Visits, batch_of: Ints
) -> tuple[Routes, Batches]:
    slots = max(int(batch_of.max()) + 1, min(batching.most_batches, int(batch_of.max()) + 2))
    stops = np.sort(np.diff(visits.start))[::-1]
    together = int(np.searchsorted(np.cumsum(np.sort(batching.size)), batching.capacity + FITS, side="right"))
    routes = new_routes(metric, slots, int(stops[: together + 1].sum()))
    batches = Batches(
        of=batch_of.astype(np.int64),
        members=np.zeros((slots, together + 1), np.int64),
        held=np.zeros(slots, np.int64),
        load=np.zeros(slots),
    )
    spare = new_routes(metric, 1, routes.place.shape[1] - 2)
    _fill(metric, visits, batching.size, routes, spare, batches)
    return routes, batches


@njit(cache=True)
def _fill(
    metric: Metric, visits: Visits, size: Floats, routes: Routes, spare: Routes, batches: Batches
) -> None:
    for order in range(len(batches.of)):
        batch = batches.of[order]
        batches.members[batch, batches.held[batch]] = order
        batches.held[batch] += 1
        batches.load[batch] += size[order]
        join(metric, routes, batch, visits, order)
    for batch in range(len(batches.held)):
        shorten(metric, routes, batch)
    for _ in range(SWEEPS):
        saved = 0.0
        for order in range(len(batches.of)):
            saved -= _rerouted(metric, visits, routes, spare, batches.of[order], order, 1.0, 1.0)
        if saved <= 0:
            return


@njit(cache=True)
def _neighbours(metric: Metric, visits: Visits, wanted: int) -> Ints:
    orders = len(visits.start) - 1
    nearest = np.zeros((orders, wanted), np.int64)
    apart = np.zeros(orders)
    for one in range(orders):
        for other in range(orders):
            apart[other] = np.inf
            for here in range(visits.start[one], visits.start[one + 1]):
                for there in range(visits.start[other], visits.start[other + 1]):
                    apart[other] = min(apart[other], apart_m(metric, visits.place[here], visits.place[there]))
        apart[one] = np.inf
        for row in range(wanted):
            closest = np.argmin(apart)
            nearest[one, row] = closest if apart[closest] < np.inf else one
            apart[closest] = np.inf
    return nearest


@compiled
def _anneal(
    metric: Metric,
    size: Floats,
    group: Ints,
    capacity: float,
    visits: Visits,
    neighbours: Ints,
    routes: Routes,
    spare: Routes,
    batches: Batches,
    draws: Floats,
    hot_m: float,
    cold_m: float,
    best: Ints,
    best_m: float,
) -> float:
    """A step a row of `draws`; metres of the best, which is written into `best`."""
    orders, slots = len(size), len(batches.held)
    now_m = routes.length_m.sum()
    cooling = (cold_m / hot_m) ** (1.0 / max(1, len(draws)))
    heat = hot_m
    for step in range(len(draws)):
        heat *= cooling
        order = int(draws[step, 0] * orders)
        here = batches.of[order]
        if draws[step, 1] < 0.75:
            there = batches.of[neighbours[order, int(draws[step, 2] * neighbours.shape[1])]]
        else:
            there = int(draws[step, 2] * slots)
        if there == here:
            now_m += _rerouted(metric, visits, routes, spare, here, order, heat, draws[step, 4])
            if now_m < best_m - FITS * best_m:
                best_m = now_m
                for each in range(orders):
                    best[each] = batches.of[each]
            continue
        held = batches.held[there]
        if held > 0 and group[batches.members[there, 0]] != group[order]:
            continue
        room = capacity - batches.load[there] + FITS
        pick = int(draws[step, 3] * (held + 1))
        back = -1
        if pick == held:
            if size[order] > room:
                continue
        else:
            back = batches.members[there, pick]
            if size[order] - size[back] > room:
                continue
            if size[back] - size[order] > capacity - batches.load[here] + FITS:
                continue
        new_m = _tried(metric, visits, routes, spare, here, there, order, back)
        saved = routes.length_m[here] + routes.length_m[there] - new_m
        if saved < 0 and draws[step, 4] >= math.exp(saved / heat):
            continue
        new_m = shorten(metric, spare, 0) + shorten(metric, spare, 1)
        now_m += new_m - routes.length_m[here] - routes.length_m[there]
        copy_route(spare, 0, routes, here)
        copy_route(spare, 1, routes, there)
        _exchange(batches, size, order, back, here, there)
        if now_m < best_m - FITS * best_m:
            best_m = now_m
            for each in range(orders):
                best[each] = batches.of[each]
    return float(best_m)


@compiled
def _rerouted(
    metric: Metric,
    visits: Visits,
    routes: Routes,
    spare: Routes,
    batch: int,
    order: int,
    heat: float,
    draw: float,
) -> float:
    """Take an order's stops out of its batch's route and put them back: metres that adds, if accepted."""
    copy_route(routes, batch, spare, 0)
    leave(spare, 0, visits, order)
    shorten(metric, spare, 0)
    join(metric, spare, 0, visits, order)
    added = shorten(metric, spare, 0) - routes.length_m[batch]
    if added >= 0 and draw >= math.exp(-added / heat):
        return 0.0
    copy_route(spare, 0, routes, batch)
    return float(added)


@compiled
def _tried(
    metric: Metric,
    visits: Visits,
    routes: Routes,
    spare: Routes,
    here: int,
    there: int,
    order: int,
    back: int,
) -> float:
    """Metres of the two routes, in rows 0 and 1 of `spare`, after the exchange."""
    copy_route(routes, here, spare, 0)
    copy_route(routes, there, spare, 1)
    leave(spare, 0, visits, order)
    if back >= 0:
        leave(spare, 1, visits, back)
        join(metric, spare, 0, visits, back)
    join(metric, spare, 1, visits, order)
    return measure(metric, spare, 0) + measure(metric, spare, 1)


@compiled
def _exchange(batches: Batches, size: Floats, order: int, back: int, here: int, there: int) -> None:
    _out(batches, order, here)
    if back >= 0:
        _out(batches, back, there)
        _into(batches, back, here)
        batches.load[there] -= size[back]
        batches.load[here] += size[back]
    _into(batches, order, there)
    batches.load[here] -= size[order]
    batches.load[there] += size[order]


@compiled
def _out(batches: Batches, order: int, batch: int) -> None:
    last = batches.held[batch] - 1
    for row in range(last):
        if batches.members[batch, row] == order:
            batches.members[batch, row] = batches.members[batch, last]
    batches.held[batch] = last


@compiled
def _into(batches: Batches, order: int, batch: int) -> None:
    batches.members[batch, batches.held[batch]] = order
    batches.held[batch] += 1
    batches.of[order] = batch
