"""Shortest paths over the floor: lengths worked out by hand, and every odd floor and point."""

from __future__ import annotations

import math
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import shapely
from shapely import MultiPolygon, Point, Polygon

from spatial.any_angle.among import lengths_among, paths_among
from spatial.any_angle.floor_paths import SNAP_M, floor_paths

ROOM = shapely.box(0, 0, 10, 10)
BLOCK = shapely.box(4, 4, 6, 6)
AROUND = floor_paths(ROOM - BLOCK)
ROOT = Path(__file__).parents[2]


def test_what_sees_each_other_is_joined_by_a_straight_line() -> None:
    assert AROUND.path((1, 1), (9, 2)).tolist() == [[1, 1], [9, 2]]
    assert AROUND.length((1, 1), (9, 2)) == math.hypot(8, 1)


def test_a_string_bends_about_the_corners_of_a_square() -> None:
    path = AROUND.path((1, 5), (9, 5))
    assert path[[0, -1]].tolist() == [[1, 5], [9, 5]]
    assert path[1:-1].tolist() in ([[4, 4], [6, 4]], [[4, 6], [6, 6]])
    assert AROUND.length((1, 5), (9, 5)) == pytest.approx(2 * math.hypot(3, 1) + 2, rel=1e-15)


def test_a_string_about_a_pillar_is_two_tangents_and_an_arc() -> None:
    radius, off, segments = 1.0, 4.0, 512
    pillar = Point(0, 0).buffer(radius, quad_segs=segments)
    around = floor_paths(shapely.box(-5, -5, 5, 5) - pillar)
    tangent, angle = math.sqrt(off**2 - radius**2), math.pi - 2 * math.acos(radius / off)
    assert around.length((-off, 0), (off, 0)) == pytest.approx(2 * tangent + radius * angle, rel=1e-5)


def test_in_an_l_the_way_bends_at_the_inner_corner() -> None:
    bent = Polygon([(0, 0), (10, 0), (10, 2), (2, 2), (2, 10), (0, 10)])
    assert floor_paths(bent).path((9, 1), (1, 9)).tolist() == [[9, 1], [2, 2], [1, 9]]


def test_the_way_along_a_wall_is_the_wall() -> None:
    turned = shapely.affinity.rotate(ROOM - BLOCK, 33, origin=(0, 0))
    (ax, ay), *_, (bx, by) = shapely.affinity.rotate(shapely.LineString([(4, 1), (4, 9)]), 33, (0, 0)).coords
    assert floor_paths(turned).length((ax, ay), (bx, by)) == pytest.approx(8, rel=1e-14)


def test_points_on_corners_edges_and_each_other_are_no_special_case() -> None:
    points = [(4, 4), (6, 6), (5, 4), (4, 4), (0, 0), (10, 5), (4, 5)]
    lengths = AROUND.distances(points)
    assert lengths[0, 1] == 4
    assert lengths[0, 3] == 0
    assert lengths[2, 6] == 2
    assert lengths[4, 0] == pytest.approx(math.hypot(4, 4))
    assert AROUND.path((4, 4), (4, 4)).tolist() == [[4, 4], [4, 4]]
    assert AROUND.length((4, 4), (4, 4)) == 0


def test_a_point_a_hair_off_the_floor_stands_at_its_edge() -> None:
    path = AROUND.path((1, 5), (4 + SNAP_M / 2, 5))
    assert path.tolist() == [[1, 5], [4, 5]]
    assert AROUND.distances([(1, 5), (4 + SNAP_M / 2, 5)])[0, 1] == 3


def test_a_point_off_the_floor_is_refused_and_has_no_way() -> None:
    with pytest.raises(ValueError, match=r"\[5.0, 5.0\] is 1.000 m off the floor, farther than 0.01 m"):
        AROUND.path((1, 1), (5, 5))
    lengths = AROUND.distances([(1, 1), (5, 5), (9, 9), (-1, 1)])
    assert lengths.submatrix([1, 3]).tolist() == [[0, np.inf], [np.inf, 0]]
    assert np.isinf(lengths[[0, 2], [1, 3]]).all()
    assert lengths[0, 2] == pytest.approx(2 * math.hypot(5, 3))
    with pytest.raises(ValueError, match=r"the point \[nan, 5.0\] is nowhere"):
        AROUND.path((1, 1), (np.nan, 5))


def test_parts_of_a_floor_have_no_way_between_them() -> None:
    parts = floor_paths(MultiPolygon([shapely.box(0, 0, 1, 1), shapely.box(2, 0, 3, 1)]))
    assert np.isinf(parts.distances([(0.5, 0.5), (2.5, 0.5)])[0, 1])
    with pytest.raises(ValueError, match=r"no way on the floor joins \[0.5, 0.5\] and \[2.5, 0.5\]"):
        parts.path((0.5, 0.5), (2.5, 0.5))


