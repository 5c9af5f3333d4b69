"""What is done within a budget: the best of all choices, or nothing."""

from __future__ import annotations

from collections.abc import Callable
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from layouts.slotting.moves.blocks import Block
from layouts.slotting.moves.budget import _densest, _knapsack, within_budget
from layouts.slotting.moves.move_list import MoveList, ordered_moves
from layouts.slotting.moves.move_work import MoveWork
from layouts.slotting.moves.trails import Step
from layouts.slotting.problem import SlottingProblem

Maker = Callable[..., SlottingProblem]
Replay = Callable[[MoveList], None]


def planned(line_problem: Maker, *, horizon_days: float = 30.0) -> MoveList:
    """Three units far away go near, the more often visited the nearer."""
    tours = [[0]] * 30 + [[1]] * 20 + [[2]] * 10 + [[0, 1]] * 5
    problem = line_problem([17, 18, 19], 20, tours=tours)
    return ordered_moves(problem, np.array([0, 1, 2]), work=MoveWork(horizon_days=horizon_days))


def test_a_plan_that_pays_back_is_done_whole(line_problem: Maker, replay: Replay) -> None:
    choice = within_budget(planned(line_problem), 8 * 3600)
    replay(choice.moves)
    assert choice.verdict == "pays back"
    assert choice.net.low > 0
    assert [move.unit for move in choice.moves.moves] == [0, 1, 2]


def test_a_short_budget_takes_what_saves_most(line_problem: Maker, replay: Replay) -> None:
    choice = within_budget(planned(line_problem), 120)
    replay(choice.moves)
    assert [move.unit for move in choice.moves.moves] == [0]
    assert choice.moves.seconds <= 120


def test_what_does_not_pay_within_the_horizon_is_left(line_problem: Maker) -> None:
    choice = within_budget(planned(line_problem, horizon_days=0.01), 8 * 3600)
    assert (choice.verdict, choice.moves.moves) == ("does not pay", ())
    assert choice.net.value == 0


def test_a_change_for_the_worse_is_left(line_problem: Maker) -> None:
    problem = line_problem([0, 1], 20, tours=[[0], [1], [0]])
    choice = within_budget(ordered_moves(problem, np.array([18, 19])), 8 * 3600)
    assert (choice.verdict, choice.moves.moves) == ("does not pay", ())


def test_what_the_tours_do_not_show_is_undecided_and_left(line_problem: Maker) -> None:
    """One tour in three gains much and two lose nearly as much together."""
    problem = line_problem([19, 0], 20, tours=[[0], [1], [1]])
    moves = ordered_moves(problem, np.array([0, 9]), work=MoveWork(horizon_days=1000))
    choice = within_budget(moves, 8 * 3600)
    assert (choice.verdict, choice.moves.moves) == ("cannot decide", ())
    assert choice.considered.moves
    assert choice.net.low < 0 < choice.net.high


def test_a_budget_of_nothing_is_refused(line_problem: Maker) -> None:
    with pytest.raises(ValueError, match="budget of 0 s"):
        within_budget(planned(line_problem), 0)


@given(seed=st.integers(0, 10_000))
@settings(max_examples=40)
def test_the_knapsack_finds_the_best_of_all_choices(seed: int) -> None:
    """Times are whole grains, so that rounding up changes nothing."""
    random = np.random.default_rng(seed)
    blocks: list[Block] = []
    for trail in range(4):
        falling = sorted(random.integers(-2, 9, int(random.integers(1, 4))).tolist(), reverse=True)
        for row, density in enumerate(falling):
            about = int(random.integers(1, 60))
            steps = (Step(4 * trail + row, False),)
            blocks.append(
                Block(
                    trail=trail,
                    row=row,
                    steps=steps,
                    is_cycle=False,
                    gain_s=float(about * density),
                    about_s=float(about),
                )
            )
    trails = [[block for block in blocks if block.trail == trail] for trail in range(4)]
    budget = 100.0

    def won(chosen: list[Block]) -> float:
        return sum(2 * block.gain_s - block.about_s for block in chosen)

    best = 0.0
    for counts in product(*(range(len(its) + 1) for its in trails)):
        chosen = [block for its, count in zip(trails, counts, strict=True) for block in its[:count]]
        if sum(block.about_s for block in chosen) <= budget:
            best = max(best, won(chosen))
    found = _knapsack(blocks, budget, 2.0)
    assert won(found) == best
    assert sum(block.about_s for block in found) <= budget
    ordered = sorted(blocks, key=lambda block: (-block.density, block.trail, block.row))
    greedy = _densest(ordered, budget, 2.0)
    assert 0 <= won(greedy) <= best
    assert sum(block.about_s for block in greedy) <= budget
