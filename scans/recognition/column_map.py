"""What stands over each cell of the floor, as 64 height bits: the cheapest picture of a hall's structure."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from numba import njit

from scans.groups import plan_shape
from scans.tiles.bounds import bounds_of

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
        return np.asarray(np.bitwise_count(self.bits & self.mask_between(low_m, high_m)))

    def bins_between(self, low_m: float, high_m: float) -> int:
        """How many height bins there are from `low_m` to `high_m`."""
        return int(np.bitwise_count(self.mask_between(low_m, high_m)))

    def rows_in(self, mask: npt.NDArray[np.bool_], points: npt.NDArray[np.float64]) -> npt.NDArray[np.bool_]:
        """Which of `points` (N, 2 or more), clipped to the map, lie in a marked cell of `mask` (I, J): (N,)."""
        return np.asarray(_rows_in(mask, points, self.origin, self.cell_m))

    def seen_in(self, points: npt.NDArray[np.float64]) -> npt.NDArray[np.bool_]:
        """The cells (I, J) that hold any of `points` (N, 2 or more), clipped to the map."""
        seen = np.zeros(self.bits.shape, np.bool_)
        _mark_seen(points, self.origin, self.cell_m, seen)
        return seen

    def centres(self, mask: npt.NDArray[np.bool_]) -> npt.NDArray[np.float64]:
        """World x, y (N, 2) of the marked cells' centres."""
        return self.origin + (np.argwhere(mask) + 0.5) * self.cell_m

    def coarser(self, times: int) -> ColumnMap:
        """The map with cells `times` as wide: each shows what any of the cells in it does."""
        if times == 1:
            return self
        return ColumnMap(self.origin, times * self.cell_m, self.bin_m, _coarser(self.bits, times))

    def gathered_along(self, reach: int) -> npt.NDArray[np.uint64]:
        """The bits (I, J) of each cell and of those up to `reach` cells before and after it along x, together."""
        return np.asarray(_gathered_along(self.bits, reach))

    def quarter_turned(self) -> ColumnMap:
        """The same map along axes turned by 90°: its x is y here, and its y is −x."""
        bits = np.ascontiguousarray(self.bits[::-1].T)
        width = self.bits.shape[0] * self.cell_m
        return ColumnMap(np.array([self.origin[1], -self.origin[0] - width]), self.cell_m, self.bin_m, bits)

    def mask_between(self, low_m: float, high_m: float) -> np.uint64:
        """The bits of the height bins from `low_m` to `high_m`."""
        first = min(max(math.ceil(low_m / self.bin_m - 1e-9), 0), _BITS)
        last = min(max(math.floor(high_m / self.bin_m + 1e-9), first), _BITS)
        return np.uint64(((1 << last) - 1) & ~((1 << first) - 1))


def column_map(
    points: npt.NDArray[np.float64],
    heights: npt.NDArray[np.float64],
    *,
    cell_m: float,
    top_m: float,
    axes: npt.NDArray[np.float64] | None = None,
) -> ColumnMap:
    """The map of `points` (N, 3) whose `heights` (N,) above the floor lie in 0…`top_m`; along the unit vectors that
    are the rows of `axes` (2, 2), if not along x and y.
    """
    if axes is None:
        low, high = bounds_of(points)
        axes = np.eye(2)
    else:
        low, high = _bounds_along(points, axes)
    origin = np.floor(low[:2] / cell_m) * cell_m
    bits = np.zeros(plan_shape(origin, high, cell_m), np.uint64)
    bin_m = max(0.1, top_m / _BITS)
    _mark(points, heights, axes, origin, 1.0 / cell_m, 1.0 / bin_m, bits)
    return ColumnMap(origin, cell_m, bin_m, bits)


@njit(cache=True, nogil=True)
def _bounds_along(points, axes):  # type: ignore[no-untyped-def]
    low, high = np.full(2, np.inf), np.full(2, -np.inf)
    for n in range(len(points)):
        for axis in range(2):
            at = axes[axis, 0] * points[n, 0] + axes[axis, 1] * points[n, 1]
            low[axis], high[axis] = min(low[axis], at), max(high[axis], at)
    return low, high


@njit(cache=True, nogil=True)
def _mark(points, heights, axes, origin, per_cell, per_bin, bits):  # type: ignore[no-untyped-def]
    for n in range(len(points)):
        k = int(np.floor(heights[n] * per_bin))
        if 0 <= k < 64:
            x, y = points[n, 0], points[n, 1]
            i = int((axes[0, 0] * x + axes[0, 1] * y - origin[0]) * per_cell)
            j = int((axes[1, 0] * x + axes[1, 1] * y - origin[1]) * per_cell)
            bits[i, j] |= np.uint64(1) << np.uint64(k)


@njit(cache=True, nogil=True)
def _coarser(bits, times):  # type: ignore[no-untyped-def]
    wide = np.zeros(((bits.shape[0] - 1) // times + 1, (bits.shape[1] - 1) // times + 1), np.uint64)
    for i in range(bits.shape[0]):
        for j in range(bits.shape[1]):
            wide[i // times, j // times] |= bits[i, j]
    return wide


@njit(cache=True, nogil=True)
def _gathered_along(bits, reach):  # type: ignore[no-untyped-def]
    gathered = np.zeros_like(bits)
    for i in range(bits.shape[0]):
        for other in range(max(i - reach, 0), min(i + reach + 1, bits.shape[0])):
            for j in range(bits.shape[1]):
                gathered[i, j] |= bits[other, j]
    return gathered


@njit(cache=True, inline="always")
def _cell(points, n, axis, origin, cell_m, cells):  # type: ignore[no-untyped-def]
    return min(max(math.floor((points[n, axis] - origin[axis]) / cell_m), 0), cells - 1)


@njit(cache=True, nogil=True)
def _rows_in(mask, points, origin, cell_m):  # type: ignore[no-untyped-def]
    found = np.empty(len(points), np.bool_)
    for n in range(len(points)):
        i = _cell(points, n, 0, origin, cell_m, mask.shape[0])
        found[n] = mask[i, _cell(points, n, 1, origin, cell_m, mask.shape[1])]
    return found


@njit(cache=True, nogil=True)
def _mark_seen(points, origin, cell_m, seen):  # type: ignore[no-untyped-def]
    for n in range(len(points)):
        i = _cell(points, n, 0, origin, cell_m, seen.shape[0])
        seen[i, _cell(points, n, 1, origin, cell_m, seen.shape[1])] = True
