"""Points in mid-air that no surface has: beams that hit an edge and what lies behind it at once."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from numba import njit
from scipy import ndimage

from scans.roomy_arrays import roomy_empty
from scans.tiles.bounds import bounds_of

_CELL_M = 0.1
_BLOCK = 5  # cells along the side of a block
_LONE = 1  # voxel in a cell
_DENSE = 14  # voxels in a cell that a surface crosses, where the scan shows it whole
_MANY = 255
_AROUND = np.ones((3, 3, 3), np.bool_)


def is_stray(points: npt.NDArray[np.float64]) -> npt.NDArray[np.bool_]:
    """Which of the voxel means `points` (N, 3), of 2.5 cm voxels, stand alone where the scan is dense: (N,).

    A surface fills a dozen voxels of a 10 cm cell if it is seen at all closely. Where some cell within half a
    metre or so is that full, a cell with one or two voxels holds strays.
    """
    if len(points) == 0:
        return np.zeros(0, np.bool_)
    low, high = bounds_of(points)
    cells = np.floor((high - low) / _CELL_M).astype(np.int64) + 1
    shape = tuple((cells // _BLOCK + 1).tolist())
    # only blocks that hold points have their cells counted: a surface meets few of those in its box
    number = np.full(shape, -1, np.int32)
    place: npt.NDArray[np.int64] = roomy_empty((len(points),), np.int64)
    seen = _places(points, low, number, place)
    count = np.zeros((seen, _BLOCK**3), np.uint8)
    _count(place, count.reshape(-1))
    holds = number >= 0
    is_full = np.zeros(shape, np.bool_)
    is_full[holds] = count.max(axis=1)[number[holds]] >= _DENSE
    is_dense = np.zeros(seen, np.bool_)
    is_dense[number[holds]] = ndimage.binary_dilation(is_full, _AROUND)[holds]
    return np.asarray(_is_lone(place, count.reshape(-1), is_dense))


@njit(cache=True)
def _places(points, low, number, place):  # type: ignore[no-untyped-def]
    """Cell `place` (N,) of each point among those of its block, blocks numbered as they are met: how many."""
    seen = 0
    for n in range(len(points)):
        i = int((points[n, 0] - low[0]) / _CELL_M)
        j = int((points[n, 1] - low[1]) / _CELL_M)
        k = int((points[n, 2] - low[2]) / _CELL_M)
        a, b, c = i // _BLOCK, j // _BLOCK, k // _BLOCK
        if number[a, b, c] < 0:
            number[a, b, c] = seen
            seen += 1
        cell = ((i - a * _BLOCK) * _BLOCK + j - b * _BLOCK) * _BLOCK + k - c * _BLOCK
        place[n] = np.int64(number[a, b, c]) * _BLOCK**3 + cell
    return seen


@njit(cache=True)
def _count(place, count):  # type: ignore[no-untyped-def]
    for n in range(len(place)):
        if count[place[n]] < _MANY:
            count[place[n]] += 1


@njit(cache=True)
def _is_lone(place, count, is_dense):  # type: ignore[no-untyped-def]
    lone = np.empty(len(place), np.bool_)
    for n in range(len(place)):
        lone[n] = count[place[n]] <= _LONE and is_dense[place[n] // _BLOCK**3]
    return lone
