"""Routing policies in the literature's warehouse: drawn tours, brute force, and the laws between them."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from brute_force import shortest_by_permutation

from layouts.tours.parallel_aisles import ParallelAisles, Picks
from layouts.tours.policies.block_lengths import one_block_length
from layouts.tours.policies.by_name import ALONG_AISLES, POLICIES
from layouts.tours.policies.in_warehouse import problem_in_warehouse, tour_in_warehouse

PITCH_M, LENGTH_M = 3.0, 8.0
Case = tuple[ParallelAisles, Picks]
Place = tuple[int, int, float]


def drawn(aisles: int, places: list[Place], *, blocks: int = 1) -> Case:
    """Aisles 3 m apart, blocks 8 m deep, the depot at the front left, places (block, aisle, offset)."""
    warehouse = ParallelAisles(
        aisle_m=np.full((blocks, aisles), LENGTH_M), cross_m=np.full((blocks + 1, aisles - 1), PITCH_M)
    )
    return warehouse, picks_at(places)


def picks_at(places: list[Place]) -> Picks:
    block, aisle, offset_m = zip(*places, strict=True)
    return Picks(aisle=np.array(aisle), block=np.array(block), offset_m=np.array(offset_m, dtype=np.float64))


def random_case(random: np.random.Generator, *, blocks: int, even: bool = True, most: int = 8) -> Case:
    """Up to 6 aisles and `most` picks, any depot; `even` gives every block one length and all cross-aisles one."""
    aisles = int(random.integers(1, 7))
    if even:
        aisle_m = np.repeat(random.integers(4, 12, (blocks, 1)), aisles, axis=1).astype(np.float64)
        cross_m = np.repeat(random.integers(1, 6, (1, aisles - 1)), blocks + 1, axis=0).astype(np.float64)
    else:
        aisle_m = random.uniform(3, 12, (blocks, aisles))
        cross_m = random.uniform(1, 6, (blocks + 1, aisles - 1))
    warehouse = ParallelAisles(
        aisle_m=aisle_m,
        cross_m=cross_m,
        depot=(int(random.integers(blocks + 1)), int(random.integers(aisles))),
        depot_m=float(random.integers(3)),
    )
    count = int(random.integers(0, most + 1))
    aisle, block = random.integers(0, aisles, count), random.integers(0, blocks, count)
    offset_m = np.floor(random.uniform(0, 1, count) * aisle_m[block, aisle])
    return warehouse, Picks(aisle=aisle, block=block, offset_m=offset_m)


def length(case: Case, policy: str) -> float:
    return tour_in_warehouse(*case, policy=policy).length_m


def picked(case: Case, policy: str) -> list[Place]:
    """The places in the order they are picked."""
    _, picks = case
    places = list(zip(picks.block.tolist(), picks.aisle.tolist(), picks.offset_m.tolist(), strict=True))
    return [places[pick] for pick in tour_in_warehouse(*case, policy=policy).order]


ONE_BLOCK = drawn(5, [(0, 0, 2), (0, 1, 3), (0, 1, 6), (0, 2, 1), (0, 4, 2), (0, 4, 5)])
"""Four of five aisles hold picks; across and back are 8 pitches in any tour."""

ACROSS_M = 8 * PITCH_M


@pytest.mark.parametrize(
    ("policy", "along_m"),
    [
        ("s-shape", 4 * LENGTH_M),
        ("return", 2 * (2 + 6 + 1 + 5)),
        # Through the outer two; 3 and 1 from the front, 6 from the back.
        ("midpoint", 2 * LENGTH_M + 2 * (3 + 1) + 2 * 2),
        # The same, as the widest gaps are 3 to 6 (not 0 to 3, which is no wider) and 1 to 8.
        ("largest-gap", 2 * LENGTH_M + 2 * 5 + 2 * 1),
        # Returns from aisles 0, 2 and 4, and aisle 1 too: through two of them would be 16 and 2 · 1 or more.
        ("combined", 2 * (2 + 6 + 1 + 5)),
        ("aisle-by-aisle", 2 * (2 + 6 + 1 + 5)),
    ],
)
def test_one_drawn_block(policy: str, along_m: float) -> None:
    assert length(ONE_BLOCK, policy) == pytest.approx(along_m + ACROSS_M)


def test_combined_walks_through_two_aisles_where_that_is_shorter() -> None:
    case = drawn(3, [(0, 0, 7), (0, 1, 1), (0, 1, 7), (0, 2, 1)])
    assert length(case, "combined") == pytest.approx(2 * LENGTH_M + 2 * 1 + 4 * PITCH_M)
    assert length(case, "s-shape") == pytest.approx(2 * LENGTH_M + 2 * 1 + 4 * PITCH_M)
    assert length(case, "return") == pytest.approx(2 * (7 + 7 + 1) + 4 * PITCH_M)


THREE_BLOCKS = drawn(
    6,
    [
        *((0, 1, y) for y in (3, 6)),
        *((0, 2, y) for y in (2, 6)),
        *((0, 3, y) for y in (2, 3, 7)),
        *((0, 4, y) for y in (5, 7)),
        (0, 5, 7),
        (1, 0, 7),
        (1, 1, 5),
        (1, 2, 3),
        *((1, 4, y) for y in (4, 6)),
        *((2, 0, y) for y in (2, 4, 7)),
        (2, 1, 6),
        *((2, 2, y) for y in (1, 3, 5)),
    ],
    blocks=3,
)
"""Three blocks of six aisles and 22 picks, in the way of Roodbergen & De Koster's (2001) figures."""


