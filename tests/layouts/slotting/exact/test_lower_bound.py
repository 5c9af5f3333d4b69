"""No slotting costs less than the bound: against the best of all slottings, and where the best is known."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from layouts.slotting.exact import bound
from layouts.slotting.exact.bound import lower_bound_s
from layouts.slotting.exact.ground import ground
from layouts.slotting.exact.round_trips import round_trips_m
from layouts.slotting.exact.solve import solve_exactly
from layouts.slotting.metric import apart_m
from layouts.slotting.problem import NOWHERE, SlottingProblem, TourUnits
from layouts.slotting.score import score
from spatial.errors import UndecidedError

Maker = Callable[..., SlottingProblem]
FAMILIES = ("euclid", "any table", "aisles", "one-way aisles")
FLOORS = {
    "shares": lambda problem, moves: bound._by_shares(problem, round_trips_m(problem.metric)[problem.place]),
    "prices": bound._by_prices,
    "moves": lambda problem, moves: (
        bound._by_moves(problem, round_trips_m(problem.metric)[problem.place], moves)
        if moves is not None and (problem.now >= 0).all()
        else -np.inf
    ),
}


@settings(max_examples=60)
@given(
    seed=st.integers(0, 2**32 - 1),
    family=st.sampled_from(FAMILIES),
    rules=st.booleans(),
    costs=st.booleans(),
    moves=st.sampled_from([None, 0, 1, 3]),
    longest=st.integers(1, 5),
)
def test_every_floor_is_below_the_best_of_all(
    made: Maker, seed: int, family: str, rules: bool, costs: bool, moves: int | None, longest: int
) -> None:
    problem = made(
        family,
        np.random.default_rng(seed),
        units=5,
        locations=8,
        tours=6,
        longest=longest,
        rules=rules,
        costs=costs,
    )
    try:
        exact = solve_exactly(problem, most_moves=moves)
    except UndecidedError:
        return
    assert exact.is_proven
    most = exact.total_s * (1 + 1e-9)
    assert lower_bound_s(problem, most_moves=moves) <= most
    for name, floor in FLOORS.items():
        assert floor(problem, moves) <= most, name


@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize("longest", [1, 2, 3])
def test_tours_cut_short_are_still_a_floor(
    family: str, longest: int, made: Maker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bound, "MOST_EXACT", longest)
    for seed in range(6):
        problem = made(family, np.random.default_rng(seed), units=5, locations=8, tours=6, longest=5)
        assert bound._by_prices(problem, None) <= solve_exactly(problem).total_s * (1 + 1e-9)


def test_tours_of_one_unit_are_bounded_exactly(made: Maker) -> None:
    for family in FAMILIES:
        problem = made(family, np.random.default_rng(4), units=12, locations=16, tours=30, longest=1)
        exact = solve_exactly(problem)
        assert exact.is_proven
        assert lower_bound_s(problem) == pytest.approx(exact.total_s, rel=1e-8)


def test_many_places_make_the_heaviest_nearest(made: Maker, monkeypatch: pytest.MonkeyPatch) -> None:
    problem = made("euclid", np.random.default_rng(1), units=12, locations=16, tours=30, longest=1)
    monkeypatch.setattr(bound, "MOST_LOCATIONS", 0)
    assert lower_bound_s(problem) == pytest.approx(solve_exactly(problem).total_s, rel=1e-5)


@pytest.mark.parametrize("family", FAMILIES)
def test_round_trips_are_the_shortest_chains_of_legs(family: str, made: Maker) -> None:
    for seed in range(5):
        metric = made(family, np.random.default_rng(seed), units=3, locations=20, tours=2).metric
        length = np.array(
            [[apart_m(metric, one, other) for other in range(metric.places)] for one in range(metric.places)]
        )
        np.fill_diagonal(length, 0.0)
        for over in range(metric.places):
            length = np.minimum(length, length[:, [over]] + length[[over]])
        expected = length[metric.start] + length[:, metric.end]
        np.testing.assert_allclose(round_trips_m(metric), expected, rtol=1e-6)


def test_units_that_nobody_visits_and_that_are_nowhere_cost_nothing(made: Maker) -> None:
    problem = made("euclid", np.random.default_rng(2), units=4, locations=6, tours=5, costs=True)
    problem = replace(
        problem,
        tours=TourUnits(start=np.array([0, 2]), unit=np.array([0, 1]), weight=np.ones(1)),
        now=np.array([0, 1, NOWHERE, NOWHERE]),
        fixed=np.zeros(4, np.bool_),
    )
    assert lower_bound_s(problem) <= score(problem, problem.now).total_s


def test_no_moves_leave_today(made: Maker) -> None:
    problem = made("aisles", np.random.default_rng(3), units=6, locations=9, tours=8)
    today = score(problem, problem.now).total_s
    assert lower_bound_s(problem, most_moves=0) == pytest.approx(today, rel=1e-8)


def test_crowding_below_zero_is_refused(made: Maker) -> None:
    problem = made("euclid", np.random.default_rng(2), units=4, locations=6, tours=5, costs=True)
    crowd = replace(problem.crowd_costs[0], price=-problem.crowd_costs[0].price)
    with pytest.raises(ValueError, match="crowding must cost"):
        lower_bound_s(replace(problem, crowd_costs=(crowd,)))
    with pytest.raises(ValueError, match="crowding must cost"):
        ground(replace(problem, crowd_costs=(crowd,)))
