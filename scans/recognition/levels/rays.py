"""The beams of a scan: from where each point was seen, and which beams crossed a level plane where."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from numba import njit

_MOST_BEAMS = 3_000_000


@dataclass(frozen=True)
class Rays:
    """Beams to `ends` (N, 3) from `eyes` (S, 3), of the row `eye` (N,) in it, −1 where nobody knows."""

    ends: npt.NDArray[np.float64]
    eyes: npt.NDArray[np.float64]
    eye: npt.NDArray[np.int64]

    @classmethod
    def of(
        cls,
        points: npt.NDArray[np.float64],
        station: npt.NDArray[np.int32],
        eyes: Mapping[int, npt.NDArray[np.float64]],
    ) -> Rays:
        """The beams to `points` (N, 3) of `station` (N,), evenly thinned out beyond three million."""
        step = math.ceil(max(len(points), 1) / _MOST_BEAMS)
        known = np.array(sorted(eyes), np.int64)
        places = np.array([eyes[number] for number in known.tolist()]).reshape(-1, 3)
        thinned = station[::step]
        row = np.searchsorted(known, thinned)
        is_known = np.isin(thinned, known)
        return cls(points[::step], places, np.where(is_known, row, -1))

    def heights_of_eyes(self) -> npt.NDArray[np.float64]:
        """z (N,) of where each beam began; NaN where nobody knows."""
        return np.append(self.eyes[:, 2], np.nan)[self.eye]

    def crossings(
        self, z: float, origin: npt.NDArray[np.float64], cell_m: float, shape: tuple[int, int]
    ) -> npt.NDArray[np.int64]:
        """How many beams crossed the plane at `z` in each cell of a grid of `shape` at `origin` (2,)."""
        count = np.zeros(shape, np.int64)
        if len(self.eyes):
            _cross(self.ends, self.eyes, self.eye, z, origin, cell_m, count)
        return count


@njit(cache=True)
def _cross(ends, eyes, eye, z, origin, cell_m, count):  # type: ignore[no-untyped-def]
    for n in range(len(ends)):
        if eye[n] < 0:
            continue
        x, y, above = eyes[eye[n], 0], eyes[eye[n], 1], eyes[eye[n], 2] - z
        below = ends[n, 2] - z
        if above * below >= 0.0:
            continue
        share = above / (above - below)
        i = math.floor((x + share * (ends[n, 0] - x) - origin[0]) / cell_m)
        j = math.floor((y + share * (ends[n, 1] - y) - origin[1]) / cell_m)
        if 0 <= i < count.shape[0] and 0 <= j < count.shape[1]:
            count[i, j] += 1
