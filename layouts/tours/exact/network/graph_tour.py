"""Shortest tours on a navigation graph, proven."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from layouts.tours.exact.network.network_tour import MOST_STATES, optimal_network_tour
from spatial.errors import UndecidedError
from spatial.navigation.joined_routes import Route
from spatial.navigation.nav_graph import NavGraph


@dataclass(frozen=True, kw_only=True)
class GraphTour:
    """A shortest tour: `order` are the stops by their place in what was asked, `legs[i]` is the node route to the
    i-th stop of `order`, the last leg the one back; `length_m` is the sum of their edges.
    """

    length_m: float
    order: tuple[int, ...]
    legs: tuple[Route, ...]


def exact_visits(
    graph: NavGraph, depot: int, stop_nodes: Sequence[int], *, most_states: int = MOST_STATES
) -> GraphTour:
    """The shortest closed tour from the `depot` node over all of `stop_nodes`, which may repeat.

    Raises ValueError for a node that cannot be reached, UndecidedError for a graph with one-way edges or one whose
    frontier is too wide.
    """
    if graph.is_one_way:
        raise UndecidedError(
            "the graph has one-way edges, a sweep walks edges either way: plan on the table of distances instead"
        )
    stops = np.array(stop_nodes, np.int64)
    tour = optimal_network_tour(graph.edges, graph.length_m, stops, depot=depot, most_states=most_states)
    walk = tour.walk.tolist()
    order = tuple(tour.order.tolist())
    legs, at = [], 0
    for stop in order:
        reached = walk.index(stop_nodes[stop], at)
        legs.append(tuple(walk[at : reached + 1]))
        at = reached
    return GraphTour(length_m=tour.length_m, order=order, legs=(*legs, tuple(walk[at:])))
