"""Shortest paths by brute force: every pair of corners and points tried with shapely, searched by networkx.

Slow, simple, and nothing of ours: what `spatial.any_angle` is checked against and timed beside.
"""

from __future__ import annotations

import networkx as nx
import numpy as np
import numpy.typing as npt
import shapely
from shapely import MultiPolygon, Polygon


def visibility_graph(
    floor: Polygon | MultiPolygon, points: npt.NDArray[np.float64], *, graze_m: float = 1e-8
) -> nx.Graph:
    """All straight ways on `floor` among its vertices and `points` (P, 2); nodes are coordinates (x, y).

    `graze_m` is how far a way may leave the floor, for coordinates that rounding took off their line; with 0
    the floor is taken as it is.
    """
    places = np.unique(np.concatenate([shapely.get_coordinates(floor), points]), axis=0)
    one, other = np.triu_indices(len(places), 1)
    ways = shapely.linestrings(np.stack([places[one], places[other]], axis=1))
    ground = floor.buffer(graze_m, join_style="mitre") if graze_m else floor
    shapely.prepare(ground)
    free = shapely.covers(ground, ways)
    names = [(x, y) for x, y in places.tolist()]
    graph = nx.Graph()
    graph.add_nodes_from(names)
    for a, b, length in zip(one[free], other[free], shapely.length(ways[free]).tolist(), strict=True):
        graph.add_edge(names[a], names[b], weight=length)
    return graph


def lengths_between(graph: nx.Graph, points: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """The shortest lengths (P, P) among `points`, which are nodes of the graph; infinite where there is no way."""
    names = [(x, y) for x, y in points.tolist()]
    reached = [nx.single_source_dijkstra_path_length(graph, name) for name in names]
    return np.array([[lengths.get(name, np.inf) for name in names] for lengths in reached])
