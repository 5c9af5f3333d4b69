"""trajectory.log, as Open3D writes it: for each image a line of three numbers and the camera's 4 × 4 matrix."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from scans.readers.faults import size_of_file
from spatial.errors import BadDataError
from spatial.poses import Matrix4

_LONGEST = 1 << 24
_NUMBERS = 19
_ROTATION_TOLERANCE = 1e-3


def read_trajectory_log(path: Path) -> list[Matrix4]:
    """The poses world_from_camera in order; BadDataError names the pose that is none."""
    if size_of_file(path) > _LONGEST:
        raise BadDataError(f"{path}: is larger than {_LONGEST} bytes: it is no trajectory.log")
    try:
        numbers = np.array(path.read_bytes().split(), dtype=np.float64)
    except ValueError as fault:
        raise BadDataError(f"{path}: holds more than numbers ({fault}): write it again") from fault
    if len(numbers) == 0 or len(numbers) % _NUMBERS:
        raise BadDataError(
            f"{path}: holds {len(numbers)} numbers, which is no multiple of {_NUMBERS} (three and a 4 × 4 matrix for "
            "each image): it is cut short; copy it again"
        )
    poses = list(numbers.reshape(-1, _NUMBERS)[:, 3:].reshape(-1, 4, 4))
    for index, pose in enumerate(poses):
        _require_pose(path, index, pose)
    return poses


def _require_pose(path: Path, index: int, pose: Matrix4) -> None:
    turn = pose[:3, :3]
    is_pose = bool(np.isfinite(pose).all()) and bool(np.allclose(pose[3], [0, 0, 0, 1]))
    if not (is_pose and np.abs(turn @ turn.T - np.eye(3)).max() < _ROTATION_TOLERANCE):
        raise BadDataError(f"{path}: the matrix of image {index} is no pose: write the pose camera to world")
    if np.linalg.det(turn) < 0:
        raise BadDataError(
            f"{path}: the matrix of image {index} mirrors (determinant −1): write right-handed poses"
        )