def test_s_shape_of_three_blocks_follows_roodbergen_and_de_koster() -> None:
    order = picked(THREE_BLOCKS, "s-shape")
    lanes = list(dict.fromkeys((block, aisle) for block, aisle, _ in order))
    way_up_and_farthest = [(1, 0), (2, 0), (2, 1), (2, 2)]
    from_the_closer_side = [(1, 1), (1, 2), (1, 4), (0, 5), (0, 4), (0, 3), (0, 2), (0, 1)]
    assert lanes == way_up_and_farthest + from_the_closer_side
    # 12 lanes but the third of the farthest block, which is returned from, and aisle 0 of the empty front one.
    assert length(THREE_BLOCKS, "s-shape") == pytest.approx(12 * LENGTH_M + 2 * 5 + 12 * PITCH_M)


def test_largest_gap_of_three_blocks_follows_roodbergen_and_de_koster() -> None:
    order = picked(THREE_BLOCKS, "largest-gap")
    assert order[:8] == [
        (1, 0, 7),
        (2, 0, 2),
        (2, 0, 4),
        (2, 0, 7),
        (2, 1, 6),
        (2, 2, 5),
        (2, 2, 3),
        (2, 2, 1),
    ]
    # Aisle 2 is nearer than aisle 4, which is therefore walked through; aisle 2 is left for the front.
    assert order[8:12] == [(1, 1, 5), (1, 4, 6), (1, 4, 4), (1, 2, 3)]
    walked_through = 2 + 1 + 1 + 1 + 1
    back, front = 2 + 3 + (5 + 2 + 1 + 3), 3 + (3 + 2)
    across = 2 + (1 + 3 + 2) + (1 + 4 + 3) + 2
    assert length(THREE_BLOCKS, "largest-gap") == pytest.approx(
        walked_through * LENGTH_M + 2 * (back + front) + across * PITCH_M
    )


def test_combined_of_three_blocks_follows_roodbergen_and_de_koster() -> None:
    """Up aisle 0 by 16 m; the best of the blocks, worked out by hand lane by lane, are 20, 24 and 32 m."""
    order = picked(THREE_BLOCKS, "combined")
    assert order[4:8] == [(2, 1, 6), (2, 2, 5), (2, 2, 3), (2, 2, 1)]
    assert length(THREE_BLOCKS, "combined") == pytest.approx(16 + 20 + 24 + 32 + 12 * PITCH_M)


def test_s_shape_is_as_long_as_its_steps_are() -> None:
    random = np.random.default_rng(16)
    for _ in range(80):
        warehouse, picks = random_case(random, blocks=int(random.integers(1, 5)), most=14)
        case = ParallelAisles(aisle_m=warehouse.aisle_m, cross_m=warehouse.cross_m), picks
        assert length(case, "s-shape") == pytest.approx(stepwise_s_shape_m(*case))


def stepwise_s_shape_m(warehouse: ParallelAisles, picks: Picks) -> float:
    """Roodbergen & De Koster's (2001) steps on equal aisles, counted up one by one; the depot at the front left."""
    depth: dict[tuple[int, int], float] = {}
    for block, aisle, offset_m in zip(picks.block, picks.aisle, picks.offset_m, strict=True):
        depth[block, aisle] = max(depth.get((block, aisle), 0.0), offset_m)
    if not depth:
        return 0.0
    x = np.append(0.0, np.cumsum(warehouse.cross_m[0]))
    deep = warehouse.aisle_m[:, 0]
    left, farthest = min(aisle for _, aisle in depth), max(block for block, _ in depth)
    here, walked = left, x[left] + deep[:farthest].sum()
    for block in range(farthest, -1, -1):
        lanes = sorted(a for b, a in depth if b == block and not (a == left and block < farthest))
        if block < farthest and not lanes:
            walked += deep[block]
            continue
        if abs(x[lanes[-1]] - x[here]) < abs(x[lanes[0]] - x[here]):
            lanes.reverse()
        at_front = block == farthest
        for lane in lanes:
            walked += abs(x[lane] - x[here])
            here = lane
            if at_front and lane == lanes[-1]:
                walked += 2 * depth[block, lane]
            else:
                walked += deep[block]
                at_front = not at_front
    return float(walked + x[here])


