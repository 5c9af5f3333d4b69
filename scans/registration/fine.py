"""From a rough place to millimetres: the fine step, with an honest covariance and a word on what it cannot tell.

small_gicp brings two views together at falling scales. The last step is our own: it takes only points on
planes, weighs them robustly, and tells how sure it is. Neighbouring points share their errors (a normal a
little off, a wall not quite flat), so errors are independent from one metre-sized patch to the next, not from
point to point: the covariance is the cluster-robust "sandwich" (Liang and Zeger, Biometrika 73, 1986).
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import numpy as np
import small_gicp
from scipy.spatial import cKDTree

from scans.registration.se3 import Array, exp
from scans.registration.view import ScanView
from spatial.poses import Matrix4, transform_points

_SCALES = ((0.3, 1.0), (0.1, 0.4))
"""Voxel and farthest correspondence, metres, coarse to fine."""
_ROUNDS = 30
_FARTHEST_M = 0.3
_ACROSS_M = 0.1
_ALIKE = 0.95
_MOST_POINTS = 40_000
_LEAST_POINTS = 200
_STILL = 0.1
_PATCH_M = 1.0
_TUKEY = 4.685
_LEAST_SIGMA_M = 1e-4
_BEYOND_PATCHES = 1.6
"""Variance over what patches tell: voxel means and normals err alike beyond a patch. Measured on virtual halls at
0.4° to 0.8°, where 95 % of the errors then lie in their ellipsoids."""


@dataclass(frozen=True, eq=False)
class FineFit:
    """Where the fine step ended.

    `target_from_source` (4, 4); `covariance` (6, 6) as in se3.py; `overlap` is the share of the source's plane
    points that found their surface, `rmse_m` their weighted distance across it; `is_still` if the last round
    moved nothing. `held` is how much of the surfaces holds the pose in its weakest direction, 0…1, and
    `weakest` (6,) that direction: a unit tangent at `middle` (3,) in the target's frame, its rotation in
    radians times the points' mean distance from there.
    """

    target_from_source: Matrix4
    covariance: Array
    overlap: float
    rmse_m: float
    is_still: bool
    held: float
    weakest: Array
    middle: Array


@dataclass(frozen=True, eq=False)
class FineView:
    """What the fine step asks of a view: its clouds at each scale, its plane points (N, 3), normals and tree."""

    scales: tuple[tuple[small_gicp.PointCloud, small_gicp.KdTree], ...]
    points: Array
    normals: Array
    tree: cKDTree


def fine_view(scan: ScanView) -> FineView:
    """Prepare a view for `approach` and `refine`."""
    scales = tuple(small_gicp.preprocess_points(scan.points, voxel, 15, 1) for voxel, _ in _SCALES)
    points = scan.points[scan.is_plane]
    return FineView(scales, points, scan.normals[scan.is_plane], cKDTree(points))


def approach(target: FineView, source: FineView, target_from_source: Matrix4) -> Matrix4:
    """The pose after small_gicp's rounds; a scale without any correspondence leaves it as it was."""
    pose = target_from_source
    for (cloud, tree), (moving, _), (_, farthest) in zip(target.scales, source.scales, _SCALES, strict=True):
        done = small_gicp.align(
            cloud, moving, tree, pose, "GICP", max_correspondence_distance=farthest, num_threads=1
        )
        if done.num_inliers > 0 and np.isfinite(done.T_target_source).all():
            pose = np.array(done.T_target_source)
    return pose


def refine(target: FineView, source: FineView, target_from_source: Matrix4) -> FineFit | None:
    """The most likely pose near `target_from_source`; None where too few plane points meet to tell six numbers."""
    pose, is_still = target_from_source, False
    every = max(1.0, len(source.points) / _MOST_POINTS)
    rows = np.arange(0, len(source.points), every).astype(np.int64)
    points, normals = source.points[rows], source.normals[rows]
    met = _meet(target, points, normals, pose)
    for _ in range(_ROUNDS):
        if met is None or is_still:
            break
        step = -np.linalg.pinv(met.hessian, hermitian=True) @ met.gradients.sum(axis=0)
        pose = exp(step) @ pose
        # correspondences flicker for ever: what matters is the step in units of its own standard deviation
        is_still = bool(step @ met.hessian @ step < _STILL**2 * met.variance)
        met = _meet(target, points, normals, pose)
    return None if met is None else _told(met, pose, len(points), is_still=is_still)


