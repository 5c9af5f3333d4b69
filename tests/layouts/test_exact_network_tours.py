"""Shortest tours on any narrow network: against every order of the stops, on floors that can be drawn."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import numpy.typing as npt
import pytest
from brute_force import all_pairs, shortest_by_permutation
from hypothesis import given, settings
from hypothesis import strategies as st
from published import arcs, instances, jobprp_foodmart, shared_data

from layouts.tours.exact.aisles.block_tour import optimal_tour
from layouts.tours.exact.network.graph_tour import exact_visits
from layouts.tours.exact.network.network_tour import NetworkTour, optimal_network_tour
from layouts.tours.parallel_aisles import Picks
from spatial.errors import UndecidedError
from spatial.floor.agents import PICKER
from spatial.navigation.nav_graph import NODE_KINDS, NavGraph

Edges = list[tuple[int, int, float]]


def tour_on(edges: Edges, stops: list[int], *, depot: int, end: int | None = None) -> NetworkTour:
    return optimal_network_tour(
        np.array([edge[:2] for edge in edges], np.int64).reshape(-1, 2),
        np.array([edge[2] for edge in edges], np.float64),
        np.array(stops, np.int64),
        depot=depot,
        end=end,
    )


def brute_force_m(nodes: int, edges: Edges, stops: list[int], depot: int, end: int) -> float:
    rows = [depot, *stops] if end == depot else [depot, *stops, end]
    length_m = all_pairs(nodes, edges)[np.ix_(rows, rows)]
    return shortest_by_permutation(length_m, end=0 if end == depot else len(rows) - 1)


def assert_shortest(nodes: int, edges: Edges, stops: list[int], depot: int, end: int) -> None:
    tour = tour_on(edges, stops, depot=depot, end=end)
    assert tour.length_m == pytest.approx(brute_force_m(nodes, edges, stops, depot, end), abs=1e-9)
    legs = {(frozenset(edge[:2]), edge[2]) for edge in edges}
    assert (tour.walk[0], tour.walk[-1]) == (depot, end)
    for leg, leg_m in zip(pairwise(tour.walk.tolist()), tour.leg_m.tolist(), strict=True):
        assert (frozenset(leg), leg_m) in legs
    assert tour.leg_m.sum() == pytest.approx(tour.length_m, abs=1e-9)
    met = list(dict.fromkeys(node for node in tour.walk.tolist() if node in stops))
    assert list(dict.fromkeys(stops[stop] for stop in tour.order)) == met
    assert sorted(tour.order.tolist()) == list(range(len(stops)))


def random_network(seed: int) -> tuple[int, Edges, list[int], int, int]:
    """A tree with some edges more: loops, edges side by side, lengths of nothing, stops and depot anywhere."""
    rng = np.random.default_rng(seed)
    nodes = int(rng.integers(1, 15))
    ends = [(int(rng.integers(0, node)), node) for node in range(1, nodes)]
    ends += [(int(a), int(b)) for a, b in rng.integers(0, nodes, (rng.integers(0, 9), 2))]
    name = rng.permutation(nodes)
    least = rng.integers(0, 2)
    edges = [(int(name[a]), int(name[b]), float(rng.integers(least, 10)) * 0.5) for a, b in ends]
    stops = rng.integers(0, nodes, rng.integers(0, 8)).tolist()
    depot = int(rng.integers(nodes))
    return nodes, edges, stops, depot, int(rng.integers(nodes)) if seed % 3 == 0 else depot


def grid(rows: int, columns: int, seed: int) -> Edges:
    """Junction (r, c) is r · columns + c; lengths from 1 to 9."""
    rng = np.random.default_rng(seed)
    node = np.arange(rows * columns).reshape(rows, columns)
    ends = np.vstack(
        (
            np.column_stack((node[:, :-1].ravel(), node[:, 1:].ravel())),
            np.column_stack((node[:-1].ravel(), node[1:].ravel())),
        )
    )
    return [(int(a), int(b), float(rng.integers(1, 10))) for a, b in ends]


def fishbone() -> Edges:
    """A front lane 0 … 6, a slanted lane from its middle 3 over 7, 8 and 9, and upright lanes from the front up to
    the slanted one, where two of them end dead.
    """
    lane: Edges = [(node, node + 1, 4.0) for node in range(6)]
    slanted: Edges = [(3, 7, 5.5), (7, 8, 5.5), (8, 9, 5.5)]
    upright: Edges = [(4, 7, 3.0), (5, 8, 6.0), (6, 9, 9.0), (0, 10, 9.0), (1, 11, 6.0), (2, 12, 3.0)]
    return [*lane, *slanted, *upright]


def test_no_order_of_the_stops_is_shorter_on_600_random_networks() -> None:
    for seed in range(600):
        assert_shortest(*random_network(seed))


def test_no_order_of_the_stops_is_shorter_on_grids_of_unequal_lengths() -> None:
    rng = np.random.default_rng(1)
    for seed in range(30):
        rows, columns = rng.integers(2, 6, 2).tolist()
        stops = rng.integers(0, rows * columns, 6).tolist()
        depot, end = rng.integers(0, rows * columns, 2).tolist()
        assert_shortest(rows * columns, grid(rows, columns, seed), stops, depot, depot if seed % 2 else end)


@pytest.mark.parametrize("stops", [[10, 5, 9], [11, 12, 8, 6], [7, 8, 9, 10, 11, 12], [3], [0, 6]])
def test_fishbone_lanes(stops: list[int]) -> None:
    assert_shortest(13, fishbone(), stops, 3, 3)
    assert_shortest(13, fishbone(), stops, 0, 9)


def test_a_ring_is_walked_round_or_to_and_fro_by_its_largest_gap() -> None:
    ring: Edges = [(node, (node + 1) % 8, 1.0) for node in range(8)]
    assert tour_on(ring, [1, 2], depot=0).length_m == 4.0
    assert tour_on(ring, [1, 3, 6], depot=0).length_m == 8.0
    assert tour_on(ring, [2], depot=0, end=3).length_m == 3.0


def test_a_depot_joined_to_every_front_junction() -> None:
    star: Edges = [(0, 1 + column, 2.0 + column) for column in range(6)]
    floor = [(a + 1, b + 1, metres) for a, b, metres in grid(3, 6, 5)]
    for seed in range(10):
        stops = np.random.default_rng(seed).integers(1, 19, 6).tolist()
        assert_shortest(19, [*star, *floor], stops, 0, 0)


def test_a_lane_that_nothing_is_required_in_is_no_detour() -> None:
    """A lollipop: all that is asked for lies in its ring, also from the ring's own junction on."""
    lollipop: Edges = [(0, 1, 7.0), (1, 2, 1.0), (2, 3, 1.0), (3, 4, 1.0), (4, 1, 1.0)]
    assert tour_on(lollipop, [2, 4], depot=3).length_m == 4.0
    assert tour_on(lollipop, [2], depot=2).length_m == 0.0
    assert tour_on([], [0], depot=0).walk.tolist() == [0]


