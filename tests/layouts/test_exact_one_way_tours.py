"""Shortest tours where lanes are one-way: against every order of the picks, and drawn cases."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import numpy.typing as npt
import pytest
from brute_force import shortest_by_permutation

from layouts.tours.exact.aisles.block_tour import optimal_tour
from layouts.tours.exact.one_way.one_way_tour import optimal_one_way_tour
from layouts.tours.parallel_aisles import ParallelAisles, Picks
from spatial.errors import UndecidedError

Directions = npt.NDArray[np.int64]
Case = tuple[ParallelAisles, Picks, Directions, Directions]


def random_case(seed: int) -> Case:
    """1–3 blocks, most aisles one-way, some cross-aisles too, every lane of some length."""
    rng = np.random.default_rng(seed)
    blocks, aisles, count = rng.integers(1, 4), rng.integers(1, 6), rng.integers(1, 8)
    warehouse = ParallelAisles(
        aisle_m=rng.integers(1, 14, (blocks, aisles)) * 0.75,
        cross_m=rng.integers(1, 9, (blocks + 1, aisles - 1)) * 1.5,
        depot=(int(rng.integers(blocks + 1)), int(rng.integers(aisles))),
        depot_m=float(rng.choice([0.0, 2.5])),
    )
    aisle, block = rng.integers(0, aisles, count), rng.integers(0, blocks, count)
    offset_m = rng.integers(0, 7, count) / 6 * warehouse.aisle_m[block, aisle]
    return (
        warehouse,
        Picks(aisle=aisle, block=block, offset_m=offset_m),
        rng.choice([-1, 0, 1], warehouse.aisle_m.shape, p=[0.4, 0.2, 0.4]),
        rng.choice([-1, 0, 1], warehouse.cross_m.shape, p=[0.05, 0.9, 0.05]),
    )


def arcs_of(case: Case) -> npt.NDArray[np.float64]:
    """Length (N, N) of each leg that may be walked, infinite elsewhere; places as in BlockTour."""
    warehouse, picks, along, across = case
    blocks, aisles = warehouse.aisle_m.shape
    junctions, count = (blocks + 1) * aisles, len(picks.aisle)
    arc_m = np.full((junctions + count + 1, junctions + count + 1), np.inf)

    def lay(tail: int, head: int, metres: float, direction: int) -> None:
        if direction >= 0 or metres == 0:
            arc_m[tail, head] = min(arc_m[tail, head], metres)
        if direction <= 0 or metres == 0:
            arc_m[head, tail] = min(arc_m[head, tail], metres)

    for cross in range(blocks + 1):
        for aisle in range(aisles - 1):
            tail = cross * aisles + aisle
            lay(tail, tail + 1, warehouse.cross_m[cross, aisle], across[cross, aisle])
    for block in range(blocks):
        for aisle in range(aisles):
            inside = np.flatnonzero((picks.aisle == aisle) & (picks.block == block))
            inside = inside[np.argsort(picks.offset_m[inside], kind="stable")]
            places = [block * aisles + aisle, *(junctions + inside).tolist(), (block + 1) * aisles + aisle]
            at_m = [0.0, *picks.offset_m[inside].tolist(), float(warehouse.aisle_m[block, aisle])]
            for (tail, head), (near, far) in zip(pairwise(places), pairwise(at_m), strict=True):
                lay(tail, head, far - near, along[block, aisle])
    lay(warehouse.depot[0] * aisles + warehouse.depot[1], junctions + count, warehouse.depot_m, 0)
    return arc_m


def from_same_place(arc_m: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """The arcs, also between places that coincide with their ends: a pick in a junction is passed unseen."""
    same_m = np.where(arc_m == 0, 0.0, np.inf)
    np.fill_diagonal(same_m, 0.0)
    same_m = np.min(same_m[:, :, None] + same_m[None], axis=1)
    from_same_m = np.min(same_m[:, :, None] + arc_m[None], axis=1)
    return np.min(from_same_m[:, :, None] + same_m[None], axis=1)


def brute_force_m(case: Case) -> float:
    length_m = arcs_of(case)
    np.fill_diagonal(length_m, 0.0)
    for via in range(len(length_m)):
        length_m = np.minimum(length_m, length_m[:, via, None] + length_m[via])
    depot = len(length_m) - 1
    rows = [depot, *range(depot - len(case[1].aisle), depot)]
    return shortest_by_permutation(length_m[np.ix_(rows, rows)])


def test_no_order_of_the_picks_is_shorter_with_one_way_lanes() -> None:
    no_way = 0
    for seed in range(150):
        case = random_case(seed)
        warehouse, picks, along, across = case
        shortest_m = brute_force_m(case)
        if shortest_m == np.inf:
            no_way += 1
            with pytest.raises(ValueError, match="no closed tour"):
                optimal_one_way_tour(warehouse, picks, aisle_direction=along, cross_direction=across)
            continue
        tour = optimal_one_way_tour(warehouse, picks, aisle_direction=along, cross_direction=across)
        assert tour.length_m == pytest.approx(shortest_m, abs=1e-9), f"seed {seed}"
        assert sorted(tour.order.tolist()) == list(range(len(picks.aisle)))
        arc_m = from_same_place(arcs_of(case))
        for (tail, head), leg_m in zip(pairwise(tour.walk.tolist()), tour.leg_m.tolist(), strict=True):
            assert arc_m[tail, head] == pytest.approx(leg_m, abs=1e-12)
    assert 0 < no_way < 75


def test_without_one_way_lanes_the_tour_is_the_usual_one() -> None:
    for seed in range(200, 240):
        warehouse, picks, along, _ = random_case(seed)
        tour = optimal_one_way_tour(warehouse, picks, aisle_direction=np.zeros_like(along))
        assert tour.length_m == pytest.approx(optimal_tour(warehouse, picks).length_m, abs=1e-9)


def test_two_aisles_up_and_one_down_are_walked_as_often_down_as_up() -> None:
    """Aisles 0 and 2 lead to the back, aisle 1 to the front: it is walked twice."""
    warehouse = ParallelAisles(aisle_m=np.full((1, 3), 10.0), cross_m=np.full((2, 2), 3.0))
    picks = Picks(aisle=np.array([0, 2]), block=np.zeros(2, np.int64), offset_m=np.full(2, 5.0))
    tour = optimal_one_way_tour(warehouse, picks, aisle_direction=np.array([[1, -1, 1]]))
    assert tour.length_m == 4 * 10 + 4 * 3


def test_a_block_of_fifty_one_way_aisles_is_solved() -> None:
    rng = np.random.default_rng(0)
    warehouse = ParallelAisles(aisle_m=np.full((1, 50), 30.0), cross_m=np.full((2, 49), 3.0))
    picks = Picks(aisle=rng.integers(0, 50, 60), block=np.zeros(60, np.int64), offset_m=rng.random(60) * 30)
    along = np.where(np.arange(50) % 2, -1, 1)[None]
    tour = optimal_one_way_tour(warehouse, picks, aisle_direction=along)
    assert tour.length_m >= optimal_tour(warehouse, picks).length_m
    assert tour.leg_m.sum() == pytest.approx(tour.length_m, abs=1e-9)


def test_what_cannot_be_proven_is_undecided_and_wrong_directions_are_refused() -> None:
    one = np.zeros(1, np.int64)
    picks = Picks(aisle=one, block=one, offset_m=np.ones(1))
    deep = ParallelAisles(aisle_m=np.ones((5, 2)), cross_m=np.ones((6, 1)))
    with pytest.raises(UndecidedError, match="5 blocks with one-way aisles"):
        optimal_one_way_tour(deep, picks, aisle_direction=np.zeros((5, 2), np.int64))
    flat = ParallelAisles(aisle_m=np.ones((1, 2)), cross_m=np.ones((2, 1)))
    with pytest.raises(ValueError, match="expected −1, 0 or 1"):
        optimal_one_way_tour(flat, picks, aisle_direction=np.array([[2, 0]]))
