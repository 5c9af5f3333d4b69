"""The floor against planes of known tilt: found under clutter and strays, levelled, and its heights known."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.ndimage import map_coordinates

from scans.levelled_scan import level
from scans.readers import ScanSet
from scans.recognition.building.floor import (
    FloorPlane,
    FloorSurface,
    fit_floor_plane,
    floor_surface,
    level_from_scan,
)
from scans.voxels import VoxelCloud
from spatial.errors import UndecidedError
from spatial.poses import Matrix4, transform_points

NOISE_M = 0.003
CELLS_ACROSS = 24  # of half a metre
SIZE_M = CELLS_ACROSS / 2
PER_CELL = 40
# the lows are the second lowest of 40 points: on a level floor 1.75 σ below it on average and 0.45 σ apart; on a
# slope the place in the cell decides more and more, and in the limit they are as any point: no bias, 1 σ apart
LOW_BIAS_M = 1.75 * NOISE_M
LOW_SIGMA_M = NOISE_M
C_SIGMA_M = LOW_SIGMA_M / CELLS_ACROSS
SLOPE_SIGMA = C_SIGMA_M / (SIZE_M / math.sqrt(12))
SIGMAS = 6  # many examples are drawn

Points = npt.NDArray[np.float64]
slopes = st.floats(-0.15, 0.15)


def plane_points(a: float, b: float, c: float, *, noise_m: float = 0.0, seed: int = 0) -> Points:
    """A floor of 12 × 12 m, its corner at (0, 0), 40 points in each half metre."""
    rng = np.random.default_rng(seed)
    corner = np.stack(np.meshgrid(*[np.arange(CELLS_ACROSS)] * 2), -1).reshape(-1, 1, 2) * 0.5
    xy = (corner + rng.uniform(0.0, 0.5, (len(corner), PER_CELL, 2))).reshape(-1, 2)
    z = a * xy[:, 0] + b * xy[:, 1] + c
    return np.column_stack([xy, z + rng.normal(0.0, noise_m, len(z))])


def box_points(low: tuple[float, float], high: tuple[float, float], z: float, count: int) -> Points:
    rng = np.random.default_rng(5)
    return np.column_stack([rng.uniform(low, high, (count, 2)), np.full(count, z)])


def tilted(degrees: float, about: tuple[float, float] = (1.0, 0.0)) -> Matrix4:
    """The rotation (4, 4) by so much about a horizontal axis."""
    angle, axis = math.radians(degrees), np.array([*about, 0.0]) / math.hypot(*about)
    x, y, _ = axis
    skew = np.array([[0.0, 0.0, y], [0.0, 0.0, -x], [-y, x, 0.0]])
    pose = np.eye(4)
    pose[:3, :3] += math.sin(angle) * skew + (1 - math.cos(angle)) * skew @ skew
    return pose


@settings(max_examples=25, deadline=None)
@given(slopes, slopes, st.floats(-50, 50), st.integers(0, 100))
def test_a_tilted_plane_is_recovered_within_its_sigma(a: float, b: float, c: float, seed: int) -> None:
    plane = fit_floor_plane(plane_points(a, b, c, noise_m=NOISE_M, seed=seed))
    assert abs(plane.a - a) < SIGMAS * SLOPE_SIGMA
    assert abs(plane.b - b) < SIGMAS * SLOPE_SIGMA
    middle = np.full((1, 2), SIZE_M / 2)
    truth = (a + b) * SIZE_M / 2 + c
    above = float(plane.heights(middle)[0]) - truth
    assert -LOW_BIAS_M - SIGMAS * C_SIGMA_M < above < SIGMAS * C_SIGMA_M
    assert plane.support == 1.0


def test_without_noise_the_plane_is_exact() -> None:
    plane = fit_floor_plane(plane_points(0.02, -0.01, 7.0))
    assert [plane.a, plane.b, plane.c] == pytest.approx([0.02, -0.01, 7.0], abs=1e-9)
    assert plane.tilt_rad == pytest.approx(math.atan(math.hypot(0.02, 0.01)))


@settings(max_examples=10, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_the_order_of_points_does_not_matter(seed: int) -> None:
    points = plane_points(0.01, 0.03, 0.5, noise_m=NOISE_M)
    shuffled = np.random.default_rng(seed).permutation(points)
    assert fit_floor_plane(shuffled) == fit_floor_plane(points)


def test_reflections_below_the_floor_are_no_floor() -> None:
    points = plane_points(0.0, 0.0, 0.0)
    rng = np.random.default_rng(3)
    strays = points[
        rng.choice(len(points), len(points) // 100, replace=False)
    ]  # 1 %, of 3 % that are allowed
    strays = strays - [0.0, 0.0, 1.0] * rng.uniform(0.5, 2.0, (len(strays), 1))
    plane = fit_floor_plane(np.vstack([points, strays]))
    assert plane.tilt_rad < SIGMAS * SLOPE_SIGMA
    assert abs(plane.c) < NOISE_M


def test_the_floor_is_found_where_things_cover_two_fifths_of_it() -> None:
    points = plane_points(0.0, 0.0, 0.0, noise_m=NOISE_M)
    covered = points[:, 0] < 0.4 * SIZE_M
    goods = points[covered] + [0.0, 0.0, 1.2]
    plane = fit_floor_plane(np.vstack([points[~covered], goods]))
    assert plane.support == pytest.approx(0.6, abs=0.05)
    assert abs(plane.c) < LOW_BIAS_M + SIGMAS * 3 * C_SIGMA_M  # the lever of the covered part


@pytest.mark.parametrize(
    "points",
    [
        np.zeros((0, 3)),
        box_points((0.0, 0.0), (0.4, 0.4), 0.0, 500),
        transform_points(tilted(90.0), plane_points(0.0, 0.0, 0.0)),
        transform_points(tilted(25.0), plane_points(0.0, 0.0, 0.0)),
    ],
    ids=["nothing", "one cell", "a wall", "a ramp of 25°"],
)
def test_where_there_is_no_floor_nobody_can_decide(points: Points) -> None:
    with pytest.raises(UndecidedError, match="no floor found"):
        fit_floor_plane(points)


@given(slopes, slopes)
def test_levelling_is_a_rotation_that_lays_the_plane_flat(a: float, b: float) -> None:
    plane = FloorPlane(a, b, 3.0, 1.0)
    turn = level_from_scan(plane, threshold_rad=1e-6)
    if plane.tilt_rad < 1e-6:
        assert np.array_equal(turn, np.eye(4))
        return
    np.testing.assert_allclose(turn[:3, :3] @ turn[:3, :3].T, np.eye(3), atol=1e-12)
    assert np.linalg.det(turn[:3, :3]) == pytest.approx(1.0)
    on_plane = np.array([[x, y, a * x + b * y + 3.0] for x, y in [(0, 0), (9, 0), (0, 9), (-7, 4)]])
    assert np.ptp(transform_points(turn, on_plane)[:, 2]) < 1e-9
    assert np.allclose(turn[:3, :3] @ np.cross([0, 0, 1], [-a, -b, 1]), np.cross([0, 0, 1], [-a, -b, 1]))


@pytest.mark.parametrize(("tilt_deg", "turned"), [(0.45, False), (0.55, True)])
def test_a_floor_that_slopes_by_less_than_half_a_degree_keeps_its_slope(
    tilt_deg: float, turned: bool
) -> None:
    plane = FloorPlane(math.tan(math.radians(tilt_deg)), 0.0, 0.0, 1.0)
    assert np.array_equal(level_from_scan(plane), np.eye(4)) is not turned


def test_the_heights_follow_a_floor_that_sags() -> None:
    points = plane_points(0.0, 0.0, 0.0, noise_m=NOISE_M)
    sag = 0.02 * np.cos(2 * np.pi * points[:, 0] / SIZE_M)
    points[:, 2] += sag
    surface = floor_surface(points, FloorPlane(0.0, 0.0, 0.0, 1.0))
    inside = np.abs(points[:, :2] - SIZE_M / 2).max(1) < SIZE_M / 2 - 1.0
    # a smoothing of 35 cm flattens a wave of 12 m by 2 %: 0.4 mm
    error = surface.heights(points[inside, :2]) - sag[inside]
    assert np.abs(error).max() < 5 * surface.sigma_m + 0.0008
    # which is 0.28 mm in the mean; the rest is the noise that smoothing leaves
    assert math.hypot(surface.sigma_m, 0.00028) == pytest.approx(math.sqrt(np.mean(error**2)), rel=0.2)


def test_a_floor_that_nobody_saw_has_the_height_of_the_floor_around_it() -> None:
    points = plane_points(0.004, 0.0, 1.0, noise_m=NOISE_M)
    seen = np.abs(points[:, :2] - SIZE_M / 2).max(1) > 2.0
    points = points[seen]
    surface = floor_surface(points, fit_floor_plane(points))
    middle = np.full((1, 2), SIZE_M / 2)
    assert surface.heights(middle)[0] == pytest.approx(0.004 * SIZE_M / 2 + 1.0, abs=NOISE_M)
    assert np.isfinite(surface.z).all()


def test_samples_lie_on_the_surface_and_span_the_bounds() -> None:
    points = plane_points(0.004, -0.002, 1.0)
    surface = floor_surface(points, fit_floor_plane(points))
    samples = np.array(surface.samples((1.0, 2.0, 10.0, 11.0)).points)
    assert samples[:, :2].min(0).tolist() == [1.0, 2.0]
    assert samples[:, :2].max(0).tolist() == [10.0, 11.0]
    np.testing.assert_allclose(samples[:, 2], surface.heights(samples[:, :2]), atol=1e-12)


def voxel_cloud(points: Points, origin: npt.ArrayLike) -> VoxelCloud:
    n = len(points)
    return VoxelCloud(
        points,
        np.asarray(origin, np.float64),
        np.ones(n, np.int32),
        np.zeros(n, np.int32),
        np.zeros((n, 3), np.float32),
    )


def room_points() -> Points:
    """Floor and two walls 4 m high of a room with its corner at (0, 0), in voxels of 2.5 cm or so."""
    floor = plane_points(0.0, 0.0, 0.0, noise_m=NOISE_M)
    wall = floor[floor[:, 1] < 4.0]
    back = np.column_stack([wall[:, 0], np.full(len(wall), SIZE_M), wall[:, 1]])
    side = np.column_stack([np.full(len(wall), SIZE_M), wall[:, 0], wall[:, 1]])
    return np.vstack([floor, back, side])


def scan_set(stations: Mapping[int, npt.NDArray[np.float64]]) -> ScanSet:
    return ScanSet(scans=(), stations=stations)


@pytest.mark.parametrize("about", [(1.0, 0.0), (-0.3, 0.8)])
def test_a_floor_tilted_by_3_degrees_is_levelled_and_the_stations_with_it(about: tuple[float, float]) -> None:
    room, eye = room_points(), np.array([5.0, 4.0, 1.6])
    turn = tilted(3.0, about)
    hall = level(
        scan_set({0: transform_points(turn, eye[None])[0]}),
        voxel_cloud(transform_points(turn, room), [0, 0, 0]),
    )
    assert hall.levelled
    assert math.degrees(hall.tilt_rad) == pytest.approx(3.0, abs=math.degrees(SIGMAS * SLOPE_SIGMA))
    # over 12 m the slope's error, the bias of the lows, and the noise of a point
    within = SIGMAS * SLOPE_SIGMA * SIZE_M + 4.5 * NOISE_M
    assert np.abs(hall.heights - room[:, 2]).max() < within
    assert hall.eyes_above_floor[0][2] == pytest.approx(1.6, abs=within)
    apart = np.linalg.norm(hall.points - hall.stations[0], axis=1) - np.linalg.norm(room - eye, axis=1)
    assert np.abs(apart).max() < 1e-9


def test_a_level_floor_stays_where_it_is() -> None:
    room = room_points()
    hall = level(scan_set({}), voxel_cloud(room, [0, 0, 0]))
    assert not hall.levelled
    assert hall.georeference is None
    np.testing.assert_array_equal(hall.points, room)


def test_the_roof_is_where_most_of_the_hall_ends() -> None:
    room = room_points()
    roof = plane_points(0.0, 0.0, 4.0)
    lamp = box_points((3.0, 3.0), (4.0, 4.0), 7.0, 500)
    hall = level(scan_set({}), voxel_cloud(np.vstack([room, roof, lamp]), [0, 0, 0]))
    assert hall.roof_m == pytest.approx(4.0, abs=3 * NOISE_M)


def test_utm_coordinates_come_near_the_origin_and_lose_nothing() -> None:
    room, eye, utm = room_points(), np.array([5.0, 4.0, 1.6]), np.array([500_000.0, 5_800_000.0, 100.0])
    near = level(scan_set({0: eye}), voxel_cloud(room, [0, 0, 0]))
    far = level(scan_set({0: eye + utm}), voxel_cloud(room, utm))
    float64_m = 2e-9  # a step of float64 at a northing of 5.8e6 is 0.9 nm
    np.testing.assert_allclose(far.points, near.points, rtol=0, atol=float64_m)
    np.testing.assert_allclose(far.stations[0], near.stations[0], rtol=0, atol=float64_m)
    np.testing.assert_allclose(far.heights, near.heights, rtol=0, atol=10 * float64_m)
    assert far.georeference is not None
    assert far.georeference.enu_origin == tuple(utm)


def test_heights_between_samples_and_beyond_are_those_of_scipy() -> None:
    rng = np.random.default_rng(1)
    surface = FloorSurface(np.array([0.3, -0.2]), 0.5, rng.normal(0.0, 0.01, (12, 9)), 0.001)
    xy = rng.uniform(-2.0, 9.0, (2000, 2))
    at = (xy - surface.origin) / surface.cell_m
    expected = map_coordinates(surface.z, at.T, order=1, mode="nearest")
    np.testing.assert_allclose(surface.heights(xy), expected, rtol=0, atol=1e-15)