def test_a_tour_within_one_stretch_meets_no_junction() -> None:
    """Two rings joined by a lane from 1 to 4; all that is asked for lies in the middle of the lane."""
    rings: Edges = [(0, 1, 2.0), (1, 5, 2.0), (5, 0, 2.0), (4, 6, 2.0), (6, 7, 2.0), (7, 4, 2.0)]
    lane: Edges = [(1, 2, 3.0), (2, 3, 1.5), (3, 4, 3.0), (1, 4, 7.0)]
    assert tour_on([*rings, *lane], [2], depot=3).length_m == 3.0
    assert_shortest(8, [*rings, *lane], [2, 3], 2, 2)
    assert_shortest(8, [*rings, *lane], [2], 3, 2)


@settings(max_examples=50, deadline=None)
@given(st.integers(0, 10**6))
def test_one_more_stop_never_shortens_a_tour_and_a_closed_lane_neither(seed: int) -> None:
    rng = np.random.default_rng(seed)
    edges = grid(4, 6, seed)
    stops = rng.integers(0, 24, 10).tolist()
    length_m = tour_on(edges, stops, depot=0).length_m
    assert tour_on(edges, stops[1:], depot=0).length_m <= length_m + 1e-9
    closed = int(rng.integers(len(edges)))
    assert tour_on(edges[:closed] + edges[closed + 1 :], stops, depot=0).length_m >= length_m - 1e-9


@settings(max_examples=50, deadline=None)
@given(st.integers(0, 10**6))
def test_names_and_order_of_nodes_and_edges_do_not_matter(seed: int) -> None:
    nodes, edges, stops, depot, end = random_network(seed)
    rng = np.random.default_rng(seed)
    name = rng.permutation(nodes).tolist()
    renamed = [(name[b], name[a], metres) for a, b, metres in edges]
    shuffled = [renamed[edge] for edge in rng.permutation(len(edges))]
    other = tour_on(shuffled, [name[stop] for stop in stops], depot=name[depot], end=name[end])
    assert other.length_m == pytest.approx(tour_on(edges, stops, depot=depot, end=end).length_m, abs=1e-9)


