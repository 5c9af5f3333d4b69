"""How much longer ways along lanes are than the shortest ways over the floor, and that they never are shorter."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from large_hall import large_hall
from scipy.sparse.csgraph import dijkstra

from spatial.facility import Facility
from spatial.floor.agents import PICKER
from spatial.floor.free_space import free_space
from spatial.navigation.build_graph import build_graph
from spatial.navigation.nav_graph import NavGraph
from spatial.navigation.shortest_paths import path_length, path_polyline, shortest_distances, shortest_route

LANE_FACTOR = 1.7
"""Middle lanes take a corner at right angles; the shortest way cuts it. No pair is worse than this."""


def any_angle_lengths(facility: Facility, points: np.ndarray) -> np.ndarray:
    """The lengths (P, P) of shortest ways among points, over the whole visibility graph of the walkable floor."""
    walkable = free_space(facility, PICKER, "L0").walkable
    nodes = np.concatenate([points, shapely.get_coordinates(walkable)])
    floor = walkable.buffer(1e-6)
    shapely.prepare(floor)
    a, b = np.triu_indices(len(nodes), 1)
    lines = shapely.linestrings(np.stack([nodes[a], nodes[b]], axis=1))
    seen = shapely.covers(floor, lines)
    lengths = np.zeros((len(nodes), len(nodes)))
    lengths[a[seen], b[seen]] = shapely.length(lines[seen])
    return dijkstra(lengths, directed=False, indices=range(len(points)))[:, : len(points)]


def places(graph: NavGraph) -> list[int]:
    return sorted({*graph.access.values(), *graph.stations.values()})


@pytest.mark.parametrize(("rows", "bays", "aisle_m"), [(4, 3, 3.0), (3, 6, 2.6), (5, 4, 1.6)])
def test_ways_along_lanes_are_at_most_a_stated_factor_longer_than_any_angle_ways(
    hall, rows: int, bays: int, aisle_m: float
) -> None:
    facility = hall(rows=rows, bays=bays, aisle_m=aisle_m)
    graph = build_graph(facility, PICKER)
    lanes = shortest_distances(graph, places(graph)).length_m
    shortest = any_angle_lengths(facility, graph.xy[places(graph)])
    apart = shortest > 0
    assert (lanes >= shortest - 1e-6).all()
    assert (lanes[apart] / shortest[apart]).max() < LANE_FACTOR
    assert (lanes[apart] / shortest[apart]).mean() < 1.3


@settings(max_examples=8, deadline=None)
@given(st.integers(1, 3), st.integers(1, 2), st.integers(0, 3))
def test_every_route_is_as_long_as_its_drawing_and_stays_on_the_floor(
    aisles: int, blocks: int, seed: int
) -> None:
    facility = large_hall(aisles=aisles, blocks=blocks, jitter_m=0.01, yaw_jitter_deg=0.1, seed=seed)
    graph = build_graph(facility, PICKER)
    random = np.random.default_rng(seed)
    chosen = random.choice(places(graph), 6, replace=False)
    ways = shortest_distances(graph, chosen)
    clear = free_space(facility, PICKER, "L0").clear
    for start, end in random.choice(chosen, (10, 2)).tolist():
        drawn = path_polyline(graph, shortest_route(ways, start, end))
        row, column = ways.rows([start, end])
        assert path_length(drawn) == pytest.approx(ways.length_m[row, column])
        assert clear.covers(shapely.linestrings(drawn) if len(drawn) > 1 else shapely.Point(drawn[0]))
