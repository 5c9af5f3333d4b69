"""A rack block's points in the block's own axes, and how much of it is covered at each height."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
from numba import njit
from scipy.ndimage import gaussian_filter1d

from scans.recognition.racks.blocks import RackBlock
from scans.recognition.racks.facing import turned_to_faces
from scans.recognition.racks.nearest import one_at
from scans.recognition.tiled_points import TiledPoints

Floats = npt.NDArray[np.float64]

_FACE_HALF_M = 0.08
_OVERHANG_M = 0.2  # loads may stand out before the beams that carry them
_DENSE_M = 0.06  # up to this distance between points a scan shows a beam whole
_LOWEST_TOP_M = 1.6
_VOID_STEPS, _VOID_SHARE = 10, 0.05  # of 10 cm; fewer places than uprights alone would cover
_MARGIN_M = 5.0  # the widest bay: a row may go on beyond its block
_LAYER_M, _STANDING_M, _CELL_M = 0.02, 0.05, 0.01


@dataclass(frozen=True)
class BlockView:
    """Points `u`, `v`, `z` (N,) near `block`: along it, across it, above the floor at its middle, in metres.

    Racks stand level, whatever the floor does below them; `base_m` is the world's z of that floor.
    None is above the block's top. They reach 5 m beyond the block's ends and 20 cm beyond its sides.
    `coarseness` (1 to 5) says by how much the cells in which evidence is gathered must grow because the scan is
    thin here.
    """

    block: RackBlock
    u: Floats
    v: Floats
    z: Floats
    coarseness: float
    base_m: float = 0.0

    def face_coverage(self, v_face: float, step_m: float) -> Floats:
        """Share (K,) of a face's places, of 10 cm or more along it, that is seen at each step of `step_m` upwards; on
        the face, and as far behind it as loads stand out.
        """
        half = _FACE_HALF_M * self.coarseness
        behind = max(half, _OVERHANG_M)
        low, high = (-half, behind) if 2 * v_face < self.block.v0 + self.block.v1 else (-behind, half)
        place_m = 0.1 * self.coarseness
        places = max(math.ceil((self.block.u1 - self.block.u0) / place_m), 1)
        box = (self.block.u0, self.block.u1, v_face + low, v_face + high)
        return np.asarray(_seen_at(*self._layers, box, step_m, place_m, places, self._steps(step_m)))

    def near_planes(
        self,
        planes: tuple[float, ...],
        reach_m: float,
        *,
        ends: tuple[float, float] | None = None,
        above_m: float = -math.inf,
        frames: Floats | None = None,
        half_m: float = math.inf,
    ) -> Floats:
        """u, v and z (3, M) of the points nearer than `reach_m` to one of the `planes` (v), between the block's ends
        or others, above a height, and nearer than `half_m` to one of the `frames`, if any are given.
        """
        u0, u1 = (self.block.u0, self.block.u1) if ends is None else ends
        at = np.zeros(0) if frames is None else frames
        return np.array(_near_planes(*self._layers, np.sort(planes), reach_m, (u0, u1), above_m, at, half_m))

    def standing(self, u: Floats, z: Floats, across: Floats) -> Floats:
        """A weight (M,) for points at `u` (M,) and `z` (M,), with which those at a place `across` (M,) count by the
        heights at which something is seen there: an upright is seen at all, loads are seen often at some.

        A height counts the more the less of the row is seen at it.
        """
        place_m = 0.1 * self.coarseness
        along = (self.block.u1 - self.block.u0) / place_m
        start = self.block.u0 - _MARGIN_M
        if len(z) == 0:
            return np.zeros(0)
        place = bins(u, start, place_m)
        cell = np.floor(across / _CELL_M).astype(np.int64)
        cell -= cell.min()
        shape = int(place.max()) + 1, int(cell.max()) + 1, self._steps(_STANDING_M)
        return np.asarray(_standing(bins(z, 0.0, _STANDING_M), place, cell, along, shape))

    def _steps(self, step_m: float) -> int:
        """How many steps upwards hold all points."""
        return int(self._top_m / step_m) + 1

    @cached_property
    def _layers(self) -> tuple[Floats, npt.NDArray[np.int64], float]:
        """u, v and z (3, N) layer by layer of 2 cm across, where each layer starts, and v of the lowest: who looks at
        a face looks at few of a block's points.
        """
        low, high = (float(self.v.min()), float(self.v.max())) if len(self.v) else (0.0, 0.0)
        start = np.zeros(int((high - low) / _LAYER_M) + 2, np.int64)
        return _in_layers(self.u, self.v, self.z, low, start), start, low

    @cached_property
    def _top_m(self) -> float:
        return float(self.z.max(initial=0.0))

    def outer_faces(self) -> tuple[float, float]:
        """The outermost planes (v0, v1) on which much is seen."""
        start, step = self.block.v0 - 0.2, _LAYER_M
        shape = (
            int((self.block.v1 - start + 0.2) / step) + 2,
            int((self.block.u1 - self.block.u0) / 0.1) + 2,
            self._steps(0.1),
        )
        ends = self.block.u0, self.block.u1
        often = _layers_seen(self.u, self.v, self.z, ends, start, shape)
        profile = gaussian_filter1d(often, 0.7)
        middle = len(profile) // 2
        low, high = int(profile[:middle].argmax()), middle + int(profile[middle:].argmax())
        first = np.flatnonzero(profile[: low + 1] >= 0.5 * profile[low])[0]
        last = high + np.flatnonzero(profile[high:] >= 0.5 * profile[high])[-1]
        return float(start + first * step), float(start + (last + 1) * step)


def bins(x: Floats, start: float, step: float) -> npt.NDArray[np.int64]:
    """The step (N,) in which each `x` lies, counted from `start`, never below 0."""
    return np.maximum(np.floor((x - start) / step), 0).astype(np.int64)


def block_view(block: RackBlock, cloud: TiledPoints) -> BlockView:
    """The view of `block`, its yaw refined to 0.02° where its faces are the sharpest lines."""
    base_m = cloud.floor_at(block.corners().mean(axis=0))
    inside = _in_block(block, cloud, base_m, along_m=0.0, across_m=0.1)
    return _view(turned_to_faces(block, inside), cloud, base_m)


def view_of(block: RackBlock, cloud: TiledPoints) -> BlockView:
    """The view of `block` as it lies."""
    return _view(block, cloud, cloud.floor_at(block.corners().mean(axis=0)))


def _view(block: RackBlock, cloud: TiledPoints, base_m: float) -> BlockView:
    uvz = _in_block(block, cloud, base_m, along_m=_MARGIN_M, across_m=0.2)
    top = _top(uvz, block)
    u, v, z = uvz.compress(uvz[2] < top, axis=1) if math.isfinite(top) else uvz
    return BlockView(block, u, v, z, _coarseness(u, z, block), base_m)


def _in_block(
    block: RackBlock, cloud: TiledPoints, base_m: float, *, along_m: float, across_m: float
) -> Floats:
    """u, v and height (3, M) of those points that lie in `block` grown by `along_m` and `across_m`."""
    low = np.array([block.u0 - along_m, block.v0 - across_m])
    high = np.array([block.u1 + along_m, block.v1 + across_m])
    uvz = cloud.in_box(block.axes, low, high)
    uvz[2] -= base_m
    return uvz


def _coarseness(u: Floats, z: Floats, block: RackBlock) -> float:
    """Mean distance between points, were they spread over the block's two faces, against a dense scan's."""
    within = z[(u > block.u0) & (u < block.u1)]
    if len(within) < 10:
        return 5.0
    faces_m2 = 2 * (block.u1 - block.u0) * float(np.quantile(within, 0.95))
    return float(np.clip(math.sqrt(faces_m2 / len(within)) / _DENSE_M, 1.0, 5.0))


def _top(uvz: Floats, block: RackBlock) -> float:
    """Where the block ends and the void below the roof begins: a bare step, and next to nothing in the metre up.

    The metre counts as a whole: a stray or two in a step end no void.
    """
    u, _, z = uvz
    within = (u > block.u0) & (u < block.u1)
    places = int((float(u[within].max(initial=block.u0)) - block.u0) / 0.25) + 1
    steps = int(float(z[within].max(initial=0.0)) / 0.1) + 1
    box = (block.u0, block.u1, -math.inf, math.inf)
    share = _seen_at(uvz, np.array([0, len(u)]), 0.0, box, 0.1, 0.25, places, steps)
    share = np.pad(share, (0, 1 + _VOID_STEPS))
    for step in range(int(_LOWEST_TOP_M / 0.1), len(share) - _VOID_STEPS):
        if max(share[step], share[step : step + _VOID_STEPS].mean()) < _VOID_SHARE:
            return 0.1 * step
    return math.inf


@njit(cache=True, nogil=True)
def _in_layers(u, v, z, low, start):  # type: ignore[no-untyped-def]
    layer = np.empty(len(v), np.int32)
    for n in range(len(v)):
        layer[n] = int((v[n] - low) / _LAYER_M)
        start[layer[n] + 1] += 1
    for k in range(1, len(start)):
        start[k] += start[k - 1]
    following = start.copy()
    uvz = np.empty((3, len(v)))
    for n in range(len(v)):
        at = following[layer[n]]
        following[layer[n]] += 1
        uvz[0, at], uvz[1, at], uvz[2, at] = u[n], v[n], z[n]
    return uvz


@njit(cache=True, nogil=True)
def _near_planes(uvz, start, v_low, planes, reach_m, ends, above_m, frames, half_m):  # type: ignore[no-untyped-def]
    spans, most, done = np.empty((len(planes), 2), np.int64), 0, 0
    for p in range(len(planes)):
        first, last = _span(start, v_low, planes[p] - reach_m, planes[p] + reach_m)
        spans[p, 0], spans[p, 1] = max(first, done), max(last, done)
        done = spans[p, 1]
        most += spans[p, 1] - spans[p, 0]
    near = np.empty((3, most))
    count = 0
    for p in range(len(planes)):
        for n in range(spans[p, 0], spans[p, 1]):
            u, v, z = uvz[0, n], uvz[1, n], uvz[2, n]
            if ends[0] < u < ends[1] and z > above_m:
                is_near = False
                for plane in planes:
                    is_near = is_near or abs(v - plane) < reach_m
                if is_near and (len(frames) == 0 or one_at(frames, u, half_m) >= 0):
                    near[0, count], near[1, count], near[2, count] = u, v, z
                    count += 1
    return near[:, :count]


@njit(cache=True, nogil=True)
def _span(start, v_low, low, high):  # type: ignore[no-untyped-def]
    """Where the points with v from `low` to `high`, and some more, are in layers."""
    most = len(start) - 2
    first = min(max(math.floor((max(low, v_low) - v_low) / _LAYER_M), 0), most)
    last = min(max(math.floor((min(high, v_low + len(start) * _LAYER_M) - v_low) / _LAYER_M), 0), most)
    return start[first], start[last + 1]


@njit(cache=True, nogil=True)
def _seen_at(uvz, start, v_low, box, step_m, place_m, places, steps):  # type: ignore[no-untyped-def]
    """(K,): share of places along u seen at each step of z, in a box (u0, u1, v0, v1) without its edges, up to the
    highest that is seen.
    """
    u0, u1, v0, v1 = box
    seen = np.zeros((steps, places), np.bool_)
    count = np.zeros(steps, np.int64)
    top = 0
    first, last = _span(start, v_low, v0, v1)
    for n in range(first, last):
        if u0 < uvz[0, n] < u1 and v0 < uvz[1, n] < v1:
            k = max(math.floor(uvz[2, n] / step_m), 0)
            p = min(max(math.floor((uvz[0, n] - u0) / place_m), 0), places - 1)
            top = max(top, k)
            if not seen[k, p]:
                seen[k, p] = True
                count[k] += 1
    return count[: top + 1] / places


@njit(cache=True, nogil=True)
def _layers_seen(u, v, z, ends, start, shape):  # type: ignore[no-untyped-def]
    """(L,): in how many cells of 10 cm along u and z, from 30 cm up, each layer of 2 cm across is seen."""
    seen = np.zeros(shape, np.bool_)
    often = np.zeros(shape[0])
    last = 3
    for n in range(len(u)):
        if ends[0] < u[n] < ends[1] and z[n] > 0.3:
            i = max(math.floor((v[n] - start) / _LAYER_M), 0)
            j, k = max(math.floor((u[n] - ends[0]) / 0.1), 0), math.floor(z[n] / 0.1)
            last = max(last, i)
            if not seen[i, j, k]:
                seen[i, j, k] = True
                often[i] += 1.0
    return often[: last + 1].copy()


@njit(cache=True, nogil=True)
def _standing(step, place, cell, along, shape):  # type: ignore[no-untyped-def]
    """See `BlockView.standing`; `shape` counts places, cells and steps."""
    places, cells, steps = shape
    seen = np.zeros((steps, places), np.bool_)
    rarity = np.zeros(steps)
    count = np.zeros((cells, steps), np.int64)
    for n in range(len(step)):
        k = step[n]
        if not seen[k, place[n]]:
            seen[k, place[n]] = True
            rarity[k] += 1.0
        count[cell[n], k] += 1
    for k in range(steps):
        rare = max(1.0 - rarity[k] / max(along, 1.0), 0.02)
        rarity[k] = rare * rare * rare
    weight = np.empty(len(step))
    for n in range(len(step)):
        weight[n] = rarity[step[n]] / count[cell[n], step[n]]
    return weight
