"""Cells of the plan: gaps among them closed, what is narrow taken away."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
import shapely
from scipy import ndimage
from shapely import Polygon

Cells: TypeAlias = npt.NDArray[np.bool_]

CELL_M = 0.25


@dataclass(frozen=True)
class Grid:
    """Cells of `CELL_M`, (I, J) = `shape`, cell (0, 0) at `origin` (2,)."""

    origin: npt.NDArray[np.float64]
    shape: tuple[int, int]

    def count(self, xy: npt.NDArray[np.float64]) -> npt.NDArray[np.int64]:
        """How many of `xy` (N, 2 or more) lie in each cell: (I, J)."""
        inside, i, j = self._cells(xy)
        return np.bincount(
            i[inside] * self.shape[1] + j[inside], minlength=self.shape[0] * self.shape[1]
        ).reshape(self.shape)

    def is_in(self, cells: Cells, xy: npt.NDArray[np.float64]) -> npt.NDArray[np.bool_]:
        """Which (N,) of `xy` (N, 2 or more) lie in one of the marked `cells` (I, J)."""
        inside, i, j = self._cells(xy)
        inside[inside] = cells[i[inside], j[inside]]
        return inside

    def outline(self, cells: Cells) -> Polygon:
        """The largest part of the ground that the marked `cells` (I, J) cover, with its holes; along the grid."""
        x, y = (self.origin + np.argwhere(cells) * CELL_M).T
        whole = shapely.union_all(shapely.box(x, y, x + CELL_M, y + CELL_M))
        return max(shapely.get_parts(whole), key=lambda part: part.area)

    def within(self, shape: Polygon) -> Cells:
        """The cells (I, J) whose centre lies in `shape`."""
        ij = np.stack(np.meshgrid(*map(np.arange, self.shape), indexing="ij"), -1)
        centres = self.origin + (ij + 0.5) * CELL_M
        return np.asarray(shapely.contains_xy(shape, centres[..., 0], centres[..., 1]))

    def _cells(
        self, xy: npt.NDArray[np.float64]
    ) -> tuple[npt.NDArray[np.bool_], npt.NDArray[np.int64], npt.NDArray[np.int64]]:
        """Whether (N,) each place lies in the grid, and its cell's i and j (N,)."""
        i, j = np.floor((xy[:, :2] - self.origin) / CELL_M).astype(np.int64).T
        return (i >= 0) & (i < self.shape[0]) & (j >= 0) & (j < self.shape[1]), i, j


def area_m2(cells: Cells) -> float:
    """How much of the plan the marked `cells` (I, J) cover."""
    return int(np.count_nonzero(cells)) * CELL_M**2


def closed(cells: Cells, gap_m: float) -> Cells:
    """`cells` (I, J) and the gaps among them that are no wider than `gap_m`."""
    return _morphed(ndimage.binary_closing, cells, gap_m)


def opened(cells: Cells, width_m: float) -> Cells:
    """Those of `cells` (I, J) that lie in a square of marked ones `width_m` wide."""
    return _morphed(ndimage.binary_opening, cells, width_m)


def _morphed(step: Callable[..., Cells], cells: Cells, width_m: float) -> Cells:
    """`step` with a square about `width_m` wide, and nothing beyond the border."""
    reach = math.ceil(width_m / CELL_M / 2 - 0.5)
    wide, inner = np.pad(cells, 2 * reach), slice(2 * reach, -2 * reach or None)
    return np.asarray(step(wide, np.ones((2 * reach + 1, 2 * reach + 1), np.bool_))[inner, inner])
