"""Schedules of published instances with due times that must be kept: `ibsrp_kris_small`."""

from __future__ import annotations

import pytest
from bench_scheduling import aisle_lengths, network_lengths, published_problem
from published import instances, shared_data

from layouts.tours.scheduling.problem import SAME_S
from layouts.tours.scheduling.schedule_orders import SchedulingEffort, schedule_orders

QUICK = (30, 45, 60, 75, 105, 135)
"""Instances of 6, 12 and 18 orders that take a second at most."""


@pytest.fixture(autouse=True)
def _needs_shared_data() -> None:
    if shared_data() is None:
        pytest.skip("skipped: no shared data")


def test_published_solutions_cost_what_is_told_and_are_in_time() -> None:
    """The objective read here gives every published optimum; capacity counts pieces; no order is late."""
    for row in instances("ibsrp_kris_small")[::5]:
        problem, length = published_problem(row), aisle_lengths(row)
        network = network_lengths(row)
        number = {order["id"]: at for at, order in enumerate(row["orders"])}
        free: dict[int, float] = {}
        for batch in sorted(row["solution"], key=lambda batch: int(batch["seq"])):
            orders = tuple(sorted(number[order] for order in batch["orders"]))
            metres = length(orders)
            assert metres == pytest.approx(batch["distance"]) == pytest.approx(network(orders))
            assert problem.size[list(orders)].sum() <= problem.capacity
            took = problem.setup_s + problem.work_s[list(orders)].sum() + problem.seconds_per_metre * metres
            free[batch["picker"]] = free.get(batch["picker"], 0.0) + took
            assert free[batch["picker"]] <= problem.due_s[list(orders)].min() + SAME_S
        assert sum(free.values()) == pytest.approx(row["optimal"])
        assert len(free) <= problem.pickers


@pytest.mark.parametrize("at", QUICK)
def test_published_optima_are_met_and_proven(at: int) -> None:
    row = instances("ibsrp_kris_small")[at]
    found = schedule_orders(published_problem(row), aisle_lengths(row), due_is_hard=True)
    assert found.time_s == pytest.approx(row["optimal"])
    assert found.is_proven


@pytest.mark.parametrize("at", [1, 90])
def test_little_effort_leaves_bounds_on_both_sides_of_the_published_optimum(at: int) -> None:
    row = instances("ibsrp_kris_small")[at]
    little = SchedulingEffort(moves=20, rounds=3, extensions=20)
    found = schedule_orders(published_problem(row), aisle_lengths(row), effort=little)
    assert found.time_bound_s <= row["optimal"] + SAME_S
    assert found.tardiness_s > 0 or found.time_s >= row["optimal"] - SAME_S
