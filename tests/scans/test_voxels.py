"""Thinning by voxels: every point is counted once, and neither chunks nor order nor the table's size show."""

from __future__ import annotations

import tracemalloc

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from scans.cloud import PointCloud
from scans.voxels import VoxelAccumulator, VoxelCloud

VOXEL_M = 1 / 32
LATTICE_M = VOXEL_M / 16  # powers of two: sums and means of a few such coordinates are nearly exact
FLOAT32_M = 1e-6  # half a step of float32 at 16 m

Points = npt.NDArray[np.float32]


def clouds(most: int = 60) -> st.SearchStrategy[Points]:
    """Points within 12 cm of each other, so that many share a voxel, on both sides of zero."""
    steps = arrays(np.int32, st.tuples(st.integers(1, most), st.just(3)), elements=st.integers(-32, 32))
    return steps.map(lambda whole: (whole * LATTICE_M).astype(np.float32))


def thinned(*parts: Points, capacity: int = 1 << 16) -> VoxelCloud:
    voxels = VoxelAccumulator(VOXEL_M, capacity)
    for part in parts:
        voxels.add(PointCloud(part, np.zeros(3)))
    return voxels.cloud()


def cells(points: npt.NDArray[np.floating]) -> npt.NDArray[np.int64]:
    return np.floor(np.asarray(points, np.float64) / VOXEL_M).astype(np.int64)


def in_order(
    cloud: VoxelCloud,
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.float64], npt.NDArray[np.int32]]:
    order = np.lexsort(cells(cloud.points).T)
    return cells(cloud.points)[order], cloud.points[order], cloud.counts[order]


@settings(deadline=None)  # the first call compiles
@given(clouds())
def test_each_voxel_that_was_hit_has_one_row_with_the_mean_of_its_points(points: Points) -> None:
    cloud = thinned(points)
    expected, number, counts = np.unique(cells(points), axis=0, return_inverse=True, return_counts=True)
    means = np.array([points[number.ravel() == i].astype(np.float64).mean(0) for i in range(len(expected))])

    order = np.lexsort(cells(cloud.points).T)
    of_expected = np.lexsort(expected.T)
    np.testing.assert_array_equal(cells(cloud.points)[order], expected[of_expected])
    np.testing.assert_array_equal(cloud.counts[order], counts[of_expected])
    np.testing.assert_allclose(cloud.points[order], means[of_expected], rtol=0, atol=1e-12)


@settings(deadline=None)  # the first call compiles
@given(clouds(), st.data())
def test_chunks_do_not_show(points: Points, data: st.DataObject) -> None:
    cuts = sorted(data.draw(st.lists(st.integers(0, len(points)), max_size=4)))
    whole, parts = thinned(points), thinned(*np.split(points, cuts))
    assert whole.points.tobytes() == parts.points.tobytes()
    assert whole.counts.tobytes() == parts.counts.tobytes()


@settings(deadline=None)  # the first call compiles
@given(clouds(), st.randoms(use_true_random=False))
def test_the_order_of_points_decides_the_order_of_rows_and_nothing_else(
    points: Points, random: object
) -> None:
    order = list(range(len(points)))
    random.shuffle(order)  # type: ignore[attr-defined]
    (cell, mean, count), (other_cell, other_mean, other_count) = (
        in_order(thinned(points)),
        in_order(thinned(points[order])),
    )
    np.testing.assert_array_equal(other_cell, cell)
    np.testing.assert_array_equal(other_count, count)
    np.testing.assert_allclose(other_mean, mean, rtol=0, atol=1e-12)


@settings(deadline=None)  # the first call compiles
@given(clouds())
def test_thinning_what_is_thin_changes_nothing(points: Points) -> None:
    once = thinned(points)
    twice = thinned(once.points.astype(np.float32))
    np.testing.assert_allclose(twice.points, once.points, rtol=0, atol=FLOAT32_M)
    assert (twice.counts == 1).all()


def test_a_table_that_had_to_grow_gives_the_same_bytes() -> None:
    points = np.random.default_rng(1).uniform(-40, 40, (50_000, 3)).astype(np.float32)
    small, large = thinned(points, capacity=4), thinned(points, capacity=1 << 18)
    assert len(small) > 49_000
    assert small.points.tobytes() == large.points.tobytes()
    assert small.counts.tobytes() == large.counts.tobytes()


def test_chunks_may_have_origins_of_their_own_and_utm_loses_nothing() -> None:
    local = np.random.default_rng(2).uniform(0, 20, (2000, 3))
    first = np.array([500_000.0, 5_800_000.0, 100.0])
    step = np.array([100.0, -100.0, 0.0])
    voxels = VoxelAccumulator(0.001)  # finer than the points' distances: each keeps a row of its own
    voxels.add(PointCloud(local[:1000].astype(np.float32), first))
    voxels.add(PointCloud((local[1000:] - step).astype(np.float32), first + step))

    cloud = voxels.cloud()
    np.testing.assert_array_equal(cloud.origin, first)
    assert len(cloud) == 2000
    # float32 steps are 8 µm at 100 m; at a northing of 5.8e6 they would be half a metre
    np.testing.assert_allclose(cloud.points, local, rtol=0, atol=1e-5)