def test_published_solutions_of_ibsrp_are_as_long_as_told() -> None:
    if shared_data() is None:
        pytest.skip("skipped: no shared data")
    for row in instances("ibsrp_kris_small")[::10]:
        edges, length_m = arcs(row)
        lines = {order["id"]: [line[0] for line in order["lines"]] for order in row["orders"]}
        depot, end = (int(row["params"][name]) for name in ("DepartingDepot", "ArrivalDepot"))
        for batch in row["solution"]:
            stops = np.array([place for order in batch["orders"] for place in lines[order]])
            tour = optimal_network_tour(edges, length_m, stops, depot=depot, end=end)
            assert tour.length_m == pytest.approx(batch["distance"], abs=1e-9)


def test_foodmart_is_a_network_and_parallel_aisles_alike() -> None:
    if shared_data() is None:
        pytest.skip("skipped: no shared data")
    for row in instances("jobprp_foodmart")[::8]:
        edges, length_m = arcs(row)
        warehouse, every = jobprp_foodmart(row)
        places = np.unique(row["orders"][0]["locs"] + row["orders"][-1]["locs"])
        one = Picks(
            aisle=every.aisle[places - 1],
            block=every.block[places - 1],
            offset_m=every.offset_m[places - 1],
        )
        tour = optimal_network_tour(edges, length_m, places, depot=row["depot"], end=row["arrival"])
        assert optimal_tour(warehouse, one).length_m == pytest.approx(tour.length_m, abs=1e-9)


def test_a_frontier_too_wide_is_undecided_and_says_so() -> None:
    with pytest.raises(UndecidedError, match="wider than the 12 junctions"):
        tour_on(grid(14, 14, 0), [0, 195], depot=0)
    edges = grid(6, 6, 0)
    with pytest.raises(UndecidedError, match="more than 100 states"):
        optimal_network_tour(
            np.array([edge[:2] for edge in edges]),
            np.array([edge[2] for edge in edges]),
            np.arange(36),
            depot=0,
            most_states=100,
        )


def test_what_is_no_network_is_refused() -> None:
    with pytest.raises(ValueError, match="node 3 cannot be reached"):
        tour_on([(0, 1, 1.0), (2, 3, 1.0)], [3], depot=0)
    with pytest.raises(ValueError, match=r"length_m -1\.0 of edge 0"):
        tour_on([(0, 1, -1.0)], [1], depot=0)


def graph_of(edges: Edges, xy: npt.NDArray[np.float64], one_way: bool) -> NavGraph:
    rows = sorted((min(a, b), max(a, b), metres) for a, b, metres in edges)
    return NavGraph(
        facility="drawn",
        agent=PICKER,
        levels=("L0",),
        xy=xy,
        level=np.zeros(len(xy), np.int64),
        kind=np.full(len(xy), NODE_KINDS.index("junction")),
        edges=np.array([row[:2] for row in rows]),
        length_m=np.array([row[2] for row in rows]),
        clear_width_m=np.full(len(rows), 3.0),
        sigma_m=np.zeros(len(rows)),
        access={},
        pick_faces={},
        stations={},
        aisles={},
        aisle_of={},
        unreached={},
        direction=np.full(len(rows), int(one_way), np.int8),
    )


def test_a_navigation_graph_is_walked_leg_by_leg() -> None:
    edges = grid(4, 5, 2)
    graph = graph_of(edges, np.zeros((20, 2)), one_way=False)
    stops = [7, 13, 7, 18, 0]
    tour = exact_visits(graph, 2, stops)
    assert tour.length_m == pytest.approx(brute_force_m(20, edges, stops, 2, 2), abs=1e-9)
    assert len(tour.legs) == len(stops) + 1
    assert [leg[-1] for leg in tour.legs] == [*(stops[stop] for stop in tour.order), 2]
    assert all(one[-1] == other[0] for one, other in pairwise(tour.legs))
    metres = {frozenset(edge[:2]): edge[2] for edge in edges}
    walked = sum(metres[frozenset(pair)] for leg in tour.legs for pair in pairwise(leg))
    assert walked == pytest.approx(tour.length_m, abs=1e-9)
    with pytest.raises(UndecidedError, match="one-way"):
        exact_visits(graph_of(edges, np.zeros((20, 2)), one_way=True), 2, stops)
