"""Voxels, one row each: their means, and the sums that the means come from."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
from numba import njit

from scans.roomy_arrays import let_go, roomy_empty, taken

MIDDLE_GREY = 160


@dataclass(frozen=True)
class VoxelCloud:
    """One row a voxel; those of an accumulator are in the order in which they were first hit.

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

    def world_points(self) -> npt.NDArray[np.float64]:
        """The points (N, 3) in the world, metres: those of the cloud itself where its origin is the world's."""
        return self.points + self.origin if self.origin.any() else self.points

    def where(self, kept: npt.NDArray[np.bool_]) -> VoxelCloud:
        """The voxels that `kept` (N,) marks."""
        return replace(
            self,
            points=taken(self.points, kept),
            counts=taken(self.counts, kept),
            station=taken(self.station, kept),
            shade=taken(self.shade, kept),
        )


@dataclass(frozen=True)
class VoxelSums:
    """What was added to each voxel: `keys` (N,), sums of coordinates (N, 3) and of tones (N, 1 or 3), as
    `VoxelAccumulator` holds them, relative to `origin` (3,).
    """

    origin: npt.NDArray[np.float64]
    keys: npt.NDArray[np.int64]
    sums: npt.NDArray[np.float64]
    tones: npt.NDArray[np.float64]
    counts: npt.NDArray[np.int32]
    station: npt.NDArray[np.int32]

    def __len__(self) -> int:
        return len(self.keys)

    def rows(self, rows: slice) -> VoxelSums:
        """Some of the voxels."""
        return VoxelSums(
            self.origin,
            self.keys[rows],
            self.sums[rows],
            self.tones[rows],
            self.counts[rows],
            self.station[rows],
        )

    def in_order(self, order: npt.NDArray[np.int64]) -> VoxelSums:
        """The voxels in another order (N,)."""
        return VoxelSums(
            self.origin,
            np.take(self.keys, order),
            np.take(self.sums, order, axis=0),
            np.take(self.tones, order, axis=0),
            np.take(self.counts, order),
            np.take(self.station, order),
        )

    def let_go(self) -> None:
        """What of the voxels lies in files may leave memory."""
        let_go(self.keys, self.sums, self.tones, self.counts, self.station)

    def coloured(self) -> VoxelSums:
        """With three tones: grey, where there is but an intensity."""
        return self if self.tones.shape[1] == 3 else replace(self, tones=grey_tones(self.counts))

    def cloud(self) -> VoxelCloud:
        """The means. They are worked out in place, so that no second copy is ever held: the sums are gone."""
        _divide(self.sums, self.counts)
        _divide(self.tones, self.counts)
        self.let_go()
        return VoxelCloud(self.sums, self.origin, self.counts, self.station, _shade(self.tones))


def grey_tones(counts: npt.NDArray[np.int32]) -> npt.NDArray[np.float64]:
    """The tones (N, 3) of voxels of so many points (N,) without colour."""
    return np.repeat(MIDDLE_GREY * counts.astype(np.float64)[:, None], 3, axis=1)


def _shade(tones: npt.NDArray[np.float64]) -> npt.NDArray[np.float32]:
    shade: npt.NDArray[np.float32] = roomy_empty((len(tones), 3), np.float32)
    channels = tones if tones.shape[1] == 3 else _grey(tones)
    for channel in range(3):
        shade[:, channel] = channels[:, channel % channels.shape[1]]
    return shade


def _grey(intensity: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """(N, 1): from nearly black to nearly white, which all but the brightest hundredth stay below."""
    top = float(np.quantile(intensity, 0.99)) if len(intensity) else 0.0
    if not top > 0:
        return np.full(intensity.shape, float(MIDDLE_GREY))
    grey = intensity / top
    np.clip(grey, 0.0, 1.0, out=grey)
    grey *= 200.0
    grey += 40.0
    return grey


@njit(cache=True, nogil=True)
def _divide(sums, counts):  # type: ignore[no-untyped-def]
    for row in range(len(sums)):
        for column in range(sums.shape[1]):
            sums[row, column] /= counts[row]
