"""Where tours are planned: the graph, how far its places are apart, what lies where, and the depot."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import chain

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
    """A floor and its stock; `depot` is a graph node, and tours go to no other `places` than these, if they are
    given, of those that `distances` are among. Made by `picking_floor`.
    """

    graph: NavGraph
    distances: Distances
    slotting: Slotting
    depot: int
    places: frozenset[int] | None = None
    _found: dict[str, tuple[str, ...]] = field(default_factory=dict)

    @cached_property
    def open_aisles(self) -> Mapping[str, OpenAisle]:
        """The aisles that tours can walk along, by id."""
        places = frozenset(self.distances.nodes.tolist()) if self.places is None else self.places
        return open_aisles(self.graph, self.distances, among=places, depot=self.depot)

    def locations(self, sku: str) -> tuple[str, ...]:
        """The locations of a SKU that can be reached; BadDataError, with the reason, when there are none."""
        if sku not in self._found:
            self._found[sku] = pick_locations(self.graph, self.slotting, sku)
        return self._found[sku]

    def table(self, nodes: Sequence[int]) -> npt.NDArray[np.float64]:
        """Metres from each of `nodes` (n,) to each, (n, n); a node may be named twice."""
        rows = self.distances.rows(nodes)
        length_m: npt.NDArray[np.float64] = self.distances.length_m[rows[:, None], rows]
        return length_m


def picking_floor(
    graph: NavGraph,
    slotting: Slotting,
    orders: Sequence[Order],
    *,
    depot: int,
    distances: Distances | None = None,
) -> PickingFloor:
    """The floor for tours of `orders`: distances among depot, stops and the mouths of their aisles.

    `distances` may be known, among more places. Raises BadDataError for a SKU without a location, or whose locations
    cannot be reached.
    """
    skus = {line.sku for order in orders for line in order.lines}
    found = {sku: pick_locations(graph, slotting, sku) for sku in skus}
    nodes = _nodes(graph, {*chain.from_iterable(found.values())}, depot)
    return PickingFloor(
        graph=graph,
        distances=shortest_distances(graph, [*nodes]) if distances is None else distances,
        slotting=slotting,
        depot=depot,
        places=nodes,
        _found=found,
    )


def every_place(graph: NavGraph, *, depot: int) -> list[int]:
    """The nodes that tours of any orders may go to."""
    return sorted(_nodes(graph, graph.access, depot))


def _nodes(graph: NavGraph, places: Collection[str], depot: int) -> frozenset[int]:
    """The depot, where locations are picked from, and the mouths of their aisles."""
    at = {depot, *(graph.access[place] for place in places)}
    aisles = {graph.aisle_of[place] for place in places if place in graph.aisle_of} & graph.aisles.keys()
    return frozenset(at.union(*(graph.aisles[aisle] for aisle in aisles)))


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
