"""Made better: to the optimum where it is known, within the moves allowed, and the same whoever plays."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from itertools import permutations

import numpy as np
import pytest
from scipy.optimize import linear_sum_assignment

from layouts.slotting.depot_ways import depot_m
from layouts.slotting.hard_rules import Capacity
from layouts.slotting.problem import NOWHERE, SlottingProblem, TourUnits
from layouts.slotting.score import score
from layouts.slotting.search.improve import Effort, improve
from spatial.errors import BadDataError
from spatial.tasks.local_processes import LocalProcesses

ProblemMaker = Callable[..., SlottingProblem]
SHORT = Effort(rounds=3, steps=20_000, chains=2)


@pytest.mark.parametrize("metric", ["table", "asymmetric", "one-way lanes"])
@pytest.mark.parametrize("seed", range(4))
def test_of_all_arrangements_of_six_units_the_best_is_found(
    made_up_problem: ProblemMaker, seed: int, metric: str
) -> None:
    problem = made_up_problem(seed, units=6, locations=6, tours=5, stops=4, metric=metric, costs=True)
    problem = replace(problem, fixed=np.zeros(6, bool))
    least = min(score(problem, np.array(each)).total_s for each in permutations(range(6)))
    assert improve(problem, effort=SHORT, seed=seed).total_s == pytest.approx(least, rel=1e-9)


@pytest.mark.parametrize("most", [2, 3, 4])
@pytest.mark.parametrize("seed", range(4))
def test_of_all_arrangements_within_the_moves_the_best_is_found(
    made_up_problem: ProblemMaker, seed: int, most: int
) -> None:
    problem = made_up_problem(seed, units=5, locations=7, tours=5, stops=3)
    allowed = [np.array(each) for each in permutations(range(7), 5) if each[-1] == problem.now[-1]]
    least = min(score(problem, each).total_s for each in allowed if (each != problem.now).sum() <= most)
    found = improve(problem, most_moves=most, effort=SHORT, seed=seed)
    assert found.moves <= most
    assert found.total_s == pytest.approx(least, rel=1e-9)


@pytest.mark.parametrize("seed", range(3))
def test_tours_of_one_stop_are_an_assignment_problem(made_up_problem: ProblemMaker, seed: int) -> None:
    units, locations = 120, 150
    problem = made_up_problem(seed, units=units, locations=locations, metric="asymmetric", costs=True)
    rng = np.random.default_rng(seed)
    lines = rng.integers(0, units, 400)
    problem = replace(
        problem,
        fixed=np.zeros(units, bool),
        tours=TourUnits(start=np.arange(401), unit=lines, weight=rng.random(400)),
        crowd_costs=(),
    )
    cost = np.outer(problem.visits, depot_m(problem)) * problem.seconds_per_m
    for each in problem.place_costs:
        cost += np.outer(each.of_unit, each.of_location)
    least = cost[linear_sum_assignment(cost)].sum()
    found = improve(problem, effort=Effort(rounds=4, steps=150_000, chains=1), seed=seed)
    assert least * (1 - 1e-9) <= found.total_s <= least * 1.005


@pytest.mark.parametrize("most", [0, 1, 2, 5, 9])
@pytest.mark.parametrize("ruled", [False, True])
def test_no_more_than_the_moves_allowed_are_made_and_more_are_better(
    made_up_problem: ProblemMaker, most: int, ruled: bool
) -> None:
    problem = made_up_problem(1, ruled=ruled, costs=True)
    found = improve(problem, most_moves=most, effort=SHORT)
    more = improve(problem, most_moves=most + 4, effort=SHORT)
    assert found.moves == (found.assignment != problem.now).sum() <= most
    assert found.total_s == score(problem, found.assignment).total_s
    assert more.total_s < found.total_s <= found.start_s


def test_where_all_locations_are_taken_a_bounded_search_finds_rounds_of_three(
    made_up_problem: ProblemMaker,
) -> None:
    problem = made_up_problem(5, units=7, locations=7, tours=8, stops=3)
    allowed = [np.array(each) for each in permutations(range(7)) if each[-1] == problem.now[-1]]
    least = min(score(problem, each).total_s for each in allowed if (each != problem.now).sum() <= 3)
    assert improve(problem, most_moves=3, effort=SHORT).total_s == pytest.approx(least, rel=1e-9)


def test_one_and_two_workers_find_the_same(made_up_problem: ProblemMaker) -> None:
    problem = made_up_problem(2, metric="lanes", ruled=True, costs=True)
    told: list[float] = []
    one = improve(problem, effort=SHORT, seed=4, progress=lambda _what, share: told.append(share))
    with LocalProcesses(2) as workers:
        two = improve(problem, effort=SHORT, seed=4, workers=workers)
    assert one.assignment.tobytes() == two.assignment.tobytes()
    assert one.curve == two.curve
    assert told == [pytest.approx(each / 3) for each in (1, 2, 3)]
    assert list(one.curve) == sorted(one.curve, reverse=True)


def test_a_time_limit_ends_a_search_between_rounds_and_its_rounds_can_be_played_again(
    made_up_problem: ProblemMaker,
) -> None:
    problem = made_up_problem(2)
    cut = improve(problem, effort=Effort(rounds=10**6, steps=2000, chains=1), seconds=0.3)
    again = improve(problem, effort=Effort(rounds=max(1, cut.rounds), steps=2000, chains=1))
    assert cut.is_cut
    assert not again.is_cut
    assert cut.rounds == 0 or cut.assignment.tobytes() == again.assignment.tobytes()


def test_what_a_start_breaks_gets_no_worse(made_up_problem: ProblemMaker) -> None:
    problem = made_up_problem(7, ruled=True)
    group = np.arange(40) // 4
    load = np.bincount(group[problem.now], minlength=10).astype(float)
    tight = Capacity(name="tight", group=group, use=np.ones(24), most=np.maximum(load - 1, 0))
    problem = replace(problem, rules=replace(problem.rules, capacities=(*problem.rules.capacities, tight)))
    found = improve(problem, effort=SHORT)
    after = np.bincount(group[found.assignment], minlength=10)
    assert found.total_s < found.start_s
    assert (after <= np.maximum(load, tight.most)).all()


def test_a_start_with_too_many_moves_is_refused(made_up_problem: ProblemMaker) -> None:
    problem = made_up_problem(2)
    start = problem.now.copy()
    start[:2] = start[1::-1]
    with pytest.raises(ValueError, match="the start has 2 moves, above 1"):
        improve(problem, start=start, most_moves=1)


def test_a_visited_unit_without_a_location_is_refused(made_up_problem: ProblemMaker) -> None:
    problem = made_up_problem(2)
    now = problem.now.copy()
    now[problem.tours.unit[0]] = NOWHERE
    with pytest.raises(BadDataError, match="is visited and has no location"):
        improve(replace(problem, now=now))


def test_no_steps_are_refused(made_up_problem: ProblemMaker) -> None:
    with pytest.raises(ValueError, match="at least one"):
        improve(made_up_problem(2), effort=Effort(steps=0))


def test_without_tours_there_is_nothing_to_make_better(made_up_problem: ProblemMaker) -> None:
    problem = made_up_problem(2)
    none = TourUnits(start=np.zeros(1, np.int64), unit=np.zeros(0, np.int64), weight=np.zeros(0))
    found = improve(replace(problem, tours=none), effort=SHORT)
    assert (found.total_s, found.moves) == (0.0, 0)
