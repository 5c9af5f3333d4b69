"""What stands over each cell of the floor, as 64 height bits: the cheapest picture of a hall's structure."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from numba import njit

_BITS = 64


@dataclass(frozen=True)
class ColumnMap:
    """`bits[i, j]` of the cell at `origin + (i, j)·cell_m`; bit k means seen at height k·`bin_m` and up."""

    origin: npt.NDArray[np.float64]
    cell_m: float
    bin_m: float
    bits: npt.NDArray[np.uint64]

    def count_between(self, low_m: float, high_m: float) -> npt.NDArray[np.uint8]:
        """How many height bins of each cell are occupied from `low_m` to `high_m`; (I, J)."""
        return np.asarray(np.bitwise_count(self.bits & self._mask(low_m, high_m)))

    def bins_between(self, low_m: float, high_m: float) -> int:
        """How many height bins there are from `low_m` to `high_m`."""
        return int(np.bitwise_count(self._mask(low_m, high_m)))

    def cell_of(self, xy: npt.NDArray[np.float64]) -> npt.NDArray[np.int64]:
        """Indices (N, 2) of the cells that hold `xy` (N, 2), clipped to the map."""
        ij = np.floor((xy - self.origin) / self.cell_m).astype(np.int64)
        return np.clip(ij, 0, np.array(self.bits.shape) - 1)

    def centres(self, mask: npt.NDArray[np.bool_]) -> npt.NDArray[np.float64]:
        """World x, y (N, 2) of the marked cells' centres."""
        return self.origin + (np.argwhere(mask) + 0.5) * self.cell_m

    def _mask(self, low_m: float, high_m: float) -> np.uint64:
        first = min(max(math.ceil(low_m / self.bin_m - 1e-9), 0), _BITS)
        last = min(max(math.floor(high_m / self.bin_m + 1e-9), first), _BITS)
        return np.uint64(((1 << last) - 1) & ~((1 << first) - 1))


def column_map(
    points: npt.NDArray[np.float64], heights: npt.NDArray[np.float64], *, cell_m: float, top_m: float
) -> ColumnMap:
    """The map of `points` (N, 3) whose `heights` (N,) above the floor lie in 0…`top_m`."""
    origin = np.floor(points[:, :2].min(0) / cell_m) * cell_m
    shape = np.floor((points[:, :2].max(0) - origin) / cell_m).astype(np.int64) + 1
    bits = np.zeros(tuple(shape), np.uint64)
    bin_m = max(0.1, top_m / _BITS)
    _mark(points, heights, origin, 1.0 / cell_m, 1.0 / bin_m, bits)
    return ColumnMap(origin, cell_m, bin_m, bits)


@njit(cache=True)
def _mark(points, heights, origin, per_cell, per_bin, bits):  # type: ignore[no-untyped-def]
    for n in range(len(points)):
        k = int(np.floor(heights[n] * per_bin))
        if 0 <= k < 64:
            i = int((points[n, 0] - origin[0]) * per_cell)
            j = int((points[n, 1] - origin[1]) * per_cell)
            bits[i, j] |= np.uint64(1) << np.uint64(k)
