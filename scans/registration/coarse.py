"""Where a scan may lie in another one's frame, without any guess: the coarse step.

kiss-matcher 1.0.2 found 1 of 15 pairs of the demo hall, with four to eight rack rows alike, at any voxel size
and with either solver, and gave turns by 180° its best marks: a hall's local shapes repeat. So the whole scan
is compared: 1. lay the floor level, which leaves a heading and a place; 2. headings from the directions that
upright surfaces face; 3. places from the correlation of maps of those surfaces, by height and by facing;
4. each is judged by surfaces that meet, less those that hang where the other scanner looked through.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import fft, ndimage

from scans.recognition.building.floor import fit_floor_plane, level_from_scan
from scans.registration.likeness import Candidate, best_apart, score
from scans.registration.se3 import Array, inverse
from scans.registration.view import ScanView, moved
from spatial.poses import Matrix4, pose_from_xyz_yaw, transform_points

_UPRIGHT = 0.3
_HEADINGS = 360
_MOST_HEADINGS = 8
_HEADING_SHARE = 0.3
_CELL_M = 0.25
_MOST_CELLS = 400
_FROM_HEIGHTS_M = (0.3, 2.5)
_SLICES_M = (0.8, 1.8, 3.2, 5.0)
_HALF_SLICE_M = 0.15
_CONFLICT_CELLS = 2.0
_PLACES = 12
_PEAKS_APART_M = 1.0
_NEAR_M = 0.3


@dataclass(frozen=True, eq=False)
class UprightMap:
    """A view's upright surfaces in a level frame, the floor at z = 0: points (N, 3) and their headings (N,)."""

    scan: ScanView
    level_from_view: Matrix4
    points: Array
    heading: Array


def upright_map(scan: ScanView, *, seed: int = 0) -> UprightMap:
    """The upright surfaces of a view; UndecidedError where it has no floor to level it by."""
    plane = fit_floor_plane(scan.points, seed=seed)
    level = level_from_scan(plane, threshold_rad=0.0)
    level[2, 3] = -(level[:3, :3] @ [0.0, 0.0, plane.c])[2]
    points, normals = moved(scan, level)
    kept = (np.abs(normals[:, 2]) < _UPRIGHT) & scan.is_plane & (points[:, 2] > _FROM_HEIGHTS_M[0])
    return UprightMap(scan, level, points[kept], np.arctan2(normals[kept, 1], normals[kept, 0]))


def candidates(target: UprightMap, source: UprightMap) -> list[Candidate]:
    """Places of `source` in the frame of `target`, the views they were made of; none without upright surfaces."""
    if min(len(target.points), len(source.points)) == 0:
        return []
    view_from_level = inverse(target.level_from_view)
    found = [
        view_from_level @ placed @ source.level_from_view
        for heading in _headings(target.heading, source.heading)
        for placed in _places(target, source, heading)
    ]
    return best_apart([Candidate(pose, score(target.scan, source.scan, pose, _NEAR_M)) for pose in found])


def _headings(target: Array, source: Array) -> list[float]:
    """Turns of the source, radians, at which most surfaces face alike: peaks of a circular correlation."""
    a, b = (_heading_histogram(angles) for angles in (target, source))
    likeness = np.fft.irfft(np.fft.rfft(a) * np.conj(np.fft.rfft(b)), _HEADINGS)
    likeness = ndimage.gaussian_filter1d(likeness, 1.0, mode="wrap")
    is_peak = likeness == ndimage.maximum_filter1d(likeness, 21, mode="wrap")
    peaks = np.flatnonzero(is_peak & (likeness > _HEADING_SHARE * likeness.max()))
    peaks = peaks[np.argsort(-likeness[peaks], kind="stable")][:_MOST_HEADINGS]
    return [_between_bins(likeness, int(peak)) * 2 * math.pi / _HEADINGS for peak in peaks]


def _heading_histogram(angles: Array) -> Array:
    bins = np.floor((angles + math.pi) / (2 * math.pi) * _HEADINGS).astype(np.int64) % _HEADINGS
    counts = ndimage.gaussian_filter1d(
        np.bincount(bins, minlength=_HEADINGS).astype(np.float64), 1.0, mode="wrap"
    )
    return np.asarray(np.sqrt(counts))  # a long wall must not outvote all else


def _between_bins(values: Array, peak: int) -> float:
    """The top of the parabola through a peak and its neighbours, in bins."""
    left, top, right = values[peak - 1], values[peak], values[(peak + 1) % len(values)]
    bend = left - 2 * top + right
    return peak + (float(0.5 * (left - right) / bend) if bend < 0 else 0.0)


