"""The height of a floor at any place on it."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache, partial

import numpy as np
import numpy.typing as npt
from scipy.interpolate import LinearNDInterpolator, RegularGridInterpolator
from scipy.spatial import cKDTree

from spatial.facility import Level, Point3

Float64s = npt.NDArray[np.float64]


def floor_height(level: Level, xy: npt.ArrayLike) -> Float64s:
    """World z (n,) of the floor of `level` at places `xy` (n, 2), metres.

    Bilinear between the samples where they lie on a lattice along X and Y, linear on their triangles where
    they do not; outside of them the nearest border value. Without samples the floor is flat at the level's
    elevation.
    """
    places = np.asarray(xy, dtype=np.float64).reshape(-1, 2)
    if level.floor is None or not level.floor.points:
        return np.full(len(places), level.elevation_m)
    return _surface(level.floor.points, level.floor.grid_m)(places)


@lru_cache(maxsize=16)
def _surface(points: tuple[Point3, ...], grid_m: float) -> Callable[[Float64s], Float64s]:
    """z at places (n, 2); kept, because a mesh asks for the floor under each of hundreds of things."""
    samples = np.asarray(points)
    on_lattice = _lattice(samples, grid_m)
    return _scattered(samples) if on_lattice is None else partial(_bilinear, *on_lattice)


def _lattice(samples: Float64s, grid_m: float) -> tuple[Float64s, Float64s, Float64s] | None:
    """Lattice lines x (c,), y (r,) and heights (c, r), gaps filled from the nearest sample; or None."""
    start = samples[:, :2].min(axis=0)
    steps = (samples[:, :2] - start) / grid_m
    cells = np.rint(steps).astype(np.int64)
    shape = tuple(np.maximum(cells.max(axis=0) + 1, 2))
    if np.abs(steps - cells).max() > 0.01 or np.prod(shape) > 16 * len(samples) + 64:
        return None
    lines = [start[axis] + grid_m * np.arange(shape[axis]) for axis in (0, 1)]
    corners = np.stack(np.meshgrid(*lines, indexing="ij"), axis=-1).reshape(-1, 2)
    heights = samples[cKDTree(samples[:, :2]).query(corners)[1], 2]
    return lines[0], lines[1], heights.reshape(shape)


def _bilinear(x: Float64s, y: Float64s, heights: Float64s, places: Float64s) -> Float64s:
    inside = np.clip(places, [x[0], y[0]], [x[-1], y[-1]])
    return np.asarray(RegularGridInterpolator((x, y), heights)(inside), dtype=np.float64)


def _scattered(samples: Float64s) -> Callable[[Float64s], Float64s]:
    tree = cKDTree(samples[:, :2])
    linear = LinearNDInterpolator(samples[:, :2], samples[:, 2]) if len(samples) >= 4 else None

    def heights(places: Float64s) -> Float64s:
        nearest = np.asarray(samples[tree.query(places)[1], 2], dtype=np.float64)
        if linear is None:
            return nearest
        between = linear(places)
        return np.where(np.isfinite(between), between, nearest)

    return heights
