"""Uprights: what is seen at heights where nothing else is.

Loads cover much of a face, but not the gap between their tops and the beam above. Weighting each height by how
little of the row it covers leaves the uprights standing alone.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from numba import njit
from scipy.ndimage import gaussian_filter1d
from scipy.signal import find_peaks

from scans.recognition.racks.block_view import BlockView

_CELL_M = 0.025
_Z_M = 0.05
_LOWEST_M = 0.1
_EXACT = 2.0**40  # sums of weights in such parts are exact: as good evidence is equal, whatever the order


@dataclass(frozen=True)
class UprightMap:
    """`share[i, j]` in 0…1: weighted share of heights at which the cell at `u0` + i·`cell_m`, `v0` + j·`cell_m` is
    seen.
    """

    share: npt.NDArray[np.float64]
    u0: float
    v0: float
    cell_m: float

    def planes(self, first: float, last: float) -> npt.NDArray[np.float64]:
        """v (P,) of the planes in which posts stand, between the faces `first` and `last`."""
        strength = gaussian_filter1d((np.maximum(self.share - 0.35, 0) ** 2).sum(0), 1.0)
        peaks, _ = find_peaks(np.pad(strength, 1), distance=4)
        v = self.v0 + (peaks - 1 + 0.5) * self.cell_m
        inside = (v > first - 0.1) & (v < last + 0.1)
        peaks, v = peaks[inside] - 1, v[inside]
        return np.asarray(v[strength[peaks] >= 0.2 * strength[peaks].max(initial=0.0)])

    def along(self, v: float, reach_m: float = 0.1) -> npt.NDArray[np.float64]:
        """Strongest share (I,) at each step along the row, within `reach_m` of the plane `v`."""
        j = (np.arange(self.share.shape[1]) + 0.5) * self.cell_m + self.v0
        near = np.abs(j - v) <= reach_m
        return np.asarray(self.share[:, near].max(1, initial=0.0))

    def u_of(self, index: npt.NDArray[np.int64]) -> npt.NDArray[np.float64]:
        """u of steps along the row."""
        return np.asarray(self.u0 + (index + 0.5) * self.cell_m)


def upright_map(view: BlockView, v_faces: tuple[float, ...], top_m: float) -> UprightMap:
    """The map of `view` from 10 cm above the floor to `top_m`, the highest tier."""
    u0, v0 = float(view.u.min()), float(view.v.min())
    cell_m, z_m = _CELL_M * min(view.coarseness, 2.0), _Z_M * view.coarseness
    levels = int(top_m / z_m) + 1
    shape = [int((x.max() - x0) / cell_m) + 1 for x, x0 in ((view.u, u0), (view.v, v0))]
    seen = np.zeros((*shape, levels // 64 + 1), np.uint64)
    _mark(view.u - u0, view.v - v0, view.z, cell_m, z_m, _LOWEST_M, top_m, seen)
    return UprightMap(_weighed(seen, _weights(view, v_faces, levels, z_m)), u0, v0, cell_m)


@njit(cache=True, nogil=True)
def _mark(u, v, z, cell_m, z_m, low, top, seen):  # type: ignore[no-untyped-def]
    """Set bit k of cell (i, j) for every point between the heights `low` and `top`."""
    for n in range(len(z)):
        if low < z[n] < top:
            k = int(z[n] / z_m)
            i, j = int(u[n] / cell_m), int(v[n] / cell_m)
            seen[i, j, k >> 6] |= np.uint64(1) << np.uint64(k & 63)


@njit(cache=True, nogil=True)
def _weighed(seen, weight):  # type: ignore[no-untyped-def]
    """(I, J): the sum of the weights of the bits of each cell and its neighbours: an upright is wider than a cell, a
    thin scan hits it here and there.
    """
    words = seen.shape[2]
    total = np.zeros((8 * words, 256))  # of the bits of each byte
    for k in range(len(weight)):
        bit = 1 << (k & 7)
        for byte in range(bit, 256):
            if byte & bit:
                total[k >> 3, byte] += weight[k]
    rows, columns = seen.shape[:2]
    share = np.zeros((rows, columns))
    for word in range(words):
        beside = np.zeros((rows + 2, columns), np.uint64)
        for i in range(rows):
            for j in range(columns):
                left, right = seen[i, max(j - 1, 0), word], seen[i, min(j + 1, columns - 1), word]
                beside[i + 1, j] = left | seen[i, j, word] | right
        for i in range(rows):
            for j in range(columns):
                bits = beside[i, j] | beside[i + 1, j] | beside[i + 2, j]
                at = 8 * word
                while bits:
                    share[i, j] += total[at, bits & np.uint64(255)]
                    bits >>= np.uint64(8)
                    at += 1
    return share


def _weights(view: BlockView, v_faces: tuple[float, ...], levels: int, z_m: float) -> npt.NDArray[np.float64]:
    """Weight (levels,) of each height, summing to 1: the less of the row is covered, the more."""
    profiles = [view.face_coverage(v, z_m)[:levels] for v in v_faces]
    covered = np.max([np.pad(p, (0, levels - len(p))) for p in profiles], axis=0)
    weight = np.clip(1.0 - covered / max(float(np.quantile(covered, 0.75)), 1e-6), 0.05, 1.0) ** 2
    weight[: int(0.1 / z_m)] = 0.0
    weight[covered < 0.02] = 0.0  # a height that nobody sees tells nothing
    return np.asarray(np.rint(weight / max(float(weight.sum()), 1e-9) * _EXACT) / _EXACT)
