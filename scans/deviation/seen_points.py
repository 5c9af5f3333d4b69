"""The points that a plan is held against, with where the scanner stood."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from scans.deviation.frames import Floats
from scans.readers.scan_set import ScanSet
from scans.voxels import VoxelAccumulator
from spatial.progress import Progress, silent

VOXEL_M = 0.01
_TILE_M = 2.0


@dataclass(frozen=True)
class SeenPoints:
    """Points (N, 3) in the world, sorted by tiles of 2 m; `station` (N,) is the row of `eyes` (E, 3), where their
    beams began, or −1.
    """

    points: Floats
    station: npt.NDArray[np.int32]
    eyes: Floats
    origin: Floats
    shape: tuple[int, int]
    start: npt.NDArray[np.int64]

    @classmethod
    def of(
        cls, points: Floats, station: npt.NDArray[np.int32], eyes: Mapping[int, npt.NDArray[np.float64]]
    ) -> SeenPoints:
        """Sort `points` (N, 3) of `station` (N,); `eyes` (3,) are the known stations."""
        origin = points[:, :2].min(axis=0) if len(points) else np.zeros(2)
        tile = np.floor((points[:, :2] - origin) / _TILE_M).astype(np.int64)
        shape = (int(tile[:, 0].max(initial=0)) + 1, int(tile[:, 1].max(initial=0)) + 1)
        number = tile[:, 0] * shape[1] + tile[:, 1]
        order = np.argsort(number, kind="stable")
        start = np.concatenate([[0], np.cumsum(np.bincount(number, minlength=shape[0] * shape[1]))])
        row = np.full(len(points), -1, np.int32)
        for k, key in enumerate(eyes):
            row[station == key] = k
        table = np.array(list(eyes.values()), np.float64).reshape(-1, 3)
        return cls(points[order], row[order], table, origin, shape, start)

    @property
    def knows_eyes(self) -> bool:
        """Whether it is known of any point where its beam began."""
        return bool((self.station >= 0).any())

    def eyes_of(self, rows: npt.NDArray[np.int64]) -> Floats:
        """Where the beams of the points `rows` (M,) began, (M, 3); NaN where that is unknown."""
        unknown = np.full((1, 3), np.nan)
        return np.concatenate([self.eyes, unknown])[self.station[rows]]  # the row −1 is the last

    def thinned(self, voxel_m: float) -> tuple[Floats, npt.NDArray[np.int32]]:
        """One point (M, 3) of each cube of `voxel_m`, with its station."""
        cell = np.floor((self.points - self.points.min(axis=0)) / voxel_m).astype(np.int64)
        i, j, k = cell.T
        _, first = np.unique((i << 42) | (j << 21) | k, return_index=True)
        first.sort()
        return self.points[first], self.station[first]

    def tile(self, i: int, j: int) -> slice:
        """Rows of the points of tile (i, j)."""
        at = i * self.shape[1] + j
        return slice(int(self.start[at]), int(self.start[at + 1]))

    def near(self, corners: Floats, margin_m: float) -> npt.NDArray[np.int64]:
        """Rows (M,) of the tiles that the box around `corners` (K, 2), grown by `margin_m`, meets."""
        low = np.floor((corners.min(axis=0) - margin_m - self.origin) / _TILE_M).astype(np.int64)
        high = np.floor((corners.max(axis=0) + margin_m - self.origin) / _TILE_M).astype(np.int64) + 1
        (i0, j0), (i1, j1) = np.clip(low, 0, self.shape), np.clip(high, 0, self.shape)
        if i0 >= i1 or j0 >= j1:
            return np.zeros(0, np.int64)
        spans = [
            np.arange(self.tile(i, int(j0)).start, self.tile(i, int(j1) - 1).stop)
            for i in range(int(i0), int(i1))
        ]
        return np.concatenate(spans)


def seen_points(scans: ScanSet, progress: Progress = silent) -> SeenPoints:
    """All points of `scans`, one mean point in each cube of 1 cm, so that memory is bounded by the surface seen."""
    voxels = VoxelAccumulator(VOXEL_M)
    for chunk in scans.chunks():
        voxels.add(chunk)
        progress("read", min(1.0, voxels.points_read / max(scans.point_count, 1)))
    cloud = voxels.cloud()
    return SeenPoints.of(cloud.points + cloud.origin, cloud.station, scans.stations)
