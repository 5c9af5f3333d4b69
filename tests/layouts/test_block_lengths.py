"""Tour lengths in one block: the optimum against all orders of visiting, the policies against worked figures."""

from __future__ import annotations

from itertools import permutations

import numpy as np
import pytest

from layouts.tours.parallel_aisles import ParallelAisles, Picks
from layouts.tours.policies.block_bits import block_of
from layouts.tours.policies.block_lengths import (
    BLOCK_POLICIES,
    block_length,
    least_block_length,
    one_block_length,
)


def rectangle(*, aisles: int = 4, depot: tuple[int, int] = (0, 0)) -> ParallelAisles:
    return ParallelAisles(
        aisle_m=np.full((1, aisles), 10.0), cross_m=np.full((2, aisles - 1), 3.0), depot=depot
    )


def askew(generator: np.random.Generator, *, aisles: int) -> ParallelAisles:
    """Aisles and cross-aisles of any length, the depot anywhere."""
    return ParallelAisles(
        aisle_m=generator.integers(6, 12, (1, aisles)).astype(float),
        cross_m=generator.integers(2, 5, (2, aisles - 1)).astype(float),
        depot=(int(generator.integers(2)), int(generator.integers(aisles))),
        depot_m=float(generator.integers(3)),
    )


def some_picks(generator: np.random.Generator, warehouse: ParallelAisles, count: int) -> Picks:
    aisle = generator.integers(0, warehouse.aisles, count)
    offset_m = np.floor(generator.random(count) * warehouse.aisle_m[0, aisle])
    return Picks(aisle=aisle, block=np.zeros(count, np.int64), offset_m=offset_m)


def shortest_by_trying_all(warehouse: ParallelAisles, picks: Picks) -> float:
    """All orders of visiting; between two places through one aisle, or over either cross-aisle."""
    front, back = np.concatenate([np.zeros((2, 1)), np.cumsum(warehouse.cross_m, axis=1)], axis=1)
    aisle = np.append(warehouse.depot[1], picks.aisle)
    depth = np.append(warehouse.depot[0] * warehouse.aisle_m[0, warehouse.depot[1]], picks.offset_m)
    length = warehouse.aisle_m[0]
    through = length[None, :]

    def ends(a: int) -> tuple[float, float]:
        return depth[a], length[aisle[a]] - depth[a]

    def between(a: int, b: int) -> float:
        over_front = np.abs(front[:, None] - front[None, :])
        over_back = np.abs(back[:, None] - back[None, :])
        i, j = aisle[a], aisle[b]
        ways = [over_front[i, j] + ends(a)[0] + ends(b)[0], over_back[i, j] + ends(a)[1] + ends(b)[1]]
        by = over_front[i] + through[0] + over_back[:, j]
        ways += [float(by.min()) + ends(a)[0] + ends(b)[1]]
        by = over_back[i] + through[0] + over_front[:, j]
        ways += [float(by.min()) + ends(a)[1] + ends(b)[0]]
        if i == j:
            ways.append(abs(depth[a] - depth[b]))
        return float(min(ways))

    places = range(len(aisle))
    table = np.array([[between(a, b) for b in places] for a in places])
    for via in places:
        table = np.minimum(table, table[:, [via]] + table[[via], :])
    return 2 * warehouse.depot_m + min(
        sum(table[a, b] for a, b in zip((0, *order), (*order, 0), strict=True))
        for order in permutations(range(1, len(aisle)))
    )


@pytest.mark.parametrize("seed", range(40))
def test_optimal_is_the_shortest_order_of_visiting(seed: int) -> None:
    generator = np.random.default_rng(seed)
    warehouse = askew(generator, aisles=int(generator.integers(1, 6)))
    picks = some_picks(generator, warehouse, int(generator.integers(1, 7)))
    assert one_block_length(warehouse, picks, policy="optimal") == pytest.approx(
        shortest_by_trying_all(warehouse, picks)
    )


@pytest.mark.parametrize(
    ("policy", "length_m"),
    [
        # picks: aisle 0 at 2; aisle 1 at 4 and 9; aisle 3 at 5 and 6, the very middle being reached from the front
        ("s-shape", 18 + 10 + 10 + 2 * 6),
        ("return", 18 + 2 * (2 + 9 + 6)),
        ("midpoint", 18 + 10 + 10 + 2 * (4 + 1)),
        ("largest-gap", 18 + 10 + 10 + 2 * (10 - 5)),
        ("combined", 18 + 10 + 10 + 2 * 2),
        ("optimal", 18 + 10 + 10 + 2 * 2),
    ],
)
def test_a_tour_worked_out_by_hand(policy: str, length_m: float) -> None:
    picks = Picks(
        aisle=np.array([0, 1, 1, 3, 3]),
        block=np.zeros(5, np.int64),
        offset_m=np.array([2.0, 4.0, 9.0, 5.0, 6.0]),
    )
    assert one_block_length(rectangle(), picks, policy=policy) == length_m


@pytest.mark.parametrize("policy", BLOCK_POLICIES)
def test_a_single_pick_is_fetched_and_brought(policy: str) -> None:
    picks = Picks(aisle=np.array([2]), block=np.array([0]), offset_m=np.array([4.0]))
    assert one_block_length(rectangle(), picks, policy=policy) == 2 * (6 + 4)
    assert one_block_length(rectangle(depot=(1, 2)), picks, policy=policy) == 2 * 6


@pytest.mark.parametrize("policy", BLOCK_POLICIES)
def test_no_policy_beats_the_optimum_nor_its_own_floor(policy: str) -> None:
    number = BLOCK_POLICIES[policy]
    generator = np.random.default_rng(7)
    for at in range(200):
        warehouse = rectangle(depot=(0, at % 4)) if at % 2 else askew(generator, aisles=4)
        few, more = (some_picks(generator, warehouse, count) for count in (4, 6))
        block, bits = block_of(warehouse, [few, more])
        both = bits[0] | bits[1]
        length_m = block_length(number, block, both)
        assert block_length(BLOCK_POLICIES["optimal"], block, both) <= length_m + 1e-9
        assert least_block_length(number, block, bits[0]) <= length_m + 1e-9
        assert least_block_length(number, block, both) <= length_m + 1e-9


def test_aisles_of_more_places_than_a_word_holds() -> None:
    warehouse = ParallelAisles(aisle_m=np.full((1, 2), 200.0), cross_m=np.full((2, 1), 5.0))
    aisle = np.repeat([0, 1], 190)
    picks = Picks(aisle=aisle, block=np.zeros_like(aisle), offset_m=np.tile(np.arange(5.0, 195.0), 2))
    assert one_block_length(warehouse, picks, policy="return") == 10 + 2 * 2 * 194
    assert one_block_length(warehouse, picks, policy="optimal") == 10 + 2 * 200


def test_what_cannot_be_is_refused() -> None:
    picks = Picks(aisle=np.array([0]), block=np.array([0]), offset_m=np.array([1.0]))
    two_blocks = ParallelAisles(aisle_m=np.ones((2, 2)), cross_m=np.ones((3, 1)))
    with pytest.raises(ValueError, match="2 blocks"):
        one_block_length(two_blocks, picks, policy="optimal")
    with pytest.raises(ValueError, match="'zigzag': choose one of s-shape"):
        one_block_length(rectangle(), picks, policy="zigzag")
    with pytest.raises(ValueError, match="no orders"):
        block_of(rectangle(), [])
