"""The curve of what is spent and saved agrees with the plain account, and its interval with the formula."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from layouts.slotting.moves.blocks import Block
from layouts.slotting.moves.gains import unit_gains
from layouts.slotting.moves.move_list import MoveList, ordered_moves
from layouts.slotting.moves.move_work import MoveWork
from layouts.slotting.moves.stop_anywhere import stop_anywhere
from layouts.slotting.problem import CrowdCost, PlaceCost, SlottingProblem
from layouts.slotting.score import score
from layouts.slotting.tour_length import tour_lengths
from layouts.statistics.intervals import mean_interval, paired_difference

Maker = Callable[..., SlottingProblem]


def random_list(line_problem: Maker, seed: int, units: int = 8) -> MoveList:
    random = np.random.default_rng(seed)
    locations = units + 3
    tours = [random.choice(units, random.integers(1, 5), replace=False).tolist() for _ in range(12)]
    problem = line_problem(
        random.permutation(locations)[:units],
        locations,
        tours=tours,
        weight=random.integers(1, 4, len(tours)),
        place_costs=(
            PlaceCost(name="reach", of_unit=random.random(units), of_location=random.random(locations)),
        ),
        crowd_costs=(
            CrowdCost(
                name="zones",
                of_unit=random.random(units),
                group=np.arange(locations) // 3 - 1,
                price=random.random(locations // 3 + 1),
            ),
        ),
    )
    return ordered_moves(
        problem, random.permutation(locations)[:units], work=MoveWork(tour_days=2, horizon_days=50)
    )


@given(seed=st.integers(0, 10_000))
@settings(max_examples=25)
def test_savings_after_each_move_are_the_difference_of_two_scores(line_problem: Maker, seed: int) -> None:
    moves = random_list(line_problem, seed)
    curve = stop_anywhere(moves, after_each_move=True)
    before = score(moves.problem, moves.problem.now).total_s
    for stop, done in enumerate(curve.moves.tolist()):
        saved = before - score(moves.problem, moves.assignment(done)).total_s
        assert curve.saved_s_per_day[stop] == pytest.approx(saved / 2, abs=1e-4)
        assert curve.spent_s[stop] == pytest.approx(sum(move.seconds for move in moves.moves[:done]))
        assert curve.net_s[stop] == pytest.approx(saved / 2 * 50 - curve.spent_s[stop], abs=1e-2)


def test_the_interval_is_the_paired_one_over_tours_and_over_days(line_problem: Maker) -> None:
    tours = [[0, 1], [1], [2], [0, 2], [1, 2], [0]]
    moves = ordered_moves(line_problem([4, 5, 0], 6, tours=tours), np.array([1, 2, 0]))
    curve, by_day = stop_anywhere(moves), stop_anywhere(moves, day=np.array([7, 7, 8, 8, 9, 9]))
    before, after = (tour_lengths(moves.problem, at) for at in (moves.problem.now, moves.target))
    expected = paired_difference(before.tolist(), after.tolist()).scaled(len(tours))
    last = curve.saved(-1)
    assert (last.low, last.value, last.high) == pytest.approx((expected.low, expected.value, expected.high))
    assert (last.n, last.method) == (6, "paired Student t over tours")
    expected = mean_interval((before - after).reshape(3, 2).sum(axis=1).tolist())
    last = by_day.saved(-1)
    assert (last.low, last.value, last.high) == pytest.approx((expected.low, expected.value, expected.high))
    assert last.method == "paired Student t over days"
    with pytest.raises(ValueError, match="5 days for 6 tours"):
        stop_anywhere(moves, day=np.arange(5))


def test_one_tour_alone_decides_nothing(line_problem: Maker) -> None:
    moves = ordered_moves(line_problem([4], 6, tours=[[0]]), np.array([0]))
    curve = stop_anywhere(moves)
    assert curve.saved_s_per_day.tolist() == [0, 8]
    assert math.isinf(curve.net(-1).high)
    assert curve.verdict(-1) == "cannot decide"
    assert curve.verdict(0) == "does not pay"


def test_a_tour_to_goods_that_have_no_location_yet_is_told_and_not_compared(line_problem: Maker) -> None:
    problem = line_problem([-1, 4], 6, tours=[[0, 1], [1], [1]])
    curve = stop_anywhere(ordered_moves(problem, np.array([0, 1])))
    assert curve.left_out == 1
    assert curve.n == 2
    assert curve.saved_s_per_day[-1] == pytest.approx(2 * 6)


@given(seed=st.integers(0, 10_000))
@settings(max_examples=25)
def test_blocks_come_in_falling_gain_per_second_and_keep_their_trails_order(
    line_problem: Maker, seed: int
) -> None:
    blocks: tuple[Block, ...] = random_list(line_problem, seed).blocks
    density = [block.gain_s / block.about_s for block in blocks]
    assert density == sorted(density, reverse=True)
    for trail in {block.trail for block in blocks}:
        rows = [block.row for block in blocks if block.trail == trail]
        assert rows == list(range(len(rows)))


def test_gains_of_quadratic_costs_add_up_to_what_all_moves_save(line_problem: Maker) -> None:
    crowd = CrowdCost(
        name="zones", of_unit=np.array([1.0, 2.0, 4.0]), group=np.array([0, 0, 1, 1, 2, 2]), price=np.ones(3)
    )
    problem = line_problem([0, 2, 1], 6, crowd_costs=(crowd,))
    target = np.array([2, 4, 5])
    saved = score(problem, problem.now).total_s - score(problem, target).total_s
    assert unit_gains(problem, target).sum() == pytest.approx(saved)
