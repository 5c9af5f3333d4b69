"""Schedules against every batching, assignment and sequence of a few orders, and against theory for single orders."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from layouts.tours.scheduling.problem import (
    Members,
    Schedule,
    SchedulingProblem,
    TourLength,
    scheduling_problem,
)
from layouts.tours.scheduling.schedule_orders import SchedulingEffort, schedule_orders
from spatial.errors import UndecidedError

CLOSE_S = 1e-6


def on_a_line(at_m: np.ndarray[Any, Any]) -> TourLength:
    """The tour to the farthest of the places (N,) of the orders and back: shortest tours along one aisle."""
    return lambda orders: 2 * float(at_m[list(orders)].max())


def round_trip(xy: np.ndarray[Any, Any]) -> TourLength:
    """The shortest tour from the origin, by trying every order of the places (N, 2)."""

    def length(orders: Members) -> float:
        stops = [np.zeros(2), *(xy[order] for order in orders)]
        return min(
            sum(math.dist(one, two) for one, two in itertools.pairwise([stops[0], *way, stops[0]]))
            for way in itertools.permutations(stops[1:])
        )

    return length


def partitions(orders: list[int]) -> Iterator[list[list[int]]]:
    if not orders:
        yield []
        return
    for rest in partitions(orders[1:]):
        yield [[orders[0]], *rest]
        for at, part in enumerate(rest):
            yield [*rest[:at], [orders[0], *part], *rest[at + 1 :]]


def brute_force(problem: SchedulingProblem, length: TourLength) -> tuple[float, float]:
    """The least tardiness and time over all batchings, pickers of batches, and sequences."""
    best = (math.inf, math.inf)
    for parts in partitions(list(range(problem.orders))):
        if any(problem.size[part].sum() > problem.capacity for part in parts):
            continue
        took = [
            problem.setup_s
            + problem.work_s[part].sum()
            + problem.seconds_per_metre * length(tuple(sorted(part)))
            for part in parts
        ]
        for sequence in itertools.permutations(range(len(parts))):
            for pickers in itertools.product(range(problem.pickers), repeat=len(parts)):
                free, late = [0.0] * problem.pickers, 0.0
                for batch, picker in zip(sequence, pickers, strict=True):
                    free[picker] += took[batch]
                    late += np.maximum(0.0, free[picker] - problem.due_s[parts[batch]]).sum()
                best = min(best, (round(late, 6), sum(free)))
    return best


def random_case(seed: int, *, most: int = 5) -> tuple[SchedulingProblem, TourLength]:
    """Due times from far too early to ample; one case in four has an order that is never late."""
    chance = np.random.default_rng(seed)
    number = int(chance.integers(1, most + 1))
    xy = chance.integers(-9, 10, (number, 2)).astype(np.float64)
    due = chance.integers(10, 60, number) * float(chance.choice([1.0, 3.0, 6.0]))
    if seed % 4 == 0:
        due[0] = np.inf
    problem = scheduling_problem(
        chance.integers(1, 4, number),
        due,
        chance.integers(0, 9, number),
        capacity=float(chance.integers(3, 8)),
        pickers=int(chance.integers(1, 3)),
        seconds_per_metre=1.5,
        setup_s=float(chance.integers(0, 6)),
    )
    return problem, round_trip(xy)


def check(problem: SchedulingProblem, length: TourLength, found: Schedule) -> None:
    """Every order is brought once, carts hold what they carry, pickers do one batch after the other."""
    assert sorted(order for batch in found.batches for order in batch.orders) == list(range(problem.orders))
    free = [0.0] * problem.pickers
    for batch in found.batches:
        orders = list(batch.orders)
        assert problem.size[orders].sum() <= problem.capacity * (1 + 1e-12)
        assert batch.length_m == length(batch.orders)
        assert batch.start_s == pytest.approx(free[batch.picker])
        took = problem.setup_s + problem.work_s[orders].sum() + problem.seconds_per_metre * batch.length_m
        assert batch.end_s - batch.start_s == pytest.approx(took)
        free[batch.picker] = batch.end_s
        for order in orders:
            assert found.late_s[order] == pytest.approx(
                max(0.0, batch.end_s - problem.due_s[order]), abs=2e-6
            )
    assert 0 <= found.tardiness_bound_s <= found.tardiness_s
    assert 0 <= found.time_bound_s <= found.time_s


@pytest.mark.parametrize("seed", range(60))
def test_nothing_is_better_of_all_schedules_of_a_few_orders(seed: int) -> None:
    problem, length = random_case(seed)
    found = schedule_orders(problem, length)
    check(problem, length, found)
    late, time = brute_force(problem, length)
    assert found.tardiness_s == pytest.approx(late, abs=CLOSE_S)
    assert found.time_s == pytest.approx(time, abs=CLOSE_S)
    assert found.is_proven


@pytest.mark.parametrize("seed", range(60, 100))
def test_with_hard_due_times_the_shortest_in_time_or_the_late_ones_are_named(seed: int) -> None:
    problem, length = random_case(seed)
    late, time = brute_force(problem, length)
    if late > 0:
        with pytest.raises(ValueError, match=r"no schedule with \d pickers? is in time.*order \d by"):
            schedule_orders(problem, length, due_is_hard=True)
        return
    found = schedule_orders(problem, length, due_is_hard=True)
    assert found.tardiness_s == 0
    assert found.time_s == pytest.approx(time, abs=CLOSE_S)


@pytest.mark.parametrize("seed", range(100, 120))
def test_without_effort_bounds_still_hold(seed: int) -> None:
    problem, length = random_case(seed)
    for little in (
        SchedulingEffort(moves=0, batches=0),
        SchedulingEffort(moves=0, rounds=1, extensions=1),
        SchedulingEffort(moves=5, rounds=2, extensions=0),
    ):
        found = schedule_orders(problem, length, effort=little)
        check(problem, length, found)
        late, time = brute_force(problem, length)
        assert found.tardiness_bound_s <= late + CLOSE_S
        assert found.tardiness_s >= late - CLOSE_S
        assert found.tardiness_s > late + CLOSE_S or found.time_bound_s <= time + CLOSE_S


@pytest.mark.parametrize("seed", range(10))
def test_one_picker_with_single_orders_is_in_time_as_by_due_time(seed: int) -> None:
    """Jackson 1955: orders by due time have the least maximum lateness, so they are in time if any sequence is."""
    chance = np.random.default_rng(seed)
    at_m, due = chance.integers(1, 20, 7) * 1.0, np.zeros(7)
    took = 2 * at_m + 1
    end = np.cumsum(took)
    due = end[chance.permutation(7)] + chance.integers(0, 40, 7)
    by_due = np.argsort(due, kind="stable")
    in_time = bool((np.cumsum(took[by_due]) <= due[by_due]).all())
    problem = scheduling_problem(
        np.ones(7), due, np.ones(7), capacity=1.0, seconds_per_metre=1.0, setup_s=0.0
    )
    found = schedule_orders(problem, on_a_line(at_m))
    assert (found.tardiness_s == 0) == in_time
    assert found.is_proven


@pytest.mark.parametrize("seed", range(10))
def test_one_picker_with_single_orders_has_the_least_total_tardiness(seed: int) -> None:
    """1 || ΣT by trying every sequence."""
    chance = np.random.default_rng(seed)
    at_m, due = chance.integers(1, 20, 6) * 1.0, chance.integers(5, 90, 6) * 1.0
    problem = scheduling_problem(np.ones(6), due, np.zeros(6), capacity=1.0, seconds_per_metre=1.0)
    found = schedule_orders(problem, on_a_line(at_m))
    sequences = np.array(list(itertools.permutations(range(6))))
    late = np.maximum(0.0, np.cumsum(2 * at_m[sequences], axis=1) - due[sequences]).sum(axis=1)
    assert found.tardiness_s == pytest.approx(late.min())
    assert found.time_s == pytest.approx(2 * at_m.sum())
    assert found.is_proven


def test_more_pickers_are_never_later() -> None:
    chance = np.random.default_rng(8)
    at_m, due = chance.integers(1, 20, 7) * 1.0, chance.integers(5, 60, 7) * 1.0
    late = []
    for pickers in (1, 2, 3, 7):
        problem = scheduling_problem(
            np.ones(7), due, np.zeros(7), capacity=2.0, pickers=pickers, seconds_per_metre=1.0, setup_s=3.0
        )
        found = schedule_orders(problem, on_a_line(at_m))
        assert found.is_tardiness_proven
        late.append(found.tardiness_s)
    assert late == sorted(late, reverse=True)


def test_the_same_arguments_give_the_same_schedule() -> None:
    problem, length = random_case(5, most=5)
    assert schedule_orders(problem, length, seed=3) == schedule_orders(problem, length, seed=3)


def test_many_orders_are_scheduled_with_a_bound() -> None:
    """More than can be listed as bits, with a budget of time beside the counts."""
    chance = np.random.default_rng(1)
    at_m = chance.random(80) * 50
    problem = scheduling_problem(
        chance.integers(1, 5, 80),
        np.full(80, 900.0),
        np.ones(80),
        capacity=12.0,
        pickers=3,
        seconds_per_metre=1.0,
        setup_s=10.0,
        names=[f"O{order}" for order in range(80)],
    )
    found = schedule_orders(problem, on_a_line(at_m), budget_s=20.0)
    check(problem, on_a_line(at_m), found)
    assert found.tardiness_s == 0
    assert found.gap < 0.1


def test_an_order_that_is_late_even_alone_is_named() -> None:
    problem = scheduling_problem(
        [1, 1], [30.0, 19.0], [0, 0], capacity=2.0, pickers=2, seconds_per_metre=1.0, names=["A", "B"]
    )
    with pytest.raises(ValueError, match=r"late with B by 1\.0 s: give later due times or more pickers"):
        schedule_orders(problem, on_a_line(np.array([5.0, 10.0])), due_is_hard=True)


def test_hard_due_times_that_no_search_met_are_undecided() -> None:
    problem = scheduling_problem(
        [1, 1], [10.0, 20.0], [0, 0], capacity=1.0, seconds_per_metre=1.0, names=["early", "late"]
    )
    lengths = on_a_line(np.array([5.0, 5.0]))
    assert schedule_orders(problem, lengths, due_is_hard=True).tardiness_s == 0
    tight = scheduling_problem(
        np.ones(6), np.full(6, 26.0), np.zeros(6), capacity=3.0, pickers=1, seconds_per_metre=1.0
    )
    at_m = np.array([9.0, 1.0, 8.0, 2.0, 7.0, 3.0])
    nothing = SchedulingEffort(moves=0, batches=0)
    with pytest.raises(UndecidedError, match="no schedule in time was found, but there may be one"):
        schedule_orders(tight, on_a_line(at_m), due_is_hard=True, effort=nothing)
    assert schedule_orders(tight, on_a_line(at_m), due_is_hard=True).time_s == pytest.approx(24.0)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"size": []}, "no orders"),
        ({"size": [1, 0]}, "B has size 0"),
        ({"size": [1, 9]}, "B has size 9, above the capacity 5"),
        ({"due_s": [1, np.nan]}, "B has no due_s"),
        ({"work_s": [-1, 0]}, "A has work_s -1"),
        ({"work_s": [1]}, "expected as many"),
        ({"capacity": np.nan}, "capacity nan"),
        ({"pickers": 0}, "pickers 0 is below 1"),
        ({"setup_s": -2.0}, "setup_s -2"),
        ({"seconds_per_metre": np.inf}, "seconds_per_metre inf"),
    ],
)
def test_what_cannot_be_is_refused(change: dict[str, Any], told: str) -> None:
    given: dict[str, Any] = {"size": [1, 2], "due_s": [9, 9], "work_s": [0, 0], "names": ["A", "B"]}
    options = {"capacity": 5.0, "pickers": 1, "seconds_per_metre": 1.0, "setup_s": 0.0}
    given |= {key: value for key, value in change.items() if key in given}
    options |= {key: value for key, value in change.items() if key in options}
    if change == {"size": []}:
        given = {"size": [], "due_s": [], "work_s": [], "names": []}
    with pytest.raises(ValueError, match=told):
        scheduling_problem(given["size"], given["due_s"], given["work_s"], names=given["names"], **options)


def test_tours_that_get_shorter_by_an_order_more_are_refused() -> None:
    problem = scheduling_problem([1, 1], [9, 9], [0, 0], capacity=5.0, seconds_per_metre=1.0)
    with pytest.raises(ValueError, match="expected tours that do not get shorter by an order more"):
        schedule_orders(problem, lambda orders: 10.0 / len(orders))
    with pytest.raises(ValueError, match="expected 0 m or more"):
        schedule_orders(problem, lambda orders: math.nan)
