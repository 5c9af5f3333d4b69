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

from scans.groups import by_key

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
        return np.asarray(_has_box(self.ended, self.through, 1, _SOLID_SHARE))

    def is_sheet(self) -> npt.NDArray[np.bool_]:
        """Columns (I, J) with a box that is full of points: a table top and a belt are seen at one height only."""
        return np.asarray(_has_box(self.ended, self.through, _SHEET_POINTS, _SHEET_SHARE))

    def is_clear(self) -> npt.NDArray[np.bool_]:
        """Columns (I, J) through which several beams went just above the floor."""
        return np.asarray(self.through[:, :, 0] >= _CLEAR_BEAMS)


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
    numbers, order, start = by_key(station)
    for number, first, last in zip(numbers.tolist(), start[:-1], start[1:], strict=True):
        if number in eyes:
            _walk(points[order[first:last:stride]], eyes[number], low, box_m, stride, through)
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
def _has_box(ended, through, least, share):  # type: ignore[no-untyped-def]
    """Columns (I, J) with a box in which `least` beams ended, and more than a `share` of those that came there."""
    found = np.zeros(ended.shape[:2], np.bool_)
    for i in range(ended.shape[0]):
        for j in range(ended.shape[1]):
            for k in range(ended.shape[2]):
                here = np.int64(ended[i, j, k])
                if here >= least and here > share * (here + np.int64(through[i, j, k])):
                    found[i, j] = True
    return found


@njit(cache=True)
def _walk(ends, eye, low, box_m, weight, through):  # type: ignore[no-untyped-def]
    """Walk each beam from box to box (Amanatides and Woo 1987) through the part of the grid that it crosses.

    One scalar an axis: arrays of three in the innermost loop would cost three times as much.
    """
    for n in range(len(ends)):
        dx, dy, dz = ends[n, 0] - eye[0], ends[n, 1] - eye[1], ends[n, 2] - eye[2]
        length = math.sqrt(dx**2 + dy**2 + dz**2)
        if length <= _STOP_SHORT_M:
            continue
        first, last = 0.0, 1.0 - _STOP_SHORT_M / length
        first, last = _clipped(first, last, eye[2], dz, low[2], through.shape[2] * box_m[2])
        first, last = _clipped(first, last, eye[0], dx, low[0], through.shape[0] * box_m[0])
        first, last = _clipped(first, last, eye[1], dy, low[1], through.shape[1] * box_m[1])
        if last <= first:
            continue
        i, step_i, next_i, apart_i = _axis(eye[0], dx, first, low[0], box_m[0], through.shape[0])
        j, step_j, next_j, apart_j = _axis(eye[1], dy, first, low[1], box_m[1], through.shape[1])
        k, step_k, next_k, apart_k = _axis(eye[2], dz, first, low[2], box_m[2], through.shape[2])
        while True:
            through[i, j, k] = min(through[i, j, k] + weight, 65535)
            if next_i < next_j and next_i < next_k:
                i += step_i
                if next_i >= last or not 0 <= i < through.shape[0]:
                    break
                next_i += apart_i
            elif next_j <= next_i and next_j < next_k:
                j += step_j
                if next_j >= last or not 0 <= j < through.shape[1]:
                    break
                next_j += apart_j
            else:
                k += step_k
                if next_k >= last or not 0 <= k < through.shape[2]:
                    break
                next_k += apart_k


@njit(cache=True, inline="always")
def _clipped(first, last, eye, along, low, width):  # type: ignore[no-untyped-def]
    """The part of a beam between two planes of the grid (slab method)."""
    if abs(along) < 1e-9:
        return (first, last) if low <= eye < low + width else (first, -1.0)
    one, two = (low - eye) / along, (low + width - eye) / along
    return max(first, min(one, two)), min(last, max(one, two))


@njit(cache=True, inline="always")
def _axis(eye, along, first, low, box_m, boxes):  # type: ignore[no-untyped-def]
    """Where along an axis a beam enters the grid, its step, when it comes to the next box, and how far apart."""
    at = min(max(math.floor((eye + (first + 1e-9) * along - low) / box_m), 0), boxes - 1)
    step = 1 if along > 0 else -1
    if abs(along) < 1e-9:
        return at, step, math.inf, math.inf
    border = at + (1 if along > 0 else 0)
    return at, step, (low + border * box_m - eye) / along, box_m / abs(along)
