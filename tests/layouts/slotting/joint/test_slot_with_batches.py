"""Slots and batches together: brute force where all answers can be listed, laws where they cannot."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace
from itertools import permutations, product

import numpy as np
import numpy.typing as npt
import pytest

from layouts.slotting.hard_rules import Capacity, HardRules, one_each
from layouts.slotting.joint.batches import anneal_batches, routes_of, visits_of
from layouts.slotting.joint.slot_with_batches import JointEffort, first_batches, slot_with_batches
from layouts.slotting.metric import table_metric
from layouts.slotting.problem import NOWHERE, SlottingProblem, TourUnits
from layouts.slotting.tour_length import short_order
from layouts.tours.batching.batch_table import TableEffort, batch_over_table
from layouts.tours.batching.problem import BatchingProblem, Members, batching_problem
from layouts.tours.metric.best_tour import best_tour
from spatial.errors import UndecidedError

Ints = npt.NDArray[np.int64]
SMALL = JointEffort(turns=4, batch_steps=3_000, slot_steps=3_000)


def case(seed: int, *, units: int, locations: int, orders: int, lines: int, new: int) -> SlottingProblem:
    """Places at random in a square, the first two the start and the end; the last `new` units stand nowhere."""
    generator = np.random.default_rng(seed)
    xy = generator.random((locations + 2, 2)) * 50
    length_m = np.linalg.norm(xy[:, None] - xy[None, :], axis=2)
    now = generator.permutation(locations)[:units].astype(np.int64)
    now[units - new :] = NOWHERE
    wanted = [
        np.sort(generator.permutation(units)[: generator.integers(1, lines + 1)]) for _ in range(orders)
    ]
    wanted[0] = np.union1d(wanted[0], np.arange(units - new, units))
    return SlottingProblem(
        sku=tuple(f"S{unit}" for unit in range(units)),
        location=tuple(f"L{location}" for location in range(locations)),
        now=now,
        fixed=now != NOWHERE,
        place=np.arange(2, locations + 2),
        metric=table_metric(length_m, start=0, end=1),
        seconds_per_m=1.0,
        tours=TourUnits(
            start=np.cumsum([0, *map(len, wanted)]),
            unit=np.concatenate(wanted).astype(np.int64),
            weight=np.ones(orders),
        ),
        rules=one_each(locations, units),
    )


def total_m(problem: SlottingProblem, assignment: Ints, batch_of: Ints) -> float:
    visits = visits_of(problem, assignment)
    length_m = 0.0
    for batch in np.unique(batch_of):
        orders = np.flatnonzero(batch_of == batch)
        stops = [visits.place[visits.start[order] : visits.start[order + 1]] for order in orders]
        length_m += short_order(problem.metric, np.unique(np.concatenate(stops)))[0]
    return length_m


def least_m(problem: SlottingProblem, batching: BatchingProblem) -> float:
    """The best of all slots for the new units and all batches."""
    new = np.flatnonzero(problem.now == NOWHERE)
    free = sorted(set(range(len(problem.location))) - set(problem.now.tolist()))
    labels = [
        np.array(each)
        for each in product(range(batching.orders), repeat=batching.orders)
        if all(label <= max(each[:at], default=-1) + 1 for at, label in enumerate(each))
        and max(each.count(label) for label in each) <= batching.capacity
        and len(set(each)) <= batching.most_batches
    ]
    least = np.inf
    for slots in permutations(free, len(new)):
        assignment = problem.now.copy()
        assignment[new] = slots
        least = min(least, *(total_m(problem, assignment, each) for each in labels))
    return least


@pytest.mark.parametrize("seed", range(5))
def test_small_ones_are_as_short_as_the_best_of_all(seed: int) -> None:
    problem = case(seed, units=7, locations=9, orders=5, lines=2, new=2)
    batching = batching_problem(np.ones(5), capacity=2, batches_at_most=3)
    found = slot_with_batches(problem, batching, effort=SMALL)
    assert found.length_m == pytest.approx(least_m(problem, batching), rel=1e-5)
    assert total_m(problem, found.assignment, found.batch_of) == pytest.approx(found.length_m, rel=1e-5)


@pytest.mark.parametrize("seed", range(3))
def test_batches_are_as_short_as_those_proven_shortest(seed: int) -> None:
    problem = case(seed, units=25, locations=30, orders=9, lines=3, new=0)
    batching = batching_problem(np.ones(9), capacity=3, batches_at_most=4)
    table_m = problem.metric.table.astype(np.float64)
    visits = visits_of(problem, problem.now)
    orders = [visits.place[visits.start[order] : visits.start[order + 1]] for order in range(9)]

    def length_m(batch: Members) -> float:
        rows = np.unique(np.concatenate([[0, 1], *(orders[order] for order in batch)])).astype(np.int64)
        return best_tour(table_m[np.ix_(rows, rows)], start=0, end=1).length_m

    proven = batch_over_table(
        batching, table_m, orders, length_m, effort=TableEffort(moves=500, listed=1_000)
    )
    assert proven.proven
    generator = np.random.default_rng(0)
    batch_of = first_batches(problem, batching, problem.now, steps=20_000, generator=generator)
    assert routes_of(problem.metric, batching, visits, batch_of).length_m.sum() == pytest.approx(
        proven.length_m, rel=1e-5
    )


def test_an_annealing_tells_the_metres_of_what_it_returns_and_never_gets_worse() -> None:
    problem = case(3, units=60, locations=80, orders=40, lines=4, new=0)
    batching = batching_problem(np.ones(40), capacity=6)
    visits, before = visits_of(problem, problem.now), np.arange(40) // 6
    batch_of, length_m = anneal_batches(
        problem.metric,
        batching,
        visits,
        before,
        steps=12_000,
        hot=1.0,
        cold=0.01,
        generator=np.random.default_rng(1),
    )
    assert total_m(problem, problem.now, batch_of) == pytest.approx(length_m, rel=0.02)
    assert length_m < 0.9 * total_m(problem, problem.now, before)


def test_sizes_groups_and_rules_hold_and_fixed_units_stay() -> None:
    problem = case(5, units=30, locations=45, orders=20, lines=3, new=6)
    even = np.arange(45) % 2 == 0
    crowded = HardRules(
        kind=even.astype(np.int64),
        allowed={"cold": np.stack([np.arange(30) < 24, np.ones(30, np.bool_)], axis=1)},
        capacities=(
            *one_each(45, 30).capacities,
            Capacity(name="weight", group=np.arange(45) // 5, use=np.full(30, 20.0), most=np.full(9, 100.0)),
        ),
    )
    problem = replace(problem, rules=crowded)
    generator = np.random.default_rng(2)
    sizes = generator.integers(1, 5, 20)
    batching = batching_problem(sizes, capacity=8, groups=(np.arange(20) % 2).tolist())
    found = slot_with_batches(problem, batching, effort=SMALL)
    assert np.array_equal(found.assignment[problem.fixed], problem.now[problem.fixed])
    assert even[found.assignment[24:]].all()
    assert len(np.unique(found.assignment)) == 30
    for batch in np.unique(found.batch_of):
        members = np.flatnonzero(found.batch_of == batch)
        assert sizes[members].sum() <= 8
        assert len(np.unique(members % 2)) == 1


def test_the_same_seed_gives_the_same_and_the_curve_never_rises() -> None:
    problem = case(7, units=40, locations=60, orders=25, lines=4, new=8)
    batching = batching_problem(np.ones(25), capacity=5, batches_at_most=6)
    one, other = (slot_with_batches(problem, batching, effort=SMALL, seed=3) for _ in range(2))
    assert np.array_equal(one.assignment, other.assignment)
    assert np.array_equal(one.batch_of, other.batch_of)
    assert one.curve_m == other.curve_m
    assert list(one.curve_m) == sorted(one.curve_m, reverse=True)
    assert not one.is_cut
    assert len(np.unique(one.batch_of)) <= 6


def test_time_that_is_up_ends_with_a_whole_answer_and_says_so() -> None:
    problem = case(7, units=40, locations=60, orders=25, lines=4, new=8)
    found = slot_with_batches(problem, batching_problem(np.ones(25), capacity=5), effort=SMALL, seconds=0.0)
    assert found.is_cut
    assert found.turns == 0
    assert (found.assignment >= 0).all()


def test_a_unit_that_finds_no_location_is_named() -> None:
    problem = case(1, units=7, locations=9, orders=5, lines=2, new=2)
    full = replace(problem, rules=replace(one_each(9, 7), allowed={"none": np.zeros((7, 1), np.bool_)}))
    with pytest.raises(UndecidedError, match="SKU 'S5' finds no location"):
        slot_with_batches(full, batching_problem(np.ones(5), capacity=2), effort=SMALL)


def test_orders_that_are_not_the_tours_are_refused() -> None:
    problem = case(1, units=7, locations=9, orders=5, lines=2, new=2)
    with pytest.raises(ValueError, match="5 tours and 4 orders"):
        slot_with_batches(problem, batching_problem(np.ones(4), capacity=2))
    heavy = replace(problem, tours=replace(problem.tours, weight=np.arange(1.0, 6.0)))
    with pytest.raises(ValueError, match="different weights"):
        slot_with_batches(heavy, batching_problem(np.ones(5), capacity=2))


PLAIN = """
import numpy as np
from test_slot_with_batches import case
from layouts.slotting.joint.slot_with_batches import JointEffort, slot_with_batches
from layouts.tours.batching.problem import batching_problem
problem = case(2, units=12, locations=16, orders=6, lines=3, new=3)
effort = JointEffort(turns=1, batch_steps=150, slot_steps=60)
found = slot_with_batches(problem, batching_problem(np.ones(6), capacity=2), effort=effort)
print(found.assignment.tolist(), found.batch_of.tolist())
"""


def test_plain_python_finds_the_same() -> None:
    here = os.path.dirname(__file__)
    told = [
        subprocess.run(
            [sys.executable, "-c", PLAIN],
            env={
                **os.environ,
                "NUMBA_DISABLE_JIT": plain,
                "PYTHONPATH": os.pathsep.join([here, os.getcwd()]),
            },
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for plain in ("0", "1")
    ]
    assert told[0] == told[1]
    assert told[0].startswith("[")
