"""Whatever is changed, the account that is kept step by step agrees with a fresh one, and rules hold."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from layouts.slotting.problem import SlottingProblem
from layouts.slotting.score import score
from layouts.slotting.search.anneal import anneal, best_assignment
from layouts.slotting.search.case import Case, new_case
from layouts.slotting.search.propose import DRAWS
from layouts.slotting.search.routes import tour_m
from layouts.slotting.search.state import BEST, MOVED, NOW, State, new_state, others_s, travel_s
from layouts.slotting.tour_length import route_m

METRICS = ("table", "asymmetric", "lanes", "one-way lanes")


def broken(problem: SlottingProblem, assignment: np.ndarray) -> list[str]:
    """Names of the rules that an assignment breaks, worked out the long way."""
    rules, names = problem.rules, []
    for name, allowed in rules.allowed.items():
        if not allowed[np.arange(len(assignment)), rules.kind[assignment]].all():
            names.append(name)
    for capacity in rules.capacities:
        load = np.zeros(len(capacity.most))
        for unit, location in enumerate(assignment):
            if capacity.group[location] >= 0:
                load[capacity.group[location]] += capacity.use[unit]
        if (load > capacity.most + 1e-9).any():
            names.append(capacity.name)
    for conflict in rules.conflicts:
        for one, other in zip(*np.triu_indices(len(assignment), 1), strict=True):
            classes = conflict.of_unit[one], conflict.of_unit[other]
            groups = conflict.group[assignment[one]], conflict.group[assignment[other]]
            if min(*classes, *groups) >= 0 and conflict.apart[classes]:
                near = conflict.near[conflict.near_start[groups[0]] : conflict.near_start[groups[0] + 1]]
                if groups[1] in near:
                    names.append(conflict.name)
    return names


def played(
    problem: SlottingProblem, seed: int, *, steps: int = 4000, hot_s: float = 30.0
) -> tuple[Case, State]:
    """The state after many hot steps."""
    case = new_case(problem)
    state = new_state(case, problem.now)
    draws = np.random.default_rng(seed).random((steps, DRAWS))
    anneal(case, state, draws, hot_s, hot_s / 10, len(problem.now), 0.0, True)
    return case, state


@given(seed=st.integers(0, 10**6), metric=st.sampled_from(METRICS), ruled=st.booleans(), costs=st.booleans())
def test_after_thousands_of_changes_the_account_is_that_of_the_routes_and_no_rule_is_broken(
    made_up_problem: Callable[..., SlottingProblem], seed: int, metric: str, ruled: bool, costs: bool
) -> None:
    problem = made_up_problem(seed, metric=metric, ruled=ruled, costs=costs)
    case, state = played(problem, seed)
    fresh = new_state(case, state.at)
    assert (state.at != problem.now).sum() == state.number[MOVED] > 3
    assert set(state.moved[: state.number[MOVED]]) == set(np.flatnonzero(state.at != problem.now))
    assert state.total_s[NOW] == pytest.approx(travel_s(case, state) + others_s(case, state), rel=1e-9)
    assert others_s(case, state) == pytest.approx(others_s(case, fresh), rel=1e-9)
    np.testing.assert_allclose(state.ledger.load, fresh.ledger.load, atol=1e-9)
    np.testing.assert_array_equal(state.ledger.classes, fresh.ledger.classes)
    np.testing.assert_allclose(state.crowd_load, fresh.crowd_load, atol=1e-9)
    assert not broken(problem, state.at)
    assert state.at[-1] == problem.now[-1]


@given(seed=st.integers(0, 10**6), metric=st.sampled_from(METRICS), costs=st.booleans())
def test_a_fresh_account_is_that_of_the_score(
    made_up_problem: Callable[..., SlottingProblem], seed: int, metric: str, costs: bool
) -> None:
    problem = made_up_problem(seed, metric=metric, costs=costs, stops=12)
    state = new_state(new_case(problem), problem.now)
    assert state.total_s[NOW] == pytest.approx(score(problem, problem.now).total_s, rel=1e-12)


@given(seed=st.integers(0, 10**6), metric=st.sampled_from(METRICS))
def test_each_kept_route_visits_the_places_of_its_units_and_is_as_long_as_said(
    made_up_problem: Callable[..., SlottingProblem], seed: int, metric: str
) -> None:
    problem = made_up_problem(seed, metric=metric, locations=60)
    case, state = played(problem, seed)
    for tour in range(len(problem.tours)):
        first, last = problem.tours.start[tour], problem.tours.start[tour + 1]
        stops = state.routes.stops[tour]
        route = state.routes.place[first : first + stops].astype(np.int64)
        places, held = np.unique(problem.place[state.at[problem.tours.unit[first:last]]], return_counts=True)
        assert dict(zip(route, state.routes.held[first : first + stops], strict=True)) == dict(
            zip(places, held, strict=True)
        )
        ends = [problem.metric.start], route, [problem.metric.end]
        assert tour_m(case, state.routes, tour) == pytest.approx(
            route_m(problem.metric, np.concatenate(ends))
        )


@given(seed=st.integers(0, 10**6), metric=st.sampled_from(METRICS))
def test_the_best_met_is_found_again(
    made_up_problem: Callable[..., SlottingProblem], seed: int, metric: str
) -> None:
    problem = made_up_problem(seed, metric=metric, stops=4)
    case, state = played(problem, seed, hot_s=60.0)
    best = best_assignment(state)
    assert state.total_s[BEST] <= state.total_s[NOW] * (1 + 1e-9)
    assert new_state(case, best).total_s[NOW] <= state.total_s[BEST] * (1 + 1e-9)
