"""Batches over any table of lengths: against published optima in a network, and the authors among obstacles."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from published import instances, shared_data
from published_batching import Instance, foodmart_instance, obstacle_instance, routed_in, routed_over

from layouts.tours.batching.batch_table import TableEffort, batch_over_table
from layouts.tours.batching.table_tour import table_length
from layouts.tours.batching.tour_lengths import table_tours

needs_data = pytest.mark.skipif(shared_data() is None, reason="skipped: no shared data")


def test_quick_tours_of_places_on_a_line_are_there_and_back() -> None:
    at = np.array([0.0, 0.0, 5.0, 2.0, 9.0, 7.0])
    table_m = np.abs(at[:, None] - at[None, :])
    assert table_length(table_m, np.array([2, 3, 4, 5]), 4) == 18.0
    assert table_length(table_m, np.array([2]), 0) == 0.0


def test_an_order_that_names_no_row_is_refused() -> None:
    with pytest.raises(ValueError, match="order 1 names rows"):
        table_tours(np.zeros((4, 4)), [np.array([2]), np.array([4])])


@needs_data
def test_published_optima_in_a_network_are_met_and_proven() -> None:
    small = [each for each in instances("jobprp_foodmart") if each["optimal"] and len(each["orders"]) <= 10]
    for instance in small[::2]:
        effort = TableEffort(moves=1_000, listed=1_000)
        answer = batch_over_table(*_flat(instance), routed_in(instance), effort=effort)
        assert answer.length_m == pytest.approx(instance["optimal"], abs=0.01)
        assert answer.proven


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
