"""Rigid motions as six numbers, rotation first: the exponential map of SE(3) and its relations.

A tangent is (rx, ry, rz, tx, ty, tz), radians and metres. It acts from the left, so it lives in the *target*
frame: `true = exp(ξ) @ estimated`. Every covariance (6, 6) of this package is that of such a ξ.
Formulas: Solà, Deray, Atchuthan, "A micro Lie theory for state estimation in robotics" (2018), appendix D.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from spatial.poses import Matrix4

Array = npt.NDArray[np.float64]

_SMALL = 1e-5


def skew(v: npt.ArrayLike) -> Array:
    """The matrix (3, 3) of the cross product with `v` (3,)."""
    x, y, z = np.asarray(v, dtype=np.float64)
    return np.array([[0.0, -z, y], [z, 0.0, -x], [-y, x, 0.0]])


def exp(tangent: npt.ArrayLike) -> Matrix4:
    """The motion (4, 4) of a tangent (6,)."""
    rotation, translation = np.split(np.asarray(tangent, dtype=np.float64), 2)
    angle, k = float(np.linalg.norm(rotation)), skew(rotation)
    if angle < _SMALL:
        a, b, c = 1.0 - angle**2 / 6, 0.5 - angle**2 / 24, 1 / 6 - angle**2 / 120
    else:
        a, b = math.sin(angle) / angle, (1 - math.cos(angle)) / angle**2
        c = (angle - math.sin(angle)) / angle**3
    pose = np.eye(4)
    pose[:3, :3] += a * k + b * k @ k
    pose[:3, 3] = (np.eye(3) + b * k + c * k @ k) @ translation
    return pose


def log(pose: Matrix4) -> Array:
    """The tangent (6,) of a motion (4, 4); its rotation is at most π."""
    rotation = _rotation_vector(pose[:3, :3])
    angle, k = float(np.linalg.norm(rotation)), skew(rotation)
    if angle < _SMALL:
        d = 1 / 12 + angle**2 / 720
    else:
        d = (1 - angle * math.sin(angle) / (2 * (1 - math.cos(angle)))) / angle**2
    inverse_jacobian = np.eye(3) - 0.5 * k + d * k @ k
    return np.concatenate([rotation, inverse_jacobian @ pose[:3, 3]])


def inverse(pose: Matrix4) -> Matrix4:
    """source_from_target (4, 4) of target_from_source."""
    back = np.eye(4)
    back[:3, :3] = pose[:3, :3].T
    back[:3, 3] = -pose[:3, :3].T @ pose[:3, 3]
    return back


def adjoint(pose: Matrix4) -> Array:
    """The matrix (6, 6) that takes a tangent of the source frame to the target frame of `pose`."""
    r, out = pose[:3, :3], np.zeros((6, 6))
    out[:3, :3] = out[3:, 3:] = r
    out[3:, :3] = skew(pose[:3, 3]) @ r
    return out


def inverse_left_jacobian(tangent: npt.ArrayLike) -> Array:
    """How log(exp(δ) exp(ξ)) moves with a small δ: (6, 6), by its series, good to 1e-6 below one radian."""
    rotation, translation = np.split(np.asarray(tangent, dtype=np.float64), 2)
    ad = np.zeros((6, 6))
    ad[:3, :3] = ad[3:, 3:] = skew(rotation)
    ad[3:, :3] = skew(translation)
    ad2 = ad @ ad
    ad4 = ad2 @ ad2
    # Bernoulli numbers over factorials: 1, −1/2, 1/12, −1/720, 1/30240
    return np.eye(6) - ad / 2 + ad2 / 12 - ad4 / 720 + ad4 @ ad2 / 30240


def is_rigid(pose: Matrix4, tolerance: float = 1e-6) -> bool:
    """Whether a matrix (4, 4) is a proper rotation with a translation, and finite."""
    r = pose[:3, :3]
    return bool(
        np.isfinite(pose).all()
        and np.abs(r @ r.T - np.eye(3)).max() < tolerance
        and np.linalg.det(r) > 0
        and np.array_equal(pose[3], [0.0, 0.0, 0.0, 1.0])
    )


def turn_between(a: Matrix4, b: Matrix4) -> float:
    """The angle in radians between two poses' rotations."""
    return float(np.linalg.norm(_rotation_vector(a[:3, :3].T @ b[:3, :3])))


def _rotation_vector(r: Array) -> Array:
    """Axis times angle (3,); near π the axis comes from the symmetric part, where the sine has gone."""
    twice_sine = np.array([r[2, 1] - r[1, 2], r[0, 2] - r[2, 0], r[1, 0] - r[0, 1]])
    sine, cosine = float(np.linalg.norm(twice_sine)) / 2, (float(np.trace(r)) - 1) / 2
    angle = math.atan2(sine, cosine)
    if cosine > -0.99:
        return np.asarray(twice_sine * (0.5 * (1 + angle**2 / 6) if angle < _SMALL else angle / (2 * sine)))
    outer = (r + r.T) / 2 - cosine * np.eye(3)  # (1 − cos) · axis axisᵀ
    axis = outer[int(np.argmax(np.diag(outer)))]
    axis = axis / np.linalg.norm(axis)
    return np.asarray(angle * (axis if twice_sine @ axis >= 0 else -axis))
