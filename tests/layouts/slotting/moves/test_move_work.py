"""Seconds and cost of each move, by hand."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from layouts.slotting.moves.move_list import ordered_moves
from layouts.slotting.moves.move_work import MoveWork, Stock
from layouts.slotting.problem import SlottingProblem

Maker = Callable[..., SlottingProblem]


def test_a_move_is_the_way_to_it_handling_lifting_and_carrying(line_problem: Maker) -> None:
    """Unit 0 goes from metre 2 to metre 5, then unit 1 from metre 1 to metre 4; 50 kg take two trips."""
    work = MoveWork(
        handling_s=10, piece_s=0.5, lift_s_per_m=2, speed_m_s=0.5, most_kg=25, cost_per_h=36, tour_days=1
    )
    stock = Stock(
        pieces=np.array([4.0, 0.0]),
        mass_kg=np.array([50.0, 1.0]),
        height_m=np.array([0.0, 1.0, 0.0, 0.0, 2.0]),
    )
    moves = ordered_moves(line_problem([1, 0], 5), np.array([4, 3]), work=work, stock=stock)
    first, second = moves.moves
    assert (first.unit, second.unit) == (0, 1)
    there_and_back = 3 * 3 / 0.5
    assert first.seconds == pytest.approx(2 / 0.5 + 2 * 10 + 4 * 0.5 + 2 * (1 + 2) * 2 + there_and_back)
    assert second.seconds == pytest.approx(4 / 0.5 + 10 + 3 / 0.5)
    assert second.cost == pytest.approx(second.seconds / 100)
    assert moves.seconds == pytest.approx(first.seconds + second.seconds)


def test_stock_of_another_length_is_refused(line_problem: Maker) -> None:
    with pytest.raises(ValueError, match="mass_kg must be 2 finite numbers"):
        ordered_moves(line_problem([1, 0], 5), np.array([4, 3]), stock=Stock(mass_kg=np.ones(3)))
