"""Order batching: against all partitions, against published optima, and what it promises of bounds and errors."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from published import instances, shared_data
from published_batching import POLICY_OF, block_instance

from layouts.tours.batching.batch_orders import BatchingEffort, batch_orders, fewest_batches
from layouts.tours.batching.column_generation import single_rows
from layouts.tours.batching.problem import Batching, BatchingProblem, Members, batching_problem
from layouts.tours.batching.search import anneal_from, new_search
from layouts.tours.batching.start import first_fit
from layouts.tours.batching.tour_lengths import CompiledTours, aisle_tours, block_tours, tour_length
from layouts.tours.exact.aisles.block_tour import optimal_tour
from layouts.tours.parallel_aisles import ParallelAisles, Picks
from layouts.tours.policies.block_lengths import BLOCK_POLICIES
from spatial.errors import UndecidedError

QUICK = BatchingEffort(moves=3_000, dive_moves=3_000, dives=2)

Case = tuple[BatchingProblem, ParallelAisles, list[Picks]]


def some_case(seed: int, *, orders: int, groups: list[object] | None = None) -> Case:
    generator = np.random.default_rng(seed)
    warehouse = ParallelAisles(aisle_m=np.full((1, 6), 20.0), cross_m=np.full((2, 5), 4.0))
    sizes = generator.integers(2, 8, orders)
    picks = []
    for size in sizes:
        aisle = generator.integers(0, 6, size)
        offset_m = generator.integers(1, 20, size).astype(float)
        picks.append(Picks(aisle=aisle, block=np.zeros_like(aisle), offset_m=offset_m))
    return batching_problem(sizes, capacity=14, groups=groups), warehouse, picks


def solved(case: Case, policy: str, *, seed: int = 0, effort: BatchingEffort = QUICK) -> Batching:
    problem, warehouse, picks = case
    return batch_orders(problem, *block_tours(warehouse, picks, policy=policy), seed=seed, effort=effort)


def partitions(orders: int) -> Iterator[list[list[int]]]:
    if orders == 0:
        yield []
        return
    for rest in partitions(orders - 1):
        for at in range(len(rest)):
            yield [*rest[:at], [*rest[at], orders - 1], *rest[at + 1 :]]
        yield [*rest, [orders - 1]]


def shortest_by_trying_all(
    problem: BatchingProblem, tours: CompiledTours, bits: npt.NDArray[np.int64]
) -> float:
    def length_m(batch: list[int]) -> float:
        if problem.size[batch].sum() > problem.capacity or len(set(problem.group[batch])) > 1:
            return np.inf
        return float(tour_length(tours, np.bitwise_or.reduce(bits[batch], axis=0)))

    return min(sum(map(length_m, batches)) for batches in partitions(problem.orders))


def check(problem: BatchingProblem, batches: tuple[Members, ...]) -> None:
    """Each order is in one batch; no batch is too large or mixed."""
    assert sorted(order for batch in batches for order in batch) == list(range(problem.orders))
    for batch in batches:
        assert problem.size[list(batch)].sum() <= problem.capacity
        assert len(set(problem.group[list(batch)])) == 1


@pytest.mark.parametrize("policy", BLOCK_POLICIES)
@pytest.mark.parametrize("seed", range(3))
def test_no_partition_is_shorter(policy: str, seed: int) -> None:
    groups: list[object] | None = [("zone", at % 2) for at in range(7)] if seed == 2 else None
    problem, warehouse, picks = case = some_case(seed, orders=7, groups=groups)
    best_m = shortest_by_trying_all(problem, *block_tours(warehouse, picks, policy=policy))
    answer = solved(case, policy)
    check(problem, answer.batches)
    assert answer.length_m == pytest.approx(best_m)
    assert answer.proven
    assert answer.gap == 0.0


@pytest.mark.parametrize("policy", ["s-shape", "combined"])
def test_the_bound_holds_where_every_step_is_cut_short(policy: str) -> None:
    problem, warehouse, picks = case = some_case(3, orders=7)
    best_m = shortest_by_trying_all(problem, *block_tours(warehouse, picks, policy=policy))
    for nodes in (1, 3, 10, 30):
        hasty = BatchingEffort(moves=2, root_rounds=3 * nodes, root_nodes=nodes, dives=0, columns=2)
        answer = solved(case, policy, effort=hasty)
        check(problem, answer.batches)
        assert answer.bound_m <= best_m + 1e-9 <= answer.length_m + 2e-9


@pytest.mark.parametrize("seed", range(2))
def test_no_partition_is_shorter_in_several_blocks(seed: int) -> None:
    generator = np.random.default_rng(seed)
    warehouse = ParallelAisles(aisle_m=np.full((2, 4), 10.0), cross_m=np.full((3, 3), 4.0), depot=(1, 2))
    picks = []
    for size in generator.integers(1, 6, 6):
        aisle, block = generator.integers(0, 4, size), generator.integers(0, 2, size)
        picks.append(Picks(aisle=aisle, block=block, offset_m=generator.integers(1, 10, size).astype(float)))
    problem = batching_problem([len(each.aisle) for each in picks], capacity=10)
    tours, bits = aisle_tours(warehouse, picks)
    for order, each in enumerate(picks):
        assert tour_length(tours, bits[order]) == pytest.approx(optimal_tour(warehouse, each).length_m)
    best_m = shortest_by_trying_all(problem, tours, bits)
    answer = batch_orders(problem, tours, bits, effort=QUICK)
    check(problem, answer.batches)
    assert answer.length_m == pytest.approx(best_m)
    assert answer.proven
    hasty = BatchingEffort(moves=2, root_rounds=2, root_nodes=2, dives=0, columns=2)
    assert batch_orders(problem, tours, bits, effort=hasty).bound_m <= best_m + 1e-9


def test_the_same_seed_gives_the_same_batches() -> None:
    case = some_case(5, orders=25)
    assert solved(case, "largest-gap") == solved(case, "largest-gap")
    check(case[0], solved(case, "largest-gap", seed=1).batches)


def test_plain_python_gives_the_same_batches() -> None:
    here = solved(some_case(6, orders=6), "combined", effort=BatchingEffort(moves=50, dive_moves=50, dives=1))
    code = (
        f"import sys; sys.path[:0] = {sys.path!r}\n"
        "from test_batching import *\n"
        "print(solved(some_case(6, orders=6), 'combined', effort=BatchingEffort(moves=50, dive_moves=50, dives=1)))"
    )
    environment = {**os.environ, "NUMBA_DISABLE_JIT": "1", "PYTHONPATH": str(Path(__file__).parent)}
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=False
    )
    assert done.stdout.strip() == str(here), done.stderr


def test_an_order_larger_than_the_cart_is_named() -> None:
    with pytest.raises(ValueError, match="A-17 has size 9, above the capacity 8 of a batch: split"):
        batching_problem([3, 9], capacity=8, names=["A-16", "A-17"])
    with pytest.raises(ValueError, match="order 0 has size 0"):
        batching_problem([0.0], capacity=8)
    with pytest.raises(ValueError, match="no orders"):
        batching_problem([], capacity=8)


def test_too_few_batches_are_refused_or_undecided() -> None:
    with pytest.raises(ValueError, match="batches_at_most 2 of capacity 8 hold 16"):
        batching_problem([6, 6, 6], capacity=8, batches_at_most=2)
    problem, warehouse, picks = some_case(1, orders=3)
    tight = batching_problem([6, 5, 5], capacity=8, batches_at_most=2)
    with pytest.raises(UndecidedError, match="best fit needs 3"):
        batch_orders(tight, *block_tours(warehouse, picks, policy="return"))
    assert fewest_batches(problem) >= 1


def test_annealing_leaves_room_for_the_batches_that_pricing_finds() -> None:
    problem, warehouse, picks = some_case(9, orders=30)
    search = new_search(problem, *block_tours(warehouse, picks, policy="s-shape"), seed=0, pool_size=100)
    best = anneal_from(search, first_fit(problem), moves=20_000, hot=1.0, cold=1.0)
    assert search.pool.used[0] <= 52
    check(problem, tuple(tuple(np.flatnonzero(best == batch).tolist()) for batch in np.unique(best)))
    assert (single_rows(search) >= 0).all()


def test_no_more_batches_than_allowed() -> None:
    loose, warehouse, picks = some_case(8, orders=24)
    fewest = int(first_fit(loose).max()) + 1
    problem = batching_problem(loose.size, capacity=14, batches_at_most=fewest)
    hasty = BatchingEffort(moves=100, dive_moves=100, dives=6, dive_rounds=0)
    answer = solved((problem, warehouse, picks), "s-shape", effort=hasty)
    check(problem, answer.batches)
    assert len(answer.batches) <= fewest


@pytest.mark.skipif(shared_data() is None, reason="skipped: no shared data")
def test_published_optima_of_small_problems_are_met() -> None:
    for instance in instances("obp_bahceci_oncan")[::80]:
        answer = solved(block_instance(instance), "optimal")
        assert answer.length_m == pytest.approx(instance["optimal"])


@pytest.mark.skipif(shared_data() is None, reason="skipped: no shared data")
@pytest.mark.parametrize("policy", POLICY_OF)
def test_published_batches_of_twenty_orders(policy: str) -> None:
    gaps = []
    for instance in [one for one in instances("obp_henn_waescher") if len(one["orders"]) == 20][::37]:
        reference = instance["reference"][policy]
        answer = solved(block_instance(instance), POLICY_OF[policy], effort=BatchingEffort(tree_nodes=0))
        check(block_instance(instance)[0], answer.batches)
        assert answer.bound_m <= reference["bks"] + 1e-6
        assert answer.length_m >= (reference["bks"] if reference["opt"] else reference["lb"]) - 1e-6
        gaps.append(answer.length_m / reference["bks"] - 1)
    assert np.mean(gaps) <= 0.001
