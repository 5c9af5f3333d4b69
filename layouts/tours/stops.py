"""From the lines of a batch to stops: which location each line is taken from, and one halt a pick face."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise

import numpy as np

from layouts.tours.batching.first_come import Batch
from layouts.tours.metric.one_of_each import one_of_each
from layouts.tours.picking_floor import PickingFloor
from layouts.tours.tour import Pick, Stop


def stops_of(floor: PickingFloor, batch: Batch) -> tuple[Stop, ...]:
    """One stop for every pick face of a batch, in the order they are first asked for.

    A SKU in several locations is taken from the one that the shortest tour found for this batch passes.
    """
    location_of = _chosen(floor, {line.sku: floor.locations(line.sku) for _, line in batch})
    access, pick_faces = floor.graph.access, floor.graph.pick_faces
    picks: dict[tuple[int, str], list[Pick]] = {}
    for order, line in batch:
        place = location_of[line.sku]
        pick = Pick(order.id, line.sku, line.quantity, place)
        picks.setdefault((access[place], pick_faces[place]), []).append(pick)
    return tuple(Stop(node, face, tuple(taken)) for (node, face), taken in picks.items())


def _chosen(floor: PickingFloor, places: Mapping[str, Sequence[str]]) -> Mapping[str, str]:
    """One location for every SKU."""
    if all(len(locations) == 1 for locations in places.values()):
        return {sku: locations[0] for sku, locations in places.items()}
    asked = [(sku, location) for sku, locations in places.items() for location in locations]
    first = np.cumsum([1, *(len(locations) for locations in places.values())]).tolist()
    groups = [range(start, end) for start, end in pairwise(first)]
    table_m = floor.table([floor.depot, *(floor.graph.access[location] for _, location in asked)])
    tour = one_of_each(table_m, groups, proof_rounds=0)
    return dict(asked[row - 1] for row in tour.order[1:-1])
