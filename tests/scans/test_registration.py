"""Registration of whole scans: recovered poses, honest refusals, control points, and the command."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from scans.cloud import PointCloud
from scans.laz_writer import write_laz
from scans.poses_file import SensorPoses, read_poses
from scans.registration.control_points import ControlPoint, Target
from scans.registration.pairwise import PreparedScan, prepare_points, register_pair
from scans.registration.register import Registration, register_scans
from scans.registration.se3 import exp, inverse, turn_between
from scans.registration.view import VOXEL_M
from scans.virtual import TerrestrialScanner, scan_terrestrial
from scans.voxels import VoxelAccumulator
from spatial.errors import BadDataError
from spatial.poses import Matrix4, transform_points

Array = npt.NDArray[np.float64]
PLACES = ((2.0, 7.4), (10.0, 7.6), (1.4, 1.2), (12.8, 1.4))
SCANNER = TerrestrialScanner(step_deg=0.8)


@dataclass(frozen=True)
class Stations:
    """A hall scanned from four places, each file in a frame of its own; `poses` are the true world_from_scan."""

    paths: tuple[Path, ...]
    poses: tuple[Matrix4, ...]

    def relative(self, k: int) -> Matrix4:
        """The true pose of a scan in the frame of the first."""
        return inverse(self.poses[0]) @ self.poses[k]


def random_pose(rng: np.random.Generator, eye: Array) -> Matrix4:
    """At `eye`, turned anyhow and tilted by one to two degrees."""
    lean, about = math.radians(rng.uniform(1, 2)), rng.uniform(-math.pi, math.pi)
    pose = exp([lean * math.cos(about), lean * math.sin(about), 0, 0, 0, 0])
    pose = pose @ exp([0, 0, rng.uniform(-math.pi, math.pi), 0, 0, 0])
    pose[:3, 3] = eye
    return pose


def write_station(path: Path, points: Array) -> Path:
    write_laz(path, PointCloud(points=points.astype(np.float32), origin=np.zeros(3)))
    return path


@pytest.fixture(scope="module")
def stations(world: Callable[..., Any], tmp_path_factory: pytest.TempPathFactory) -> Stations:
    scan = world((2.5,)).scan(PLACES, SCANNER)
    rng, folder = np.random.default_rng(5), tmp_path_factory.mktemp("stations")
    poses = tuple(random_pose(rng, eye) for eye in scan.stations)
    points = scan.cloud.world_points()
    paths = tuple(
        write_station(
            folder / f"station-{k}.laz", transform_points(inverse(pose), points[scan.cloud.station == k])
        )
        for k, pose in enumerate(poses)
    )
    return Stations(paths, poses)


@pytest.fixture(scope="module")
def alone(stations: Stations) -> Registration:
    """All four, without any hint."""
    return register_scans(stations.paths, workers=2)


def test_scans_of_unknown_places_are_put_together(stations: Stations, alone: Registration) -> None:
    assert [scan.verdict for scan in alone.scans] == ["registered"] * 4
    for k, scan in enumerate(alone.scans):
        true = stations.relative(k)
        assert scan.world_from_scan is not None
        assert scan.sigma_m is not None
        off = float(np.linalg.norm(scan.world_from_scan[:3, 3] - true[:3, 3]))
        assert off < 0.005
        assert math.degrees(turn_between(scan.world_from_scan, true)) < 0.05
        assert off < 4 * scan.sigma_m + 1e-6
        assert scan.loops > 0
    assert alone.scans[0].sigma_m == 0.0
    assert alone.converged


def test_near_prior_poses_in_the_world_the_first_stays(stations: Stations) -> None:
    """Priors are off by up to 30 cm and 3°; coordinates are those of a national grid."""
    far = np.eye(4)
    far[:3, 3] = [432_100.0, 5_318_200.0, 512.0]
    rng = np.random.default_rng(1)
    prior = [
        far @ exp(np.concatenate([rng.uniform(-0.03, 0.03, 3), rng.uniform(-0.15, 0.15, 3)])) @ pose
        for pose in stations.poses[:2]
    ]
    once, again = (register_scans(stations.paths[:2], prior=prior, workers=n) for n in (1, 2))
    assert json.dumps(once.as_json()) == json.dumps(again.as_json())
    first, second = (scan.world_from_scan for scan in once.scans)
    assert first is not None
    assert second is not None
    assert np.allclose(first, prior[0], atol=1e-9)
    found = inverse(first) @ second
    assert np.linalg.norm(found[:3, 3] - stations.relative(1)[:3, 3]) < 0.005


def targets_of(
    stations: Stations, scans: Sequence[int], *, off: int | None = None
) -> tuple[dict[str, ControlPoint], list[Target]]:
    """Six points of the hall, each shown in one scan; that number `off` is 6 cm away."""
    rng = np.random.default_rng(2)
    points, targets = {}, []
    for number in range(6):
        k = scans[number % len(scans)]
        at = stations.poses[k][:3, 3] + rng.uniform(-4, 4, 3)
        name = f"P{number}"
        points[name] = ControlPoint(name, at)
        seen = transform_points(inverse(stations.poses[k]), at[None])[0]
        targets.append(Target(name, stations.paths[k].name, seen + (0.035 if number == off else 0.0)))
    return points, targets


def test_control_points_bring_the_world_and_the_wrong_one_is_named(stations: Stations) -> None:
    points, targets = targets_of(stations, (0, 1), off=3)
    prior = [stations.relative(0), stations.relative(1)]
    told = register_scans(stations.paths[:2], prior=prior, control_points=points, targets=targets)
    for k, scan in enumerate(told.scans):
        assert scan.world_from_scan is not None
        assert np.linalg.norm(scan.world_from_scan[:3, 3] - stations.poses[k][:3, 3]) < 0.003
        assert scan.sigma_m is not None
        assert 0.0005 < scan.sigma_m < 0.01
    assert told.residual_mm["P3 in station-1.laz"] == pytest.approx(60.6, abs=6)
    assert [note for note in told.notes if "'P3 in station-1.laz' lies" in note]


def test_targets_of_nothing_are_refused(stations: Stations) -> None:
    points, targets = targets_of(stations, (0, 3))
    prior = [stations.relative(0), stations.relative(1)]
    with pytest.raises(BadDataError, match=r"names scan 'station-3\.laz', which is none of"):
        register_scans(stations.paths[:2], prior=prior, control_points=points, targets=targets)
    with pytest.raises(BadDataError, match="no target shows one"):
        register_scans(stations.paths[:2], prior=prior, control_points=points)


def view_of(vertices: Array, faces: npt.ArrayLike, eye: Sequence[float], seed: int) -> PreparedScan:
    """A scan of a mesh in the frame of its scanner, unturned."""
    triangles = np.asarray(faces)
    scan = scan_terrestrial(
        vertices, triangles, np.zeros(len(triangles), np.int32), [eye], scanner=SCANNER, seed=seed
    )
    voxels = VoxelAccumulator(VOXEL_M)
    local = (scan.cloud.world_points() - np.array(eye)).astype(np.float32)
    voxels.add(PointCloud(points=local, origin=np.zeros(3)))
    return prepare_points(voxels.cloud().points)


def test_a_bare_corridor_holds_no_shift_along_it() -> None:
    """Floor, ceiling and two walls, 40 m long and open: whatever fits, fits a step further on."""
    corners = np.array([[x, y, z] for x in (0, 40) for y in (0, 2.5) for z in (0, 2.5)], dtype=np.float64)
    faces = [[0, 4, 6], [0, 6, 2], [1, 7, 5], [1, 3, 7], [0, 1, 5], [0, 5, 4], [2, 6, 7], [2, 7, 3]]
    views = [view_of(corners, faces, (x, 1.2, 1.5), seed) for seed, x in enumerate((18.0, 22.0))]
    prior = np.eye(4)
    prior[0, 3] = 4.3
    fit = register_pair(*views, prior=prior)
    assert not fit.converged
    assert "a shift along (1.00, 0.00, 0.00)" in fit.reason.replace("-", "")


def test_a_hall_that_looks_the_same_from_the_other_end_is_told_as_ambiguous(
    world: Callable[..., Any],
) -> None:
    """The row stands in the middle and the stations mirror each other: half a turn fits as well."""
    scan = world().scan([(2.0, 2.0), (11.0, 2.2)], SCANNER)
    points = scan.cloud.world_points()
    views = []
    for k, eye in enumerate(scan.stations):
        voxels = VoxelAccumulator(VOXEL_M)
        local = (points[scan.cloud.station == k] - eye).astype(np.float32)
        voxels.add(PointCloud(points=local, origin=np.zeros(3)))
        views.append(prepare_points(voxels.cloud().points))
    fit = register_pair(*views)
    assert not fit.converged
    assert "ambiguous: another place" in fit.reason
    assert fit.rival is not None


def test_the_command_writes_poses_that_scan_reads_and_ends_with_4_if_one_is_missing(
    stations: Stations, aisletwin: Callable[..., Any], tmp_path: Path
) -> None:
    rng = np.random.default_rng(3)
    cube = np.vstack(
        [rng.uniform(-9, 9, (4000, 3)), np.column_stack([rng.uniform(-9, 9, (4000, 2)), np.full(4000, -1.5)])]
    )
    stranger = write_station(tmp_path / "stranger.laz", cube)
    done = aisletwin("register", *stations.paths[:2], stranger, "-o", tmp_path / "poses.json", "--json")
    assert done.code == 4
    report = json.loads(done.out)
    assert [scan["verdict"] for scan in report["scans"]] == ["registered", "registered", "not_converged"]
    assert report["scans"][2]["reason"]
    poses = read_poses(tmp_path / "poses.json")
    assert isinstance(poses, SensorPoses)
    assert poses.scan_name == ("station-0.laz", "station-1.laz")
    assert poses.covariance is not None
    assert poses.covariance.shape == (2, 6, 6)
    second = poses.for_files([stations.paths[1]])[0]
    assert np.linalg.norm(second[:3, 3] - stations.relative(1)[:3, 3]) < 0.005
    with pytest.raises(BadDataError, match=r"has no pose for stranger\.laz"):
        poses.for_files([stranger])


def test_control_points_need_targets_at_the_command_line(
    aisletwin: Callable[..., Any], tmp_path: Path
) -> None:
    done = aisletwin("register", "a.laz", "-o", tmp_path / "p.json", "--control-points", tmp_path / "c.csv")
    assert done.code == 2
    assert "--control-points and --targets go together" in done.err
