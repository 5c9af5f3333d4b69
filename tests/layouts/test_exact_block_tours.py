"""Shortest tours among parallel aisles: against every order of the picks, published optima, and by their laws."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from brute_force import all_pairs, shortest_by_permutation
from hypothesis import given, settings
from hypothesis import strategies as st
from published import instances, shared_data, sprp, tours450

from layouts.tours.exact.aisles.aisle_sweep import optimal_length
from layouts.tours.exact.aisles.aisle_tables import aisle_tables
from layouts.tours.exact.aisles.block_tour import BlockTour, optimal_tour
from layouts.tours.parallel_aisles import ParallelAisles, Picks
from spatial.errors import UndecidedError

Case = tuple[ParallelAisles, Picks]
Edges = list[tuple[int, int, float]]


def random_case(seed: int, *, most_picks: int = 9) -> Case:
    """1–4 blocks, unequal lengths with some zeros, any depot, picks that may share a place or a junction."""
    rng = np.random.default_rng(seed)
    blocks, aisles, count = rng.integers(1, 5), rng.integers(1, 7), rng.integers(0, most_picks + 1)
    least = rng.integers(0, 2)
    warehouse = ParallelAisles(
        aisle_m=rng.integers(least, 14, (blocks, aisles)) * 0.75,
        cross_m=rng.integers(least, 9, (blocks + 1, aisles - 1)) * 1.5,
        depot=(int(rng.integers(blocks + 1)), int(rng.integers(aisles))),
        depot_m=float(rng.choice([0.0, 2.5])),
    )
    aisle, block = rng.integers(0, aisles, count), rng.integers(0, blocks, count)
    offset_m = rng.integers(0, 7, count) / 6 * warehouse.aisle_m[block, aisle]
    return warehouse, Picks(aisle=aisle, block=block, offset_m=offset_m)


def edges_of(warehouse: ParallelAisles, picks: Picks) -> Edges:
    """The floor edge by edge, places numbered as in BlockTour."""
    blocks, aisles = warehouse.aisle_m.shape
    junctions = (blocks + 1) * aisles
    edges: Edges = [
        (cross * aisles + aisle, cross * aisles + aisle + 1, float(warehouse.cross_m[cross, aisle]))
        for cross in range(blocks + 1)
        for aisle in range(aisles - 1)
    ]
    for block in range(blocks):
        for aisle in range(aisles):
            inside = [
                (float(picks.offset_m[pick]), junctions + pick)
                for pick in range(len(picks.aisle))
                if (picks.aisle[pick], picks.block[pick]) == (aisle, block)
            ]
            front, back = block * aisles + aisle, (block + 1) * aisles + aisle
            places = [(0.0, front), *sorted(inside), (float(warehouse.aisle_m[block, aisle]), back)]
            edges += [(one[1], other[1], other[0] - one[0]) for one, other in pairwise(places)]
    cross, aisle = warehouse.depot
    return [*edges, (cross * aisles + aisle, junctions + len(picks.aisle), warehouse.depot_m)]


def brute_force_m(warehouse: ParallelAisles, picks: Picks) -> float:
    count = len(picks.aisle)
    if count == 0:
        return 0.0
    depot = (warehouse.blocks + 1) * warehouse.aisles + count
    length_m = all_pairs(depot + 1, edges_of(warehouse, picks))
    rows = [depot, *range(depot - count, depot)]
    return shortest_by_permutation(length_m[np.ix_(rows, rows)])


def assert_walks(warehouse: ParallelAisles, picks: Picks, tour: BlockTour) -> None:
    """Each leg is an edge of the floor, their sum is the length, and the picks are met in the order told."""
    count = len(picks.aisle)
    depot = (warehouse.blocks + 1) * warehouse.aisles + count
    edges = {(frozenset((one, other)), metres) for one, other, metres in edges_of(warehouse, picks)}
    assert tour.walk[0] == tour.walk[-1] == depot
    for leg, leg_m in zip(pairwise(tour.walk.tolist()), tour.leg_m.tolist(), strict=True):
        assert (frozenset(leg), leg_m) in edges
    assert tour.leg_m.sum() == pytest.approx(tour.length_m, abs=1e-9)
    met = [place - (depot - count) for place in tour.walk.tolist() if depot - count <= place < depot]
    assert list(dict.fromkeys(met)) == tour.order.tolist()
    assert sorted(tour.order.tolist()) == list(range(count))


def test_no_order_of_the_picks_is_shorter_in_500_random_warehouses() -> None:
    for seed in range(500):
        warehouse, picks = random_case(seed)
        tour = optimal_tour(warehouse, picks)
        assert tour.length_m == pytest.approx(brute_force_m(warehouse, picks), abs=1e-9), f"seed {seed}"
        assert_walks(warehouse, picks, tour)


@pytest.mark.parametrize("blocks", [1, 2])
def test_sprp_published_optima_are_met(blocks: int) -> None:
    if shared_data() is None:
        pytest.skip("skipped: no shared data")
    published = "optimal_one_block" if blocks == 1 else "optimal_two_block"
    for row in instances("sprp")[::20]:
        assert optimal_tour(*sprp(row, blocks=blocks)).length_m == pytest.approx(row[published], abs=1e-9)


def test_tours450_published_optima_are_met() -> None:
    if shared_data() is None:
        pytest.skip("skipped: no shared data")
    for row in instances("tours450")[::9]:
        assert optimal_tour(*tours450(row)).length_m == pytest.approx(row["optimal"], abs=1e-9)


def test_the_batching_kernel_tells_the_same_length() -> None:
    for seed in range(500, 540):
        warehouse, picks = random_case(seed)
        cross, aisle = warehouse.depot
        length_m = optimal_length(
            warehouse.aisle_m,
            warehouse.cross_m,
            cross,
            aisle,
            picks.aisle,
            picks.block,
            picks.offset_m,
            aisle_tables(warehouse.blocks + 1),
        )
        away_m = 2 * warehouse.depot_m if len(picks.aisle) else 0.0
        assert optimal_tour(warehouse, picks).length_m == length_m + away_m


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10**6))
def test_one_more_pick_never_shortens_a_tour(seed: int) -> None:
    warehouse, picks = random_case(seed, most_picks=30)
    fewer = Picks(aisle=picks.aisle[1:], block=picks.block[1:], offset_m=picks.offset_m[1:])
    assert optimal_tour(warehouse, fewer).length_m <= optimal_tour(warehouse, picks).length_m + 1e-9


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10**6), st.sampled_from([0.25, 0.5, 2.0, 8.0]))
def test_a_floor_of_another_scale_has_tours_of_that_scale(seed: int, factor: float) -> None:
    warehouse, picks = random_case(seed, most_picks=30)
    scaled = replace(
        warehouse,
        aisle_m=warehouse.aisle_m * factor,
        cross_m=warehouse.cross_m * factor,
        depot_m=warehouse.depot_m * factor,
    )
    moved = replace(picks, offset_m=picks.offset_m * factor)
    assert optimal_tour(scaled, moved).length_m == optimal_tour(warehouse, picks).length_m * factor


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10**6))
def test_a_mirrored_floor_has_tours_as_long(seed: int) -> None:
    warehouse, picks = random_case(seed, most_picks=30)
    cross, aisle = warehouse.depot
    across = replace(
        warehouse,
        aisle_m=warehouse.aisle_m[:, ::-1],
        cross_m=warehouse.cross_m[:, ::-1],
        depot=(cross, warehouse.aisles - 1 - aisle),
    )
    along = replace(
        warehouse,
        aisle_m=warehouse.aisle_m[::-1],
        cross_m=warehouse.cross_m[::-1],
        depot=(warehouse.blocks - cross, aisle),
    )
    length_m = optimal_tour(warehouse, picks).length_m
    left = replace(picks, aisle=warehouse.aisles - 1 - picks.aisle)
    assert optimal_tour(across, left).length_m == pytest.approx(length_m, abs=1e-9)
    behind_m = warehouse.aisle_m[picks.block, picks.aisle] - picks.offset_m
    back = replace(picks, block=warehouse.blocks - 1 - picks.block, offset_m=behind_m)
    assert optimal_tour(along, back).length_m == pytest.approx(length_m, abs=1e-9)


def test_one_long_aisle_and_its_short_neighbour() -> None:
    """Going round by the neighbour is shorter than to and fro where the aisle's end is what is wanted."""
    warehouse = ParallelAisles(aisle_m=np.array([[20.0, 1.0]]), cross_m=np.array([[2.0], [2.0]]))
    end = Picks(aisle=np.array([0]), block=np.array([0]), offset_m=np.array([20.0]))
    assert optimal_tour(warehouse, end).length_m == 10.0
    middle = replace(end, offset_m=np.array([11.0]))
    assert optimal_tour(warehouse, middle).length_m == 22.0


