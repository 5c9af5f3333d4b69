"""A deck's top is what is seen from above, its underside what is seen from below."""

from __future__ import annotations

import numpy as np
import pytest

from scans.recognition.levels.faces import Faces, deck_faces
from scans.recognition.levels.rays import Rays

ABOVE, BELOW = np.array([0.0, 0.0, 4.4]), np.array([0.0, 0.0, 1.6])


def rays(top: int, underside: int, *, knows_eyes: bool = True, boards: int = 0) -> Rays:
    """Beams to so many points of a deck from 2.65 to 2.80 m, and of boards at 2.5 m under it."""
    rng = np.random.default_rng(3)
    z = np.repeat([2.80, 2.65, 2.5], [top, underside, boards]) + rng.normal(
        0, 0.003, top + underside + boards
    )
    ends = np.column_stack([rng.uniform(-4, 4, (len(z), 2)), z])
    station = np.repeat([0, 1, 1], [top, underside, boards]).astype(np.int32)
    return Rays.of(ends, station, {0: ABOVE, 1: BELOW} if knows_eyes else {})


def test_both_faces_are_told_by_who_saw_them() -> None:
    faces = deck_faces(rays(3000, 2000, boards=1000))
    assert faces is not None
    assert faces.top_m == pytest.approx(2.80, abs=0.002)
    assert faces.underside_m == pytest.approx(2.65, abs=0.002)
    assert faces.inside_m == pytest.approx(2.725, abs=0.002)


def test_a_ceiling_has_no_top() -> None:
    faces = deck_faces(rays(0, 2000))
    assert faces is not None
    assert faces.top_m is None
    assert faces.inside_m > faces.low_m


def test_where_nobody_knows_who_saw_them_two_heights_are_the_faces() -> None:
    faces = deck_faces(rays(2000, 3000, knows_eyes=False))
    assert faces is not None
    assert (faces.underside_m, faces.top_m) == pytest.approx((2.65, 2.80), abs=0.002)


def test_one_height_alone_is_both_where_nobody_knows_who_saw_it() -> None:
    faces = deck_faces(rays(2000, 0, knows_eyes=False))
    assert faces is not None
    assert faces.top_m == faces.underside_m == pytest.approx(2.80, abs=0.002)


def test_a_few_points_are_no_face() -> None:
    assert deck_faces(rays(20, 20)) is None


def test_a_top_below_its_underside_is_none() -> None:
    upside_down = rays(2000, 2000)
    swapped = Rays(upside_down.ends, upside_down.eyes[::-1] * [1, 1, 0] + [0, 0, 2.7], upside_down.eye)
    assert deck_faces(swapped) is None


def test_points_are_on_a_face_beside_it_or_neither() -> None:
    faces = Faces(2.80, 2.65)
    z = np.array([2.80, 2.815, 2.66, 2.72, 2.85, 2.60, 2.95])
    np.testing.assert_array_equal(faces.are_on(z), [True, True, True, False, False, False, False])
    np.testing.assert_array_equal(faces.are_beside(z), [False, False, False, False, True, True, False])