@dataclass(frozen=True, eq=False)
class _Meeting:
    """Points (N, 3) on their surfaces: residual (N,) across, its Jacobian (N, 6), weight (N,), and sums of them."""

    points: Array
    jacobian: Array
    residual: Array
    weight: Array
    hessian: Array = field(init=False)
    gradients: Array = field(init=False)

    @property
    def variance(self) -> float:
        """Of a residual, metres²."""
        return float(np.average(self.residual**2, weights=self.weight))

    def __post_init__(self) -> None:
        weighted = self.jacobian * self.weight[:, None]
        object.__setattr__(self, "hessian", weighted.T @ self.jacobian)
        object.__setattr__(self, "gradients", weighted * self.residual[:, None])


def _meet(target: FineView, points: Array, normals: Array, pose: Matrix4) -> _Meeting | None:
    """Each source point with the plane through the target point nearest to it, weighed after Tukey."""
    at, facing = transform_points(pose, points), normals @ pose[:3, :3].T
    distance, nearest = target.tree.query(at, distance_upper_bound=_FARTHEST_M)
    rows = np.flatnonzero(np.isfinite(distance))
    at, facing, index = at[rows], facing[rows], np.asarray(nearest)[rows]
    plane = target.normals[index]
    across = np.einsum("ij,ij->i", at - target.points[index], plane)
    kept = (np.abs(np.einsum("ij,ij->i", facing, plane)) > _ALIKE) & (np.abs(across) < _ACROSS_M)
    if np.count_nonzero(kept) < _LEAST_POINTS:
        return None
    at, plane, across = at[kept], plane[kept], across[kept]
    sigma = max(1.4826 * float(np.median(np.abs(across))), _LEAST_SIGMA_M)
    u = across / (_TUKEY * sigma)
    weight = np.where(np.abs(u) < 1, (1 - u * u) ** 2, 0.0)
    return _Meeting(at, np.hstack([np.cross(at, plane), plane]), across, weight)


def _told(met: _Meeting, pose: Matrix4, among: int, *, is_still: bool) -> FineFit:
    middle = np.average(met.points, axis=0, weights=met.weight)
    held, weakest = _weakest_direction(met, middle)
    return FineFit(
        target_from_source=pose,
        covariance=_sandwich(met),
        overlap=float(np.count_nonzero(met.weight)) / among,
        rmse_m=math.sqrt(met.variance),
        is_still=is_still,
        held=held,
        weakest=weakest,
        middle=middle,
    )


def _sandwich(met: _Meeting) -> Array:
    """H⁻¹ (Σ over patches of g gᵀ) H⁻¹, g the sum of a patch's gradients; never below H⁻¹ s² of lone points."""
    inverse = np.asarray(np.linalg.pinv(met.hessian, hermitian=True), dtype=np.float64)
    patch = np.floor(met.points / _PATCH_M).astype(np.int64)
    _, label = np.unique(patch, axis=0, return_inverse=True)
    patches = int(label.max()) + 1
    gradients = np.zeros((patches, 6))
    np.add.at(gradients, label.ravel(), met.gradients)
    few = patches / max(patches - 6, 1)  # six parameters were fitted to the patches
    shared: Array = _BEYOND_PATCHES * few * inverse @ (gradients.T @ gradients) @ inverse
    lone: Array = inverse * met.variance
    return _at_least(shared, lone)


def _at_least(covariance: Array, floor: Array) -> Array:
    """The covariance, raised to the floor in every direction where it is below it."""
    spread, axes = np.linalg.eigh(floor)
    half = axes * np.sqrt(np.maximum(spread, 1e-18))
    back = np.linalg.inv(half)
    ratio, turns = np.linalg.eigh(back @ covariance @ back.T)
    raised: Array = half @ (turns * np.maximum(ratio, 1.0)) @ turns.T @ half.T
    return (raised + raised.T) / 2


def _weakest_direction(met: _Meeting, middle: Array) -> tuple[float, Array]:
    """Smallest eigenvalue of the mean of J Jᵀ about the middle, rotations in units of length, and its direction."""
    from_middle = met.points - middle
    arm = float(np.sqrt(np.average(np.sum(from_middle**2, axis=1), weights=met.weight)))
    plane = met.jacobian[:, 3:]
    local = np.hstack([np.cross(from_middle, plane) / arm, plane])
    held, axes = np.linalg.eigh((local * met.weight[:, None]).T @ local / met.weight.sum())
    return max(float(held[0]), 0.0), axes[:, 0]
