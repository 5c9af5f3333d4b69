"""Surfaces of one scan that another scan saw through: nothing is there any more, or nothing was there yet."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
from numba import njit

from scans.deviation.frames import Floats
from scans.deviation.m3c2 import CELL_M
from scans.deviation.seen_points import SeenPoints

_BLOCK_M = 40.0
_DISC_M = 0.06
_PAST_M = 0.08
_STEP_M = 0.04
_RAYS = 3
_MOST_RAYS = 1_500_000


def seen_through(core: Floats, normal: Floats, other: SeenPoints) -> npt.NDArray[np.bool_]:
    """Whether three rays or more of `other` cross the disc of 6 cm about each core point (M, 3) and go on: (M,).

    Rays of unknown stations tell nothing. Blocks of 40 m bound the memory.
    """
    crossed = np.zeros(len(core), np.int64)
    if not len(core) or not other.knows_eyes:
        return crossed >= _RAYS
    stride = max(1, len(other.points) // _MOST_RAYS)
    known = np.flatnonzero(other.station >= 0)[::stride]
    ends, eyes = other.points[known], other.eyes[other.station[known]]
    block = np.floor((core[:, :2] - core[:, :2].min(axis=0)) / _BLOCK_M).astype(np.int64)
    for i, j in np.unique(block, axis=0):
        own = np.flatnonzero((block == (i, j)).all(axis=1))
        low = core[own].min(axis=0) - CELL_M
        cell = np.floor((core[own] - low) / CELL_M).astype(np.int64)
        grid = np.full(tuple(cell.max(axis=0) + 2), -1, np.int32)
        grid[tuple(cell.T)] = own
        _cross(ends, eyes, core, normal, low, grid, crossed)
    return np.asarray(crossed >= _RAYS)


@njit(cache=True)
def _cross(ends, eyes, core, normal, low, grid, crossed):  # type: ignore[no-untyped-def]
    """Walk each ray in steps of 4 cm through the cells; where a cell holds a core point, cross its plane."""
    for n in range(len(ends)):
        dx, dy, dz = ends[n, 0] - eyes[n, 0], ends[n, 1] - eyes[n, 1], ends[n, 2] - eyes[n, 2]
        length = math.sqrt(dx * dx + dy * dy + dz * dz)
        if length <= _PAST_M:
            continue
        dx, dy, dz = dx / length, dy / length, dz / length
        first, last = 0.0, length - _PAST_M
        for a in range(3):  # the part of the ray inside the grid (slab method)
            d = dx if a == 0 else dy if a == 1 else dz
            near = low[a] - eyes[n, a]
            far = near + grid.shape[a] * 0.1
            if abs(d) < 1e-9:
                if near > 0 or far < 0:
                    last = -1.0
                continue
            one, two = near / d, far / d
            first, last = max(first, min(one, two)), min(last, max(one, two))
        before = -1
        t = first
        while t < last:
            i = math.floor((eyes[n, 0] + t * dx - low[0]) / 0.1)
            j = math.floor((eyes[n, 1] + t * dy - low[1]) / 0.1)
            k = math.floor((eyes[n, 2] + t * dz - low[2]) / 0.1)
            t += _STEP_M
            if not (0 <= i < grid.shape[0] and 0 <= j < grid.shape[1] and 0 <= k < grid.shape[2]):
                continue
            m = grid[i, j, k]
            if m < 0 or m == before:
                continue
            before = m
            slope = dx * normal[m, 0] + dy * normal[m, 1] + dz * normal[m, 2]
            if abs(slope) < 0.1:  # along the surface
                continue
            cx, cy, cz = core[m, 0] - eyes[n, 0], core[m, 1] - eyes[n, 1], core[m, 2] - eyes[n, 2]
            at = (cx * normal[m, 0] + cy * normal[m, 1] + cz * normal[m, 2]) / slope
            if at < _PAST_M or at > length - _PAST_M / abs(slope):
                continue
            ox, oy, oz = at * dx - cx, at * dy - cy, at * dz - cz
            if ox * ox + oy * oy + oz * oz < _DISC_M * _DISC_M:
                crossed[m] += 1
