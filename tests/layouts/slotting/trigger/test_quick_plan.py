"""Quick swaps save what they say where tours have one stop, and keep the rules."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from layouts.slotting.depot_ways import depot_m
from layouts.slotting.hard_rules import Capacity, HardRules
from layouts.slotting.problem import NOWHERE, TourUnits
from layouts.slotting.score import score
from layouts.slotting.trigger.quick_plan import quick_plan


@pytest.fixture
def problem(make_site):
    """Units at random, each visited by tours of its own."""
    site = make_site(1, 1)
    units = np.arange(200)
    weight = site.rng.permutation(1.0 + np.arange(200))
    alone = TourUnits(start=np.arange(201), unit=units, weight=weight)
    return replace(site.problem, now=site.rng.permutation(200), tours=alone)


def swaps(problem, *, least=0.0, most=1000, noise=0.0):
    way = depot_m(problem)
    return quick_plan(
        problem, problem.now, problem.visits, way, least_saving_s=least, most_swaps=most, noise=noise
    )


def test_what_each_swap_saves_is_more_than_the_least(problem):
    plan = swaps(problem, least=500.0)
    assert len(plan.swaps) > 5
    for pair in plan.swaps:
        one = problem.now.copy()
        one[pair] = one[pair[::-1]]
        assert score(problem, problem.now).travel_s - score(problem, one).travel_s > 500


def test_it_is_a_permutation_of_swapped_pairs(problem):
    plan = swaps(problem)
    assert sorted(plan.assignment) == sorted(problem.now)
    assert len(np.unique(plan.swaps)) == plan.swaps.size
    np.testing.assert_array_equal(plan.assignment[plan.swaps[:, 0]], problem.now[plan.swaps[:, 1]])


def test_by_velocity_already_leaves_nothing_to_do(problem):
    way = depot_m(problem)
    best = np.empty(200, np.int64)
    best[np.argsort(-problem.visits)] = np.argsort(way, kind="stable")
    assert len(swaps(replace(problem, now=best)).swaps) == 0


def test_fixed_and_unplaced_units_stay(problem):
    fixed = np.arange(200) % 2 == 0
    now = problem.now.copy()
    now[1] = NOWHERE
    plan = swaps(replace(problem, fixed=fixed, now=now))
    assert not np.isin(plan.swaps, np.concatenate((np.flatnonzero(fixed), [1]))).any()


def test_kinds_and_capacities_are_kept(problem):
    cold = np.arange(200) < 60
    kind = (np.arange(200) % 3 == 0).astype(np.int64)
    now = np.concatenate(
        (np.flatnonzero(kind == 1)[:60], np.setdiff1d(np.arange(200), np.flatnonzero(kind == 1)[:60]))
    )
    mass = 1.0 + (np.arange(200) % 7)
    shelf = np.arange(200) // 4
    load = np.bincount(shelf[now], weights=mass)
    rules = HardRules(
        kind=kind,
        allowed={"temperature": np.stack((~cold, np.ones(200, np.bool_)), axis=1)},
        capacities=(Capacity(name="mass", group=shelf, use=mass, most=load + 1),),
    )
    problem = replace(problem, now=now, rules=rules)
    plan = swaps(problem)
    assert len(plan.swaps) > 5
    for pair in plan.swaps:
        one = now.copy()
        one[pair] = one[pair[::-1]]
        assert (kind[one[cold]] == 1).all()
        assert (np.bincount(shelf[one], weights=mass) <= load + 1).all()


def test_noise_keeps_swaps_of_chance_away(problem):
    assert len(swaps(problem, noise=1.0).swaps) < len(swaps(problem).swaps)


def test_no_more_swaps_than_asked(problem):
    assert len(swaps(problem, most=3).swaps) == 3
