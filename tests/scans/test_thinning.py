"""A scan is thinned to the same bytes by one process, by several and on a cluster; in parts as it is in one piece."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import laspy
import numpy as np
import pytest

from scans.cloud import PointCloud
from scans.laz_writer import write_laz
from scans.readers import open_scans
from scans.readers.scan_set import ScanSet
from scans.thinning import VOXEL_M, ThinningSizes, gather
from scans.voxels import VoxelCloud
from spatial.errors import BadDataError
from spatial.tasks.open_workers import open_workers

ROOT = Path(__file__).parents[2]
SMALL = ThinningSizes(points=7_000, voxels=2_000)
COLUMNS = ("points", "origin", "counts", "station", "shade")


@pytest.fixture(autouse=True)
def findable(monkeypatch: pytest.MonkeyPatch) -> None:
    """Other processes import the samplers from this file."""
    monkeypatch.syspath_prepend(ROOT)


def hall(seed: int, count: int = 20_000) -> PointCloud:
    """Points on a floor and two walls of 70 m, so that they lie in several tiles and often share a voxel."""
    rng = np.random.default_rng(seed)
    points = rng.uniform(0, [70, 50, 0.01], (count, 3))
    points[: count // 2, 2] = rng.uniform(0, 6, count // 2)
    points[: count // 2, 1] = rng.choice([0.0, 50.0], count // 2)
    points = np.concatenate([points, points[: count // 4] + 0.001])
    return PointCloud(
        points.astype(np.float32),
        np.array([400.0, -200.0, 0.0]),
        intensity=rng.integers(1, 60_000, len(points)).astype(np.float32),
        station=np.sort(rng.integers(0, 4, len(points))).astype(np.int32),
    )


@pytest.fixture(scope="module")
def scans(tmp_path_factory: pytest.TempPathFactory) -> ScanSet:
    """Two halls that cover each other, one of them with colour, in LAZ files of one chunk each."""
    folder = tmp_path_factory.mktemp("halls")
    colour = np.random.default_rng(9).integers(0, 255, (25_000, 3)).astype(np.uint8)
    write_laz(folder / "grey.laz", hall(1))
    write_laz(folder / "colour.laz", replace(hall(2), colour=colour))
    return open_scans([folder / "grey.laz", folder / "colour.laz"])


def bytes_of(cloud: VoxelCloud) -> list[bytes]:
    return [getattr(cloud, column).tobytes() for column in COLUMNS]


def by_voxel(cloud: VoxelCloud) -> VoxelCloud:
    """The voxels of a cloud from the lowest to the highest along x, then y, then z."""
    order = np.lexsort(np.floor(cloud.points / VOXEL_M).T[::-1])
    rows = {column: getattr(cloud, column)[order] for column in COLUMNS if column != "origin"}
    return replace(cloud, **rows)


def test_in_parts_it_is_what_it_is_as_a_whole(scans: ScanSet) -> None:
    whole, parts = by_voxel(gather(scans)), by_voxel(gather(scans, sizes=SMALL))
    assert len(whole) > 30_000
    assert whole.counts.sum() == scans.point_count
    for column in ("origin", "counts", "station"):
        np.testing.assert_array_equal(getattr(parts, column), getattr(whole, column))
    np.testing.assert_allclose(parts.points, whole.points, rtol=0, atol=1e-12)
    np.testing.assert_allclose(parts.shade, whole.shade, rtol=0, atol=1e-3)


def test_two_processes_give_the_bytes_of_one(scans: ScanSet, tmp_path: Path) -> None:
    alone = gather(scans, sizes=SMALL)
    with open_workers(2) as workers:
        shared = gather(scans, sizes=SMALL, workers=workers, scratch=tmp_path)
    assert bytes_of(shared) == bytes_of(alone)
    assert not list(tmp_path.iterdir())


@pytest.fixture
def cluster() -> Iterator[str]:
    if find_spec("distributed") is None:
        pytest.skip("skipped: distributed is not installed")
    distributed: Any = import_module("distributed")
    with distributed.LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as started:
        yield started.scheduler_address


def test_a_cluster_gives_the_bytes_of_one_process(scans: ScanSet, cluster: str, tmp_path: Path) -> None:
    with open_workers(cluster=cluster) as workers:
        shared = gather(scans, sizes=SMALL, workers=workers, scratch=tmp_path)
    assert bytes_of(shared) == bytes_of(gather(scans, sizes=SMALL))


def every_tenth(chunk: PointCloud) -> PointCloud:
    return PointCloud(chunk.points[::10], chunk.origin)


def test_what_is_kept_of_the_chunks_comes_in_their_order(scans: ScanSet) -> None:
    kept: list[PointCloud] = []
    with open_workers(2) as workers:
        gather(scans, sizes=SMALL, sampler=every_tenth, keep=kept.append, workers=workers)
    expected = [every_tenth(chunk) for chunk in scans.chunks(SMALL.points)]
    assert len(kept) == len(expected) == 8
    for some, wanted in zip(kept, expected, strict=True):
        np.testing.assert_array_equal(some.points, wanted.points)


def test_a_run_in_one_place_is_no_fault_but_a_file_is(tmp_path: Path) -> None:
    still = np.full((10_000, 3), 1.5, np.float32)
    moving = np.random.default_rng(3).uniform(0, [30, 30, 6], (10_000, 3)).astype(np.float32)
    write_laz(tmp_path / "still.laz", PointCloud(still, np.zeros(3)))
    write_laz(tmp_path / "then.laz", PointCloud(np.concatenate([still, moving]), np.zeros(3)))
    assert gather(open_scans([tmp_path / "then.laz"]), sizes=SMALL).counts.max() == 10_000
    with pytest.raises(BadDataError, match="all its 10000 points lie in one place"):
        gather(open_scans([tmp_path / "still.laz"], unit="m"), sizes=SMALL)


def test_a_run_without_a_valid_point_leaves_nothing(tmp_path: Path) -> None:
    header = laspy.LasHeader(version="1.4", point_format=6)
    header.scales = np.full(3, 1000.0)
    las = laspy.LasData(header)
    steps = np.random.default_rng(5).integers(0, 20, (14_000, 3))
    steps[:7_000] += 2_000_000_000  # two million million metres away
    las.X, las.Y, las.Z = steps.T.astype(np.int32)
    las.write(tmp_path / "far.las")
    scans = open_scans([tmp_path / "far.las"], unit="m", drop_invalid=True)
    cloud = gather(scans, sizes=SMALL)
    assert cloud.counts.sum() == 7_000
    assert cloud.origin.tolist() == next(scans.chunks()).origin.tolist() != [0.0, 0.0, 0.0]


def test_a_cloud_too_small_for_a_room_is_told_by_all_parts_together(tmp_path: Path) -> None:
    points = np.random.default_rng(4).uniform(0, 0.05, (20_000, 3)).astype(np.float32)
    write_laz(tmp_path / "tiny.laz", PointCloud(points, np.zeros(3)))
    with pytest.raises(BadDataError, match="smaller than any room"):
        gather(open_scans([tmp_path / "tiny.laz"]), sizes=SMALL)


def test_files_with_chunks_of_many_sizes_are_read_as_a_whole(shared_data: Path) -> None:
    """The decoder, asked for a record in one, gives another."""
    scans = open_scans([shared_data / "formats_valid/1.2-with-color.copc.laz"], unit="m")
    assert len(scans.parts(300)) == 1


@pytest.mark.parametrize("name", ["formats_valid/vegetation_1_3.las", "virtual_scans_aws/tls_plan.laz"])
def test_runs_of_a_file_are_its_points(shared_data: Path, name: str) -> None:
    scans = open_scans([shared_data / name], unit="m")
    size = max(scans.point_count // 3, 1)
    whole = np.concatenate([chunk.points for chunk in scans.chunks()])
    parts = scans.parts(size)
    origin = next(scans.chunks()).origin
    read = [
        chunk.points
        for part in parts
        for chunk in scans.chunks_of([part], scans.passing(), shape_only=True, origin=origin)
    ]
    assert len(parts) >= 3
    assert np.concatenate(read).tobytes() == whole.tobytes()
