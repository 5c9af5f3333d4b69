import itertools

import numpy as np
import pytest

from layouts.slotting.aisles.few_moves import few_moves
from layouts.slotting.aisles.one_more import exact_lengths


def walked_m(problem, floor, assignment):
    lengths = exact_lengths(floor, problem.tours.start, problem.place[assignment[problem.tours.unit]])
    return lengths @ problem.tours.weight


@pytest.mark.parametrize("most", [1, 3, 8, 20])
def test_a_plan_keeps_the_bound_the_rules_and_who_is_fixed_and_walks_what_it_says(slotting, most):
    problem, floor = slotting
    found = few_moves(problem, floor, most_moves=most, rounds=60)
    assert found.moves == (found.assignment != problem.now).sum() <= most
    assert len(np.unique(found.assignment)) == len(problem.now)
    assert found.assignment[1] == problem.now[1]
    assert found.start_m == pytest.approx(walked_m(problem, floor, problem.now))
    displaced_m = walked_m(problem, floor, found.assignment)
    assert displaced_m < found.start_m


def test_one_move_is_the_best_one_there_is(slotting):
    problem, floor = slotting
    free = np.setdiff1d(np.arange(48), problem.now)
    best_m = np.inf
    for unit, location in itertools.product(range(40), free):
        if not problem.fixed[unit]:
            plan = problem.now.copy()
            plan[unit] = location
            best_m = min(best_m, walked_m(problem, floor, plan))
    found = few_moves(problem, floor, most_moves=1, rounds=200)
    assert walked_m(problem, floor, found.assignment) == pytest.approx(best_m)


def test_more_moves_save_more_and_the_same_seed_gives_the_same_plan(slotting):
    problem, floor = slotting
    lengths = [
        walked_m(problem, floor, few_moves(problem, floor, most_moves=most, rounds=150).assignment)
        for most in (2, 6, 15)
    ]
    assert lengths == sorted(lengths, reverse=True)
    one, other = (few_moves(problem, floor, most_moves=6, rounds=40, seed=5).assignment for _ in range(2))
    assert one.tolist() == other.tolist()


def test_whoever_will_not_stay_anyway_gets_no_credit_for_where_it_is(slotting):
    problem, floor = slotting
    stays = few_moves(problem, floor, most_moves=15, rounds=300)
    leaves = few_moves(problem, floor, most_moves=15, rounds=300, away=np.ones(40))
    assert walked_m(problem, floor, stays.assignment) <= walked_m(problem, floor, leaves.assignment)


def test_what_cannot_be_is_refused(slotting):
    problem, floor = slotting
    with pytest.raises(ValueError, match="most_moves 0"):
        few_moves(problem, floor, most_moves=0)
    with pytest.raises(ValueError, match="share between 0 and 1"):
        few_moves(problem, floor, most_moves=1, away=np.full(40, 1.5))
