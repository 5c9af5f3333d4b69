"""Where tours are planned: the graph, how far its places are apart, what lies where, and the depot."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from layouts.orders import Order
from layouts.slotting_table import Slotting
from layouts.tours.open_aisles import OpenAisle, open_aisles
from spatial.errors import BadDataError
from spatial.navigation.nav_graph import NavGraph
from spatial.navigation.shortest_paths import Distances, shortest_distances


@dataclass(frozen=True, kw_only=True, eq=False)
class PickingFloor:
    """A floor and its stock; `depot` is a graph node. Made by `picking_floor`."""

    graph: NavGraph
    distances: Distances
    slotting: Slotting
    depot: int

    @cached_property
    def open_aisles(self) -> Mapping[str, OpenAisle]:
        """The aisles that tours can walk along, by id."""
        return open_aisles(self.graph, self.distances, depot=self.depot)

    def locations(self, sku: str) -> tuple[str, ...]:
        """The locations of a SKU that can be reached; BadDataError, with the reason, when there are none."""
        return pick_locations(self.graph, self.slotting, sku)

    def table(self, nodes: Sequence[int]) -> npt.NDArray[np.float64]:
        """Metres from each of `nodes` (n,) to each, (n, n); a node may be named twice."""
        rows = self.distances.rows(nodes)
        length_m: npt.NDArray[np.float64] = self.distances.length_m[np.ix_(rows, rows)]
        return length_m


def picking_floor(
    graph: NavGraph, slotting: Slotting, orders: Sequence[Order], *, depot: int
) -> PickingFloor:
    """The floor for tours of `orders`: distances among depot, stops and the mouths of their aisles.

    Raises BadDataError for a SKU without a location, or whose locations cannot be reached.
    """
    skus = {line.sku for order in orders for line in order.lines}
    places = {place for sku in skus for place in pick_locations(graph, slotting, sku)}
    aisles = {graph.aisle_of[place] for place in places if place in graph.aisle_of} & graph.aisles.keys()
    mouths = [node for aisle in aisles for node in graph.aisles[aisle]]
    distances = shortest_distances(graph, [depot, *(graph.access[place] for place in places), *mouths])
    return PickingFloor(graph=graph, distances=distances, slotting=slotting, depot=depot)


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
