"""Voxels in the order of the tiles of a plan, so that those of many parts of a scan are joined tile by tile.

A tile is a square of 1024 voxels, 25.6 m at 2.5 cm: however large the hall, no more than a tile is in work at once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from pathlib import Path

import numpy as np
import numpy.typing as npt

from scans.groups import by_key
from scans.roomy_arrays import roomy_empty
from scans.voxel_cloud import VoxelCloud, VoxelSums
from scans.voxels import AXIS_BITS, VoxelAccumulator

_TILE_BITS = 10
_COLUMNS = [column.name for column in fields(VoxelSums)]


@dataclass(frozen=True)
class TiledSums:
    """Voxels tile by tile: those of `tiles[i]` (T,) are `start[i]` up to `start[i + 1]` of `voxels`.

    In a tile they are in the order in which they were first hit.
    """

    voxels: VoxelSums
    tiles: npt.NDArray[np.int32]
    start: npt.NDArray[np.int64]

    @classmethod
    def of(cls, voxels: VoxelSums) -> TiledSums:
        """Sort `voxels`."""
        x, y = voxels.keys >> 2 * AXIS_BITS, (voxels.keys >> AXIS_BITS) & ((1 << AXIS_BITS) - 1)
        tile = ((x >> _TILE_BITS) << (AXIS_BITS - _TILE_BITS)) | (y >> _TILE_BITS)
        tiles, order, start = by_key(tile.astype(np.int32))
        return cls(voxels.in_order(order), tiles, start)

    def of_tile(self, tile: int) -> VoxelSums:
        """The voxels of one tile, none if it has none."""
        at = int(np.searchsorted(self.tiles, tile))
        is_there = at < len(self.tiles) and self.tiles[at] == tile
        return self.voxels.rows(slice(self.start[at], self.start[at + 1]) if is_there else slice(0, 0))

    def save(self, folder: Path) -> None:
        """Write to `folder`, which is made, for `open`."""
        folder.mkdir()
        np.save(folder / "tiles.npy", self.tiles)
        np.save(folder / "start.npy", self.start)
        for name in _COLUMNS:
            np.save(folder / f"{name}.npy", getattr(self.voxels, name))

    @classmethod
    def open(cls, folder: Path) -> TiledSums:
        """What was saved; the voxels stay on the disk until they are asked for."""
        columns = {name: np.asarray(np.load(folder / f"{name}.npy", mmap_mode="r")) for name in _COLUMNS}
        return cls(VoxelSums(**columns), np.load(folder / "tiles.npy"), np.load(folder / "start.npy"))


def joined(parts: Sequence[TiledSums], voxel_m: float) -> VoxelCloud:
    """The voxels of `parts`, whose order decides what was hit first, tile by tile."""
    has_colour = any(part.voxels.tones.shape[1] == 3 for part in parts)
    most = sum(len(part.voxels) for part in parts)
    whole = VoxelSums(
        parts[0].voxels.origin if parts else np.zeros(3),
        np.empty(0, np.int64),
        roomy_empty((most, 3), np.float64),
        roomy_empty((most, 3 if has_colour else 1), np.float64),
        roomy_empty((most,), np.int32),
        roomy_empty((most,), np.int32),
    )
    count = 0
    for tile in np.unique(np.concatenate([np.zeros(0, np.int32), *(part.tiles for part in parts)])):
        voxels = _joined_tile([part.of_tile(int(tile)) for part in parts], voxel_m)
        if has_colour:
            voxels = voxels.coloured()
        rows = slice(count, count + len(voxels))
        count = rows.stop
        whole.sums[rows], whole.tones[rows] = voxels.sums, voxels.tones
        whole.counts[rows], whole.station[rows] = voxels.counts, voxels.station
        for voxels in (whole, *(part.voxels for part in parts)):
            voxels.let_go()
    return whole.rows(slice(count)).cloud()


def _joined_tile(parts: Sequence[VoxelSums], voxel_m: float) -> VoxelSums:
    parts = [part for part in parts if len(part)]
    if len(parts) == 1:
        return parts[0]
    both = VoxelAccumulator(voxel_m, capacity=1 << max(4, 1 + sum(map(len, parts)).bit_length()))
    for part in parts:
        both.add_sums(part)
    return both.sums()
