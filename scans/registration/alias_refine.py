"""The last centimetres of a proposed move: a fit of one cloud to the surfaces of another that may not go far."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
from scipy.spatial import cKDTree

from spatial.poses import Matrix4, pose_from_xyz_yaw, transform_points

REACH_M = 0.15
"""How far a fit may go along each axis, metres: bays as built differ by this, half-bays by more."""
TURN_RAD = math.radians(0.5)
_NEIGHBOURS = 10
_TRIALS_M = (0.25, 0.15, 0.1, 0.08, 0.08)
_PRIOR_M, _PRIOR_RAD = 0.1, math.radians(0.3)
_SURFACE_SIGMA_M = 0.03
_LEAST_PAIRS = 50
_CORRELATED = 20.0  # that many pairs tell as much as one


def normals(
    places: npt.NDArray[np.float64], points: npt.NDArray[np.float64], tree: cKDTree
) -> npt.NDArray[np.float64]:
    """Unit normals (M, 3) of the planes through the ten of `points` (N, 3) nearest to each of `places` (M, 3).

    Fewer points than ten give upward ones.
    """
    if len(points) < _NEIGHBOURS:
        return np.tile([0.0, 0.0, 1.0], (len(places), 1))
    near = np.asarray(tree.query(places, k=_NEIGHBOURS)[1])
    around = points[near] - points[near].mean(1, keepdims=True)
    _, axes = np.linalg.eigh(np.einsum("nki,nkj->nij", around, around))
    return np.asarray(axes[:, :, 0])


def refined(
    fixed_from_moving: Matrix4,
    moving: npt.NDArray[np.float64],
    fixed: npt.NDArray[np.float64],
    fixed_normals: npt.NDArray[np.float64],
    tree: cKDTree,
) -> Matrix4:
    """`fixed_from_moving` after a few steps of point-to-plane ICP (Chen and Medioni 1992) in x, y, z and yaw.

    `moving` (N, 3) and `fixed` (K, 3) are in their own frames. A prior holds what the surfaces do not, as the way
    along a bare aisle. What would go beyond REACH_M or TURN_RAD stays there.
    """
    start = transform_points(fixed_from_moving, moving)
    centre = start.mean(0) if len(start) else np.zeros(3)
    move = np.zeros(4)  # x, y, z, yaw about the centre
    limit = np.array([REACH_M, REACH_M, REACH_M, TURN_RAD])
    prior = np.diag([_PRIOR_M**-2] * 3 + [_PRIOR_RAD**-2])
    for within_m in _TRIALS_M:
        at = transform_points(_about(centre, move), start)
        distance, index = map(np.asarray, tree.query(at, distance_upper_bound=within_m))
        paired = np.isfinite(distance)
        if np.count_nonzero(paired) < _LEAST_PAIRS:
            break
        p, q, n = at[paired], fixed[index[paired]], fixed_normals[index[paired]]
        arm = p - centre
        turning = n[:, 1] * arm[:, 0] - n[:, 0] * arm[:, 1]
        jacobian = np.column_stack([n, turning])
        residual = ((p - q) * n).sum(1)
        weight = 1.0 / (_SURFACE_SIGMA_M**2 * _CORRELATED * (1.0 + (residual / _SURFACE_SIGMA_M) ** 2))
        normal_matrix = jacobian.T @ (jacobian * weight[:, None]) + prior
        gradient = jacobian.T @ (weight * residual) + prior @ move
        move = np.clip(move - np.linalg.solve(normal_matrix, gradient), -limit, limit)
    return _about(centre, move) @ fixed_from_moving


def _about(centre: npt.NDArray[np.float64], move: npt.NDArray[np.float64]) -> Matrix4:
    """A turn by `move[3]` about `centre`, then the shift `move[:3]`."""
    turn = pose_from_xyz_yaw(0.0, 0.0, 0.0, float(move[3]))
    turn[:3, 3] = centre + move[:3] - turn[:3, :3] @ centre
    return turn
