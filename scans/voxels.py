"""A voxel hash: any number of points in, one mean point a voxel out, memory bounded by the surface seen."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
from numba import njit

from scans.cloud import PointCloud

_BITS = 21  # per axis: ±1,048,576 voxels, 52 km at 5 cm
_LIMIT = 1 << (_BITS - 1)


@dataclass(frozen=True)
class VoxelCloud:
    """One row a voxel, in the order in which the voxels were first hit.

    `points` (N, 3) float64 mean of the voxel's points, metres relative to `origin` (3,) float64; `counts`
    (N,) int32; `station` (N,) int32 of the voxel's first point, −1 where unknown; `shade` (N, 3) float32
    mean colour in 0–255; grey after the intensity if no part of the scan has colour.
    """

    points: npt.NDArray[np.float64]
    origin: npt.NDArray[np.float64]
    counts: npt.NDArray[np.int32]
    station: npt.NDArray[np.int32]
    shade: npt.NDArray[np.float32]

    def __len__(self) -> int:
        return len(self.points)

    def where(self, kept: npt.NDArray[np.bool_]) -> VoxelCloud:
        """The voxels that `kept` (N,) marks."""
        return replace(
            self,
            points=self.points[kept],
            counts=self.counts[kept],
            station=self.station[kept],
            shade=self.shade[kept],
        )


class VoxelAccumulator:
    """Adds point clouds chunk by chunk; `cloud()` gives the means.

    Raises ValueError if a point lies more than 2²⁰ voxels from the first chunk's origin.
    """

    def __init__(self, voxel_m: float, capacity: int = 1 << 16) -> None:
        if not voxel_m > 0:
            raise ValueError(f"voxel_m {voxel_m} must be above 0")
        self.voxel_m = voxel_m
        self.points_read = 0
        self._origin: npt.NDArray[np.float64] | None = None
        self._slots = np.full(capacity, -1, np.int64)
        self._keys = np.empty(capacity // 2, np.int64)
        self._sums = np.zeros((capacity // 2, 7))
        self._counts = np.zeros(capacity // 2, np.int32)
        self._station = np.full(capacity // 2, -1, np.int32)
        self._size = 0
        self._has_colour = False

    def add(self, cloud: PointCloud) -> None:
        """Add the points of `cloud`."""
        if len(cloud) == 0:
            return
        if self._origin is None:
            self._origin = cloud.origin
        shift = cloud.origin - self._origin
        points = np.ascontiguousarray(cloud.points, np.float32)
        if np.abs(points + shift).max() / self.voxel_m >= _LIMIT:
            raise ValueError(f"a point lies beyond {_LIMIT * self.voxel_m:.0f} m of {self._origin.tolist()}")
        self._has_colour |= cloud.colour is not None
        shade = _shade(cloud)
        station = cloud.station if cloud.station is not None else np.full(len(points), -1, np.int32)
        done = 0
        while done < len(points):  # the kernel stops where the table is half full
            done, self._size = _insert(
                points, shift, shade, station, done, 1.0 / self.voxel_m,
                self._slots, self._keys, self._sums, self._counts, self._station, self._size,
            )  # fmt: skip
            if done < len(points):
                self._grow()
        self.points_read += len(points)

    def cloud(self) -> VoxelCloud:
        """The voxels so far."""
        n = self._size
        counts = self._counts[:n].copy()
        means = self._sums[:n] / np.maximum(counts, 1)[:, None]
        origin = np.zeros(3) if self._origin is None else self._origin
        return VoxelCloud(
            means[:, :3].copy(),
            origin,
            counts,
            self._station[:n].copy(),
            (means[:, 3:6] if self._has_colour else _grey(means[:, 6])).astype(np.float32),
        )

    def _grow(self) -> None:
        capacity = 2 * len(self._slots)
        self._slots = np.full(capacity, -1, np.int64)
        _rehash(self._keys[: self._size], self._slots)
        more = capacity // 2 - len(self._keys)
        self._keys = np.concatenate([self._keys, np.empty(more, np.int64)])
        self._sums = np.concatenate([self._sums, np.zeros((more, self._sums.shape[1]))])
        self._counts = np.concatenate([self._counts, np.zeros(more, np.int32)])
        self._station = np.concatenate([self._station, np.full(more, -1, np.int32)])


def _shade(cloud: PointCloud) -> npt.NDArray[np.float32]:
    """Colour in 0–255, middle grey without one, and intensity, of each point: (N, 4)."""
    shade = np.full((len(cloud), 4), (160.0, 160.0, 160.0, 0.0), np.float32)
    if cloud.colour is not None:
        shade[:, :3] = cloud.colour
    if cloud.intensity is not None:
        shade[:, 3] = cloud.intensity
    return shade


def _grey(intensity: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """(N, 3): from nearly black to nearly white, which all but the brightest hundredth stay below."""
    top = float(np.quantile(intensity, 0.99)) if len(intensity) else 0.0
    grey = 40.0 + 200.0 * np.clip(intensity / top, 0.0, 1.0) if top > 0 else np.full(len(intensity), 160.0)
    return np.repeat(grey[:, None], 3, axis=1)


@njit(cache=True, inline="always")
def _first_slot(key: np.int64, mask: int) -> int:
    # Fibonacci hashing (Knuth, TAOCP 3, 6.4); the shift folds the high bits, which differ most, down
    mixed = key * 0x9E3779B97F4A7C1
    return int((mixed ^ (mixed >> 29)) & mask)


@njit(cache=True)
def _insert(  # type: ignore[no-untyped-def]
    points, shift, shade, station, first, per_m, slots, keys, sums, counts, stations, size
):
    """Insert from row `first` on; returns (rows done, voxels) and stops early when the table is full."""
    mask = len(slots) - 1
    for i in range(first, len(points)):
        x = points[i, 0] + shift[0]
        y = points[i, 1] + shift[1]
        z = points[i, 2] + shift[2]
        key = np.int64(np.floor(x * per_m)) + 1048576
        key = (key << 21) | (np.int64(np.floor(y * per_m)) + 1048576)
        key = (key << 21) | (np.int64(np.floor(z * per_m)) + 1048576)
        slot = _first_slot(key, mask)
        while slots[slot] >= 0 and keys[slots[slot]] != key:
            slot = (slot + 1) & mask
        row = slots[slot]
        if row < 0:
            if size >= len(keys):
                return i, size
            row = size
            slots[slot] = row
            keys[row] = key
            stations[row] = station[i]
            size += 1
        sums[row, 0] += x
        sums[row, 1] += y
        sums[row, 2] += z
        sums[row, 3] += shade[i, 0]
        sums[row, 4] += shade[i, 1]
        sums[row, 5] += shade[i, 2]
        sums[row, 6] += shade[i, 3]
        counts[row] += 1
    return len(points), size


@njit(cache=True)
def _rehash(keys, slots):  # type: ignore[no-untyped-def]
    mask = len(slots) - 1
    for row in range(len(keys)):
        slot = _first_slot(keys[row], mask)
        while slots[slot] >= 0:
            slot = (slot + 1) & mask
        slots[slot] = row