def test_aisle_by_aisle_goes_over_by_the_best_cross_aisle() -> None:
    """Vaughan & Petersen (1999): up aisle 0 to the middle of it, over there, and down aisle 1."""
    case = drawn(2, [(0, 0, 6), (1, 0, 1), (1, 1, 1), (0, 1, 7)], blocks=2)
    assert picked(case, "aisle-by-aisle") == [(0, 0, 6), (1, 0, 1), (1, 1, 1), (0, 1, 7)]
    assert length(case, "aisle-by-aisle") == pytest.approx(2 * LENGTH_M + 4 * 1 + 2 * PITCH_M)


def test_aisle_by_aisle_is_the_best_choice_of_cross_aisles() -> None:
    random = np.random.default_rng(15)
    for _ in range(60):
        case = random_case(random, blocks=int(random.integers(1, 5)), most=12)
        warehouse, picks = case
        case = ParallelAisles(aisle_m=warehouse.aisle_m, cross_m=warehouse.cross_m), picks
        assert length(case, "aisle-by-aisle") == pytest.approx(vaughan_petersen_m(*case))


def vaughan_petersen_m(warehouse: ParallelAisles, picks: Picks) -> float:
    """Vaughan & Petersen's program as they state it, its states the cross-aisles; the depot at the front left."""
    y = np.append(0.0, np.cumsum(warehouse.aisle_m[:, 0]))
    best, here = {0: 0.0}, 0
    for aisle in sorted(set(picks.aisle.tolist())):
        held = picks.aisle == aisle
        at = y[picks.block[held]] + picks.offset_m[held]
        low, high = at.min(), at.max()
        across = float(warehouse.cross_m[0, here:aisle].sum())
        up = [abs(y - low) + high - low, abs(high - y)]
        down = [abs(y - high) + high - low, abs(low - y)]
        best = {
            leave: min(
                length + across + min(float(way[0][enter] + way[1][leave]) for way in (up, down))
                for enter, length in best.items()
            )
            for leave in range(len(y))
        }
        here = aisle
    return min(length + float(y[leave]) for leave, length in best.items()) + float(
        warehouse.cross_m[0, :here].sum()
    )


def test_nearest_neighbour_takes_the_nearest_each_time() -> None:
    case = drawn(2, [(0, 0, 7), (0, 0, 1), (0, 1, 1)])
    assert picked(case, "nearest-neighbour") == [(0, 0, 1), (0, 1, 1), (0, 0, 7)]


@pytest.mark.parametrize("policy", POLICIES)
def test_no_picks_are_no_way(policy: str) -> None:
    warehouse, _ = ONE_BLOCK
    none = np.empty(0, np.int64)
    tour = tour_in_warehouse(warehouse, Picks(aisle=none, block=none, offset_m=np.empty(0)), policy=policy)
    assert tour.length_m == 0
    assert len(tour.walk) == 1


@pytest.mark.parametrize("blocks", [1, 2, 3, 4])
@pytest.mark.parametrize("even", [True, False])
def test_every_policy_picks_all_once_and_none_is_shorter_than_the_shortest(blocks: int, even: bool) -> None:
    random = np.random.default_rng(100 * blocks + even)
    for _ in range(40):
        case = random_case(random, blocks=blocks, even=even)
        problem = problem_in_warehouse(*case)
        rows = range(problem.stop_count + 1)
        optimum = shortest_by_permutation(problem.length_m[np.ix_(rows, rows)])
        for policy in POLICIES:
            tour = tour_in_warehouse(*case, policy=policy)
            assert sorted(tour.order) == list(range(problem.stop_count))
            assert tour.length_m >= optimum - 1e-9, policy


@pytest.mark.parametrize("policy", POLICIES)
def test_a_walk_is_made_of_edges_that_add_up_to_its_length(policy: str) -> None:
    random = np.random.default_rng(5)
    for _ in range(30):
        warehouse, picks = random_case(random, blocks=int(random.integers(1, 4)), even=False)
        tour = tour_in_warehouse(warehouse, picks, policy=policy)
        at = places_of(warehouse, picks)
        assert tour.walk[0] == tour.walk[-1] == len(at) - 1
        steps = list(pairwise(tour.walk.tolist()))
        assert tour.leg_m.tolist() == pytest.approx([edge_m(warehouse, at[a], at[b]) for a, b in steps])
        assert tour.length_m == pytest.approx(tour.leg_m.sum())
        assert {len(at) - 1 - len(picks.aisle) + pick for pick in tour.order} <= set(tour.walk.tolist())


