"""Routes in one array are the routes that were joined, and a way over many nodes is its parts end to end."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spatial.floor.agents import PICKER
from spatial.navigation.joined_routes import JoinedRoutes
from spatial.navigation.nav_graph import NavGraph
from spatial.navigation.shortest_paths import routes_over, shortest_distances

ROUTES = st.lists(st.lists(st.integers(0, 2**40), min_size=1, max_size=5).map(tuple), max_size=6)

TOLD = """
from tests.spatial.test_joined_routes import grid
from spatial.navigation.shortest_paths import routes_over, shortest_distances
print(routes_over(shortest_distances(grid(5), range(25)), [3, 21, 21, 0, 24], is_halt=[True, True, False, True]))
"""


def grid(side: int) -> NavGraph:
    """Nodes side × side, a metre apart, and two more that no edge joins."""
    at = np.arange(side * side).reshape(side, side)
    pairs = [np.stack([at[:, :-1], at[:, 1:]], -1), np.stack([at[:-1], at[1:]], -1)]
    edges = np.array(sorted(map(tuple, np.concatenate([each.reshape(-1, 2) for each in pairs]).tolist())))
    count = side * side + 2
    nothing: dict[str, str] = {}
    return NavGraph(
        facility="GRID",
        agent=PICKER,
        levels=("L0",),
        xy=np.stack(np.divmod(np.arange(count), side), 1).astype(np.float64),
        level=np.zeros(count, np.int64),
        kind=np.zeros(count, np.int64),
        edges=edges,
        length_m=np.ones(len(edges)),
        clear_width_m=np.ones(len(edges)),
        sigma_m=np.zeros(len(edges)),
        access={},
        pick_faces=nothing,
        stations={},
        aisles={},
        aisle_of=nothing,
        unreached=nothing,
    )


@given(ROUTES, ROUTES)
def test_joined_routes_are_the_routes(some: list[tuple[int, ...]], more: list[tuple[int, ...]]) -> None:
    joined = JoinedRoutes.of(some)
    assert joined == tuple(some) == tuple(joined)
    assert hash(joined) == hash(tuple(some))
    assert repr(joined) == repr(tuple(some))
    assert [joined[number] for number in range(-len(some), len(some))] == some + some
    assert joined[1:3] == tuple(some[1:3])
    assert JoinedRoutes.chained([some, joined, [], more]) == tuple(some + some + more)
    assert (joined == JoinedRoutes.of(more)) == (some == more)
    with pytest.raises(IndexError):
        joined[len(some)]


@settings(deadline=None)
@given(st.lists(st.integers(0, 24), min_size=2, max_size=8), st.data())
def test_a_way_over_nodes_is_cut_at_its_halts(nodes: list[int], data: st.DataObject) -> None:
    ways = shortest_distances(grid(5), range(25))
    is_halt = [*data.draw(st.lists(st.booleans(), min_size=len(nodes) - 2, max_size=len(nodes) - 2)), True]
    routes = routes_over(ways, nodes, is_halt=is_halt)
    halts = [nodes[0], *(node for node, halt in zip(nodes[1:], is_halt, strict=True) if halt)]
    assert [(route[0], route[-1]) for route in routes] == [*pairwise(halts)]
    walked = [routes[0][0], *(node for route in routes for node in route[1:])]
    assert all(abs(a - b) in (1, 5) for a, b in pairwise(walked))
    assert len(walked) - 1 == sum(ways.length_m[a, b] for a, b in pairwise(nodes))


def test_where_no_way_leads_the_first_gap_is_named() -> None:
    ways = shortest_distances(grid(3), range(11))
    for nodes in ([0, 9], [0, 4, 9, 8], [9, 0, 4]):
        torn = next((a, b) for a, b in pairwise(nodes) if max(a, b) > 8)
        with pytest.raises(ValueError, match=f"no way from node {torn[0]} to node {torn[1]}$"):
            routes_over(ways, nodes, is_halt=[True] * (len(nodes) - 1))
    for unknown in (-1, 11, 12, 10**6):
        with pytest.raises(KeyError, match=str(unknown)):
            ways.rows([0, unknown])
        with pytest.raises(KeyError, match=str(unknown)):
            routes_over(ways, [0, unknown], is_halt=[True])


def test_plain_python_and_compiled_agree(compiled_and_plain) -> None:  # type: ignore[no-untyped-def]
    compiled, plain = compiled_and_plain(TOLD)
    assert compiled == plain
    assert compiled.startswith("((3, ")
