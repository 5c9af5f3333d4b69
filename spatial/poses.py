"""Rigid poses and headings.

Transforms are named `target_from_source`, so that neighbours cancel: `world_from_scan @ scan_from_sensor`.
A pose is a (4, 4) float64 matrix.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

Matrix4 = npt.NDArray[np.float64]

GLTF_FROM_WORLD: Matrix4 = np.array(
    [[1.0, 0.0, 0.0, 0.0], [0.0, 0.0, 1.0, 0.0], [0.0, -1.0, 0.0, 0.0], [0.0, 0.0, 0.0, 1.0]]
)
"""glTF and WebXR are Y up: (x, y, z) → (x, z, −y), determinant +1."""


def wrap_yaw(yaw_rad: float) -> float:
    """The same heading in (−π, π]."""
    wrapped = math.remainder(yaw_rad, 2 * math.pi)
    return math.pi if wrapped == -math.pi else wrapped


def pose_from_xyz_yaw(x: float, y: float, z: float, yaw_rad: float) -> Matrix4:
    """A pose at (x, y, z) metres, turned by `yaw_rad` about Z."""
    c, s = math.cos(yaw_rad), math.sin(yaw_rad)
    return np.array([[c, -s, 0.0, x], [s, c, 0.0, y], [0.0, 0.0, 1.0, z], [0.0, 0.0, 0.0, 1.0]])


def pose_from_quaternion(translation: npt.ArrayLike, quaternion_xyzw: npt.ArrayLike) -> Matrix4:
    """A pose from a translation (3,) in metres and a quaternion (x, y, z, w); it need not be normalised.

    Raises ValueError for a quaternion of length zero or one that is not finite.
    """
    q = np.asarray(quaternion_xyzw, dtype=np.float64)
    norm = float(np.linalg.norm(q))
    if not math.isfinite(norm) or norm == 0.0:
        raise ValueError(f"quaternion {q.tolist()} has no direction")
    x, y, z, w = q / norm
    pose = np.eye(4)
    pose[:3, :3] = [
        [1 - 2 * (y * y + z * z), 2 * (x * y - z * w), 2 * (x * z + y * w)],
        [2 * (x * y + z * w), 1 - 2 * (x * x + z * z), 2 * (y * z - x * w)],
        [2 * (x * z - y * w), 2 * (y * z + x * w), 1 - 2 * (x * x + y * y)],
    ]
    pose[:3, 3] = translation
    return pose


def quaternion_from_pose(pose: Matrix4) -> npt.NDArray[np.float64]:
    """The quaternion (x, y, z, w), of length 1 and w ≥ 0, of a pose's rotation.

    The row of the outer product q qᵀ with the largest diagonal gives it (Shepperd, J. Guidance and Control 1, 1978).
    """
    r = pose[:3, :3]
    outer = np.empty((4, 4))
    outer[:3, :3] = r + r.T + (1 - np.trace(r)) * np.eye(3)
    outer[3, :3] = outer[:3, 3] = r[2, 1] - r[1, 2], r[0, 2] - r[2, 0], r[1, 0] - r[0, 1]
    outer[3, 3] = 1 + np.trace(r)
    row = outer[int(np.argmax(np.diag(outer)))]
    return np.asarray((row if row[3] >= 0 else -row) / np.linalg.norm(row))


def transform_points(target_from_source: Matrix4, points: npt.ArrayLike) -> npt.NDArray[np.float64]:
    """Points (N, 3) of the source frame, in the target frame."""
    return np.asarray(points, dtype=np.float64) @ target_from_source[:3, :3].T + target_from_source[:3, 3]
