"""Points sorted into the tiles of a plan, so that looking at one rack does not touch the whole hall."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from numba import njit

from scans.groups import plan_shape
from scans.roomy_arrays import let_go, roomy_empty

_TILE_M = 2.0
_FLOOR_POINTS = 100
_REACHES_M = (0.25, 0.5, 1.0, _TILE_M)  # the nearest points are sought no farther than needed


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
    def of(
        cls,
        points: npt.NDArray[np.float64],
        heights: npt.NDArray[np.float64],
        kept: npt.NDArray[np.bool_] | None = None,
    ) -> TiledPoints:
        """Sort those of `points` (N, 3) that `kept` (N,) marks, if not all; points of one tile keep their order."""
        kept = np.ones(len(points), np.bool_) if kept is None else kept
        count, low, high = _bounds(points, kept)
        shape = plan_shape(low, high, _TILE_M)
        start = np.zeros(shape[0] * shape[1] + 1, np.int64)
        xyz, sorted_heights = (roomy_empty(shape, np.float64) for shape in ((count, 3), (count,)))
        _sort(points, heights, kept, low, shape[1], start, xyz, sorted_heights)
        let_go(points, heights, xyz, sorted_heights)
        return cls(xyz, sorted_heights, low, shape, start)

    def floor_at(self, xy: npt.NDArray[np.float64]) -> float:
        """z of the floor at a place (2,), as the points nearest to it tell."""
        for reach_m in _REACHES_M:
            tiles = self._spans(xy[None], reach_m)
            off, floor = _floor_within(self.xyz, self.heights, tiles, xy, reach_m)
            if len(off) >= _FLOOR_POINTS:
                break
        else:
            off, floor = _floor_within(self.xyz, self.heights, tiles, xy, math.inf)
        if len(off) == 0:
            off, floor = _floor_within(self.xyz, self.heights, np.array([[0, len(self.xyz)]]), xy, math.inf)
        nearest = np.argpartition(off, min(_FLOOR_POINTS, len(off) - 1))[:_FLOOR_POINTS]
        return float(np.median(floor[nearest]))

    def in_box(
        self, axes: npt.NDArray[np.float64], low: npt.NDArray[np.float64], high: npt.NDArray[np.float64]
    ) -> npt.NDArray[np.float64]:
        """(3, M): of the points between `low` and `high` (2,) along two unit vectors at right angles, rows of `axes`,
        their places along both and their z.
        """
        corners = np.array([[low[0], low[1]], [low[0], high[1]], [high[0], low[1]], [high[0], high[1]]])
        (i0, j0), (i1, j1) = self._tiles(corners @ axes, 0.0)
        tiles = (int(i0), int(i1), int(j0), int(j1), self.shape[1])
        return np.array(_in_box(self.xyz, self.start, self.origin, tiles, axes, low, high))

    def near(
        self, corners: npt.NDArray[np.float64], margin_m: float
    ) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
        """Points (M, 3) and heights (M,) of the tiles that the box around `corners` (K, 2) meets, and some more.

        The box is grown by `margin_m` on all sides.
        """
        spans = self.spans(corners, margin_m)
        if not spans:
            return self.xyz[:0], self.heights[:0]
        return np.concatenate([self.xyz[s] for s in spans]), np.concatenate([self.heights[s] for s in spans])

    def spans(self, corners: npt.NDArray[np.float64], margin_m: float) -> list[slice]:
        """Where the points of `near` are among all."""
        return [slice(a, b) for a, b in self._spans(corners, margin_m)]

    def _spans(self, corners: npt.NDArray[np.float64], margin_m: float) -> npt.NDArray[np.int64]:
        """(K, 2): the first of each run of such points, and the one after its last."""
        (i0, j0), (i1, j1) = self._tiles(corners, margin_m)
        if i0 >= i1 or j0 >= j1:
            return np.zeros((0, 2), np.int64)
        rows = np.arange(i0, i1) * self.shape[1]
        return np.stack([self.start[rows + j0], self.start[rows + j1]], axis=1)

    def _tiles(
        self, corners: npt.NDArray[np.float64], margin_m: float
    ) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
        """The first tile (2,) that the grown box around `corners` (K, 2) meets, and the one after the last."""
        low = np.floor((corners.min(axis=0) - margin_m - self.origin) / _TILE_M).astype(np.int64)
        high = np.floor((corners.max(axis=0) + margin_m - self.origin) / _TILE_M).astype(np.int64) + 1
        return np.clip(low, 0, self.shape), np.clip(high, 0, self.shape)


@njit(cache=True, nogil=True)
def _bounds(points, kept):  # type: ignore[no-untyped-def]
    """How many points are kept, and their lowest and highest x and y, 0 without any."""
    low, high, count = np.zeros(2), np.zeros(2), 0
    for n in range(len(points)):
        if kept[n]:
            for axis in range(2):
                low[axis] = min(low[axis], points[n, axis]) if count else points[n, axis]
                high[axis] = max(high[axis], points[n, axis]) if count else points[n, axis]
            count += 1
    return count, low, high


@njit(cache=True, nogil=True)
def _sort(points, heights, kept, low, across, start, xyz, sorted_heights):  # type: ignore[no-untyped-def]
    tile = np.empty(len(points), np.int32)
    for n in range(len(points)):
        if kept[n]:
            i = math.floor((points[n, 0] - low[0]) / _TILE_M)
            tile[n] = i * across + math.floor((points[n, 1] - low[1]) / _TILE_M)
            start[tile[n] + 1] += 1
    for t in range(1, len(start)):
        start[t] += start[t - 1]
    following = start.copy()
    for n in range(len(points)):
        if kept[n]:
            at = following[tile[n]]
            following[tile[n]] += 1
            xyz[at, 0], xyz[at, 1], xyz[at, 2] = points[n, 0], points[n, 1], points[n, 2]
            sorted_heights[at] = heights[n]


@njit(cache=True, nogil=True)
def _floor_within(xyz, heights, spans, xy, reach_m):  # type: ignore[no-untyped-def]
    """Squared distances (M,) of points within `reach_m` of `xy`, and z of the floor below each."""
    most = 0
    for s in range(len(spans)):
        most += spans[s, 1] - spans[s, 0]
    off, floor = np.empty(most), np.empty(most)
    count = 0
    for s in range(len(spans)):
        for n in range(spans[s, 0], spans[s, 1]):
            square = (xyz[n, 0] - xy[0]) ** 2 + (xyz[n, 1] - xy[1]) ** 2
            if square < reach_m * reach_m:
                off[count], floor[count] = square, xyz[n, 2] - heights[n]
                count += 1
    return off[:count], floor[:count]


@njit(cache=True, nogil=True)
def _in_box(xyz, start, origin, tiles, axes, low, high):  # type: ignore[no-untyped-def]
    first_i, last_i, first_j, last_j, across = tiles
    c, s = axes[0, 0], axes[0, 1]
    half = _TILE_M / 2 * (abs(c) + abs(s)) + 1e-6  # how far a tile reaches along the axes
    met = np.empty(max(last_i - first_i, 0) * max(last_j - first_j, 0), np.int64)
    tiles_met, most = 0, 0
    for i in range(first_i, last_i):
        for j in range(first_j, last_j):
            x, y = origin[0] + (i + 0.5) * _TILE_M, origin[1] + (j + 0.5) * _TILE_M
            u, v = c * x + s * y, axes[1, 0] * x + axes[1, 1] * y
            if low[0] - half < u < high[0] + half and low[1] - half < v < high[1] + half:
                tile = i * across + j
                met[tiles_met] = tile
                tiles_met += 1
                most += start[tile + 1] - start[tile]
    uvz = np.empty((3, most))
    count = 0
    for t in range(tiles_met):
        for n in range(start[met[t]], start[met[t] + 1]):
            x, y = xyz[n, 0], xyz[n, 1]
            u = c * x + s * y
            if low[0] < u < high[0]:
                v = axes[1, 0] * x + axes[1, 1] * y
                if low[1] < v < high[1]:
                    uvz[0, count], uvz[1, count], uvz[2, count] = u, v, xyz[n, 2]
                    count += 1
    return uvz[:, :count]
