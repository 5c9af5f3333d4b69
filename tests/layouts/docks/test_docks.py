"""Docks: doors and yard by hand, against Erlang C, and plans against every plan there is."""

from __future__ import annotations

import math
from itertools import permutations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from layouts.docks.play import play_docks
from layouts.docks.run_docks import dock_figures
from layouts.docks.schedule import by_rule, least_waiting
from layouts.statistics.intervals import mean_interval


def every(trucks: int, doors: int) -> np.ndarray:
    return np.ones((trucks, doors), np.bool_)


def test_a_full_yard_holds_trucks_at_the_gate_past_a_free_door() -> None:
    """Two may use door 0 only, one slot: the third waits at the gate though its door 1 is free."""
    allowed = np.array([[True, False], [True, False], [False, True]])
    visits = play_docks(np.array([0.0, 1, 2]), np.array([10.0, 5, 4]), allowed, yard=1)
    assert visits.began_s.tolist() == [0, 10, 10]
    assert visits.let_in_s.tolist() == [0, 1, 10]
    told = dock_figures(visits, doors=2)
    assert told["wait_s"] == pytest.approx((9 + 8) / 3)
    assert told["gate_s"] == pytest.approx(8 / 3)
    assert told["most_waiting"] == 2


@given(seed=st.integers(0, 10_000), doors=st.integers(1, 3), yard=st.one_of(st.none(), st.integers(1, 3)))
def test_a_door_serves_one_truck_at_a_time_and_the_yard_holds_no_more_than_fit(
    seed: int, doors: int, yard: int | None
) -> None:
    random = np.random.default_rng(seed)
    came, takes = np.cumsum(random.exponential(10, 20)), random.exponential(25, 20)
    allowed = random.random((20, doors)) < 0.6
    allowed[np.arange(20), random.integers(0, doors, 20)] = True
    visits = play_docks(came, takes, allowed, yard=yard)
    assert (visits.came_s <= visits.let_in_s).all()
    assert (visits.let_in_s <= visits.began_s).all()
    assert allowed[np.arange(20), visits.door].all()
    for door in range(doors):
        mine = np.flatnonzero(visits.door == door)
        mine = mine[np.argsort(visits.began_s[mine])]
        assert (visits.began_s[mine][1:] >= visits.done_s[mine][:-1]).all()
    for moment in visits.let_in_s:
        assert ((visits.let_in_s <= moment) & (visits.began_s > moment)).sum() <= (yard or 20)


def test_trucks_at_random_wait_as_erlang_c_says() -> None:
    """M/M/3 at a load of 0.7, in at least nine of ten of 40 intervals."""
    doors, load, mean = 3, 0.7, 1800.0
    offered = doors * load
    top = offered**doors / math.factorial(doors) / (1 - load)
    waits = top / (sum(offered**k / math.factorial(k) for k in range(doors)) + top)
    expected, held = waits * mean / doors / (1 - load), 0
    for seed in range(40):
        means = []
        for replication in range(10):
            random = np.random.default_rng([seed, replication])
            came = np.cumsum(random.exponential(mean / offered, 1100))
            visits = play_docks(came, random.exponential(mean, 1100), every(1100, doors))
            means.append(float((visits.began_s - visits.came_s)[100:].mean()))
        told = mean_interval(means)
        held += told.low <= expected <= told.high
    assert held >= 36


@settings(max_examples=25)
@given(seed=st.integers(0, 10_000), count=st.integers(1, 6), doors=st.integers(1, 3))
def test_small_plans_are_the_best_of_all_plans(seed: int, count: int, doors: int) -> None:
    random = np.random.default_rng(seed)
    due, takes = random.integers(0, 40, count), random.integers(1, 30, count)
    weight = 100 * random.integers(0, 4, count)
    allowed = random.random((count, doors)) < 0.6
    allowed[np.arange(count), random.integers(0, doors, count)] = True
    plan = least_waiting(due, takes, weight, allowed)
    assert plan.is_proven
    assert plan.waiting_s == best_of_all(due, takes, weight, allowed) / 100
    check(plan.door, plan.start_s, due, takes, allowed)
    check(*by_rule(due, takes, weight, allowed), due, takes, allowed)


def best_of_all(due: np.ndarray, takes: np.ndarray, weight: np.ndarray, allowed: np.ndarray) -> int:
    """The least over all ways to part the trucks on doors, and of each door over all orders."""
    count, doors = allowed.shape
    of_door: dict[tuple[int, int], int] = {}
    for mask in range(1 << count):
        members = [n for n in range(count) if mask >> n & 1]
        least = math.inf
        for order in permutations(members):
            now = cost = 0
            for n in order:
                now = max(now, int(due[n]))
                cost += int(weight[n]) * (now - int(due[n]))
                now += int(takes[n])
            least = min(least, cost)
        for door in range(doors):
            of_door[mask, door] = int(least) if allowed[members, door].all() else 10**12
    best = {0: 0}
    for door in range(doors):
        best = {
            mask: min(best.get(mask ^ part, 10**12) + of_door[part, door] for part in _parts(mask))
            for mask in range(1 << count)
        }
    return best[(1 << count) - 1]


def _parts(mask: int) -> list[int]:
    return [part for part in range(mask + 1) if part & ~mask == 0]


def check(
    door: np.ndarray, start: np.ndarray, due: np.ndarray, takes: np.ndarray, allowed: np.ndarray
) -> None:
    assert (start >= due).all()
    assert allowed[np.arange(len(due)), door].all()
    for each in np.unique(door):
        mine = np.flatnonzero(door == each)
        mine = mine[np.argsort(start[mine], kind="stable")]
        assert (start[mine][1:] >= (start + takes)[mine][:-1]).all()


def test_a_plan_for_many_is_no_worse_than_the_rule_and_tells_its_bound() -> None:
    random = np.random.default_rng(5)
    due, takes = np.sort(random.integers(0, 30_000, 40)), random.integers(1200, 5400, 40)
    weight = np.full(40, 100)
    plan = least_waiting(due, takes, weight, every(40, 4), effort=1.0)
    _, start = by_rule(due, takes, weight, every(40, 4))
    assert plan.bound_s <= plan.waiting_s <= float((start - due).sum())
    check(plan.door, plan.start_s, due, takes, every(40, 4))
