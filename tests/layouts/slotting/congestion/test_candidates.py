"""Candidates of several weights."""

from __future__ import annotations

import numpy as np

from layouts.slotting.congestion.candidates import Weight, candidates
from layouts.slotting.score import score
from layouts.slotting.search.improve import Effort

EFFORT = Effort(rounds=2, steps=4_000, chains=1)
WEIGHTS = (Weight(0, 0), Weight(1, 0), Weight(4, 4))


def test_without_a_price_walking_is_shortest_and_with_a_high_one_work_is_shared_by_the_lanes(small) -> None:  # type: ignore[no-untyped-def]
    problem, crowding = small.start.problem, small.crowding
    found = candidates(problem, crowding, pickers=10, weights=WEIGHTS, effort=EFFORT)
    walking, stops, shared = found.assignments.values()
    assert [*found.assignments] == ["shortest walking", "stops × 1, lanes × 0", "stops × 4, lanes × 4"]
    metres = [score(problem, each).travel_m for each in (walking, problem.now, shared)]
    assert metres[0] < min(metres[1:])
    busiest = [np.bincount(crowding.lane[each], crowding.pick_s).max() for each in (walking, shared)]
    assert busiest[1] < busiest[0]
    busy = [np.bincount(crowding.stop[each], crowding.pick_s).max() for each in (walking, stops)]
    assert busy[1] <= busy[0]
    assert [len(crowds) for crowds in found.crowds.values()] == [0, 1, 2]
    assert found.rounds == 2
    assert not found.is_cut


def test_the_same_seed_finds_the_same_and_what_is_the_same_is_told_once(small) -> None:  # type: ignore[no-untyped-def]
    problem, crowding = small.start.problem, small.crowding
    one, other = (candidates(problem, crowding, pickers=10, weights=WEIGHTS, effort=EFFORT) for _ in range(2))
    for name, assignment in one.assignments.items():
        assert np.array_equal(assignment, other.assignments[name])
    nobody = candidates(problem, crowding, pickers=1, weights=WEIGHTS, effort=EFFORT)
    assert [*nobody.assignments] == ["shortest walking"]


def test_no_more_units_move_than_allowed(small) -> None:  # type: ignore[no-untyped-def]
    problem = small.start.problem
    found = candidates(
        problem, small.crowding, pickers=10, weights=WEIGHTS, most_moves=6, effort=EFFORT, seed=3
    )
    assert all((each != problem.now).sum() <= 6 for each in found.assignments.values())
