"""Slottings to measure against: in the order they promise, and by the rules."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from layouts.slotting.baselines import abc, at_random, by_distance
from layouts.slotting.depot_ways import depot_m
from layouts.slotting.hard_rules import Capacity, HardRules, one_each
from layouts.slotting.metric import table_metric
from layouts.slotting.problem import PlaceCost, SlottingProblem, TourUnits
from spatial.errors import UndecidedError


def row_of_shelves(units: int, locations: int, *, rules: HardRules | None = None) -> SlottingProblem:
    """Shelves 1 m apart along a line from the depot; unit u is visited units − u times, and sits farthest out."""
    at = np.append(np.arange(locations) + 1.0, 0.0)
    visited = np.repeat(np.arange(units), units - np.arange(units))
    return SlottingProblem(
        sku=tuple(f"S{row}" for row in range(units)),
        location=tuple(f"L{row}" for row in range(locations)),
        now=locations - 1 - np.arange(units),
        fixed=np.zeros(units, bool),
        place=np.arange(locations),
        metric=table_metric(np.abs(at[:, None] - at), start=locations, end=locations),
        seconds_per_m=1.0,
        tours=TourUnits(start=np.arange(len(visited) + 1), unit=visited, weight=np.ones(len(visited))),
        rules=rules or one_each(locations, units),
    )


BASELINES: list[Callable[[SlottingProblem], np.ndarray]] = [
    by_distance,
    lambda p: abc(p, 1),
    lambda p: at_random(p, 1),
]


def test_by_distance_puts_the_most_visited_nearest() -> None:
    problem = row_of_shelves(6, 9)
    np.testing.assert_array_equal(by_distance(problem), np.arange(6))
    np.testing.assert_array_equal(depot_m(problem), 2.0 * (np.arange(9) + 1))


def test_what_a_visit_adds_counts_as_the_way_to_it_does() -> None:
    problem = row_of_shelves(3, 3)
    climb = PlaceCost(name="climb", of_unit=problem.visits, of_location=np.array([5.0, 0.0, 0.0]))
    np.testing.assert_array_equal(by_distance(replace(problem, place_costs=(climb,))), [1, 2, 0])


def test_fixed_units_stay_and_the_others_go_round_them() -> None:
    problem = replace(row_of_shelves(3, 4), now=np.array([0, 1, 2]), fixed=np.array([False, True, False]))
    np.testing.assert_array_equal(by_distance(problem), [0, 1, 2])
    problem = replace(problem, now=np.array([1, 0, 2]))
    np.testing.assert_array_equal(by_distance(problem), [1, 0, 2])


def test_abc_mixes_within_classes_only() -> None:
    problem = row_of_shelves(20, 30)
    visits = problem.visits
    before = np.cumsum(visits) - visits
    a, b = (int(np.searchsorted(before, share * visits.sum())) for share in (0.8, 0.95))
    orders = set()
    for seed in range(5):
        found = abc(problem, seed)
        orders.add(tuple(found))
        assert set(found[:a]) == set(range(a))
        assert set(found[a:b]) == set(range(a, b))
        assert found[b:].min() >= b
    assert len(orders) == 5
    np.testing.assert_array_equal(abc(problem, 3), abc(problem, 3))


def test_abc_refuses_shares_that_do_not_make_one() -> None:
    with pytest.raises(ValueError, match=r"make 0\.9"):
        abc(row_of_shelves(3, 3), 0, shares=(0.5, 0.4))


@pytest.mark.parametrize("baseline", BASELINES)
def test_no_rule_is_broken(baseline: Callable[[SlottingProblem], np.ndarray]) -> None:
    rng = np.random.default_rng(4)
    kind, allowed = rng.integers(0, 3, 60), rng.random((40, 3)) < 0.7
    allowed[:, 1] |= ~allowed.any(axis=1)
    weight = rng.random(40)
    bay = Capacity(name="bay", group=np.arange(60) // 6, use=weight, most=np.full(10, 3.0))
    rules = HardRules(kind=kind, allowed={"level": allowed}, capacities=(*one_each(60, 40).capacities, bay))
    found = baseline(row_of_shelves(40, 60, rules=rules))
    assert len(set(found)) == 40
    assert allowed[np.arange(40), kind[found]].all()
    assert np.bincount(found // 6, weights=weight).max() <= 3.0


def test_who_has_few_locations_goes_first_where_else_it_finds_none() -> None:
    allowed = np.array([[True, True], [True, False]])
    rules = replace(one_each(2, 2), kind=np.array([0, 1]), allowed={"level": allowed})
    np.testing.assert_array_equal(by_distance(row_of_shelves(2, 2, rules=rules)), [1, 0])


def test_too_few_locations_are_told() -> None:
    rules = replace(one_each(3, 2), kind=np.array([0, 1, 1]), allowed={"cold": np.array([[True, False]] * 2)})
    with pytest.raises(UndecidedError, match=r"1 of 2 units find no location, SKU 'S\d' among them"):
        by_distance(row_of_shelves(2, 3, rules=rules))
