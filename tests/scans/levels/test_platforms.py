"""A deck is a level if people walk on it and under it, and the scanner or things are on it; else it is none."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

import numpy as np
import pytest
import shapely

from scans.levelled_scan import LevelledScan
from scans.recognition.levels.platforms import Platform, find_platforms
from scans.recognition.levels.storeys import storeys_of

Box: TypeAlias = tuple[tuple[float, ...], tuple[float, ...]]
SeenHall: TypeAlias = Callable[..., LevelledScan]

DECK, TOP_M, DECK_M = ((1.0, 1.0), (8.0, 9.0)), 2.8, 0.15
"""As the hall of `decked` has it."""
BELOW = ((4.5, 5.0, 1.6), (11.0, 2.0, 1.6), (11.0, 8.0, 1.6))
ON_TOP = ((3.0, 4.0, TOP_M + 1.6), (6.5, 7.5, TOP_M + 1.6))
HALL = shapely.box(0.0, 0.0, 14.0, 10.0)
HIGH = (12.5, 5.0, 5.5)
CRATE: Box = ((3.0, 3.0, TOP_M), (4.2, 4.0, TOP_M + 1.0))


def slab(low: tuple[float, float], high: tuple[float, float]) -> Box:
    """A deck between two corners of the plan."""
    return (*low, TOP_M - DECK_M), (*high, TOP_M)


def test_a_deck_that_the_scanner_stood_on_is_a_level_of_its_outline(decked: LevelledScan) -> None:
    (platform,) = find_platforms(decked, HALL)
    deck = shapely.box(*DECK[0], *DECK[1])
    assert platform.outline.intersection(deck).area > 0.98 * platform.outline.union(deck).area
    assert platform.elevation_m == pytest.approx(TOP_M, abs=0.003)
    assert platform.underside_m == pytest.approx(TOP_M - DECK_M, abs=0.003)


def test_stairs_through_a_deck_are_a_hole_in_it(seen_hall: SeenHall) -> None:
    around = [((1, 1), (8, 4)), ((1, 6), (8, 9)), ((1, 4), (5.5, 6)), ((7, 4), (8, 6))]
    (platform,) = find_platforms(seen_hall([slab(*part) for part in around], [*BELOW, *ON_TOP]), HALL)
    (hole,) = platform.outline.interiors
    assert shapely.Polygon(hole).intersection(shapely.box(5.5, 4, 7, 6)).area > 2.0


def test_a_deck_that_only_things_stand_on_is_a_level_and_an_empty_one_is_none(seen_hall: SeenHall) -> None:
    eyes = [*BELOW, HIGH]
    assert len(find_platforms(seen_hall([slab(*DECK), CRATE], eyes), HALL)) == 1
    assert find_platforms(seen_hall([slab(*DECK)], eyes), HALL) == ()


def test_a_ceiling_whose_top_nobody_saw_is_none(seen_hall: SeenHall) -> None:
    assert find_platforms(seen_hall([slab(*DECK), CRATE], BELOW), HALL) == ()


def test_the_top_of_a_block_of_stacks_is_none(seen_hall: SeenHall) -> None:
    block: Box = ((*DECK[0], 0.0), (*DECK[1], TOP_M))
    assert find_platforms(seen_hall([block, CRATE], [*BELOW[1:], HIGH, *ON_TOP]), HALL) == ()


def test_racks_with_full_decks_at_one_height_all_over_the_hall_are_none(seen_hall: SeenHall) -> None:
    rows, tops = (0.5, 3.8, 7.1), (0.6, 2.2, 4.4)
    boards = [((1.0, y, z - 0.04), (13.0, y + 2.4, z)) for y in rows for z in tops]
    loads = [((x, y, z), (x + 1.0, y + 1.1, z + 1.2)) for x in (1.5, 5.5, 9.5) for y in rows for z in tops]
    eyes = [(7.0, 3.35, 1.6), (7.0, 6.65, 1.6), (0.5, 3.3, 4.0), (13.5, 6.6, 4.0)]
    assert find_platforms(seen_hall([*boards, *loads], eyes), HALL) == ()


def test_storeys_share_the_points_but_for_the_deck_between_them(decked: LevelledScan) -> None:
    platforms = find_platforms(decked, HALL)
    ground, upper = storeys_of(decked, decked.floor, HALL, (), platforms)
    assert (ground.id, upper.id) == ("L0", "L1")
    over = shapely.contains_xy(upper.outline, *ground.hall.points[:, :2].T)
    assert ground.hall.points[over, 2].max() < TOP_M - DECK_M
    assert ground.hall.heights.max() > 5.9
    assert np.abs(upper.hall.heights - (upper.hall.points[:, 2] - TOP_M)).max() < 0.02
    assert upper.hall.heights.min() > -0.06
    assert shapely.contains_xy(upper.outline, *upper.hall.points[:, :2].T).all()
    assert upper.deck_m == pytest.approx(DECK_M, abs=0.003)
    assert len(ground.hall.points) + len(upper.hall.points) < len(decked.points)


def test_a_hall_without_a_deck_is_its_own_only_storey(decked: LevelledScan) -> None:
    none: tuple[Platform, ...] = ()
    (ground,) = storeys_of(decked, decked.floor, HALL, (), none)
    assert ground.hall is decked
    assert ground.deck_m is None
