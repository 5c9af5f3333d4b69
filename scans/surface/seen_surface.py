"""The surface that points lie on, where points are and nowhere else: what nobody saw stays open."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from numba import njit

from scans.surface.cell_index import NOWHERE, cell_index, number_of
from scans.surface.crumbs import Triangles
from scans.surface.patches import Grid, Patches, patches_of

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
REACH = 1.75
"""A patch is heard so many cells away."""
SUPPORT = 0.9
"""A vertex lies no farther from the middle of a patch, in cells."""


def seen_surface(points: Floats, eyes: Floats, *, cell_m: float) -> Triangles:
    """Vertices (V, 3) and faces (F, 3) of the surface through `points` (N, 3), seen from `eyes` (N, 3), metres.

    The height over the patches near a corner of the grid, signed by who saw them, is their weighted mean (implicit
    moving least squares: Kolluri 2005). A cell where it changes its sign gets a vertex at the mean of where it does
    so along its edges, and edges with four such cells a face (surface nets: Gibson 1998). So a side that was seen
    from one place only is one sheet, which faces there; details below `cell_m` are rounded. Empty where points are
    too few to have a plane.
    """
    empty = np.zeros((0, 3)), np.zeros((0, 3), np.int32)
    if len(points) == 0:
        return empty
    grid, patches = patches_of(points, eyes, cell_m)
    if len(patches.place) == 0:
        return empty
    keys = _keys(patches.place, grid)
    height_keys = _spread(keys, grid, after=3)
    height = np.empty(len(height_keys))
    _heights(_places(height_keys, grid), grid, patches, height)
    cell_keys = _spread(keys, grid, after=2)
    corners = cell_index(height_keys)
    vertices, number = _vertices(_places(cell_keys, grid), grid, patches, corners, height)
    faces = _faces(_places(height_keys, grid), grid, corners, height, cell_index(cell_keys), number)
    used, faces = np.unique(faces, return_inverse=True)
    return vertices[used], faces.reshape(-1, 3).astype(np.int32)


def _keys(place: Ints, grid: Grid) -> Ints:
    return np.asarray((place[:, 0] * grid.shape[1] + place[:, 1]) * grid.shape[2] + place[:, 2])


def _spread(keys: Ints, grid: Grid, *, after: int) -> Ints:
    """The different keys, rising, of places −1 … `after` − 1 from those of `keys` along each axis."""
    for step in (1, int(grid.shape[2]), int(grid.shape[1] * grid.shape[2])):
        keys = np.sort(np.concatenate([keys + n * step for n in range(-1, after)]), kind="stable")  # of runs
        keys = keys[np.flatnonzero(np.diff(keys, prepend=-1))]
    return keys


def _places(keys: Ints, grid: Grid) -> Ints:
    _, rows, layers = (int(size) for size in grid.shape)
    return np.stack([keys // (rows * layers), keys // layers % rows, keys % layers], axis=1)


@njit(cache=True)
def _heights(corner: Ints, grid: Grid, patches: Patches, height: Floats) -> None:
    """The height over the patches at corners (K, 3) of the grid, not a number where none is near.

    Patches that face away from the nearest one are of another side, of a thin thing, and are not heard.
    """
    reach2 = (REACH * grid.cell_m) ** 2
    near = np.empty(64, np.int64)
    for k in range(len(corner)):
        at = grid.low + corner[k] * grid.cell_m
        count, best, best2 = 0, -1, reach2
        for dx in range(-2, 2):
            for dy in range(-2, 2):
                for dz in range(-2, 2):
                    x, y, z = corner[k, 0] + dx, corner[k, 1] + dy, corner[k, 2] + dz
                    if x < 0 or y < 0 or z < 0:
                        continue
                    number = number_of(patches.cells, (x * grid.shape[1] + y) * grid.shape[2] + z)
                    if number == NOWHERE:
                        continue
                    away2 = _square(at - patches.centre[number])
                    if away2 < reach2:
                        near[count] = number
                        count += 1
                        if away2 < best2:
                            best, best2 = number, away2
        total, weights = 0.0, 0.0
        for n in near[:count]:
            if _dot(patches.normal[n], patches.normal[best]) > 0.0:
                gap = at - patches.centre[n]
                weight = (1.0 - _square(gap) / reach2) ** 4
                total += weight * _dot(gap, patches.normal[n])
                weights += weight
        height[k] = total / weights if weights > 0.0 else np.nan


@njit(cache=True)
def _vertices(cell, grid, patches, corners, height):  # type: ignore[no-untyped-def]
    """Vertices (V, 3), and for each of the cells (C, 3) the number of its vertex, NOWHERE if it has none."""
    number = np.full(len(cell), NOWHERE, np.int64)
    vertices = np.empty((len(cell), 3))
    found, value = 0, np.empty(8)
    for c in range(len(cell)):
        is_whole, below = True, 0
        for k in range(8):
            x, y, z = cell[c, 0] + (k & 1), cell[c, 1] + (k >> 1 & 1), cell[c, 2] + (k >> 2)
            at = number_of(corners, (x * grid.shape[1] + y) * grid.shape[2] + z)
            if at == NOWHERE or np.isnan(height[at]):
                is_whole = False
                break
            value[k] = height[at]
            below += height[at] < 0.0
        if not is_whole or below in (0, 8):
            continue
        vertex = grid.low + (cell[c] + _crossing(value)) * grid.cell_m
        if _is_held(vertex, cell[c], grid, patches):
            vertices[found], number[c] = vertex, found
            found += 1
    return vertices[:found].copy(), number


@njit(cache=True)
def _crossing(value):  # type: ignore[no-untyped-def]
    """The mean of where the heights at the corners of a cell of size 1 change their sign along its edges."""
    total, count = np.zeros(3), 0
    for k in range(8):
        for axis in range(3):
            other = k | 1 << axis
            if other == k or (value[k] < 0.0) == (value[other] < 0.0):
                continue
            share = value[k] / (value[k] - value[other])
            for a in range(3):
                total[a] += share if a == axis else float(k >> a & 1)
            count += 1
    return total / count


@njit(cache=True)
def _is_held(vertex, cell, grid, patches):  # type: ignore[no-untyped-def]
    """Whether a vertex is near the middle of a patch, in its cell or beside it."""
    for dx in range(-1, 2):
        for dy in range(-1, 2):
            for dz in range(-1, 2):
                key = ((cell[0] + dx) * grid.shape[1] + cell[1] + dy) * grid.shape[2] + cell[2] + dz
                number = number_of(patches.cells, key)
                if (
                    number != NOWHERE
                    and _square(vertex - patches.centre[number]) < (SUPPORT * grid.cell_m) ** 2
                ):
                    return True
    return False


@njit(cache=True)
def _faces(corner, grid, corners, height, cells, number):  # type: ignore[no-untyped-def]
    """Two triangles for each edge of the grid from a corner (K, 3) along which the sign changes, if the four cells
    about it have vertices; they look where the height grows.
    """
    faces, count = np.empty((6 * len(corner), 3), np.int64), 0
    quad = np.empty(4, np.int64)
    step = np.array([grid.shape[1] * grid.shape[2], grid.shape[2], 1])
    for k in range(len(corner)):
        key = (corner[k, 0] * grid.shape[1] + corner[k, 1]) * grid.shape[2] + corner[k, 2]
        for axis in range(3):
            end = number_of(corners, key + step[axis])
            if end == NOWHERE or np.isnan(height[k]) or np.isnan(height[end]):
                continue
            if (height[k] < 0.0) == (height[end] < 0.0):
                continue
            b, c = step[(axis + 1) % 3], step[(axis + 2) % 3]
            is_whole = True
            for n, back in enumerate((b + c, c, 0, b)):
                at = number_of(cells, key - back)
                quad[n] = NOWHERE if at == NOWHERE else number[at]
                is_whole = is_whole and quad[n] != NOWHERE
            if not is_whole:
                continue
            if height[end] < 0.0:
                quad[1], quad[3] = quad[3], quad[1]
            faces[count], faces[count + 1] = quad[:3], np.array([quad[0], quad[2], quad[3]])
            count += 2
    return faces[:count].copy()


@njit(cache=True, inline="always")
def _square(v):  # type: ignore[no-untyped-def]
    return _dot(v, v)


@njit(cache=True, inline="always")
def _dot(v, w):  # type: ignore[no-untyped-def]
    return v[0] * w[0] + v[1] * w[1] + v[2] * w[2]
