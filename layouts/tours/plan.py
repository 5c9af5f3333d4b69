"""From orders and slotting to planned tours on a navigation graph."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from layouts.orders import Order
from layouts.slotting_table import Slotting
from layouts.tours.batching.first_come import Batch, batch_first_come
from layouts.tours.policies.by_name import ALONG_AISLES, policy_named
from layouts.tours.policies.floor_sections import AisleEnds, floor_sections
from layouts.tours.problem import RoutingProblem
from layouts.tours.tour import Pick, Stop, Tour, TourPlan
from spatial.errors import BadDataError
from spatial.navigation.nav_graph import NavGraph
from spatial.navigation.shortest_paths import Distances, Route, shortest_distances, shortest_route

STRAIGHT = 1.25
"""An aisle whose mouths are farther apart on foot than this many times its length is blocked."""


def plan_tours(
    graph: NavGraph,
    distances: Distances,
    orders: Sequence[Order],
    slotting: Slotting,
    *,
    depot: int,
    policy: str = "s-shape",
    batch_lines: int = 12,
) -> TourPlan:
    """Batch `orders`, order the stops of each batch by the routing policy of that name, and route them.

    `depot` is a graph node; `distances` come from `tour_distances`. Picks at one pick face are one stop.
    Raises BadDataError for a SKU without a location or a location that cannot be reached, ValueError for an
    unknown policy, KeyError for a node that was not among those of `distances`.
    """
    visits_of = policy_named(policy)
    batches = batch_first_come(orders, capacity_lines=batch_lines)
    tours = []
    loose = 0
    for number, batch in enumerate(batches):
        stops = _stops(graph, slotting, batch)
        problem, nodes = _problem(graph, distances, depot, stops)
        loose += len(problem.loose)
        visits = visits_of(problem)
        tours.append(_tour(f"T{number + 1:05d}", distances, stops, nodes, visits))
    notes = []
    if policy in ALONG_AISLES and loose:
        notes.append(f"{loose} stops lie in no open aisle; {policy} visits them last, nearest first.")
    return TourPlan(policy=policy, tours=tuple(tours), notes=tuple(notes))


def tour_distances(graph: NavGraph, orders: Sequence[Order], slotting: Slotting, *, depot: int) -> Distances:
    """Distances among all that tours for `orders` can pass: depot, stops and the mouths of their aisles."""
    places = {_location(graph, slotting, line.sku) for order in orders for line in order.lines}
    aisles = {graph.aisle_of[place] for place in places if place in graph.aisle_of} & graph.aisles.keys()
    mouths = [node for aisle in aisles for node in graph.aisles[aisle]]
    return shortest_distances(graph, [depot, *(graph.access[place] for place in places), *mouths])


def _location(graph: NavGraph, slotting: Slotting, sku: str) -> str:
    location = slotting.get(sku)
    if location is None:
        raise BadDataError(f"SKU '{sku}' is ordered but has no location: add it to the slotting table")
    if location not in graph.access:
        reason = graph.unreached.get(location, "the facility has no such location")
        raise BadDataError(f"SKU '{sku}' is slotted to '{location}', which cannot be reached: {reason}")
    return location


def _stops(graph: NavGraph, slotting: Slotting, batch: Batch) -> list[Stop]:
    """One stop for every pick face of a batch, in the order they are first asked for."""
    picks: dict[tuple[int, str], list[Pick]] = {}
    for order, line in batch:
        place = _location(graph, slotting, line.sku)
        pick = Pick(order=order.id, sku=line.sku, quantity=line.quantity, location=place)
        picks.setdefault((graph.access[place], graph.pick_faces[place]), []).append(pick)
    return [Stop(node=node, face=face, picks=tuple(taken)) for (node, face), taken in picks.items()]


def _problem(
    graph: NavGraph, distances: Distances, depot: int, stops: Sequence[Stop]
) -> tuple[RoutingProblem, list[int]]:
    """The routing problem of one tour, and the graph node of each of its rows."""
    nodes = [depot, *(stop.node for stop in stops)]
    stops_in: dict[str, list[int]] = {}
    for row, stop in enumerate(stops, start=1):
        aisle = graph.aisle_of.get(stop.picks[0].location)
        if aisle is not None and aisle in graph.aisles:
            stops_in.setdefault(aisle, []).append(row)
    aisles = []
    for aisle in sorted(stops_in):
        if not _is_open(graph, distances, aisle):
            continue
        mouths = (len(nodes), len(nodes) + 1)
        nodes += graph.aisles[aisle]
        level = int(graph.level[graph.aisles[aisle][0]])
        aisles.append(AisleEnds(id=aisle, mouths=mouths, stops=tuple(stops_in[aisle]), level=level))
    rows = distances.rows(nodes)
    xy, length_m = graph.xy[nodes], distances.length_m[np.ix_(rows, rows)]
    sections = floor_sections(aisles, xy=xy, length_m=length_m)
    return RoutingProblem(stop_count=len(stops), xy=xy, length_m=length_m, sections=sections), nodes


def _is_open(graph: NavGraph, distances: Distances, aisle: str) -> bool:
    mouths = graph.aisles[aisle]
    low, high = distances.rows(mouths).tolist()
    straight = float(np.linalg.norm(np.subtract(*graph.xy[list(mouths)])))
    walked = min(distances.length_m[low, high], distances.length_m[high, low])
    return bool(walked <= STRAIGHT * straight)


def _tour(
    name: str, distances: Distances, stops: Sequence[Stop], nodes: Sequence[int], visits: Sequence[int]
) -> Tour:
    """The shortest way through the visits in turn, cut into a leg a stop."""
    legs: list[Route] = []
    leg: Route = (nodes[0],)
    length = 0.0
    rows = distances.rows(nodes).tolist()
    for here, there in pairwise((0, *visits, 0)):
        leg += shortest_route(distances, nodes[here], nodes[there])[1:]
        length += float(distances.length_m[rows[here], rows[there]])
        if 1 <= there <= len(stops):
            legs.append(leg)
            leg = (nodes[there],)
    return Tour(
        id=name,
        depot=nodes[0],
        stops=tuple(stops[row - 1] for row in visits if 1 <= row <= len(stops)),
        legs=(*legs, leg),
        length_m=length,
    )