def test_without_picks_nobody_leaves_the_depot() -> None:
    warehouse = ParallelAisles(aisle_m=np.ones((2, 3)), cross_m=np.ones((3, 2)), depot=(1, 1), depot_m=4.0)
    nothing = np.empty(0, np.int64)
    tour = optimal_tour(warehouse, Picks(aisle=nothing, block=nothing, offset_m=np.empty(0)))
    assert (tour.length_m, tour.order.tolist(), len(tour.walk), len(tour.leg_m)) == (0.0, [], 1, 0)


def test_more_blocks_than_the_tables_hold_are_undecided() -> None:
    warehouse = ParallelAisles(aisle_m=np.ones((8, 1)), cross_m=np.ones((9, 0)))
    one = np.zeros(1, np.int64)
    with pytest.raises(UndecidedError, match="8 blocks"):
        optimal_tour(warehouse, Picks(aisle=one, block=one, offset_m=np.zeros(1)))


def test_a_pick_outside_its_aisle_is_refused() -> None:
    warehouse = ParallelAisles(aisle_m=np.ones((1, 2)), cross_m=np.ones((2, 1)))
    one = np.zeros(1, np.int64)
    with pytest.raises(ValueError, match=r"offset_m 1\.5"):
        optimal_tour(warehouse, Picks(aisle=one, block=one, offset_m=np.array([1.5])))
