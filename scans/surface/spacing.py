"""How fine a surface can be: each thing that stands by itself gets cells by how far apart its points are."""

from __future__ import annotations

from itertools import product

import numpy as np
import numpy.typing as npt
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

FINEST_CM, COARSEST_CM = 6, 15
"""Below lie the noise of scanners and the means of voxels; above, a surface says less than an outline."""
SPACINGS = 2.0
"""A cell is so many spacings wide: of points at random, e⁻⁴ = 2 % of the cells have none then, and 3 × 3 have 36."""
_STEP_M = COARSEST_CM / 100


def cells_m(points: Floats) -> Floats:
    """The width of cells (N,) for each of `points` (N, 3): of one thing all the same, in steps of 1 cm.

    A thing are points in cubes of the coarsest cell that touch, so that no cell of one meets those of another. A
    sheet through a cube of width c with n points in it has them c / √n apart; of the cubes of a thing the median
    counts, since those at its edges are but partly filled.
    """
    if len(points) == 0:
        return np.zeros(0)
    cube, count, thing = _things(points)
    spacing_m = _STEP_M / np.sqrt(_medians(thing, count))
    width_cm = np.clip(np.round(100 * SPACINGS * spacing_m), FINEST_CM, COARSEST_CM)
    return np.asarray(width_cm[thing[cube]] / 100)


def _things(points: Floats) -> tuple[Ints, Ints, Ints]:
    """The cube (N,) of each point, and of each cube (C,) its count of points and the thing that it is of."""
    place = np.floor(points / _STEP_M).astype(np.int64)
    place -= place.min(axis=0) - 1
    _, rows, layers = (int(size) for size in place.max(axis=0) + 2)
    keys, cube, count = np.unique(
        (place[:, 0] * rows + place[:, 1]) * layers + place[:, 2], return_inverse=True, return_counts=True
    )
    here, there = [], []
    for x, y, z in product((-1, 0, 1), repeat=3):
        beside = keys + (x * rows + y) * layers + z
        at = np.minimum(np.searchsorted(keys, beside), len(keys) - 1)
        touches = np.flatnonzero(keys[at] == beside)
        here.append(touches)
        there.append(at[touches])
    ends = np.concatenate(here), np.concatenate(there)
    joined = coo_array((np.ones(len(ends[0]), np.int8), ends), shape=(len(keys), len(keys)))
    thing = connected_components(joined, directed=False)[1].astype(np.int64)
    return cube.reshape(-1).astype(np.int64), count.astype(np.int64), thing


def _medians(group: Ints, value: Ints) -> Ints:
    """The lower median (G,) of the `value` (C,) of each `group` (C,), 0 … G − 1."""
    size = np.bincount(group)
    order = np.lexsort((value, group))
    return np.asarray(value[order[np.cumsum(size) - size + (size - 1) // 2]])
