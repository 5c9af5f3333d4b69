"""Lanes between rows of known places: as wide as the gap, at any heading, and blocked where nobody gets by."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from shapely import Polygon, box

from scans.recognition.aisles import FoundAisle, Side, blocking, find_aisles
from scans.recognition.building.walls import WallLine
from scans.recognition.racks.blocks import axes_of
from scans.recognition.racks.rows import FoundRow
from scans.recognition.racks.tiers import FoundTier
from scans.recognition.uncertainty import PLANE_M

DEPTH_M, LENGTH_M, SIGMA_M = 1.1, 8.5, 0.01
EXACT_M = 1e-9  # float64 at a hundred metres

yaws = st.floats(-math.pi, math.pi)
widths = st.floats(0.6, 5.9)


def row(
    v: float, *, yaw: float = 0.0, u: float = 0.0, flipped: bool = False, length: float = LENGTH_M
) -> FoundRow:
    """A row from `v` to `v` + 1.1 across and from `u` along, in axes turned by `yaw`; `flipped` looks back."""
    posts = np.linspace(u + 0.05, u + length - 0.05, 4)
    faces = (v, v + DEPTH_M)
    if flipped:
        yaw, posts, faces = yaw + math.pi, -posts[::-1], (-faces[1], -faces[0])
    return FoundRow(
        yaw_rad=yaw,
        posts=posts,
        v0=faces[0],
        v1=faces[1],
        upright_width_m=0.1,
        height_m=4.0,
        tiers=(FoundTier(1.5, 0.12, 0.005),),
        sigma_m=SIGMA_M,
        evidence_points=1000,
        seen_posts=4,
        quality=0.8,
    )


def wall(v: float, yaw: float = 0.0) -> WallLine:
    """A wall along the rows at `v`, from −5 to 15 m."""
    axes = axes_of(yaw)
    p0, p1 = np.array([-5.0, v]) @ axes, np.array([15.0, v]) @ axes
    return WallLine(p0, p1, axes[1], 0.002)


def lanes(rows: Sequence[FoundRow], walls: Sequence[WallLine] = ()) -> tuple[FoundAisle, ...]:
    return find_aisles(rows, walls)[0]


@given(widths, yaws, st.booleans(), st.booleans(), st.booleans())
def test_a_lane_is_as_wide_as_the_gap_between_its_rows(
    width: float, yaw: float, first: bool, second: bool, swapped: bool
) -> None:
    pair = [row(2.0, yaw=yaw, flipped=first), row(2.0 + DEPTH_M + width, yaw=yaw, flipped=second)]
    rows = pair[::-1] if swapped else pair
    aisles, faces, mates = find_aisles(rows, ())
    (lane,) = aisles
    assert lane.clear_width_m == pytest.approx(width, abs=EXACT_M)
    # both faces lie too far back by about as much
    assert lane.sigma_m == pytest.approx(math.hypot(SIGMA_M, SIGMA_M, math.sqrt(2.0) * PLANE_M))
    assert mates == {}
    # the outer sides face open floor
    assert {i: set(sides) for i, sides in faces.items()} == {0: {1, -1}, 1: {1, -1}}

    middle = np.array([lane.p0, lane.p1]) @ axes_of(yaw).T
    assert middle[:, 1] == pytest.approx([2.0 + DEPTH_M + width / 2] * 2, abs=EXACT_M)
    assert sorted(middle[:, 0]) == pytest.approx([0.0, LENGTH_M], abs=EXACT_M)
    lower, upper = (1, 0) if swapped else (0, 1)
    expected = {Side(lower, -1 if first else 1), Side(upper, 1 if second else -1)}
    assert set(lane.sides) == expected


@given(st.floats(0.0, 0.5), yaws)
def test_rows_back_to_back_are_mates_without_a_lane(flue: float, yaw: float) -> None:
    rows = [row(0.0, yaw=yaw), row(DEPTH_M + flue, yaw=yaw)]
    aisles, faces, mates = find_aisles(rows, ())
    assert aisles == ()
    assert mates == {0: 1, 1: 0}
    assert faces == {0: (-1,), 1: (1,)}


@given(widths, yaws)
def test_a_row_and_a_wall_share_a_lane_of_one_side(width: float, yaw: float) -> None:
    aisles, faces, _ = find_aisles([row(width, yaw=yaw)], [wall(0.0, yaw)])
    (lane,) = aisles
    assert lane.clear_width_m == pytest.approx(width, abs=1e-6)
    assert lane.sides == (Side(0, -1),)
    assert set(faces[0]) == {1, -1}


def test_a_row_against_a_wall_is_reached_from_its_other_side_alone() -> None:
    aisles, faces, mates = find_aisles([row(0.2)], [wall(0.0)])
    assert aisles == ()
    assert faces == {0: (1,)}
    assert mates == {}


def test_open_floor_wider_than_six_metres_is_no_aisle_but_the_side_faces_it() -> None:
    aisles, faces, _ = find_aisles([row(0.0), row(DEPTH_M + 6.1)], ())
    assert aisles == ()
    assert set(faces[0]) == {1, -1}


def test_a_row_further_on_does_not_count_across_a_nearer_one() -> None:
    aisles = lanes([row(0.0), row(3.0), row(6.0)])
    assert [a.clear_width_m for a in aisles] == pytest.approx([3.0 - DEPTH_M] * 2)
    assert len({s for a in aisles for s in a.sides}) == 4


def test_rows_at_an_angle_or_side_by_side_share_no_lane() -> None:
    assert lanes([row(0.0), row(3.0, yaw=0.2)]) == ()
    assert lanes([row(0.0), row(3.0, u=LENGTH_M)]) == ()


@pytest.mark.parametrize(("shift", "shares"), [(0.6 * LENGTH_M, True), (0.75 * LENGTH_M, False)])
def test_rows_share_a_lane_if_they_face_each_other_over_a_third(shift: float, shares: bool) -> None:
    assert bool(lanes([row(0.0), row(3.0, u=shift)])) == shares


def lane(width: float = 2.8) -> FoundAisle:
    return FoundAisle(np.array([0.0, 0.0]), np.array([10.0, 0.0]), width, SIGMA_M, (Side(0, 1),))


@given(st.floats(0.0, 2.7), st.floats(0.05, 2.7))
def test_a_lane_is_blocked_where_a_person_60_cm_wide_gets_by_on_neither_side(
    low: float, depth: float
) -> None:
    thing = box(4.0, -1.4 + low, 5.0, min(-1.4 + low + depth, 1.4))
    free = max(low, 2.8 - low - depth)
    if abs(free - 0.6) > 1e-6:
        assert blocking(lane(), [thing]) == ([0] if free < 0.6 else [])


def test_what_lies_beside_the_lane_or_before_it_blocks_nothing() -> None:
    assert blocking(lane(), [box(4.0, 1.45, 5.0, 3.0), box(-3.0, -1.4, -0.1, 1.4), Polygon()]) == []


@given(yaws, st.floats(-50, 50))
def test_the_lane_s_rectangle_has_its_length_and_width(yaw: float, x: float) -> None:
    p0 = np.array([x, 3.0])
    turned = FoundAisle(p0, p0 + 10.0 * axes_of(yaw)[0], 2.8, SIGMA_M, ())
    assert turned.footprint().area == pytest.approx(28.0)
    assert turned.footprint().exterior.is_ccw
