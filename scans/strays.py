"""Points in mid-air that no surface has: beams that hit an edge and what lies behind it at once."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy import ndimage

_CELL_M = 0.1
_BLOCK = 5  # cells along the side of a block
_LONE = 1  # voxel in a cell
_DENSE = 14  # voxels in a cell that a surface crosses, where the scan shows it whole
_AROUND = np.ones((3, 3, 3), np.bool_)


def is_stray(points: npt.NDArray[np.float64]) -> npt.NDArray[np.bool_]:
    """Which of the voxel means `points` (N, 3), of 2.5 cm voxels, stand alone where the scan is dense: (N,).

    A surface fills a dozen voxels of a 10 cm cell if it is seen at all closely. Where some cell within half a
    metre or so is that full, a cell with one or two voxels holds strays.
    """
    if len(points) == 0:
        return np.zeros(0, np.bool_)
    cell = np.floor((points - points.min(axis=0)) / _CELL_M).astype(np.int64)
    shape = cell.max(axis=0) + 1
    _, index, count = np.unique(
        np.ravel_multi_index(tuple(cell.T), tuple(shape)), return_inverse=True, return_counts=True
    )
    block = tuple((cell // _BLOCK).T)
    fullest = np.zeros(shape // _BLOCK + 1, np.int64)
    np.maximum.at(fullest, block, count[index])
    is_dense = ndimage.maximum_filter(fullest, footprint=_AROUND, mode="constant") >= _DENSE
    return np.asarray(is_dense[block] & (count[index] <= _LONE))
