"""The floor's height in each cell of a grid, by points near it: what stands on the floor has no say.

Points are passed through one by one, and only sums are kept: memory is that of the grid.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
from numba import njit

from scans.groups import plan_shape
from scans.recognition.building.bilinear import bilinear_at
from scans.recognition.building.floor import FloorPlane

Floats = npt.NDArray[np.float64]
Counts = npt.NDArray[np.int32]
Bounds = tuple[float, float, float, float]

NEAR_M = 0.08
"""How far a floor may lie from its plane."""

_LEAST_CELL_M = 0.5
_MOST_CELLS = 20_000  # a hall of 5000 m² at the least cell: the plate is solved in seconds
_MODE_BIN_M = 0.005
_SPREAD_BIN_M = 5e-5
_TO_SIGMA = 1.4826  # of the median distance of a normal distribution
_LIKE_ONE = 20.0  # voxels: as many more tell no more of a cell, whose errors they share


@dataclass(frozen=True, eq=False)
class FloorCells:
    """Points (N, 3) of a scan, each for so many (N,) points read, over a grid.

    The middle of cell [i, j] is `origin` + (i, j) · `cell_m`. Heights are counted from `plane`.
    """

    points: Floats
    counts: Counts
    plane: FloorPlane
    origin: Floats
    cell_m: float
    shape: tuple[int, int]

    @property
    def _slope(self) -> Floats:
        return np.array([self.plane.a, self.plane.b, self.plane.c])

    def middles(self) -> Floats:
        """x, y (I·J, 2) of the cells."""
        ij = np.stack(np.meshgrid(*map(np.arange, self.shape), indexing="ij"), axis=-1).reshape(-1, 2)
        return np.asarray(self.origin + self.cell_m * ij)

    def modes(self) -> tuple[Floats, Floats]:
        """The height (I, J) at which most voxels of a cell lie, within 8 cm of the plane; and the weight of each.

        Half of a cell, and more, may be hidden by things, as long as they are not all as high.
        """
        bins = round(2 * NEAR_M / _MODE_BIN_M)
        held = np.zeros((*self.shape, bins), np.int32)
        _fill_bins(self.points, self._slope, self.origin, self.cell_m, NEAR_M, held)
        around = np.pad(held, ((0, 0), (0, 0), (1, 1)))
        smooth = around[..., :-2] + 2 * around[..., 1:-1] + around[..., 2:]
        mode = (np.argmax(smooth, axis=-1) + 0.5) * _MODE_BIN_M - NEAR_M
        return mode, _weight(held.sum(axis=-1))

    def near(self, z: Floats, within_m: float) -> NearSurface:
        """The points within so much of the surface `z` (I, J) above the plane."""
        voxels, points, sums = np.zeros(self.shape), np.zeros(self.shape), np.zeros(self.shape)
        spread = np.zeros(math.ceil(within_m / _SPREAD_BIN_M) + 1, np.int64)
        _add_near(
            self.points, self.counts, self._slope, z, self.origin, self.cell_m, within_m,
            voxels, points, sums, spread,
        )  # fmt: skip
        return NearSurface(sums / np.maximum(points, 1.0), _weight(voxels), spread)


@dataclass(frozen=True, eq=False)
class NearSurface:
    """The mean height `off` (I, J) above a surface of points near it, the `weight` (I, J) of each mean, and how many
    voxels are so far from it, in `spread` (B,).
    """

    off: Floats
    weight: Floats
    spread: npt.NDArray[np.int64]

    @cached_property
    def sigma_m(self) -> float:
        """The spread of the voxels, from their median distance."""
        so_far = np.cumsum(self.spread)
        middle = int(np.searchsorted(so_far, so_far[-1] / 2))
        return _TO_SIGMA * (middle + 0.5) * _SPREAD_BIN_M


def floor_cells(points: Floats, counts: Counts, plane: FloorPlane, bounds: Bounds) -> FloorCells:
    """The cells that cover `bounds` (x0, y0, x1, y1) and one more on every side.

    They are half a metre wide or, in large halls, as wide as keeps them few.
    """
    low, high = np.array(bounds[:2]), np.array(bounds[2:])
    cell_m = max(_LEAST_CELL_M, math.sqrt(float(np.prod(high - low)) / _MOST_CELLS))
    shape = plan_shape(low - cell_m, high + cell_m, cell_m)
    return FloorCells(points, counts, plane, low - cell_m / 2, cell_m, shape)


def _weight(voxels: npt.NDArray[Any]) -> Floats:
    return np.asarray(voxels / (1.0 + voxels / _LIKE_ONE), np.float64)


@njit(cache=True)
def _fill_bins(points, slope, origin, cell_m, near_m, held):  # type: ignore[no-untyped-def]
    cells_i, cells_j, bins = held.shape
    per_m = bins / (2 * near_m)
    for n in range(len(points)):
        x, y = points[n, 0], points[n, 1]
        above = points[n, 2] - (slope[0] * x + slope[1] * y + slope[2])
        if abs(above) < near_m:
            i = math.floor((x - origin[0]) / cell_m + 0.5)
            j = math.floor((y - origin[1]) / cell_m + 0.5)
            if 0 <= i < cells_i and 0 <= j < cells_j:
                held[i, j, min(math.floor((above + near_m) * per_m), bins - 1)] += 1


@njit(cache=True)
def _add_near(  # type: ignore[no-untyped-def]
    points, counts, slope, z, origin, cell_m, within_m, voxels, summed, sums, spread
):
    cells_i, cells_j = z.shape
    bins = len(spread) / within_m
    for n in range(len(points)):
        x, y = (points[n, 0] - origin[0]) / cell_m, (points[n, 1] - origin[1]) / cell_m
        i, j = math.floor(x + 0.5), math.floor(y + 0.5)
        if 0 <= i < cells_i and 0 <= j < cells_j:
            plane = slope[0] * points[n, 0] + slope[1] * points[n, 1] + slope[2]
            off = points[n, 2] - plane - bilinear_at(z, x, y)
            if abs(off) < within_m:
                voxels[i, j] += 1
                summed[i, j] += counts[n]
                sums[i, j] += counts[n] * off
                spread[min(math.floor(abs(off) * bins), len(spread) - 1)] += 1
