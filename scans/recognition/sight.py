"""What the scanner saw through: where its beams passed near the floor, and where they ended.

A point in mid-air is a thing only if beams end there; where most of them go on, it is noise, a mixed pixel, or
somebody who walked by. And behind the sides that were seen a thing goes on as far as no beam passed.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from numba import njit

SLAB_M = 0.2
TOP_M = 2.1
_FOOT_M = 0.1  # what is lower is floor
_STOP_SHORT_M = 0.12  # before its end a beam tells nothing: the surface may be rough or slanted
_SOLID_SHARE = 0.15
_SHEET_POINTS, _SHEET_SHARE = (
    3,
    0.1,
)  # a sheet shows 4 voxels of 2.5 cm in a cell of 5 cm; above it beams go on
_CLEAR_BEAMS = 3
_MOST_BEAMS = 1_500_000


@dataclass(frozen=True)
class Sight:
    """Points `ended` in, and beams `through`, each box of a grid: (I, J, K).

    Box (i, j, k) stands at `origin` + `cell_m` · (i, j) and from 10 cm + 20 cm · k above the floor.
    """

    origin: npt.NDArray[np.float64]
    cell_m: float
    ended: npt.NDArray[np.uint16]
    through: npt.NDArray[np.uint16]

    def is_solid(self) -> npt.NDArray[np.bool_]:
        """Columns (I, J) with a box in which a fair share of the beams that came there ended."""
        return np.asarray(((self.ended > 0) & (self.ended > _SOLID_SHARE * self._beams)).any(axis=2))

    def is_sheet(self) -> npt.NDArray[np.bool_]:
        """Columns (I, J) with a box that is full of points: a table top and a belt are seen at one height only."""
        is_full = self.ended >= _SHEET_POINTS
        return np.asarray((is_full & (self.ended > _SHEET_SHARE * self._beams)).any(axis=2))

    def is_clear(self) -> npt.NDArray[np.bool_]:
        """Columns (I, J) through which several beams went just above the floor."""
        return np.asarray(self.through[:, :, 0] >= _CLEAR_BEAMS)

    @property
    def _beams(self) -> npt.NDArray[np.int64]:
        return self.ended.astype(np.int64) + self.through


def look_around(
    points: npt.NDArray[np.float64],
    station: npt.NDArray[np.int32],
    eyes: Mapping[int, npt.NDArray[np.float64]],
    origin: npt.NDArray[np.float64],
    shape: tuple[int, int],
    cell_m: float,
) -> Sight:
    """What the beams to `points` (N, 3), of `station` (N,), met in a grid of `shape` cells at `origin`.

    z is above the floor. `eyes` (3,) are where beams began; of a station without one only the ends count. Beyond
    1.5 million, one beam stands for several.
    """
    slabs = round((TOP_M - _FOOT_M) / SLAB_M)
    ended, through = np.zeros((*shape, slabs), np.uint16), np.zeros((*shape, slabs), np.uint16)
    low, box_m = np.array([*origin, _FOOT_M]), np.array([cell_m, cell_m, SLAB_M])
    _count(points, low, box_m, ended)
    stride = math.ceil(max(len(points), 1) / _MOST_BEAMS)
    for number, eye in eyes.items():
        ends = np.ascontiguousarray(points[station == number][::stride])
        _walk(ends, eye, low, box_m, stride, through)
    return Sight(origin, cell_m, ended, through)


@njit(cache=True)
def _count(points, low, box_m, ended):  # type: ignore[no-untyped-def]
    for n in range(len(points)):
        i = math.floor((points[n, 0] - low[0]) / box_m[0])
        j = math.floor((points[n, 1] - low[1]) / box_m[1])
        k = math.floor((points[n, 2] - low[2]) / box_m[2])
        inside = 0 <= i < ended.shape[0] and 0 <= j < ended.shape[1] and 0 <= k < ended.shape[2]
        if inside and ended[i, j, k] < 65535:
            ended[i, j, k] += 1


@njit(cache=True)
def _walk(ends, eye, low, box_m, weight, through):  # type: ignore[no-untyped-def]
    """Walk each beam from box to box (Amanatides and Woo 1987) through the part of the grid that it crosses."""
    shape = through.shape
    at, step = np.empty(3, np.int64), np.empty(3, np.int64)
    following, apart = np.empty(3), np.empty(3)
    for n in range(len(ends)):
        length = math.sqrt(
            (ends[n, 0] - eye[0]) ** 2 + (ends[n, 1] - eye[1]) ** 2 + (ends[n, 2] - eye[2]) ** 2
        )
        if length <= _STOP_SHORT_M:
            continue
        first, last = 0.0, 1.0 - _STOP_SHORT_M / length
        for a in range(3):  # the part of the beam inside the grid (slab method)
            along = ends[n, a] - eye[a]
            if abs(along) < 1e-9:
                if not low[a] <= eye[a] < low[a] + shape[a] * box_m[a]:
                    last = -1.0
                continue
            one = (low[a] - eye[a]) / along
            two = (low[a] + shape[a] * box_m[a] - eye[a]) / along
            first, last = max(first, min(one, two)), min(last, max(one, two))
        if last <= first:
            continue
        for a in range(3):
            along = ends[n, a] - eye[a]
            place = (eye[a] + (first + 1e-9) * along - low[a]) / box_m[a]
            at[a] = min(max(math.floor(place), 0), shape[a] - 1)
            step[a] = 1 if along > 0 else -1
            if abs(along) < 1e-9:
                following[a], apart[a] = math.inf, math.inf
            else:
                border = at[a] + (1 if along > 0 else 0)
                following[a] = (low[a] + border * box_m[a] - eye[a]) / along
                apart[a] = box_m[a] / abs(along)
        while True:
            through[at[0], at[1], at[2]] = min(through[at[0], at[1], at[2]] + weight, 65535)
            a = 0 if following[0] < following[1] else 1
            a = a if following[a] < following[2] else 2
            if following[a] >= last:
                break
            at[a] += step[a]
            if not 0 <= at[a] < shape[a]:
                break
            following[a] += apart[a]
