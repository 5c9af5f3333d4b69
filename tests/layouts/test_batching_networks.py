"""Batches over any table of lengths: against published optima in a network, and the authors among obstacles."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from published import instances, shared_data
from published_batching import (
    Instance,
    foodmart_aisles,
    foodmart_instance,
    obstacle_instance,
    routed_in,
    routed_over,
)

from layouts.tours.batching.batch_orders import BatchingEffort, batch_orders
from layouts.tours.batching.batch_table import TableEffort, batch_over_table
from layouts.tours.batching.problem import Members, batching_problem
from layouts.tours.batching.table_tour import table_length
from layouts.tours.batching.tour_lengths import aisle_tours, table_tours

IN_AISLES = BatchingEffort(moves=10_000, dive_moves=3_000, root_nodes=100_000, dive_nodes=1)

needs_data = pytest.mark.skipif(shared_data() is None, reason="skipped: no shared data")


def test_quick_tours_of_places_on_a_line_are_there_and_back() -> None:
    at = np.array([0.0, 0.0, 5.0, 2.0, 9.0, 7.0])
    table_m = np.abs(at[:, None] - at[None, :])
    assert table_length(table_m, np.array([2, 3, 4, 5]), 4) == 18.0
    assert table_length(table_m, np.array([2]), 0) == 0.0


def test_an_order_that_names_no_row_is_refused() -> None:
    with pytest.raises(ValueError, match="order 1 names rows"):
        table_tours(np.zeros((4, 4)), [np.array([2]), np.array([4])])


@pytest.mark.parametrize("seed", range(4))
def test_the_bound_of_single_orders_holds(seed: int) -> None:
    generator = np.random.default_rng(seed)
    at = np.concatenate([[0.0, 0.0], generator.integers(1, 50, 7)])
    table_m = np.abs(at[:, None] - at[None, :])
    problem = batching_problem(generator.integers(1, 5, 7), capacity=8, groups=[0, 0, 0, 0, 1, 1, 1])
    orders = [np.array([row]) for row in range(2, 9)]

    def there_and_back(batch: Members) -> float:
        return float(2 * at[[2 + order for order in batch]].max())

    def total_m(hurry: TableEffort) -> tuple[float, float, bool]:
        answer = batch_over_table(problem, table_m, orders, there_and_back, effort=hurry)
        return answer.bound_m, answer.length_m, answer.proven

    _, best_m, proven = total_m(TableEffort(moves=100))
    assert proven
    bound_m, length_m, _ = total_m(TableEffort(moves=100, listed=0))
    assert best_m / 2 < bound_m <= best_m <= length_m


@needs_data
def test_published_optima_in_a_network_are_met_and_proven() -> None:
    small = [each for each in instances("jobprp_foodmart") if each["optimal"] and len(each["orders"]) <= 10]
    for instance in small[::4]:
        effort = TableEffort(moves=1_000, listed=1_000)
        answer = batch_over_table(*_flat(instance), routed_in(instance), effort=effort)
        assert answer.length_m == pytest.approx(instance["optimal"], abs=0.01)
        assert answer.proven


@needs_data
def test_published_optima_among_aisles_are_met() -> None:
    solved = [each for each in instances("jobprp_foodmart") if each["optimal"]]
    for instance in [each for each in solved if len(each["orders"]) <= 20][::3]:
        problem, warehouse, picks = foodmart_aisles(instance)
        answer = batch_orders(problem, *aisle_tours(warehouse, picks), effort=IN_AISLES)
        assert answer.length_m == pytest.approx(instance["optimal"], abs=0.01)
        assert answer.bound_m > 0.97 * answer.length_m


@needs_data
def test_batches_among_obstacles_are_shorter_than_the_authors() -> None:
    instance = next(each for each in instances("oxenstierna_obp") if each["name"] == "TwelveRacks/c30_5ff0")
    problem, table = obstacle_instance(instance)
    effort = TableEffort(moves=2_000, kicks=3, routed=200)
    answer = batch_over_table(problem, *table, routed_over(table, iterations=300), effort=effort)
    assert len(answer.batches) <= instance["vehicles"]
    assert answer.bound_m <= answer.length_m < instance["author_best"]
    again = batch_over_table(problem, *table, routed_over(table, iterations=300), effort=effort)
    assert answer == again


def _flat(instance: Instance) -> tuple[Any, Any, Any]:
    problem, table = foodmart_instance(instance)
    return problem, *table
