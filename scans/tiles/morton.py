"""The octree's arithmetic: the cell of a point as a Morton code, and the level at which a point first shows.

A root cube is halved DEPTH times along each axis. A code holds three bits a halving, the coarsest first, so that the
points of any cell are neighbours once sorted by code (Morton 1966). A tile of level L is a cell of depth L, and its
points stand one in each cell of depth L + GRID_DEPTH. Of sorted points the first one in a cell stands for it: the
first bit in which a code differs from the one before tells the coarsest such cell, and so the level at which the
point shows. Cells nest, so each occupied cell of a level holds exactly one point of that level or a coarser one.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from numba import njit

DEPTH = 21
GRID_DEPTH = 7
DEEPEST_LEVEL = DEPTH - GRID_DEPTH
NONE_BEFORE = -1
"""The code before that of the very first point."""
_SMALLEST_M = 0.01

Codes = npt.NDArray[np.int64]


@dataclass(frozen=True)
class RootCube:
    """The cube whose lowest corner is `low` (3,) float64 and whose edge is `edge_m`."""

    low: npt.NDArray[np.float64]
    edge_m: float

    @staticmethod
    def around(low: npt.NDArray[np.float64], high: npt.NDArray[np.float64]) -> RootCube:
        """The cube that holds everything between `low` and `high` (3,)."""
        return RootCube(low, max(float((high - low).max()), _SMALLEST_M))

    def codes(self, xyz: npt.NDArray[np.float32]) -> Codes:
        """The Morton code of each point (N, 3) float32."""
        out = np.empty(len(xyz), np.int64)
        _codes(np.ascontiguousarray(xyz), self.low, (1 << DEPTH) / self.edge_m, out)
        return out

    def spacing_m(self, level: int) -> float:
        """The edge of the cells in which the points of a tile of this level stand one each."""
        return float(self.edge_m / (1 << (level + GRID_DEPTH)))


def levels(codes: Codes, before: int) -> npt.NDArray[np.uint8]:
    """The level (N,) at which each of the sorted points first shows; `before` is the code before theirs."""
    out = np.empty(len(codes), np.uint8)
    _levels(codes, before, out)
    return out


def stable_order(codes: Codes) -> npt.NDArray[np.int64]:
    """The order (N,) that sorts the codes, equal ones as they came: four times as fast as numpy's stable sort."""
    order = np.argsort(codes)
    in_order = codes.take(order)
    same = in_order[1:] == in_order[:-1]
    if same.any():
        tied = np.flatnonzero(np.append(same, False) | np.append(False, same))
        order[tied] = order[tied[np.lexsort((order[tied], in_order[tied]))]]
    return order


@njit(cache=True, nogil=True, inline="always")
def _spread(bits):  # type: ignore[no-untyped-def]
    """Two zeros between each of 21 bits."""
    bits = (bits | bits << 32) & 0x1F00000000FFFF
    bits = (bits | bits << 16) & 0x1F0000FF0000FF
    bits = (bits | bits << 8) & 0x100F00F00F00F00F
    bits = (bits | bits << 4) & 0x10C30C30C30C30C3
    return (bits | bits << 2) & 0x1249249249249249


@njit(cache=True, nogil=True)
def _codes(xyz, low, per_m, out):  # type: ignore[no-untyped-def]
    last = (1 << 21) - 1
    for i in range(len(xyz)):
        x = min(max(np.int64((xyz[i, 0] - low[0]) * per_m), 0), last)
        y = min(max(np.int64((xyz[i, 1] - low[1]) * per_m), 0), last)
        z = min(max(np.int64((xyz[i, 2] - low[2]) * per_m), 0), last)
        out[i] = _spread(x) << 2 | _spread(y) << 1 | _spread(z)


@njit(cache=True, nogil=True)
def _levels(codes, before, out):  # type: ignore[no-untyped-def]
    previous = before
    for i in range(len(codes)):
        code = codes[i]
        level = 0
        if previous >= 0:
            differing = code ^ previous
            # the cell of this depth and all finer ones are entered anew
            depth = 22
            while differing > 0:
                differing >>= 3
                depth -= 1
            level = min(max(depth - 7, 0), 14)
        out[i] = level
        previous = code
