"""Points sorted into the tiles of a plan, so that looking at one rack does not touch the whole hall."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

_TILE_M = 2.0


@dataclass(frozen=True)
class TiledPoints:
    """Points `xyz` (N, 3) and their `heights` (N,) above the floor, tile by tile.

    Those of tile (i, j), the square of 2 m whose lower left corner is `origin` + 2 m · (i, j), are
    `start[i, j]` up to the start of the next tile, row by row of the (I, J) tiles.
    """

    xyz: npt.NDArray[np.float64]
    heights: npt.NDArray[np.float64]
    origin: npt.NDArray[np.float64]
    shape: tuple[int, int]
    start: npt.NDArray[np.int64]

    @classmethod
    def of(cls, points: npt.NDArray[np.float64], heights: npt.NDArray[np.float64]) -> TiledPoints:
        """Sort `points` (N, 3); points of one tile keep their order."""
        origin = points[:, :2].min(axis=0) if len(points) else np.zeros(2)
        tile = np.floor((points[:, :2] - origin) / _TILE_M).astype(np.int64)
        shape = (int(tile[:, 0].max(initial=0)) + 1, int(tile[:, 1].max(initial=0)) + 1)
        number = tile[:, 0] * shape[1] + tile[:, 1]
        order = np.argsort(number, kind="stable")
        start = np.concatenate([[0], np.cumsum(np.bincount(number, minlength=shape[0] * shape[1]))])
        return cls(points[order], heights[order], origin, shape, start)

    def near(
        self, corners: npt.NDArray[np.float64], margin_m: float
    ) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
        """Points (M, 3) and heights (M,) of the tiles that the box around `corners` (K, 2) meets, and some more.

        The box is grown by `margin_m` on all sides.
        """
        low = np.floor((corners.min(axis=0) - margin_m - self.origin) / _TILE_M).astype(np.int64)
        high = np.floor((corners.max(axis=0) + margin_m - self.origin) / _TILE_M).astype(np.int64) + 1
        (i0, j0), (i1, j1) = np.clip(low, 0, self.shape), np.clip(high, 0, self.shape)
        if i0 >= i1 or j0 >= j1:
            return self.xyz[:0], self.heights[:0]
        rows = np.arange(i0, i1) * self.shape[1]
        spans = [slice(a, b) for a, b in zip(self.start[rows + j0], self.start[rows + j1], strict=True)]
        return np.concatenate([self.xyz[s] for s in spans]), np.concatenate([self.heights[s] for s in spans])
