"""Laws of shortest paths, and agreement with networkx on random graphs."""

from __future__ import annotations

from itertools import pairwise

import networkx as nx
import numpy as np
import pytest

from spatial.floor.agents import PICKER
from spatial.navigation.nav_graph import NavGraph
from spatial.navigation.shortest_paths import path_length, path_polyline, shortest_distances, shortest_route


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
