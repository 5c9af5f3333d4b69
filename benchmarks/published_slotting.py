"""The published storage-assignment sets of Oxenstierna as this project's values.

In both, places are coordinates among polygon obstacles, tours lead from place 0 to place 1 along shortest paths, and
a location holds one SKU. `oxenstierna_slap_swap` gives a picking log, a tour a row, and SKUs that may change places
with each other: no published answer uses a location that none of them had. `oxenstierna_slap_first` gives SKUs
without a location, free ones for them, and orders that are batched, at most so many a tour and so many tours.

Of a swap the authors publish the metres of the picking before and after, a tenth of those of the coordinates. Before,
they are those of shortest tours; after, they are those of shortest tours less 0.3 of the walk that makes the changes,
so that only their assignment can be compared, over the same tours as ours.
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import cache
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from published import instances, shared_data

from layouts.slotting.hard_rules import one_each
from layouts.slotting.metric import table_metric
from layouts.slotting.problem import NOWHERE, SlottingProblem, TourUnits
from layouts.tours.batching.problem import BatchingProblem, batching_problem
from layouts.tours.metric.best_tour import best_tour
from spatial.any_angle.among import lengths_among

Instance = dict[str, Any]
Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

SWAP, FIRST = "oxenstierna_slap_swap", "oxenstierna_slap_first"
START, END, FIRST_LOCATION = 0, 1, 2
AUTHORS_SCALE = 10.0
"""Metres of the coordinates in one of the lengths that the authors publish with `oxenstierna_slap_swap`."""


class Published(NamedTuple):
    """An instance: the problem, the authors' answer (U,), and all lengths between places."""

    name: str
    problem: SlottingProblem
    theirs: Ints
    length_m: Floats


def swap_instance(instance: Instance) -> Published:
    """SKUs that change places with each other, over the tours of a log."""
    length_m = _lengths(SWAP, instance["layout"])
    sku = sorted(instance["sku_location"], key=int)
    row = {each: unit for unit, each in enumerate(sku)}
    place = np.array([instance["sku_location"][each] for each in sku], np.int64)
    at = {number: location for location, number in enumerate(place.tolist())}
    theirs = np.arange(len(sku))
    for each, number in instance["author_new_location"].items():
        theirs[row[each]] = at[number]
    problem = SlottingProblem(
        sku=tuple(sku),
        location=tuple(map(str, place.tolist())),
        now=np.arange(len(sku)),
        fixed=np.zeros(len(sku), np.bool_),
        place=place,
        metric=table_metric(length_m, start=START, end=END),
        seconds_per_m=1.0,
        tours=_visits([row[each] for each in tour["skus"]] for tour in instance["picking_log"]),
        rules=one_each(len(place), len(sku)),
    )
    return Published(instance["name"], problem, theirs, length_m)


def first_instance(instance: Instance) -> tuple[Published, BatchingProblem]:
    """SKUs to be given a free location each, and how the orders, the tours of the problem, may be batched."""
    length_m = _lengths(FIRST, instance["layout"])
    new = instance["skus_to_slot"]
    sku = sorted([*instance["sku_location"], *new], key=int)
    row = {each: unit for unit, each in enumerate(sku)}
    places = np.arange(FIRST_LOCATION, FIRST_LOCATION + _pick_locations(FIRST, instance["layout"]))
    now = np.full(len(sku), NOWHERE)
    theirs = now.copy()
    for each, number in instance["sku_location"].items():
        now[row[each]] = theirs[row[each]] = number - FIRST_LOCATION
    for each, number in instance["author_assignment"].items():
        theirs[row[each]] = number - FIRST_LOCATION
    orders = list(instance["orders"].values())
    problem = SlottingProblem(
        sku=tuple(sku),
        location=tuple(map(str, places.tolist())),
        now=now,
        fixed=now != NOWHERE,
        place=places,
        metric=table_metric(length_m, start=START, end=END),
        seconds_per_m=1.0,
        tours=_visits([row[each] for each in order] for order in orders),
        rules=one_each(len(places), len(sku)),
    )
    batching = batching_problem(
        np.ones(len(orders)), capacity=instance["capacity_orders"], batches_at_most=instance["vehicles"]
    )
    return Published(instance["name"], problem, theirs, length_m), batching


def tours_of(problem: SlottingProblem, assignment: Ints) -> list[Ints]:
    """The different places, rising, that each tour visits."""
    places = problem.place[assignment[problem.tours.unit]]
    return [np.unique(each) for each in np.split(places, problem.tours.start[1:-1])]


def batched(problem: SlottingProblem, batch_of: Ints) -> SlottingProblem:
    """The same problem, with a tour for each batch of its orders."""
    unit, order = problem.tours.unit, np.repeat(np.arange(len(problem.tours)), np.diff(problem.tours.start))
    members = [unit[batch_of[order] == batch].tolist() for batch in np.unique(batch_of)]
    return replace(problem, tours=_visits(members))


def proven_tours(length_m: Floats, tours: Sequence[Ints], *, proof_rounds: int = 60) -> tuple[float, float]:
    """Metres of all tours (each its different places), and of them those of tours proven shortest."""
    total_m = proven_m = 0.0
    for stops in tours:
        metres, is_proven = _tour(length_m, stops, proof_rounds)
        total_m += metres
        proven_m += metres if is_proven else 0.0
    return total_m, proven_m


def changed(problem: SlottingProblem, assignment: Ints) -> int:
    """How many units are not where they were."""
    return int((assignment != problem.now).sum())


def _tour(length_m: Floats, stops: Ints, proof_rounds: int) -> tuple[float, bool]:
    rows = np.concatenate([[START, END], stops[(stops != START) & (stops != END)]])
    if len(stops) == 0:
        return 0.0, True
    if len(rows) == 2:
        return float(length_m[START, END]), True
    found = best_tour(length_m[np.ix_(rows, rows)], start=0, end=1, proof_rounds=proof_rounds)
    return found.length_m, found.is_proven


def _visits(tours: Iterable[Sequence[int]]) -> TourUnits:
    """A SKU that a row of the log names twice is picked in one stop."""
    units = [np.unique(tour).astype(np.int64) for tour in tours]
    return TourUnits(
        start=np.concatenate([[0], np.cumsum([len(each) for each in units])]),
        unit=np.concatenate(units),
        weight=np.ones(len(units)),
    )


@cache
def _layouts(name: str) -> dict[str, Any]:
    folder = shared_data()
    assert folder is not None
    with gzip.open(folder / "benchmarks" / name / "layouts.json.gz", "rt") as file:
        layouts: dict[str, Any] = json.load(file)
    return layouts


def _pick_locations(name: str, layout: str) -> int:
    return int(_layouts(name)[layout]["pick_locs"])


@cache
def _lengths(name: str, layout: str) -> Floats:
    """All lengths (P, P) between the numbered coordinates of a layout."""
    coordinates, obstacles = _layouts(name)[layout]["coords"], _layouts(name)[layout]["obstacles"]
    outlines = [[coordinates[str(corner)] for corner in ring] for ring in obstacles.values()]
    return lengths_among(outlines, [coordinates[str(place)] for place in range(len(coordinates))])


__all__ = [
    "FIRST",
    "SWAP",
    "Instance",
    "Published",
    "batched",
    "changed",
    "first_instance",
    "instances",
    "proven_tours",
    "swap_instance",
    "tours_of",
]
