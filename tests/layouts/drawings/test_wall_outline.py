"""A wall is found again in its outline: its centre line, its thickness, and nothing where there is no wall."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from layouts.drawings.wall_outline import wall_of_outline

RECTANGLE = [(0, 0), (4, 0), (4, 0.25), (0, 0.25)]


def moved(outline, yaw=0.0, by=(0.0, 0.0)):
    c, s = math.cos(yaw), math.sin(yaw)
    return np.asarray(outline, dtype=float) @ np.array([[c, s], [-s, c]]) + by


def found(outline):
    wall = wall_of_outline(outline)
    assert wall is not None
    p0, p1, thickness = wall
    return sorted([p0, p1]), thickness


def test_a_rectangle_is_a_wall_along_its_middle():
    ends, thickness = found(RECTANGLE)
    assert thickness == pytest.approx(0.25)
    assert np.allclose(ends, [(0, 0.125), (4, 0.125)])


def test_a_repeated_first_corner_and_corners_within_a_face_change_nothing():
    outline = [(0, 0), (1, 0), (1, 0), (4, 0), (4, 0.1), (4, 0.25), (2, 0.25), (0, 0.25), (0, 0)]
    ends, thickness = found(outline)
    assert (np.allclose(ends, [(0, 0.125), (4, 0.125)]), thickness) == (True, pytest.approx(0.25))


def test_centre_lines_of_two_mitred_walls_meet_in_the_corner():
    across = found([(0, 0), (5, 0), (4.8, 0.2), (0, 0.2)])[0]
    up = found([(5, 0), (5, 3), (4.8, 3), (4.8, 0.2)])[0]
    assert np.allclose(across[1], (4.9, 0.1))
    assert np.allclose(up[0], (4.9, 0.1))


def test_a_pointed_end_reaches_its_point():
    ends, _ = found([(0, 0), (3, 0), (3.1, 0.1), (3, 0.2), (0, 0.2)])
    assert np.allclose(ends, [(0, 0.1), (3.1, 0.1)])


@pytest.mark.parametrize(
    "outline",
    [
        [(0, 0), (0.3, 0), (0.3, 0.3), (0, 0.3)],  # a square: a column as well
        [(0, 0), (4, 0), (4, 3), (3.8, 3), (3.8, 0.2), (0, 0.2)],  # an L
        [(0, 0), (4, 0), (4, 0.2), (2, 0.35), (0, 0.2)],  # a bulge
        [(0, 0), (4, 0), (4, 0.3), (0, 0.2)],  # a taper
        [(0, 0), (4, 0), (0, 0.2), (4, 0.2)],  # it crosses itself
        [(0, 0), (2, 0), (2, 0.4), (1.8, 0.4), (1.8, 0.2), (0.2, 0.2), (0.2, 0.4), (0, 0.4)],  # a U
        [(0, 0), (4, 0), (4, 0)],
        [(0, 0), (4, 0), (8, 0), (0, 0)],
        [(0, 0), (4, 0), (4, math.nan), (0, 0.2)],
        [],
    ],
)
def test_what_is_no_thin_rectangle_is_no_wall(outline):
    assert wall_of_outline(outline) is None


@given(
    length=st.floats(0.5, 60),
    share=st.floats(0.01, 0.6),
    miters=st.tuples(st.floats(-1, 1), st.floats(-1, 1)),
    yaw=st.floats(-4, 4),
    by=st.tuples(st.floats(-1e5, 1e5), st.floats(-1e5, 1e5)),
    first=st.integers(0, 3),
    turned=st.booleans(),
)
def test_wherever_it_stands_a_wall_is_found_to_a_hundredth_of_a_millimetre(
    length, share, miters, yaw, by, first, turned
):
    thick = max(length * share, 0.05)
    if length < 1.6 * thick:
        return
    a, b = (miter * min(thick, length - 1.6 * thick) / 2 for miter in miters)
    outline = [(-a, 0), (length - b, 0), (length + b, thick), (a, thick)]
    truth = moved([(0, thick / 2), (length, thick / 2)], yaw, by)
    outline = np.roll(moved(outline, yaw, by), first, axis=0)[:: -1 if turned else 1]
    p0, p1, thickness = wall_of_outline(outline)
    ends = np.array([p0, p1])
    errors = [np.abs(ends - truth).max(), np.abs(ends[::-1] - truth).max()]
    assert thickness == pytest.approx(thick, abs=1e-5)
    assert min(errors) < 1e-5