def _places(target: UprightMap, source: UprightMap, heading: float) -> list[Matrix4]:
    """Poses in the level frame at one heading: the highest peaks of the maps' correlation."""
    turn = pose_from_xyz_yaw(0.0, 0.0, 0.0, heading)
    turned = source.points[:, :2] @ turn[:2, :2].T
    low_a, low_b = target.points[:, :2].min(0), turned.min(0)
    extent = np.maximum(target.points[:, :2].max(0) - low_a, turned.max(0) - low_b)
    cell = max(_CELL_M, float(extent.max()) / _MOST_CELLS)
    size = np.ceil(extent / cell).astype(int) + 2
    shape = tuple(fft.next_fast_len(2 * int(n), real=True) for n in size)
    grid = _main_direction(target.heading)
    a = _layers(target.points, target.points[:, :2] - low_a, target.heading - grid, cell, size)
    b = _layers(source.points, turned - low_b, source.heading + heading - grid, cell, size)
    slices_a = _slices(target.points, target.points[:, :2] - low_a, cell, size)
    slices_b = _slices(source.points, turned - low_b, cell, size)
    free_a = _free(target, target.level_from_view, low_a, cell, size)
    free_b = _free(source, turn @ source.level_from_view, low_b, cell, size)
    likeness = _correlation(a, b, shape) - _CONFLICT_CELLS * (
        _correlation(free_a, slices_b, shape) + _correlation(slices_a, free_b, shape)
    )
    top = likeness == ndimage.maximum_filter(likeness, round(2 * _PEAKS_APART_M / cell) | 1, mode="wrap")
    rows = np.flatnonzero(top)
    rows = rows[np.argsort(-likeness.ravel()[rows], kind="stable")][:_PLACES]
    shift = np.stack(np.unravel_index(rows, shape), 1).astype(np.float64)
    shift = np.where(shift > np.array(shape) / 2, shift - shape, shift) * cell + low_a - low_b
    return [pose_from_xyz_yaw(float(x), float(y), 0.0, heading) for x, y in shift]


def _correlation(
    a: npt.NDArray[np.float32], b: npt.NDArray[np.float32], shape: tuple[int, ...]
) -> npt.NDArray[np.float32]:
    """The layers' correlation (*shape*), summed: at a shift of `b`, what it shares with `a`."""
    product = (fft.rfft2(a, shape) * np.conj(fft.rfft2(b, shape))).sum(axis=0)
    return np.asarray(fft.irfft2(product, shape))


def _slices(points: Array, xy: Array, cell: float, size: npt.NDArray[np.int_]) -> npt.NDArray[np.float32]:
    """Maps (heights, *size*) of the cells with an upright surface near each height of `_SLICES_M`."""
    maps = np.zeros((len(_SLICES_M), *size), np.float32)
    ij = np.floor(xy / cell).astype(np.int64)
    for layer, z in zip(maps, _SLICES_M, strict=True):
        here = ij[np.abs(points[:, 2] - z) < _HALF_SLICE_M]
        layer[here[:, 0], here[:, 1]] = 1.0
    return maps


def _free(
    upright: UprightMap,
    grid_from_view: Matrix4,
    low: Array,
    cell: float,
    size: npt.NDArray[np.int_],
) -> npt.NDArray[np.float32]:
    """Maps (heights, *size*) of the cells that the scanner looked through."""
    xy = (np.indices(tuple(size)).reshape(2, -1).T + 0.5) * cell + low
    view_from_grid = inverse(grid_from_view)
    seen = [
        upright.scan.conflicts(transform_points(view_from_grid, np.column_stack([xy, np.full(len(xy), z)])))
        for z in _SLICES_M
    ]
    return np.asarray(seen, dtype=np.float32).reshape(-1, *size)


def _main_direction(heading: Array) -> float:
    """The direction that most surfaces face, a quarter turn being the same."""
    return float(np.angle(np.exp(4j * heading).sum())) / 4


def _layers(
    points: Array, xy: Array, heading: Array, cell: float, size: npt.NDArray[np.int_]
) -> npt.NDArray[np.float32]:
    """Maps (2 heights × 4 facings, *size*) of where upright surfaces are, a little blurred."""
    facing = np.round(heading / (math.pi / 2)).astype(np.int64) % 4
    layer = 4 * (points[:, 2] > _FROM_HEIGHTS_M[1]) + facing
    maps = np.zeros((8, *size), np.float32)
    ij = np.floor(xy / cell).astype(np.int64)
    maps[layer, ij[:, 0], ij[:, 1]] = 1.0
    return np.asarray(ndimage.gaussian_filter(maps, (0, 0.7, 0.7)))
