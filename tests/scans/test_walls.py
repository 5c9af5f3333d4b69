"""Walls, their doors and the floor's outline against a hall of known planes, at any heading."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import Polygon

from scans.recognition.building.openings import FoundOpening, find_openings
from scans.recognition.building.outline import floor_outline
from scans.recognition.building.walls import WallLine, find_walls
from scans.recognition.column_map import column_map
from spatial.poses import Matrix4, pose_from_xyz_yaw, transform_points

NOISE_M = 0.003
SPACING_M = 0.04  # between points; walls are asked for in cells of 10 cm
CELL_M = 0.1
# the wall around the corner may have taken the cells of its band, 12 cm, and a cell's diagonal is left to chance
END_M = 0.12 + math.sqrt(2) * CELL_M
SIDE_M = 12.0, 9.0
ROOF_M = 6.0
# the plane of a wall, from a thousand points a metre, is exact to noise/√n; a tenth of it is left for their choice
PLANE_M = 0.1 * NOISE_M + 5 * NOISE_M / math.sqrt(9 * (ROOF_M - 0.3) / SPACING_M**2)

Points = npt.NDArray[np.float64]
Rng = np.random.Generator


def sheet(corner: npt.ArrayLike, one: npt.ArrayLike, other: npt.ArrayLike, rng: Rng) -> Points:
    """Points spread over the parallelogram at `corner` spanned by two vectors, with noise across it."""
    corner, one, other = (np.asarray(x, np.float64) for x in (corner, one, other))
    across = np.cross(one, other)
    count = int(np.linalg.norm(across) / SPACING_M**2)
    share = rng.uniform(0.0, 1.0, (count, 2))
    noise = rng.normal(0.0, NOISE_M, (count, 1)) * across / np.linalg.norm(across)
    return np.asarray(corner + share[:, :1] * one + share[:, 1:] * other + noise)


def rectangle(x: float, y: float) -> Points:
    """The corners (4, 3) of a hall, counter-clockwise from (0, 0)."""
    return np.array([[0.0, 0.0, 0.0], [x, 0.0, 0.0], [x, y, 0.0], [0.0, y, 0.0]])


def hall_points(rng: Rng, *, skip: tuple[int, ...] = ()) -> Points:
    """Floor, roof and the four walls of a hall of 12 × 9 × 6 m, its corner at (0, 0), but for the walls `skip`."""
    x, y = SIDE_M
    corners = rectangle(x, y)
    up = [0.0, 0.0, ROOF_M]
    parts = [sheet([0, 0, z], [x, 0, 0], [0, y, 0], rng) for z in (0.0, ROOF_M)]
    parts += [
        sheet(p, q - p, up, rng)
        for i, (p, q) in enumerate(zip(corners, np.roll(corners, -1, axis=0), strict=True))
        if i not in skip
    ]
    return np.vstack(parts)


def walls_of(points: Points) -> tuple[WallLine, ...]:
    columns = column_map(points, points[:, 2], cell_m=CELL_M, top_m=ROOF_M)
    return find_walls(columns, points, points[:, 2], ROOF_M)


@settings(max_examples=6, deadline=None, derandomize=True)
@given(st.floats(-180.0, 180.0), st.integers(0, 99))
def test_four_walls_are_found_at_any_heading(yaw_deg: float, seed: int) -> None:
    assert_four_walls(pose_from_xyz_yaw(-4.0, 3.0, 0.0, math.radians(yaw_deg)), seed)


def test_four_walls_are_found_a_kilometre_from_the_origin() -> None:
    assert_four_walls(pose_from_xyz_yaw(800.0, 600.0, 0.0, math.radians(10.0)), seed=1)


def assert_four_walls(world_from_hall: Matrix4, seed: int) -> None:
    """Those of the hall, each with the hall on its left, and nothing else."""
    points = transform_points(world_from_hall, hall_points(np.random.default_rng(seed)))
    found = walls_of(points)
    x, y = SIDE_M
    middle = transform_points(world_from_hall, [[x / 2, y / 2, 0.0]])[:, :2]
    assert len(found) == 4
    assert [w.length_m for w in found] == sorted((w.length_m for w in found), reverse=True)
    corners = transform_points(world_from_hall, rectangle(x, y))[:, :2]
    for ends in np.stack([corners, np.roll(corners, -1, axis=0)], axis=1):
        wall = min(found, key=lambda w: float(np.abs(w.depths(ends)).max()))
        assert np.abs(wall.depths(ends)).max() < 2 * PLANE_M  # twice: the plane may lean
        assert wall.sigma_m < NOISE_M
        assert np.linalg.norm([wall.p0, wall.p1] - ends, axis=1).max() < END_M  # counter-clockwise, as asked
        assert float(wall.depths(middle)[0]) > 4.0
        assert abs(float(wall.along @ wall.inward)) < 1e-9


def test_the_order_of_points_does_not_matter() -> None:
    points = hall_points(np.random.default_rng(4))
    shuffled = np.random.default_rng(9).permutation(points)
    for one, other in zip(walls_of(points), walls_of(shuffled), strict=True):
        np.testing.assert_allclose([one.p0, one.p1], [other.p0, other.p1], atol=1e-9)


def test_a_rack_as_tall_as_the_hall_is_no_wall() -> None:
    rng = np.random.default_rng(1)
    faces = [sheet([3, y, 0], [6, 0, 0], [0, 0, 0.95 * ROOF_M], rng) for y in (4.0, 5.1)]
    points = np.vstack([hall_points(rng), *faces])
    found = walls_of(points)
    assert len(found) == 4
    assert min(float(np.abs(w.depths(np.array([[6.0, 4.0]])))[0]) for w in found) > 3.9 - 1.1


def test_nothing_tall_gives_no_wall() -> None:
    rng = np.random.default_rng(1)
    floor = sheet([0, 0, 0], [9, 0, 0], [0, 9, 0], rng)
    assert walls_of(floor) == ()


def with_door(
    rng: Rng, behind_m: float | None, *, s0: float = 3.0, s1: float = 6.0, head: float = 3.2
) -> Points:
    """The hall with a door in the wall y = 0; a panel, or the ground outside, is seen behind it, or nothing."""
    points = hall_points(rng, skip=(0,))
    up = np.array([0.0, 0.0, 1.0])
    sheets: list[tuple[npt.ArrayLike, npt.ArrayLike, npt.ArrayLike]] = [
        ([0, 0, 0], [s0, 0, 0], ROOF_M * up),
        ([s1, 0, 0], [SIDE_M[0] - s1, 0, 0], ROOF_M * up),
        ([s0, 0, head], [s1 - s0, 0, 0], (ROOF_M - head) * up),
    ]
    if behind_m is not None:
        sheets.append(([s0, -behind_m, 0], [s1 - s0, 0, 0], head * up))
    return np.vstack([points, *(sheet(*parts, rng) for parts in sheets)])


def doors_of(points: Points) -> list[tuple[WallLine, FoundOpening]]:
    return [(w, door) for w in walls_of(points) for door in find_openings(w, points, points[:, 2])]


@pytest.mark.parametrize(
    ("behind_m", "s0", "s1", "kind", "closed"),
    [(0.15, 3.0, 6.0, "dock_door", True), (2.0, 3.0, 6.0, "dock_door", False), (0.1, 4.0, 5.0, "door", True)],
)
def test_a_door_is_where_the_wall_is_not_and_more_is_seen(
    behind_m: float, s0: float, s1: float, kind: str, closed: bool
) -> None:
    points = with_door(np.random.default_rng(2), behind_m, s0=s0, s1=s1)
    ((wall, door),) = doors_of(points)
    assert np.abs(wall.depths(np.array([[0.0, 0.0], [12.0, 0.0]]))).max() < 2 * PLANE_M
    sides = np.sort([float((wall.p0 + s * wall.along)[0]) for s in (door.s0_m, door.s1_m)])
    # a side is known to the cell of 10 cm that holds it, from either side
    assert np.abs(sides - [s0, s1]).max() < CELL_M
    assert door.z1_m == pytest.approx(3.2, abs=CELL_M)
    assert (door.kind, door.closed) == (kind, closed)


def test_a_gap_with_nothing_seen_behind_is_no_door() -> None:
    assert doors_of(with_door(np.random.default_rng(2), None)) == []


def test_a_wall_without_a_gap_has_no_door() -> None:
    assert doors_of(hall_points(np.random.default_rng(2))) == []


def ring(
    x: float, y: float, yaw_deg: float, spacing_m: float = 0.05
) -> tuple[tuple[WallLine, ...], Points, Polygon]:
    """The walls of a hall of x × y m, points on its floor, and its outline."""
    pose = pose_from_xyz_yaw(5.0, -8.0, 0.0, math.radians(yaw_deg))
    corners = transform_points(pose, rectangle(x, y))[:, :2]
    walls = []
    for p0, p1 in zip(corners, np.roll(corners, -1, axis=0), strict=True):
        along = (p1 - p0) / np.linalg.norm(p1 - p0)
        # as found: each wall ends a little before its corners
        walls.append(WallLine(p0 + 0.1 * along, p1 - 0.1 * along, np.array([-along[1], along[0]]), 0.001))
    grid = np.stack(np.meshgrid(*[np.arange(0.01, side, spacing_m) for side in (x, y)]), -1).reshape(-1, 2)
    floor = transform_points(pose, np.column_stack([grid, np.zeros(len(grid))]))[:, :2]
    return tuple(walls), floor, Polygon(corners)


@settings(max_examples=4, deadline=None, derandomize=True)
@given(st.floats(-180.0, 180.0))
def test_the_outline_is_the_ring_of_the_walls(yaw_deg: float) -> None:
    walls, floor, truth = ring(28.0, 20.0, yaw_deg)
    outline = floor_outline(walls, floor)
    assert shapely.is_ccw(outline.exterior)
    assert outline.hausdorff_distance(truth) < 1e-9


def test_the_outline_of_a_small_hall_is_the_ring_of_its_walls_too() -> None:
    walls, floor, truth = ring(*SIDE_M, 30.0, spacing_m=0.025)
    assert floor_outline(walls, floor).hausdorff_distance(truth) < 1e-9


def test_without_walls_the_outline_is_the_hull_of_the_floor_seen() -> None:
    rng = np.random.default_rng(6)
    floor = sheet([0, 0, 0], [9, 0, 0], [0, 3, 0], rng), sheet([0, 3, 0], [3, 0, 0], [0, 6, 0], rng)
    outline = floor_outline((), np.vstack(floor)[:, :2])
    truth = Polygon([(0, 0), (9, 0), (9, 3), (3, 3), (3, 9), (0, 9)])
    # cells of 25 cm whose sides lie up to half a cell outside, and the corner of the L may be cut
    assert outline.symmetric_difference(truth).area < 0.25 * truth.length
    assert outline.is_valid


def test_a_wall_hidden_up_high_is_one_where_its_foot_is_seen() -> None:
    """Behind racks a scanner sees a wall's upper part in places, and its foot between the bays."""
    rng = np.random.default_rng(4)
    hidden = sheet([-9.0, 0.0, 0.0], [30.0, 0.0, 0.0], [0.0, 0.0, ROOF_M], rng)
    far = hidden[(hidden[:, 0] < 0.0) | (hidden[:, 0] > 12.0) | (hidden[:, 2] < 1.5)]
    others = [
        sheet([-9.0, 0.0, 0.0], [30.0, 0.0, 0.0], [0.0, 9.0, 0.0], rng),
        sheet([-9.0, 9.0, 0.0], [30.0, 0.0, 0.0], [0.0, 0.0, ROOF_M], rng),
        sheet([-9.0, 0.0, 0.0], [0.0, 9.0, 0.0], [0.0, 0.0, ROOF_M], rng),
        sheet([21.0, 0.0, 0.0], [0.0, 9.0, 0.0], [0.0, 0.0, ROOF_M], rng),
    ]
    found = walls_of(np.vstack([far, *others]))
    assert sorted(round(w.length_m) for w in found) == [9, 9, 30, 30]
    gone = walls_of(np.vstack([far[(far[:, 0] < 0.0) | (far[:, 0] > 12.0)], *others]))
    assert sorted(round(w.length_m) for w in gone) == [9, 9, 9, 9, 30]
