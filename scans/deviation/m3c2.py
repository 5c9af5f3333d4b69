"""Distances between two clouds along the normals of the first, each with its level of detection (M3C2).

Lague, Brodu and Leroux 2013, Accurate 3D comparison of complex topography with terrestrial laser scanner. Two steps
differ: of each cloud only the surface nearest to the core point counts, so that what stands 5 cm behind a beam is not
mixed with it, and the registration enters as a variance.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from numba import njit

from scans.deviation.finding import Z
from scans.deviation.frames import Floats
from scans.deviation.seen_points import SeenPoints

CELL_M = 0.1
"""Core points are about this far apart."""

_NORMAL_M = 0.1  # radius of the neighbourhood that tells the normal: half of D in the paper
_CYLINDER_M = 0.075  # half of d
_REACH_M = 0.2  # L: how far along the normal the other surface is looked for
_LEAST = 6
_FLAT = 0.1  # a surface is flat if its thickness squared is this part of its lesser width squared
_KERNEL_M = 0.015


@dataclass(frozen=True)
class CloudDistances:
    """Core points (M, 3) of the first cloud with their normals (M, 3), towards the scanner where it is known.

    `distance` (M,) along the normal to the second cloud, NaN where it shows nothing there, and `sigma` (M,), without
    registration. `is_flat` (M,): a normal can be told.
    """

    core: Floats
    normal: Floats
    distance: Floats
    sigma: Floats
    is_flat: npt.NDArray[np.bool_]

    def level_of_detection(self, registration_sigma_m: float) -> Floats:
        """LoD95 (M,) = 1.96 · √(s₁²/n₁ + s₂²/n₂ + reg²), metres (Lague et al. 2013, eq. 1)."""
        return np.asarray(Z * np.sqrt(self.sigma**2 + registration_sigma_m**2))

    def where(self, kept: npt.NDArray[np.bool_]) -> CloudDistances:
        """The core points that `kept` (M,) marks."""
        return CloudDistances(
            self.core[kept], self.normal[kept], self.distance[kept], self.sigma[kept], self.is_flat[kept]
        )


def cloud_distances(first: SeenPoints, second: SeenPoints) -> CloudDistances:
    """From every 10 cm of what `first` shows to `second`, tile by tile of 2 m with what lies about it.

    1. The normal is that of the points within 10 cm.
    2. In a cylinder of 7.5 cm along it each cloud's nearest surface has a mean, a scatter and a number of points.
    """
    margin = _REACH_M + _CYLINDER_M + CELL_M
    parts: list[tuple[Floats, ...]] = []
    for i in range(first.shape[0]):
        for j in range(first.shape[1]):
            rows = first.tile(i, j)
            if rows.stop - rows.start < _LEAST:
                continue
            own = first.points[rows]
            core_rows = _one_per_cell(own)
            around = first.points[first.near(own[:, :2], margin)]
            other = second.points[second.near(own[:, :2], margin)]
            eye = _eyes(first, np.arange(rows.start, rows.stop)[core_rows])
            core = own[core_rows]
            parts.append((core, *_distances(core, eye, _Grid.of(around), _Grid.of(other))))
    if not parts:
        empty = np.zeros((0, 3))
        return CloudDistances(empty, empty, np.zeros(0), np.zeros(0), np.zeros(0, np.bool_))
    core, normal, distance, sigma, flat = (np.concatenate(column) for column in zip(*parts, strict=True))
    return CloudDistances(core, normal, distance, sigma, flat.astype(np.bool_))


def _one_per_cell(points: Floats) -> npt.NDArray[np.int64]:
    """Row (M,) of the point nearest to the middle of each cell of 10 cm."""
    scaled = points / CELL_M
    cell = np.floor(scaled).astype(np.int64)
    off = np.sum((scaled - cell - 0.5) ** 2, axis=1)
    i, j, k = (cell - cell.min(axis=0)).T
    order = np.lexsort((off, (i << 42) | (j << 21) | k))
    key = ((i << 42) | (j << 21) | k)[order]
    return np.sort(order[np.concatenate([[True], key[1:] != key[:-1]])])


def _eyes(cloud: SeenPoints, rows: npt.NDArray[np.int64]) -> Floats:
    """Where the beams to these points began (M, 3), NaN if unknown."""
    station = cloud.station[rows]
    eye = np.full((len(rows), 3), np.nan)
    eye[station >= 0] = cloud.eyes[station[station >= 0]]
    return eye


@dataclass(frozen=True)
class _Grid:
    """Points sorted into cubes of 10 cm: those of cube c are `start[c]` up to `start[c + 1]`."""

    points: Floats
    low: Floats
    shape: npt.NDArray[np.int64]
    start: npt.NDArray[np.int64]

    @classmethod
    def of(cls, points: Floats) -> _Grid:
        low = points.min(axis=0) if len(points) else np.zeros(3)
        cell = np.floor((points - low) / CELL_M).astype(np.int64)
        shape = cell.max(axis=0, initial=0) + 1
        number = (cell[:, 0] * shape[1] + cell[:, 1]) * shape[2] + cell[:, 2]
        order = np.argsort(number, kind="stable")
        start = np.concatenate([[0], np.cumsum(np.bincount(number, minlength=int(np.prod(shape))))])
        return cls(points[order], low, shape, start.astype(np.int64))


def _distances(
    core: Floats, eye: Floats, first: _Grid, second: _Grid
) -> tuple[Floats, Floats, Floats, Floats]:
    count = len(core)
    normal, distance, sigma, flat = (
        np.zeros((count, 3)),
        np.full(count, np.nan),
        np.full(count, np.nan),
        np.zeros(count),
    )
    most = max(len(first.points), len(second.points), 1)
    _fill(
        core, eye, first.points, first.low, first.shape, first.start,
        second.points, second.low, second.shape, second.start,
        np.empty(most, np.int64), np.empty(most), normal, distance, sigma, flat,
    )  # fmt: skip
    return normal, distance, sigma, flat


@njit(cache=True)
def _around(point, radius, points, low, shape, start, rows):  # type: ignore[no-untyped-def]
    """Write the rows of the points within `radius` of `point`; returns how many."""
    found = 0
    first, last = np.empty(3, np.int64), np.empty(3, np.int64)
    for a in range(3):
        first[a] = max(math.floor((point[a] - radius - low[a]) / 0.1), 0)
        last[a] = min(math.floor((point[a] + radius - low[a]) / 0.1), shape[a] - 1)
    for i in range(first[0], last[0] + 1):
        for j in range(first[1], last[1] + 1):
            row = (i * shape[1] + j) * shape[2]
            if last[2] < first[2]:
                continue
            for n in range(start[row + first[2]], start[row + last[2] + 1]):
                dx, dy, dz = points[n, 0] - point[0], points[n, 1] - point[1], points[n, 2] - point[2]
                if dx * dx + dy * dy + dz * dz <= radius * radius:
                    rows[found] = n
                    found += 1
    return found


@njit(cache=True)
def _surface(core, normal, points, rows, count, along):  # type: ignore[no-untyped-def]
    """Mean, variance of the mean and number of the points in the cylinder on the surface nearest to the core."""
    inside = 0
    nearest = math.inf
    for r in range(count):
        n = rows[r]
        dx, dy, dz = points[n, 0] - core[0], points[n, 1] - core[1], points[n, 2] - core[2]
        h = dx * normal[0] + dy * normal[1] + dz * normal[2]
        if dx * dx + dy * dy + dz * dz - h * h <= _CYLINDER_M * _CYLINDER_M and abs(h) <= _REACH_M:
            along[inside] = h
            inside += 1
            if abs(h) < abs(nearest):
                nearest = h
    if inside < _LEAST:
        return math.nan, math.nan, inside
    mean, number, squares = nearest, 0, 0.0
    for _ in range(8):  # mean shift with a flat kernel climbs to the middle of the surface
        total, number, squares = 0.0, 0, 0.0
        for r in range(inside):
            if abs(along[r] - mean) <= _KERNEL_M:
                total += along[r]
                squares += along[r] * along[r]
                number += 1
        if number == 0 or abs(total / number - mean) < 1e-7:
            break
        mean = total / number
    if number < _LEAST:
        return math.nan, math.nan, number
    variance = max(squares / number - mean * mean, 0.0) * number / (number - 1)
    return mean, variance / number, number


@njit(cache=True)
def _fill(  # type: ignore[no-untyped-def]
    core,
    eye,
    a,
    a_low,
    a_shape,
    a_start,
    b,
    b_low,
    b_shape,
    b_start,
    rows,
    along,
    normal,
    distance,
    sigma,
    flat,
):
    """Each core point in turn; long because it is the kernel over all of them."""
    reach = math.sqrt(_REACH_M * _REACH_M + _CYLINDER_M * _CYLINDER_M)
    spread = np.empty((3, 3))
    for m in range(len(core)):
        count = _around(core[m], _NORMAL_M, a, a_low, a_shape, a_start, rows)
        if count < 2 * _LEAST:
            continue
        mean = np.zeros(3)
        for r in range(count):
            for c in range(3):
                mean[c] += a[rows[r], c] / count
        spread[:] = 0.0
        for r in range(count):
            for c in range(3):
                for d in range(3):
                    spread[c, d] += (a[rows[r], c] - mean[c]) * (a[rows[r], d] - mean[d]) / count
        values, vectors = np.linalg.eigh(spread)
        if values[1] <= 0 or values[0] > _FLAT * values[1]:
            continue
        flat[m] = 1.0
        outward = np.ascontiguousarray(vectors[:, 0])
        if not math.isnan(eye[m, 0]):
            towards = 0.0
            for c in range(3):
                towards += outward[c] * (eye[m, c] - core[m, c])
            if towards < 0:
                outward = -outward
        normal[m] = outward
        count = _around(core[m], reach, a, a_low, a_shape, a_start, rows)
        mean_a, variance_a, _ = _surface(core[m], outward, a, rows, count, along)
        count = _around(core[m], reach, b, b_low, b_shape, b_start, rows)
        mean_b, variance_b, _ = _surface(core[m], outward, b, rows, count, along)
        distance[m] = mean_b - mean_a
        sigma[m] = math.sqrt(variance_a + variance_b)
