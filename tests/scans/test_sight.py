"""Beams through a grid: counted as a slow walk in small steps counts them."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
from hypothesis import given, settings
from hypothesis import strategies as st

from scans.recognition.sight import SLAB_M, Sight, look_around

CELL_M = 0.5
SHAPE = (8, 6)
STOP_SHORT_M = 0.12
FOOT_M = 0.1

place = st.tuples(
    st.floats(-1.0, 5.0, width=32), st.floats(-1.0, 4.0, width=32), st.floats(0.0, 3.0, width=32)
)


def seen(eye: npt.ArrayLike, *ends: npt.ArrayLike) -> Sight:
    points = np.array(ends, dtype=np.float64)
    eyes = {0: np.array(eye, dtype=np.float64)}
    return look_around(points, np.zeros(len(points), np.int32), eyes, np.zeros(2), SHAPE, CELL_M)


def walked(eye: npt.ArrayLike, end: npt.ArrayLike, steps: int = 40_000) -> dict[tuple[int, int, int], float]:
    """Boxes that a beam goes through up to where it stops to tell, with its length in each of them."""
    eye, end = np.asarray(eye, dtype=np.float64), np.asarray(end, dtype=np.float64)
    length = float(np.linalg.norm(end - eye))
    if length <= STOP_SHORT_M:
        return {}
    share = (np.arange(steps) + 0.5) / steps * (1.0 - STOP_SHORT_M / length)
    box = np.floor((eye + share[:, None] * (end - eye) - [0, 0, FOOT_M]) / [CELL_M, CELL_M, SLAB_M])
    inside = ((box >= 0) & (box < [*SHAPE, 10])).all(axis=1)
    boxes, count = np.unique(box[inside].astype(int), axis=0, return_counts=True)
    return {tuple(b): c * length / steps for b, c in zip(boxes.tolist(), count.tolist(), strict=True)}


def is_met(box: tuple[int, ...], eye: npt.ArrayLike, end: npt.ArrayLike) -> bool:
    """Whether the beam comes within a micrometre of the box."""
    start, along = np.asarray(eye, dtype=np.float64), np.subtract(end, eye, dtype=np.float64)
    low = np.array(box) * [CELL_M, CELL_M, SLAB_M] + [0.0, 0.0, FOOT_M]
    low, high = low - 1e-6, low + [CELL_M, CELL_M, SLAB_M] + 1e-6
    moves = np.abs(along) > 1e-12
    if not ((start >= low) & (start <= high))[~moves].all():
        return False
    one, two = (low - start)[moves] / along[moves], (high - start)[moves] / along[moves]
    return bool(
        max(np.minimum(one, two).max(initial=0.0), 0.0) <= min(np.maximum(one, two).min(initial=1.0), 1.0)
    )


@settings(max_examples=60, deadline=None)
@given(place, place)
def test_a_beam_goes_once_through_each_box_on_its_way(
    eye: tuple[float, float, float], end: tuple[float, float, float]
) -> None:
    through = seen(eye, end).through
    long_enough = {box for box, metres in walked(eye, end).items() if metres > 1e-3}
    assert through.max(initial=0) <= 1
    counted = {tuple(box) for box in np.argwhere(through).tolist()}
    assert long_enough <= counted
    assert all(is_met(box, eye, end) for box in counted)


def test_a_beam_along_the_grid_is_counted_by_hand() -> None:
    sight = seen((-1.0, 0.25, 1.0), (3.25, 0.25, 1.0))
    assert sight.through[:, 0, 4].tolist() == [1, 1, 1, 1, 1, 1, 1, 0]  # x 3.0 to 3.13 is still clear
    assert sight.through.sum() == 7
    assert np.argwhere(sight.ended).tolist() == [[6, 0, 4]]


def test_a_station_nobody_knows_the_place_of_tells_only_where_beams_ended() -> None:
    points = np.array([[0.6, 0.6, 0.5]])
    sight = look_around(points, np.array([7], np.int32), {}, np.zeros(2), SHAPE, CELL_M)
    assert sight.through.sum() == 0
    assert sight.ended.sum() == 1
    assert sight.is_solid().sum() == 1


def test_noise_in_mid_air_is_not_solid_and_a_wall_is() -> None:
    rng = np.random.default_rng(0)
    wall = np.column_stack([np.full(6000, 3.7), rng.uniform(0.1, 2.9, 6000), rng.uniform(0.2, 2.0, 6000)])
    noise = np.column_stack([np.full(12, 1.7), rng.uniform(1.0, 2.0, 12), rng.uniform(0.7, 1.3, 12)])
    sight = seen((0.1, 1.5, 1.0), *wall, *noise)
    assert sight.ended[3].any()
    assert not sight.is_solid()[3].any()
    assert sight.is_solid()[7, :5].all()


def test_more_beams_than_are_walked_still_count_in_full() -> None:
    many = np.tile([[3.25, 0.25, 1.0]], (1_600_000, 1))
    sight = look_around(
        many, np.zeros(len(many), np.int32), {0: np.array([-1.0, 0.25, 1.0])}, np.zeros(2), SHAPE, CELL_M
    )
    assert sight.ended.max() == 65535  # no overflow
    assert sight.through[0, 0, 4] == 65535
    assert math.isclose(sight.through.astype(float).sum(), 7 * 65535)


def test_solid_sheet_and_clear_are_as_numpy_says_on_any_counts() -> None:
    rng = np.random.default_rng(1)
    ended, through = (
        rng.integers(0, 12, (9, 7, 10)).astype(np.uint16) * rng.integers(0, 2, (9, 7, 1)).astype(np.uint16)
        for _ in range(2)
    )
    ended[0, 0], through[0, 0] = 65535, 65535  # beyond what two bytes add up to
    through[1:] *= 6
    sight = Sight(np.zeros(2), CELL_M, ended, through)
    beams = ended.astype(np.int64) + through
    np.testing.assert_array_equal(sight.is_solid(), ((ended > 0) & (ended > 0.15 * beams)).any(axis=2))
    np.testing.assert_array_equal(sight.is_sheet(), ((ended >= 3) & (ended > 0.1 * beams)).any(axis=2))