def test_obstacles_that_touch_in_a_corner_let_pass_there_and_along_a_side_do_not() -> None:
    low, high = shapely.box(3, -5, 5, 5), shapely.box(5, 5, 7, 15)
    through = floor_paths(ROOM - low - high)
    assert through.path((1, 9), (9, 1)).tolist() == [[1, 9], [9, 1]]
    assert through.length((3, 9), (7, 3)) == pytest.approx(math.hypot(2, 4) + math.hypot(2, 2))
    shut = floor_paths(ROOM - low - shapely.box(5, 4, 7, 15))
    assert np.isinf(shut.distances([(1, 9), (9, 1)])[0, 1])


def test_holes_that_touch_in_a_corner_let_pass_there() -> None:
    touching = floor_paths(ROOM - shapely.box(2, 2, 5, 5) - shapely.box(5, 5, 8, 8))
    assert touching.length((4.5, 6), (6, 4)) == pytest.approx(math.hypot(0.5, 1) + math.hypot(1, 1))


def test_the_place_on_earth_does_not_matter() -> None:
    east, north = 412_345.25, 5_300_123.5
    far = floor_paths(shapely.affinity.translate(ROOM - BLOCK, east, north))
    assert far.length((1 + east, 5 + north), (9 + east, 5 + north)) == AROUND.length((1, 5), (9, 5))


@pytest.mark.parametrize("floor", [Polygon(), MultiPolygon(), Polygon([(0, 0), (1, 1), (1, 0), (0, 1)])])
def test_no_floor_and_a_crossed_outline_are_refused(floor: Polygon | MultiPolygon) -> None:
    with pytest.raises(ValueError, match=r"the floor is .*: give a valid polygon"):
        floor_paths(floor)


def test_distances_are_kept_once_a_pair_and_once_a_place() -> None:
    points = np.random.default_rng(5).uniform(0, 4, (60, 2))[np.arange(240) % 60]
    lengths = AROUND.distances(points, dtype=np.float32)
    assert (len(lengths), lengths.length_m.dtype) == (240, np.float32)
    assert lengths.nbytes == 240 * 8 + 60 * 59 // 2 * 4
    full = lengths.submatrix(range(240))
    assert np.array_equal(full, full.T)
    assert np.array_equal(full, lengths.rows(range(240)))
    assert np.array_equal(full[:60, :60], full[180:, 60:120])
    assert full == pytest.approx(AROUND.distances(points).submatrix(range(240)), rel=1e-6)
    assert lengths[np.ix_([3, 7], [1, 200, 5])] == pytest.approx(full[np.ix_([3, 7], [1, 200, 5])])
    with pytest.raises(IndexError, match="points are numbered 0 … 239, got -1 … 3"):
        lengths[[-1, 3], 0]


def test_no_points_have_no_distances() -> None:
    nothing = AROUND.distances([])
    assert (len(nothing), nothing.submatrix([]).shape) == (0, (0, 0))
    assert AROUND.distances([(1, 1)]).submatrix([0]).tolist() == [[0]]


def test_the_number_of_threads_changes_nothing() -> None:
    points = np.random.default_rng(3).uniform(0, 10, (90, 2))
    one, three = (AROUND.distances(points, threads=count) for count in (1, 3))
    assert np.array_equal(one.length_m, three.length_m)


def test_among_obstacles_the_plane_is_open() -> None:
    square = [(0, 0), (4, 0), (4, 4), (0, 4)]
    assert lengths_among([square], [(-1, 2), (5, 2), (2, 2)])[0].tolist() == [
        0,
        pytest.approx(2 * math.hypot(1, 2) + 4),
        np.inf,
    ]
    assert lengths_among([], [(0, 0), (3, 4)])[0, 1] == 5
    assert lengths_among([square], []).shape == (0, 0)
    crossed = [(0, 0), (4, 4), (4, 0), (0, 4)]
    assert paths_among([crossed], [(-1, 2), (5, 2)]).length((-1, 2), (5, 2)) > 6
    with pytest.raises(ValueError, match="no points"):
        paths_among([square], [])


SMALL_CASE = """
import numpy as np, shapely
from spatial.any_angle.floor_paths import floor_paths
random = np.random.default_rng(1)
blocks = [shapely.Point(at).buffer(1.3, quad_segs=1) for at in random.uniform(0, 10, (4, 2))]
paths = floor_paths(shapely.box(0, 0, 10, 10) - shapely.union_all(blocks))
points = random.uniform(0, 10, (25, 2))
for few in (25, 6):
    print(paths.distances(points[:few]).length_m.tobytes().hex())
print(paths.path((0, 0), (10, 10)).tobytes().hex())
"""


def test_compiled_and_plain_python_agree_to_the_last_bit() -> None:
    answers = [
        subprocess.run(
            [sys.executable, "-W", "error", "-c", SMALL_CASE],
            cwd=ROOT,
            env={**os.environ, "NUMBA_DISABLE_JIT": plain},
            check=True,
            capture_output=True,
            text=True,
        ).stdout
        for plain in ("0", "1")
    ]
    assert answers[0] == answers[1] != ""
