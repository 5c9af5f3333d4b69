"""Hints at a deck: heights at which much of the plan is seen, wider than racks are."""

from __future__ import annotations

import numpy as np
import shapely

from scans.levelled_scan import LevelledScan
from scans.recognition.levels.cells import area_m2, closed, opened
from scans.recognition.levels.hints import WIDTH_M, deck_hints

TOP_M = 2.8


def sheet(x: tuple[float, float], y: tuple[float, float], z: float) -> np.ndarray:
    plan = np.meshgrid(np.arange(*x, 0.1), np.arange(*y, 0.1))
    return np.column_stack([*(each.ravel() for each in plan), np.full(plan[0].size, z)])


FLOOR = sheet((0, 14), (0, 10), 0.0)


def test_a_deck_is_hinted_at_where_it_is(decked: LevelledScan) -> None:
    hint = next(each for each in deck_hints(decked.points, 0.0) if each.low_m < 4.0)
    assert hint.low_m <= TOP_M
    assert hint.high_m >= TOP_M - 0.15
    deck = hint.grid.within(shapely.box(1.5, 1.5, 7.5, 8.5))
    assert area_m2(deck & hint.cells) > 0.98 * area_m2(deck)
    assert not hint.cells[hint.grid.within(shapely.box(9.5, 1.5, 13.5, 8.5))].any()


def test_the_ground_counts_where_it_lies() -> None:
    lifted = np.vstack([FLOOR, sheet((1, 7), (1, 7), TOP_M)]) + np.array([0.0, 0.0, 40.0])
    (hint,) = deck_hints(lifted, 40.0)
    assert hint.low_m <= 42.8 <= hint.high_m


def test_boards_of_racks_with_aisles_between_are_none() -> None:
    boards = [sheet((1, 13), (y, y + 2.3), TOP_M) for y in (0.5, 4.6)]
    assert deck_hints(np.vstack([FLOOR, *boards]), 0.0) == []


def test_what_is_too_low_to_walk_under_or_too_small_is_none() -> None:
    assert deck_hints(np.vstack([FLOOR, sheet((1, 7), (1, 7), 1.5)]), 0.0) == []
    assert deck_hints(np.vstack([FLOOR, sheet((1, 4), (1, 4), TOP_M)]), 0.0) == []
    assert deck_hints(FLOOR, 0.0) == []


def test_gaps_are_closed_and_strips_opened_up_to_their_width_and_at_the_border() -> None:
    cells = np.ones((40, 40), np.bool_)
    cells[:, 20:24] = False
    assert closed(cells, 1.0).all()
    assert not closed(cells, 0.5)[:, 20:24].any()
    strip = np.zeros((40, 40), np.bool_)
    strip[:, :10] = True
    assert not opened(strip, WIDTH_M).any()
    strip[:, 10:13] = True
    np.testing.assert_array_equal(opened(strip, WIDTH_M), strip)
