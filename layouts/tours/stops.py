"""From the lines of a batch to stops: which location each line is taken from, and one halt a pick face."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise

import numpy as np

from layouts.slotting_table import Slotting
from layouts.tours.batching.first_come import Batch
from layouts.tours.metric.one_of_each import one_of_each
from layouts.tours.tour import Pick, Stop
from spatial.errors import BadDataError
from spatial.navigation.nav_graph import NavGraph
from spatial.navigation.shortest_paths import Distances


def pick_locations(graph: NavGraph, slotting: Slotting, sku: str) -> tuple[str, ...]:
    """The locations of a SKU that can be reached; BadDataError, with the reason, when there are none."""
    locations = slotting.get(sku, ())
    if not locations:
        raise BadDataError(f"SKU '{sku}' is ordered but has no location: add it to the slotting table")
    reached = tuple(location for location in locations if location in graph.access)
    if not reached:
        reason = graph.unreached.get(locations[0], "the facility has no such location")
        raise BadDataError(f"SKU '{sku}' is slotted to '{locations[0]}', which cannot be reached: {reason}")
    return reached


def stops_of(
    graph: NavGraph, distances: Distances, slotting: Slotting, batch: Batch, *, depot: int
) -> tuple[Stop, ...]:
    """One stop for every pick face of a batch, in the order they are first asked for.

    A SKU in several locations is taken from the one that the shortest tour found for this batch passes.
    """
    skus = [*dict.fromkeys(line.sku for _, line in batch)]
    location_of = _chosen(
        graph, distances, {sku: pick_locations(graph, slotting, sku) for sku in skus}, depot
    )
    picks: dict[tuple[int, str], list[Pick]] = {}
    for order, line in batch:
        place = location_of[line.sku]
        pick = Pick(order=order.id, sku=line.sku, quantity=line.quantity, location=place)
        picks.setdefault((graph.access[place], graph.pick_faces[place]), []).append(pick)
    return tuple(Stop(node=node, face=face, picks=tuple(taken)) for (node, face), taken in picks.items())


def _chosen(
    graph: NavGraph, distances: Distances, places: Mapping[str, Sequence[str]], depot: int
) -> Mapping[str, str]:
    """One location for every SKU."""
    if all(len(locations) == 1 for locations in places.values()):
        return {sku: locations[0] for sku, locations in places.items()}
    asked = [(sku, location) for sku, locations in places.items() for location in locations]
    rows = distances.rows([depot, *(graph.access[location] for _, location in asked)])
    first = np.cumsum([1, *(len(locations) for locations in places.values())]).tolist()
    groups = [range(start, end) for start, end in pairwise(first)]
    tour = one_of_each(distances.length_m[np.ix_(rows, rows)], groups, proof_rounds=0)
    return dict(asked[row - 1] for row in tour.order[1:-1])
