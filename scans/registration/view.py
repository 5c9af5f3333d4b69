"""One scan made ready for registration: thinned points, the surface at each, and what its scanner saw through."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.spatial import cKDTree

from scans.registration.se3 import Array
from spatial.poses import Matrix4, transform_points

VOXEL_M = 0.05
_NEIGHBOURS = 14
_PATCH_M = 0.6
"""Neighbours farther away than this are of another surface, or the scan is too thin there."""
_THICKEST_M = 0.012
_NARROWEST_M = 0.02
_STEP_RAD = np.radians(1.5)
_IN_FRONT_M = 0.4
_OWN_CONFLICTS = 0.05


@dataclass(frozen=True, eq=False)
class ScanView:
    """A scan in a frame of its own, metres.

    `points` (N, 3), one a voxel of 5 cm; `normals` (N, 3), unit, facing the eye where there is one;
    `is_plane` (N,) where the points around lie in one plane, which alone tells a position to a millimetre;
    `tree` of the points. `eye` (3,) is where the scanner stood and `seen` (azimuths, elevations) the range
    that it looked through in every direction of 1.5°; both None where a place explains its points badly.
    """

    points: Array
    normals: Array
    is_plane: npt.NDArray[np.bool_]
    tree: cKDTree
    eye: Array | None
    seen: Array | None

    def __len__(self) -> int:
        return len(self.points)

    def conflicts(self, points: Array) -> npt.NDArray[np.bool_]:
        """Which of `points` (N, 3) hang where this scanner looked through and saw something farther away."""
        return self._beyond(points, _IN_FRONT_M)

    def tells(self, points: Array) -> npt.NDArray[np.bool_]:
        """Which of `points` (N, 3) lie in front of, or on, what this scanner saw: it could contradict them."""
        return self._beyond(points, -_IN_FRONT_M / 4)

    def _beyond(self, points: Array, by_m: float) -> npt.NDArray[np.bool_]:
        """Whether the scanner saw, towards each point, something farther away than it by that much."""
        if self.eye is None or self.seen is None:
            return np.zeros(len(points), np.bool_)
        distance, direction = _looks(points - self.eye)
        seen = self.seen[direction]
        return np.asarray((seen > 0) & (distance < seen - by_m))


def view(points: Array, *, eye: npt.ArrayLike | None = (0.0, 0.0, 0.0)) -> ScanView:
    """Prepare the voxel means `points` (N, 3), metres, seen from `eye`.

    The eye is believed only if the points could be seen from there, one behind another being rare. Raises
    ValueError for fewer than 100 points: nothing can be said of them.
    """
    if len(points) < 100:
        raise ValueError(f"{len(points)} points of {VOXEL_M} m are no scan: at least 100 are needed")
    tree = cKDTree(points)
    normals, thickness, width, reach = _planes(points, tree)
    is_plane = (thickness < _THICKEST_M) & (width > _NARROWEST_M) & (reach < _PATCH_M)
    seen, at = None, None if eye is None else np.asarray(eye, dtype=np.float64)
    if at is not None:
        facing = np.einsum("ij,ij->i", normals, at - points)
        normals[facing < 0] *= -1
        seen = _looked_through(points - at)
    made = ScanView(points, normals, is_plane, tree, at, seen)
    if seen is not None and made.conflicts(points).mean() > _OWN_CONFLICTS:
        return ScanView(points, normals, is_plane, tree, None, None)
    return made


def moved(scan: ScanView, target_from_source: Matrix4) -> tuple[Array, Array]:
    """The view's points and normals in another frame."""
    return transform_points(target_from_source, scan.points), scan.normals @ target_from_source[:3, :3].T


def _planes(points: Array, tree: cKDTree) -> tuple[Array, Array, Array, Array]:
    """Normal (N, 3), thickness, smaller width (standard deviations) and reach of each point's neighbourhood."""
    normals = np.empty_like(points)
    thickness, width, reach = (np.empty(len(points)) for _ in range(3))
    for first in range(0, len(points), 50_000):
        rows = slice(first, first + 50_000)
        distance, nearest = tree.query(points[rows], k=_NEIGHBOURS)
        around = points[nearest] - points[nearest].mean(axis=1, keepdims=True)
        spread, axes = np.linalg.eigh(np.einsum("nki,nkj->nij", around, around) / _NEIGHBOURS)
        normals[rows] = axes[:, :, 0]
        thickness[rows], width[rows] = np.sqrt(np.maximum(spread[:, :2], 0.0)).T
        reach[rows] = np.asarray(distance)[:, -1]
    return normals, thickness, width, reach


def _looks(from_eye: Array) -> tuple[Array, tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]]:
    """Distance (N,) and the cell of the range image of points relative to the eye."""
    distance = np.maximum(np.linalg.norm(from_eye, axis=1), 1e-9)
    columns, rows = round(2 * np.pi / _STEP_RAD), round(np.pi / _STEP_RAD)
    azimuth = np.floor((np.arctan2(from_eye[:, 1], from_eye[:, 0]) + np.pi) / _STEP_RAD).astype(np.int64)
    elevation = np.floor((np.arcsin(np.clip(from_eye[:, 2] / distance, -1, 1)) + np.pi / 2) / _STEP_RAD)
    return distance, (azimuth % columns, np.clip(elevation.astype(np.int64), 0, rows - 1))


def _looked_through(from_eye: Array) -> Array:
    """The nearest range in each direction and those beside it: 0 where any of them saw nothing."""
    distance, direction = _looks(from_eye)
    nearest = np.full((round(2 * np.pi / _STEP_RAD), round(np.pi / _STEP_RAD)), np.inf)
    np.minimum.at(nearest, direction, distance)
    nearest[np.isinf(nearest)] = 0.0
    across = np.minimum(np.minimum(np.roll(nearest, 1, 0), np.roll(nearest, -1, 0)), nearest)
    padded = np.pad(across, ((0, 0), (1, 1)), mode="edge")
    return np.asarray(np.minimum(np.minimum(padded[:, :-2], padded[:, 2:]), across))
