"""Mobile sequences: drives through a room and the shared hall, and a frame from elsewhere."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from scipy.stats import chi2

from scans.poses_file import SensorPoses, read_poses
from scans.readers import open_scan
from scans.registration.se3 import exp, inverse
from scans.registration.sequence import Trajectory, register_sequence
from scans.virtual import TerrestrialScanner, scan_terrestrial
from spatial.poses import pose_from_xyz_yaw, transform_points

Array = npt.NDArray[np.float64]
SCANNER = TerrestrialScanner(step_deg=3.0, elevation_from_deg=-45.0, elevation_to_deg=45.0, noise_m=0.01)
CUBE = np.array([[x, y, z] for x in (0, 1) for y in (0, 1) for z in (0, 1)], dtype=np.float64)
SIDES = np.array([[0, 1, 3, 2], [4, 6, 7, 5], [0, 4, 5, 1], [2, 3, 7, 6], [0, 2, 6, 4], [1, 5, 7, 3]])
SHARED_FRAMES = 30


def drive(size: tuple[float, float, float], poses: list[Array]) -> list[Array]:
    """Frames of a room of `size` with a pillar, each in the frame of its sensor."""
    vertices = np.vstack([CUBE * size, np.array([2.0, 3.0, 0.0]) + CUBE * (0.8, 0.6, 2.5)])
    faces = np.vstack([SIDES[:, [0, 1, 2]], SIDES[:, [0, 2, 3]]])
    both = np.vstack([faces, faces + 8])
    eyes = np.stack([pose[:3, 3] for pose in poses])
    scan = scan_terrestrial(vertices, both, np.zeros(len(both), np.int32), eyes, scanner=SCANNER)
    points = scan.cloud.world_points()
    return [transform_points(inverse(pose), points[scan.cloud.station == k]) for k, pose in enumerate(poses)]


PATH = [pose_from_xyz_yaw(1.5 + 0.3 * k, 1.5 + 0.05 * k, 1.2, 0.08 * k) for k in range(12)]


def rms_m(told: Trajectory, true: Array) -> float:
    off = told.world_from_frame[:, :3, 3] - true[:, :3, 3]
    return float(np.sqrt(np.mean(np.sum(off**2, axis=1))))


def test_a_drive_is_followed_without_odometry_and_drift_only_grows() -> None:
    told = register_sequence(drive((8, 6, 3), PATH), world_from_first=PATH[0])
    assert told.converged
    assert rms_m(told, np.stack(PATH)) < 0.02
    grown = np.diff(told.covariance, axis=0)
    assert not told.covariance[0].any()
    assert min(np.linalg.eigvalsh(step)[0] for step in grown) > 0


def test_odometry_that_drifts_is_put_right() -> None:
    lean = exp([0.0, 0.0, 0.01, 0.03, 0.02, 0.0])
    odometry = [PATH[0]]
    for k in range(1, len(PATH)):
        odometry.append(odometry[-1] @ lean @ inverse(PATH[k - 1]) @ PATH[k])
    told = register_sequence(drive((8, 6, 3), PATH), odometry=odometry)
    assert told.converged
    assert rms_m(told, np.stack(PATH)) < 0.02 < np.linalg.norm(odometry[-1][:3, 3] - PATH[-1][:3, 3])


def test_a_frame_from_elsewhere_is_told_and_stays_out_of_the_map() -> None:
    frames = drive((8, 6, 3), PATH[:5])
    rng = np.random.default_rng(0)
    frames[3] = rng.uniform((-15, -15, 5), (15, 15, 35), (3000, 3))
    told = register_sequence(frames, odometry=PATH[:5])
    assert told.is_sure.tolist() == [True, True, True, False, True]
    assert not told.converged
    assert np.linalg.norm(told.world_from_frame[4][:3, 3] - PATH[4][:3, 3]) < 0.02


def test_what_is_no_sequence_is_refused() -> None:
    with pytest.raises(ValueError, match="no frames given"):
        register_sequence([])
    with pytest.raises(ValueError, match="frame 0 of shape"):
        register_sequence([np.zeros((4, 3))])
    with pytest.raises(ValueError, match="1 poses of odometry for 2 frames"):
        register_sequence([np.zeros((200, 3))] * 2, odometry=[np.eye(4)])


def test_the_shared_drive_is_nearer_the_truth_than_its_odometry(shared_data: Path) -> None:
    folder = shared_data / "virtual_scans_aws" / "mobile_lidar"
    true, odometry = (read_poses(folder / f"{name}_tum.txt") for name in ("groundtruth", "odometry_drifting"))
    assert isinstance(true, SensorPoses)
    assert isinstance(odometry, SensorPoses)
    paths = sorted((folder / "pcd").glob("*.pcd"))[:SHARED_FRAMES]
    frames = [np.concatenate([c.world_points() for c in open_scan(path).chunks()]) for path in paths]
    poses = true.world_from_sensor[:SHARED_FRAMES]
    drifting = odometry.world_from_sensor[:SHARED_FRAMES]
    told = register_sequence(frames, odometry=list(drifting), world_from_first=poses[0])
    assert told.converged
    before = float(np.sqrt(np.mean(np.sum((drifting - poses)[:, :3, 3] ** 2, axis=1))))
    assert rms_m(told, poses) < before / 2
    assert rms_m(told, poses) < 0.04
    off = poses[1:, :3, 3] - told.world_from_frame[1:, :3, 3]
    inside = []
    for error, at, covariance in zip(off, poses[1:, :3, 3], told.covariance[1:], strict=True):
        move = np.hstack([np.cross(np.eye(3), at), np.eye(3)])
        inside.append(error @ np.linalg.solve(move @ covariance @ move.T, error) < chi2.ppf(0.95, 3))
    assert np.mean(inside) >= 0.85
