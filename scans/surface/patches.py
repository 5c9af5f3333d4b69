"""Points in cells, each as a small plane that faces who saw it."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from numba import njit

from scans.surface.cell_index import NOWHERE, CellIndex, cell_index, number_of

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

FEWEST = 4
"""Points about a patch: fewer have no plane."""
MARGIN = 4
"""Empty cells kept around, so that neighbours of neighbours have keys."""


class Grid(NamedTuple):
    """Cells of `cell_m`, cell (0, 0, 0) at `low`; a cell's key is its place in `shape`, row by row."""

    low: Floats
    shape: Ints
    cell_m: float


class Patches(NamedTuple):
    """Of the cells `place` (P, 3), in order: the `centre` of its points and the unit `normal` (P, 3) that faces the
    sensor, and the index of their keys, `cells`.
    """

    place: Ints
    centre: Floats
    normal: Floats
    cells: CellIndex


def patches_of(points: Floats, eyes: Floats, cell_m: float) -> tuple[Grid, Patches]:
    """The patches of `points` (N, 3), N at least 1, seen from `eyes` (N, 3).

    The plane of a cell is that of the points in it and around it: the eigenvector of their covariance with the least
    eigenvalue (Hoppe et al. 1992, "Surface reconstruction from unorganized points").
    """
    low = (np.floor(points.min(axis=0) / cell_m) - MARGIN) * cell_m
    shape = np.floor((points.max(axis=0) - low) / cell_m).astype(np.int64) + 1 + MARGIN
    grid = Grid(low, shape, cell_m)
    x, y, z = np.floor((points - low) / cell_m).astype(np.int64).T
    keys, cell = np.unique((x * shape[1] + y) * shape[2] + z, return_inverse=True)
    place = np.stack([keys // (shape[1] * shape[2]), keys // shape[2] % shape[1], keys % shape[2]], axis=1)
    sums = np.zeros((len(keys), 10))
    facing = np.zeros((len(keys), 3))
    _add_up(points, eyes, cell.reshape(-1).astype(np.int64), low + (place + 0.5) * cell_m, sums, facing)
    index = cell_index(keys)
    around = np.zeros_like(sums)
    _add_neighbours(place, shape, cell_m, index, sums, around)
    kept = around[:, 0] >= FEWEST
    normal = _least_spread(around[kept])
    turned = np.einsum("pi,pi->p", normal, facing[kept]) < 0
    normal[turned] *= -1
    centre = low + (place[kept] + 0.5) * cell_m + sums[kept, 1:4] / sums[kept, :1]
    return grid, Patches(place[kept], centre, normal, cell_index(keys[kept]))


def _least_spread(sums: Floats) -> Floats:
    """The direction (P, 3) in which points spread least, of their counts, sums and sums of products (P, 10)."""
    mean = sums[:, 1:4] / sums[:, :1]
    products = sums[:, [4, 5, 6, 5, 7, 8, 6, 8, 9]].reshape(-1, 3, 3) / sums[:, :1, None]
    return np.asarray(np.linalg.eigh(products - mean[:, :, None] * mean[:, None, :])[1][:, :, 0])


@njit(cache=True)
def _add_up(points, eyes, cell, middle, sums, facing):  # type: ignore[no-untyped-def]
    """Count, sum and products (xx, xy, xz, yy, yz, zz) about the middle of each cell, and where its points look."""
    for n in range(len(points)):
        c = cell[n]
        x, y, z = points[n] - middle[c]
        row = sums[c]
        row[0] += 1.0
        row[1] += x
        row[2] += y
        row[3] += z
        row[4] += x * x
        row[5] += x * y
        row[6] += x * z
        row[7] += y * y
        row[8] += y * z
        row[9] += z * z
        view = eyes[n] - points[n]
        facing[c] += view / max(1e-9, np.sqrt(view[0] ** 2 + view[1] ** 2 + view[2] ** 2))


@njit(cache=True)
def _add_neighbours(place, shape, cell_m, index, sums, around):  # type: ignore[no-untyped-def]
    """The sums of each cell and the 26 around it, about its own middle."""
    for c in range(len(place)):
        for dx in range(-1, 2):
            for dy in range(-1, 2):
                for dz in range(-1, 2):
                    key = ((place[c, 0] + dx) * shape[1] + place[c, 1] + dy) * shape[2] + place[c, 2] + dz
                    other = number_of(index, key)
                    if other == NOWHERE:
                        continue
                    n, sx, sy, sz = sums[other, 0], sums[other, 1], sums[other, 2], sums[other, 3]
                    x, y, z = dx * cell_m, dy * cell_m, dz * cell_m
                    row = around[c]
                    row[0] += n
                    row[1] += sx + n * x
                    row[2] += sy + n * y
                    row[3] += sz + n * z
                    row[4] += sums[other, 4] + 2 * x * sx + n * x * x
                    row[5] += sums[other, 5] + x * sy + y * sx + n * x * y
                    row[6] += sums[other, 6] + x * sz + z * sx + n * x * z
                    row[7] += sums[other, 7] + 2 * y * sy + n * y * y
                    row[8] += sums[other, 8] + y * sz + z * sy + n * y * z
                    row[9] += sums[other, 9] + 2 * z * sz + n * z * z