def test_a_row_has_the_station_of_its_first_point_and_the_mean_shade() -> None:
    points = np.array([[0.01, 0.01, 0.01], [0.02, 0.01, 0.01], [5.0, 5.0, 5.0]], np.float32)
    colour = np.array([[0, 100, 200], [100, 200, 0], [1, 2, 3]], np.uint8)
    voxels = VoxelAccumulator(VOXEL_M)
    voxels.add(PointCloud(points, np.zeros(3), colour=colour, station=np.array([7, 8, 9], np.int32)))
    cloud = voxels.cloud()
    assert cloud.station.tolist() == [7, 9]
    assert cloud.shade.tolist() == [[50, 150, 100], [1, 2, 3]]


def test_points_without_a_station_have_minus_one_and_are_grey() -> None:
    cloud = thinned(np.zeros((1, 3), np.float32))
    assert cloud.station.tolist() == [-1]
    assert len(set(cloud.shade[0].tolist())) == 1


def test_nothing_in_gives_nothing_out() -> None:
    assert len(VoxelAccumulator(VOXEL_M).cloud()) == 0
    assert len(thinned(np.zeros((0, 3), np.float32))) == 0


def test_taken_voxels_are_of_what_was_added_since() -> None:
    voxels = VoxelAccumulator(VOXEL_M)
    first = np.array([[0.01, 0.01, 0.01], [0.02, 0.01, 0.01]], np.float32)
    voxels.add(PointCloud(first, np.zeros(3), colour=np.zeros((2, 3), np.uint8)))
    taken = voxels.cloud()
    voxels.add(PointCloud(first[1:], np.ones(3)))
    again = voxels.cloud()
    assert (taken.counts.tolist(), again.counts.tolist()) == ([2], [1])
    np.testing.assert_allclose(taken.points, first.mean(0, np.float64)[None], rtol=0, atol=1e-9)
    assert (again.origin.tolist(), again.points.tolist()) == ([1, 1, 1], first[1:].tolist())
    assert again.shade.tolist() == [[160, 160, 160]]
    assert len(voxels.cloud()) == 0


def test_colour_that_comes_late_finds_the_points_before_it_grey() -> None:
    point = np.array([[0.01, 0.01, 0.01]], np.float32)
    voxels = VoxelAccumulator(VOXEL_M)
    voxels.add(
        PointCloud(np.repeat(point, 3, axis=0), np.zeros(3), intensity=np.array([7, 8, 9], np.float32))
    )
    voxels.add(PointCloud(point, np.zeros(3), colour=np.array([[0, 160, 200]], np.uint8)))
    assert voxels.cloud().shade.tolist() == [[120, 160, 170]]


@pytest.mark.parametrize(("colour", "most_bytes"), [(None, 70), ((50_000, 3), 90)])
def test_memory_follows_the_voxels_not_the_points(colour: tuple[int, int] | None, most_bytes: int) -> None:
    number = np.arange(500_000)
    points = (np.stack([number % 100, number // 100 % 100, number // 10_000], axis=1) + 0.5) * VOXEL_M
    chunks = [
        PointCloud(some, np.zeros(3), colour=np.zeros(colour, np.uint8) if colour else None)
        for some in np.split(points.astype(np.float32), 10)
    ]
    voxels = VoxelAccumulator(VOXEL_M, 1 << 10)
    voxels.add(chunks[0])  # compiles

    tracemalloc.start()
    for _ in range(4):
        for chunk in chunks:
            voxels.add(chunk)
    cloud = voxels.cloud()
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert len(cloud) == len(points)
    assert peak < most_bytes * len(points)


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_a_point_that_is_not_finite_is_refused(bad: float) -> None:
    with pytest.raises(ValueError, match="lies beyond"):
        thinned(np.array([[0, bad, 0]], np.float32))


def test_a_point_beyond_the_table_is_refused_not_wrapped_around() -> None:
    reach = VOXEL_M * 2**20
    voxels = VoxelAccumulator(VOXEL_M)
    voxels.add(PointCloud(np.array([[0.99 * reach, 0, 0]], np.float32), np.zeros(3)))
    with pytest.raises(ValueError, match="lies beyond 32768 m"):
        voxels.add(PointCloud(np.array([[1.01 * reach, 0, 0]], np.float32), np.zeros(3)))


@pytest.mark.parametrize("voxel_m", [0.0, -0.1, float("nan")])
def test_a_voxel_has_a_size(voxel_m: float) -> None:
    with pytest.raises(ValueError, match="must be above 0"):
        VoxelAccumulator(voxel_m)


def test_the_same_intensity_is_the_same_grey_in_every_chunk() -> None:
    voxels = VoxelAccumulator(VOXEL_M)
    for x, brightest in ((0.0, 100.0), (5.0, 1000.0)):
        points = np.array([[x, 0.01, 0.01], [x + 1.0, 0.01, 0.01]], np.float32)
        voxels.add(PointCloud(points, np.zeros(3), intensity=np.array([100.0, brightest], np.float32)))
    shade = voxels.cloud().shade
    assert shade[0, 0] == shade[2, 0]
