"""At which headings the racks of a hall stand: each part of the hall tells for itself, so that a small block turned
against a large one is heard too.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from numba import njit
from scipy import ndimage

from scans.recognition.column_map import ColumnMap

_WINDOW_M = 10.0  # a few rows wide, and within one block mostly
_STEP_DEG = 0.5
_APART_STEPS = 16  # 8°
_SHARP = 1.3  # of what structure without a heading shows
_HEARD = 0.02  # of the loudest heading
_MOST = 8
_FEWEST_CELLS = 60


@dataclass(frozen=True)
class Heading:
    """Rows stand along `yaw_rad` in [0, π/2), or across it, in and about the windows of 10 m from `origin` that
    `told` (I, J) marks.
    """

    yaw_rad: float
    origin: npt.NDArray[np.float64]
    told: npt.NDArray[np.bool_]

    def holds(self, xy: npt.NDArray[np.float64]) -> npt.NDArray[np.bool_]:
        """Which places (N, 2) are in such a window."""
        ij = np.clip(
            np.floor((xy - self.origin) / _WINDOW_M).astype(np.int64), 0, np.array(self.told.shape) - 1
        )
        return np.asarray(self.told[ij[:, 0], ij[:, 1]])


def find_headings(columns: ColumnMap, structure: npt.NDArray[np.bool_]) -> tuple[Heading, ...]:
    """The headings at which the cells that `structure` (I, J) marks fall into sharp lines, the most heard first.

    In every window the sum of squares over lines of one cell's width, along a heading and across it, tells how
    sharp it is there, against the median of all headings. No two headings are within 8° of each other.
    """
    cells = columns.centres(structure)
    if len(cells) == 0:
        return ()
    weight = np.bitwise_count(columns.bits[structure]).astype(np.float64)
    shape = np.floor((cells.max(0) - columns.origin) / _WINDOW_M).astype(np.int64) + 1
    window = np.floor((cells - columns.origin) / _WINDOW_M).astype(np.int64) @ [shape[1], 1]
    order = np.argsort(window, kind="stable")
    count = np.bincount(window, minlength=int(shape.prod()))
    start = np.concatenate([[0], np.cumsum(count)])
    angles = np.deg2rad(np.arange(0.0, 90.0, _STEP_DEG))
    sharpness = _sharpness(cells[order], weight[order], start, angles, columns.cell_m)
    usual = np.median(sharpness, axis=1, keepdims=True)
    excess = np.maximum(sharpness / np.where(usual > 0, usual, np.inf) - _SHARP, 0.0)
    excess[count < _FEWEST_CELLS] = 0.0
    heard = ndimage.gaussian_filter1d(count @ excess, 1.0, mode="wrap")
    around = ndimage.maximum_filter1d(heard, 2 * _APART_STEPS + 1, mode="wrap")
    peaks = np.flatnonzero((heard == around) & (heard > _HEARD * heard.max()))
    return tuple(
        Heading(float(angles[peak]), columns.origin, _told(excess, peak, shape))
        for peak in peaks[np.argsort(-heard[peaks], kind="stable")][:_MOST]
    )


def _told(
    excess: npt.NDArray[np.float64], peak: np.int64, shape: npt.NDArray[np.int64]
) -> npt.NDArray[np.bool_]:
    """The windows (I, J) that tell of a heading within a degree of `peak`, and those around them."""
    near = (peak + np.arange(-2, 3)) % excess.shape[1]
    told = excess[:, near].max(axis=1).reshape(shape) > 0
    return np.asarray(ndimage.binary_dilation(told, np.ones((3, 3), np.bool_)))


@njit(cache=True)
def _sharpness(cells, weight, start, angles, cell_m):  # type: ignore[no-untyped-def]
    """(W, A): for every window's cells `start[w]:start[w + 1]` the sum of squares at every angle."""
    found = np.zeros((len(start) - 1, len(angles)))
    lines = np.zeros(2 * math.ceil(1.5 * _WINDOW_M / cell_m) + 8)
    middle = len(lines) // 2
    for w in range(len(start) - 1):
        first, last = start[w], start[w + 1]
        if first == last:
            continue
        x0, y0 = cells[first]
        for a in range(len(angles)):
            c, s = math.cos(angles[a]), math.sin(angles[a])
            for _ in range(2):
                lines[:] = 0.0
                for n in range(first, last):
                    at = (c * (cells[n, 0] - x0) + s * (cells[n, 1] - y0)) / cell_m
                    lines[middle + math.floor(at + 0.5)] += weight[n]  # a row of cells is one line
                total = 0.0
                for value in lines:
                    total += value * value
                found[w, a] += total
                c, s = -s, c
    return found
