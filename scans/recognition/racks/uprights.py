"""Uprights: what is seen at heights where nothing else is.

Loads cover much of a face, but not the gap between their tops and the beam above. Weighting each height by how
little of the row it covers leaves the uprights standing alone.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.ndimage import gaussian_filter1d, maximum_filter1d
from scipy.signal import find_peaks

from scans.recognition.racks.block_view import BlockView, bins

_CELL_M = 0.025
_Z_M = 0.05


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
    used = (view.z > 0.1) & (view.z < top_m)
    u0, v0 = float(view.u.min()), float(view.v.min())
    cell_m, z_m = _CELL_M * min(view.coarseness, 2.0), _Z_M * view.coarseness
    i, j = bins(view.u[used], u0, cell_m), bins(view.v[used], v0, cell_m)
    levels = int(top_m / z_m) + 1
    seen = np.zeros((int(i.max(initial=0)) + 1, int(j.max(initial=0)) + 1, levels), np.bool_)
    seen[i, j, bins(view.z[used], 0.0, z_m)] = True
    for axis in (0, 1):  # an upright is wider than a cell, a thin scan hits it here and there
        seen = maximum_filter1d(seen, 3, axis=axis)
    return UprightMap(seen @ _weights(view, v_faces, levels, z_m), u0, v0, cell_m)


def _weights(view: BlockView, v_faces: tuple[float, ...], levels: int, z_m: float) -> npt.NDArray[np.float64]:
    """Weight (levels,) of each height, summing to 1: the less of the row is covered, the more."""
    profiles = [view.face_coverage(v, z_m)[:levels] for v in v_faces]
    covered = np.max([np.pad(p, (0, levels - len(p))) for p in profiles], axis=0)
    weight = np.clip(1.0 - covered / max(float(np.quantile(covered, 0.75)), 1e-6), 0.05, 1.0) ** 2
    weight[: int(0.1 / z_m)] = 0.0
    weight[covered < 0.02] = 0.0  # a height that nobody sees tells nothing
    return np.asarray(weight / max(float(weight.sum()), 1e-9))
