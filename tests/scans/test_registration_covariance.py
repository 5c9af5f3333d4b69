"""The covariance of a pair over many draws of noise, poses and places: as many errors inside as it says."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
from scipy.stats import chi2

from scans.cloud import PointCloud
from scans.registration.pairwise import PairFit, PreparedScan, prepare_points, register_pair
from scans.registration.se3 import exp, inverse, log
from scans.registration.view import VOXEL_M
from scans.virtual import TerrestrialScanner, scan_terrestrial
from scans.voxels import VoxelAccumulator
from spatial.poses import transform_points

Array = npt.NDArray[np.float64]
DRAWS = 40
SCANNER = TerrestrialScanner(step_deg=2.0, elevation_from_deg=-70.0)
CORNERS = np.array([[x, y, z] for x in (0, 1) for y in (0, 1) for z in (0, 1)], dtype=np.float64)
SIDES = np.array([[0, 1, 3, 2], [4, 6, 7, 5], [0, 4, 5, 1], [2, 3, 7, 6], [0, 2, 6, 4], [1, 5, 7, 3]])


def room() -> tuple[Array, npt.NDArray[np.int64]]:
    """A room of 8 × 6 × 3 m with three cupboards: vertices and triangles."""
    boxes = [
        ((0, 0, 0), (8, 6, 3)),
        ((2.0, 4.9, 0), (1.6, 1.1, 2.0)),
        ((5.2, 0.4, 0), (0.7, 1.5, 1.2)),
        ((7.0, 3.5, 0.0), (1.0, 0.6, 2.4)),
    ]
    triangles = np.vstack([SIDES[:, [0, 1, 2]], SIDES[:, [0, 2, 3]]])
    vertices = np.vstack([np.array(low) + CORNERS * np.array(size) for low, size in boxes])
    return vertices, np.vstack([triangles + 8 * k for k in range(len(boxes))])


def placed(points: Array, world_from_scan: Array) -> PreparedScan:
    voxels = VoxelAccumulator(VOXEL_M)
    local = transform_points(inverse(world_from_scan), points).astype(np.float32)
    voxels.add(PointCloud(points=local, origin=np.zeros(3)))
    return prepare_points(voxels.cloud().points)


def draw(seed: int) -> tuple[PairFit, Array]:
    """A pair at drawn places and turns, and the tangent from the pose that was found to the true one."""
    rng = np.random.default_rng(seed)
    vertices, faces = room()
    eyes = np.array([[2.0, 2.5, 1.5], [5.5, 3.2, 1.4]]) + rng.uniform(-0.4, 0.4, (2, 3))
    scan = scan_terrestrial(vertices, faces, np.zeros(len(faces), np.int32), eyes, scanner=SCANNER, seed=seed)
    poses = []
    for eye in eyes:
        tilt = rng.normal(0, math.radians(1.0), 2)
        pose = exp([*tilt, 0, 0, 0, 0]) @ exp([0, 0, rng.uniform(-math.pi, math.pi), 0, 0, 0])
        pose[:3, 3] = eye
        poses.append(pose)
    points = scan.cloud.world_points()
    views = [placed(points[scan.cloud.station == k], poses[k]) for k in range(2)]
    true = inverse(poses[0]) @ poses[1]
    rough = exp(np.concatenate([rng.normal(0, 0.02, 3), rng.normal(0, 0.05, 3)])) @ true
    fit = register_pair(*views, prior=rough)
    return fit, log(true @ inverse(fit.target_from_source))


def test_as_many_errors_lie_in_the_ellipsoid_as_it_says() -> None:
    drawn = [draw(seed) for seed in range(DRAWS)]
    assert all(fit.converged for fit, _ in drawn)
    squares = np.array([error @ np.linalg.solve(fit.covariance, error) for fit, error in drawn])
    inside = float(np.mean(squares < chi2.ppf(0.95, 6)))
    assert 0.85 <= inside <= 0.99, f"{inside:.0%} inside, median {np.median(squares):.1f} of 5.35"
    assert max(np.linalg.norm(error[3:]) for _, error in drawn) < 0.005
    assert max(math.degrees(np.linalg.norm(error[:3])) for _, error in drawn) < 0.05
