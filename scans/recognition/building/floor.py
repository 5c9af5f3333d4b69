"""The floor: its plane, its tilt against the scan's Z axis, and its heights.

A warehouse floor is the lowest thing almost everywhere, so the lows of half-metre cells vote for one plane
(RANSAC), and what lies close to it gives the heights.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from numba import njit
from scipy.ndimage import gaussian_filter

from scans.groups import grouped, nth_lowest, plan_cells, plan_shape
from scans.recognition.building.bilinear import bilinear_at
from scans.recognition.surface_sigmas import root_mean_square, smoothed_sigmas
from scans.tiles.bounds import bounds_of
from spatial.errors import UndecidedError
from spatial.facility import FloorHeights

_CELL_M = 0.5
_STRAY_SHARE = 0.03  # reflections and mixed pixels lie below a real floor
_INLIER_M = 0.05
_NEAR_M = 0.08
_SMOOTHING = 0.7  # cells: what is left of one cell's strays
_MAX_TILT_RAD = math.radians(15.0)


@dataclass(frozen=True)
class FloorPlane:
    """z = `a`·x + `b`·y + `c`, and the share of cells that agree."""

    a: float
    b: float
    c: float
    support: float

    @property
    def tilt_rad(self) -> float:
        """Angle between the floor's normal and the Z axis."""
        return math.atan(math.hypot(self.a, self.b))

    def heights(self, xy: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        """z (N,) of the plane at `xy` (N, 2)."""
        return np.asarray(self.a * xy[:, 0] + self.b * xy[:, 1] + self.c)


@dataclass(frozen=True)
class FloorSurface:
    """Heights on a regular grid: `z[i, j]` at `origin + (i, j)·cell_m`; `sigma_m` of one height, `sigmas` (I, J) of
    each where that is known.
    """

    origin: npt.NDArray[np.float64]
    cell_m: float
    z: npt.NDArray[np.float64]
    sigma_m: float
    sigmas: npt.NDArray[np.float64] | None = None

    def heights(self, xy: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        """z (N,) at `xy` (N, 2), bilinear; beyond the grid the nearest edge's."""
        return np.asarray(_bilinear(self.z, np.asarray(xy, np.float64), self.origin, self.cell_m))

    def sigmas_at(self, xy: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        """Standard deviation (N,) of the heights at `xy` (N, 2), bilinear like them."""
        if self.sigmas is None:
            return np.full(len(xy), self.sigma_m)
        return np.asarray(_bilinear(self.sigmas, np.asarray(xy, np.float64), self.origin, self.cell_m))

    def samples(self, bounds: tuple[float, float, float, float], grid_m: float = 2.0) -> FloorHeights:
        """The surface as a facility keeps it: points about `grid_m` apart over `bounds` (x0, y0, x1, y1)."""
        x0, y0, x1, y1 = bounds
        x = np.linspace(x0, x1, max(2, math.ceil((x1 - x0) / grid_m) + 1))
        y = np.linspace(y0, y1, max(2, math.ceil((y1 - y0) / grid_m) + 1))
        xy = np.stack(np.meshgrid(x, y, indexing="ij"), -1).reshape(-1, 2)
        points = np.column_stack([xy, self.heights(xy)])
        return FloorHeights(
            points=tuple((float(p[0]), float(p[1]), float(p[2])) for p in points),
            grid_m=grid_m,
            sigma_m=self.sigma_m,
        )


def fit_floor_plane(points: npt.NDArray[np.float64], *, seed: int = 0) -> FloorPlane:
    """The plane that most cell lows of `points` (N, 3), metres, agree with.

    Raises UndecidedError when fewer than 8 cells of half a metre agree: then no floor was scanned.
    """
    lows = _cell_lows(points) if len(points) else points
    rng = np.random.default_rng(seed)
    best, best_votes = None, 0
    for _ in range(400 if len(lows) >= 3 else 0):
        p, q, r = lows[rng.choice(len(lows), 3, replace=False)]
        normal = np.cross(q - p, r - p)
        if abs(normal[2]) < math.cos(_MAX_TILT_RAD) * np.linalg.norm(normal) or normal[2] == 0:
            continue
        a, b = -normal[0] / normal[2], -normal[1] / normal[2]
        residual = lows[:, 2] - (a * (lows[:, 0] - p[0]) + b * (lows[:, 1] - p[1]) + p[2])
        votes = int(np.count_nonzero(np.abs(residual) < _INLIER_M))
        if votes > best_votes:
            best, best_votes = np.abs(residual) < _INLIER_M, votes
    if best is None or best_votes < 8:
        raise UndecidedError(
            f"no floor found: {best_votes} half-metre cells agree on a plane, 8 are needed; "
            "scan the floor, or check that Z is up"
        )
    for _ in range(3):
        design = np.column_stack([lows[best, :2], np.ones(np.count_nonzero(best))])
        (a, b, c), *_rest = np.linalg.lstsq(design, lows[best, 2], rcond=None)
        best = np.abs(lows[:, 2] - (a * lows[:, 0] + b * lows[:, 1] + c)) < _INLIER_M
    return FloorPlane(float(a), float(b), float(c), float(np.count_nonzero(best)) / len(lows))


def level_from_scan(
    plane: FloorPlane, *, threshold_rad: float = math.radians(0.5)
) -> npt.NDArray[np.float64]:
    """The rotation (4, 4) that lays the floor level; identity below `threshold_rad`, where a floor may slope."""
    pose = np.eye(4)
    if plane.tilt_rad < threshold_rad:
        return pose
    normal = np.array([-plane.a, -plane.b, 1.0])
    normal /= np.linalg.norm(normal)
    axis = np.cross(normal, [0.0, 0.0, 1.0])
    sine, cosine = float(np.linalg.norm(axis)), float(normal[2])
    x, y, z = axis / sine
    skew = np.array([[0.0, -z, y], [z, 0.0, -x], [-y, x, 0.0]])
    pose[:3, :3] = np.eye(3) + sine * skew + (1 - cosine) * skew @ skew  # Rodrigues' formula
    return pose


def floor_surface(points: npt.NDArray[np.float64], plane: FloorPlane) -> FloorSurface:
    """Heights from the points (N, 3) near `plane`; holes filled from around, so every height is finite."""
    low, high = bounds_of(points)
    origin, shape = low[:2], plan_shape(low, high, _CELL_M)
    near, residual = _near_plane(points, plane.a, plane.b, plane.c)
    cell = plan_cells(near, origin, _CELL_M, shape)
    median, count = _cell_medians(cell, residual, shape[0] * shape[1])
    weight = np.minimum(count, 20).astype(float).reshape(shape)
    value = median.reshape(shape) * weight
    filled, total = np.zeros(shape), np.zeros(shape)
    for sigma in (_SMOOTHING, 4.0, 20.0):  # fine where there are points, ever wider where there are none
        smooth, near_weight = gaussian_filter(value, sigma), gaussian_filter(weight, sigma)
        take = (total == 0) & (near_weight > 0.05 * (1.0 if sigma < 1 else 1e-3))
        filled[take] = smooth[take] / near_weight[take]
        total[take] = near_weight[take]
    sigmas = smoothed_sigmas(median.reshape(shape), weight, _SMOOTHING)
    centres = origin + 0.5 * _CELL_M
    grid = (
        np.stack(np.meshgrid(*[np.arange(n) for n in shape], indexing="ij"), -1).reshape(-1, 2) * _CELL_M
        + centres
    )
    z = filled + plane.heights(grid).reshape(shape)
    return FloorSurface(centres, _CELL_M, z, root_mean_square(sigmas[weight > 0]), sigmas)


def _cell_lows(points: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """A low point (C, 3) of each cell that holds ten points or more."""
    low, high = bounds_of(points)
    shape = plan_shape(low, high, _CELL_M)
    order, start = grouped(plan_cells(points, low, _CELL_M, shape), shape[0] * shape[1])
    count = np.diff(start)
    nth = np.where(count >= 10, (_STRAY_SHARE * count).astype(np.int64), -1)
    return points[nth_lowest(points[:, 2], order, start, nth)[nth >= 0]]


def _cell_medians(
    cell: npt.NDArray[np.int64], value: npt.NDArray[np.float64], cells: int
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.int64]]:
    """The middle `value` (`cells`,) of each cell, 0 without one, and how many there are."""
    order, start = grouped(cell, cells)
    count = np.diff(start)
    found = count > 0
    median = np.zeros(cells)
    median[found] = value[nth_lowest(value, order, start, np.where(found, count // 2, -1))[found]]
    return median, count


@njit(cache=True)
def _near_plane(points, a, b, c):  # type: ignore[no-untyped-def]
    """x, y (M, 2) of the points that are near a plane, and their heights (M,) above it."""
    xy, residual = np.empty((len(points), 2)), np.empty(len(points))
    count = 0
    for n in range(len(points)):
        height = points[n, 2] - (a * points[n, 0] + b * points[n, 1] + c)
        if abs(height) < _NEAR_M:
            xy[count, 0], xy[count, 1], residual[count] = points[n, 0], points[n, 1], height
            count += 1
    return xy[:count], residual[:count]


@njit(cache=True)
def _bilinear(z, xy, origin, cell_m):  # type: ignore[no-untyped-def]
    heights = np.empty(len(xy))
    for n in range(len(xy)):
        heights[n] = bilinear_at(z, (xy[n, 0] - origin[0]) / cell_m, (xy[n, 1] - origin[1]) / cell_m)
    return heights
