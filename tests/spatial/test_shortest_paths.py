"""Laws of shortest paths, and agreement with networkx on random graphs."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import networkx as nx
import numpy as np
import pytest

from spatial.floor.agents import PICKER
from spatial.navigation.nav_graph import NavGraph
from spatial.navigation.shortest_paths import (
    path_length,
    path_polyline,
    shortest_distances,
    shortest_route,
    shortest_times,
)


def random_graph(seed: int, count: int = 60) -> NavGraph:
    random = np.random.default_rng(seed)
    xy = random.random((count, 2)) * 50
    pairs = np.sort(random.integers(0, count, (2 * count, 2)), axis=1)
    edges = np.unique(pairs[pairs[:, 0] < pairs[:, 1]], axis=0)
    none: dict[str, str] = {}
    return NavGraph(
        facility="random",
        agent=PICKER,
        levels=("L0",),
        xy=xy,
        level=np.zeros(count, np.int64),
        kind=np.zeros(count, np.int64),
        edges=edges,
        length_m=np.linalg.norm(xy[edges[:, 1]] - xy[edges[:, 0]], axis=1),
        clear_width_m=np.ones(len(edges)),
        sigma_m=np.zeros(len(edges)),
        access={},
        pick_faces=none,
        stations={},
        aisles={},
        aisle_of=none,
        unreached=none,
    )


@pytest.mark.parametrize("seed", range(5))
def test_lengths_equal_networkx_and_are_a_metric(seed: int) -> None:
    graph = random_graph(seed)
    found = shortest_distances(graph, range(60))
    public = nx.Graph()
    public.add_nodes_from(range(60))
    public.add_weighted_edges_from(
        (a, b, w) for (a, b), w in zip(graph.edges.tolist(), graph.length_m.tolist(), strict=True)
    )
    expected = np.full((60, 60), np.inf)
    for a, lengths in nx.all_pairs_dijkstra_path_length(public):
        for b, length in lengths.items():
            expected[a, b] = length
    assert np.allclose(found.length_m, expected)
    assert np.array_equal(found.length_m, found.length_m.T)
    assert (np.diag(found.length_m) == 0).all()
    via = found.length_m[:, :, None] + found.length_m[None]
    assert (found.length_m[:, None, :] <= via + 1e-9).all()


def test_a_route_follows_edges_and_is_as_long_as_said() -> None:
    graph = random_graph(1)
    found = shortest_distances(graph, range(60))
    edges = {tuple(edge) for edge in graph.edges.tolist()}
    for a, b in np.argwhere(np.isfinite(found.length_m))[::97].tolist():
        route = shortest_route(found, a, b)
        assert (route[0], route[-1]) == (a, b)
        assert all((min(p, q), max(p, q)) in edges for p, q in pairwise(route))
        assert path_length(path_polyline(graph, route)) == pytest.approx(found.length_m[a, b])


def test_no_way_no_nodes_and_unknown_nodes() -> None:
    graph = random_graph(2)
    cut = NavGraph(**{**vars(graph), "edges": graph.edges[:0], "length_m": graph.length_m[:0]})
    found = shortest_distances(cut, [3, 5])
    assert found.length_m[0, 1] == np.inf
    with pytest.raises(ValueError, match="no way from node 3 to node 5"):
        shortest_route(found, 3, 5)
    assert shortest_distances(graph, []).length_m.shape == (0, 0)
    with pytest.raises(ValueError, match="0 … 59"):
        shortest_distances(graph, [60])


@pytest.mark.parametrize("seed", range(5))
def test_one_way_edges_are_taken_their_way_only_and_times_are_counted_apart(seed: int) -> None:
    graph = random_graph(seed)
    random = np.random.default_rng(seed)
    ways = random.integers(-1, 2, len(graph.edges))
    seconds = random.uniform(0.0, 9.0, len(graph.edges))
    graph = replace(graph, direction=ways.astype(np.int8), time_s=seconds)
    public = nx.DiGraph()
    public.add_nodes_from(range(60))
    for (a, b), way, length, time in zip(graph.edges.tolist(), ways, graph.length_m, seconds, strict=True):
        for tail, head, open_ in ((a, b, way >= 0), (b, a, way <= 0)):
            if open_:
                public.add_edge(tail, head, length=length, time=time)
    found = shortest_distances(graph, range(60)).length_m, shortest_times(graph, range(60)).time_s
    for costs, weight in zip(found, ("length", "time"), strict=True):
        expected = np.full((60, 60), np.inf)
        for a, lengths in nx.all_pairs_dijkstra_path_length(public, weight=weight):
            expected[a, list(lengths)] = list(lengths.values())
        assert np.allclose(costs, expected)


def test_a_graph_made_without_rules_goes_both_ways_at_the_agents_own_speed() -> None:
    graph = random_graph(3)
    assert not graph.is_one_way
    assert np.allclose(graph.time_s, graph.length_m / PICKER.speed_m_s)
    assert np.isinf(graph.speed_limit_m_s).all()
    assert (np.stack([graph.zone, graph.aisle, graph.link, graph.agent_group]) == -1).all()
    assert replace(graph) == graph
