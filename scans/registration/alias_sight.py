"""What one side of a registration knows about a place: a surface, nothing there, or not seen."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
import numpy.typing as npt
from scipy import ndimage
from scipy.spatial import cKDTree

UNSEEN, SURFACE, FREE = np.int8(0), np.int8(1), np.int8(2)

_STOP_SHORT_M = 0.15  # before its end a beam tells nothing: the surface may be rough or slanted
_LEAST_STEP_RAD, _MOST_STEP_RAD = math.radians(0.3), math.radians(2.0)
_GAP_M = 0.08  # between beams: farther apart they may miss a frame
_EDGE_M = 0.3  # a plan tells nothing beyond its outermost surfaces


@dataclass(frozen=True, eq=False)
class PosedPoints:
    """One side of a registration: `points` (N, 3), metres, in the frame that both sides share.

    `eyes` (3,) are the places from which beams were sent, in the same frame, and `station` (N,) names the eye of
    each point; without them a side knows surfaces alone. `is_complete` is for points of a plan or model: what
    is not in it, between its outermost surfaces, is not there.
    """

    points: npt.NDArray[np.float64]
    station: npt.NDArray[np.int32] | None = None
    eyes: Mapping[int, npt.NDArray[np.float64]] = field(default_factory=dict)
    is_complete: bool = False

    def __post_init__(self) -> None:
        if self.points.ndim != 2 or self.points.shape[1] != 3 or not np.isfinite(self.points).all():
            raise ValueError(f"points of shape {self.points.shape} are no finite (N, 3)")
        if self.station is not None and self.station.shape != (len(self.points),):
            raise ValueError(f"station of shape {self.station.shape} is not ({len(self.points)},)")
        if self.eyes and self.station is None:
            raise ValueError(f"{len(self.eyes)} eyes without a station for each point: pass station (N,)")


class Seen:
    """What a side saw, to be asked about places."""

    def __init__(self, side: PosedPoints, surface: npt.NDArray[np.float64], match_m: float) -> None:
        """`surface` (K, 3) stands for the side's points; a place is on it within `match_m`."""
        self.tree = cKDTree(surface)
        self._match_m = match_m
        self._box = _inside(side.points) if side.is_complete else None
        self._views = [
            _RangeImage(eye, side.points[side.station == number])
            for number, eye in side.eyes.items()
            if side.station is not None and (side.station == number).any()
        ]

    @property
    def knows_free_space(self) -> bool:
        """Whether absence can be told at all."""
        return self._box is not None or bool(self._views)

    def at(self, places: npt.NDArray[np.float64]) -> npt.NDArray[np.int8]:
        """UNSEEN, SURFACE or FREE (N,) for `places` (N, 3)."""
        state = np.full(len(places), UNSEEN)
        if self._box is not None:
            low, high = self._box
            state[((places > low) & (places < high)).all(1)] = FREE
        for view in self._views:
            state[view.was_passed(places)] = FREE
        state[self.is_near(places)] = SURFACE
        return state

    def is_near(self, places: npt.NDArray[np.float64]) -> npt.NDArray[np.bool_]:
        """Whether `places` (N, 3) are on a surface."""
        distance, _ = self.tree.query(places, distance_upper_bound=self._match_m)
        return np.asarray(np.isfinite(distance))


def _inside(points: npt.NDArray[np.float64]) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    return points.min(0) + _EDGE_M, points.max(0) - _EDGE_M


class _RangeImage:
    """The nearest range in every direction from one eye: a depth buffer over azimuth and elevation.

    A place is free if all beams about its way, in 3 × 3 bins, ended well behind it, and were so close there that a
    post would have stopped one. Bins hold four beams where the beams fill the sphere evenly: the edge is twice
    √(4π / n).
    """

    def __init__(self, eye: npt.NDArray[np.float64], points: npt.NDArray[np.float64]) -> None:
        spacing = math.sqrt(4 * math.pi / len(points))
        self._eye = np.asarray(eye, dtype=np.float64)
        self._step = min(max(2 * spacing, _LEAST_STEP_RAD), _MOST_STEP_RAD)
        self._columns = math.ceil(2 * math.pi / self._step)
        shape = (math.ceil(math.pi / self._step) + 1, self._columns)
        bins, range_m = self._bins(points)
        nearest = np.full(math.prod(shape), np.inf)
        np.minimum.at(nearest, bins, range_m)
        beams = np.bincount(bins, minlength=len(nearest)).astype(np.float64)
        around: list[Literal["nearest", "wrap"]] = ["nearest", "wrap"]
        self._nearest = ndimage.minimum_filter(nearest.reshape(shape), 3, mode=around).ravel()
        self._beams = ndimage.uniform_filter(beams.reshape(shape), 3, mode=around).ravel()

    def was_passed(self, places: npt.NDArray[np.float64]) -> npt.NDArray[np.bool_]:
        bins, range_m = self._bins(places)
        is_behind = self._nearest[bins] > range_m + _STOP_SHORT_M
        is_close = (self._step * range_m) ** 2 < _GAP_M**2 * self._beams[bins]
        return np.asarray(is_behind & is_close)

    def _bins(self, places: npt.NDArray[np.float64]) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.float64]]:
        x, y, z = (places - self._eye).T
        flat = np.hypot(x, y)
        column = ((np.arctan2(y, x) + math.pi) / self._step).astype(np.int64) % self._columns
        row = ((np.arctan2(z, flat) + math.pi / 2) / self._step).astype(np.int64)
        return row * self._columns + column, np.hypot(flat, z)


def thinned(points: npt.NDArray[np.float64], cell_m: float) -> npt.NDArray[np.float64]:
    """One mean point (K, 3) a voxel of `cell_m`."""
    if len(points) == 0:
        return points.reshape(0, 3)
    ijk = np.floor((points - points.min(0)) / cell_m).astype(np.int64)
    key = (ijk[:, 0] * (ijk[:, 1].max() + 1) + ijk[:, 1]) * (ijk[:, 2].max() + 1) + ijk[:, 2]
    _, cell, count = np.unique(key, return_inverse=True, return_counts=True)
    return np.stack([np.bincount(cell, points[:, axis]) for axis in range(3)], axis=1) / count[:, None]