def places_of(warehouse: ParallelAisles, picks: Picks) -> list[Place | None]:
    """Every place of a BlockTour as (block, aisle, offset); the depot is None."""
    junctions = [
        (cross, aisle, 0.0) for cross in range(warehouse.blocks + 1) for aisle in range(warehouse.aisles)
    ]
    stops = zip(picks.block.tolist(), picks.aisle.tolist(), picks.offset_m.tolist(), strict=True)
    return [*junctions, *stops, None]


def edge_m(warehouse: ParallelAisles, one: Place | None, other: Place | None) -> float:
    """The metres between two neighbouring places, from the drawing alone."""
    if one is None or other is None:
        assert (one or other) == (*warehouse.depot, 0.0)
        return warehouse.depot_m
    (block, aisle, low), (other_block, other_aisle, high) = sorted([one, other])
    if aisle == other_aisle:
        assert other_block == block or (other_block == block + 1 and high == 0)
        return high - low + (warehouse.aisle_m[block, aisle] if other_block > block else 0)
    assert (block, aisle + 1) == (other_block, other_aisle)
    assert low == high == 0
    return float(warehouse.cross_m[block, aisle])


@pytest.mark.parametrize("policy", ["s-shape", "return", "midpoint", "largest-gap", "combined"])
def test_the_readable_policies_are_as_long_as_the_fast_ones(policy: str) -> None:
    random = np.random.default_rng(11)
    for _ in range(150):
        case = random_case(random, blocks=1, most=14)
        assert length(case, policy) == pytest.approx(one_block_length(*case, policy=policy)), case


def test_combined_is_no_longer_than_s_shape_or_return_and_largest_gap_than_midpoint() -> None:
    random = np.random.default_rng(12)
    for _ in range(150):
        case = random_case(random, blocks=1, most=14)
        combined = length(case, "combined")
        assert combined <= min(length(case, "s-shape"), length(case, "return")) + 1e-9
        assert length(case, "largest-gap") <= length(case, "midpoint") + 1e-9
        assert length(case, "aisle-by-aisle") == pytest.approx(combined)


def test_in_one_aisle_all_policies_agree() -> None:
    random = np.random.default_rng(13)
    for _ in range(30):
        offset_m = random.uniform(0, LENGTH_M, 4)
        case = drawn(3, [(0, 2, y) for y in offset_m])
        for policy in ALONG_AISLES:
            assert length(case, policy) == pytest.approx(2 * offset_m.max() + 4 * PITCH_M)


@pytest.mark.parametrize("policy", POLICIES)
def test_a_mirrored_warehouse_has_the_mirrored_tour(policy: str) -> None:
    """Left and right, front and back are the picker's, so only where the depot lies matters."""
    random = np.random.default_rng(14)
    for _ in range(60):
        blocks = int(random.integers(1, 4))
        warehouse, picks = random_case(random, blocks=blocks)
        offset_m = picks.offset_m + np.linspace(0.001, 0.002, len(picks.aisle))
        picks = Picks(aisle=picks.aisle, block=picks.block, offset_m=offset_m)
        warehouse = ParallelAisles(aisle_m=warehouse.aisle_m, cross_m=warehouse.cross_m)
        here = tour_in_warehouse(warehouse, picks, policy=policy)
        mirrored = tour_in_warehouse(*turned(warehouse, picks), policy=policy)
        assert mirrored.length_m == pytest.approx(here.length_m)
        assert mirrored.order.tolist() == here.order.tolist()


def turned(warehouse: ParallelAisles, picks: Picks) -> Case:
    """The same hall seen from the other side: turned by half a circle."""
    cross, aisle = warehouse.depot
    there = ParallelAisles(
        aisle_m=warehouse.aisle_m[::-1, ::-1],
        cross_m=warehouse.cross_m[::-1, ::-1],
        depot=(warehouse.blocks - cross, warehouse.aisles - 1 - aisle),
    )
    return there, Picks(
        aisle=warehouse.aisles - 1 - picks.aisle,
        block=warehouse.blocks - 1 - picks.block,
        offset_m=warehouse.aisle_m[picks.block, picks.aisle] - picks.offset_m,
    )


def test_the_same_case_gives_the_same_walk() -> None:
    for policy in POLICIES:
        one, other = (tour_in_warehouse(*THREE_BLOCKS, policy=policy) for _ in range(2))
        assert one.walk.tolist() == other.walk.tolist()


def test_a_pick_outside_the_warehouse_is_named() -> None:
    warehouse, _ = ONE_BLOCK
    with pytest.raises(ValueError, match="outside its aisle of 8"):
        tour_in_warehouse(warehouse, picks_at([(0, 0, 9)]), policy="return")
