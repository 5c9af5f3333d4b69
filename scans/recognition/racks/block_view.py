"""A rack block's points in the block's own axes, and how much of it is covered at each height."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
from scipy.ndimage import gaussian_filter1d

from scans.recognition.racks.blocks import RackBlock
from scans.recognition.tiled_points import TiledPoints

_FACE_HALF_M = 0.08
_OVERHANG_M = 0.2  # loads may stand out before the beams that carry them
_DENSE_M = 0.06  # up to this distance between points a scan shows a beam whole
_LOWEST_TOP_M = 1.6
_VOID_STEPS, _VOID_SHARE = 10, 0.05  # of 10 cm; fewer places than uprights alone would cover
_MARGIN_M = 5.0  # the widest bay: a row may go on beyond its block
_TURN_M = 1.0  # by how much the corners of a long block move when its yaw is refined


@dataclass(frozen=True)
class BlockView:
    """Points `u`, `v`, `z` (N,) near `block`: along it, across it, above the floor, in metres.

    None is above the block's top. They reach 5 m beyond the block's ends and 20 cm beyond its sides.
    `coarseness` (1 to 5) says by how much the cells in which evidence is gathered must grow because the scan is
    thin here.
    """

    block: RackBlock
    u: npt.NDArray[np.float64]
    v: npt.NDArray[np.float64]
    z: npt.NDArray[np.float64]
    coarseness: float

    def face_image(self, v_face: float, step_m: float) -> npt.NDArray[np.bool_]:
        """What is seen of a face: (K, P) in steps of `step_m` upwards and places of 10 cm or more along it."""
        return self.image(self.near_face(v_face), step_m)

    def near_face(self, v_face: float) -> npt.NDArray[np.bool_]:
        """Which points (N,) lie between the block's ends, on a face, and as far behind it as loads stand out."""
        inward = 1.0 if 2 * v_face < self.block.v0 + self.block.v1 else -1.0
        depth = (self.v - v_face) * inward
        half = _FACE_HALF_M * self.coarseness
        return np.asarray((depth > -half) & (depth < max(half, _OVERHANG_M)) & self.within)

    def image(self, near: npt.NDArray[np.bool_], step_m: float) -> npt.NDArray[np.bool_]:
        """Where the points `near` (N,) are seen: (K, P) as in `face_image`."""
        place_m = 0.1 * self.coarseness
        steps = bins(self.z[near], 0.0, step_m)
        places = max(math.ceil((self.block.u1 - self.block.u0) / place_m), 1)
        seen = np.zeros((int(steps.max(initial=0)) + 1, places), np.bool_)
        seen[steps, np.minimum(bins(self.u[near], self.block.u0, place_m), places - 1)] = True
        return seen

    def face_coverage(self, v_face: float, step_m: float) -> npt.NDArray[np.float64]:
        """Share (K,) of a face's places that is seen at each step of `step_m` upwards."""
        return np.asarray(self.face_image(v_face, step_m).mean(1))

    @property
    def within(self) -> npt.NDArray[np.bool_]:
        """Which points (N,) lie between the block's ends."""
        return (self.u > self.block.u0) & (self.u < self.block.u1)

    def outer_faces(self) -> tuple[float, float]:
        """The outermost planes (v0, v1) on which much is seen."""
        inside = self.within & (self.z > 0.3)
        start, step = self.block.v0 - 0.2, 0.02
        layer, place = bins(self.v[inside], start, step), bins(self.u[inside], self.block.u0, 0.1)
        level = bins(self.z[inside], 0.0, 0.1)
        seen = np.zeros([max(int(x.max(initial=0)) + 1, 4) for x in (layer, place, level)], np.bool_)
        seen[layer, place, level] = True
        profile = gaussian_filter1d(seen.sum((1, 2)).astype(np.float64), 0.7)
        middle = len(profile) // 2
        low, high = int(profile[:middle].argmax()), middle + int(profile[middle:].argmax())
        first = np.flatnonzero(profile[: low + 1] >= 0.5 * profile[low])[0]
        last = high + np.flatnonzero(profile[high:] >= 0.5 * profile[high])[-1]
        return float(start + first * step), float(start + (last + 1) * step)


def bins(x: npt.NDArray[np.float64], start: float, step: float) -> npt.NDArray[np.int64]:
    """The step (N,) in which each `x` lies, counted from `start`, never below 0."""
    return np.maximum(np.floor((x - start) / step), 0).astype(np.int64)


def block_view(block: RackBlock, cloud: TiledPoints) -> BlockView:
    """The view of `block`, its yaw refined to 0.02° where its faces are the sharpest lines."""
    points, heights = cloud.near(block.corners(), _MARGIN_M + _TURN_M)
    block = _turned_to_faces(block, points, heights)
    uv = points[:, :2] @ block.axes.T
    inside = (
        (uv[:, 0] > block.u0 - _MARGIN_M)
        & (uv[:, 0] < block.u1 + _MARGIN_M)
        & (uv[:, 1] > block.v0 - 0.2)
        & (uv[:, 1] < block.v1 + 0.2)
    )
    inside[inside] = heights[inside] < _top(uv[inside, 0], heights[inside], block)
    u, v, z = uv[inside, 0], uv[inside, 1], heights[inside]
    return BlockView(block, u, v, z, _coarseness(u, z, block))


def _coarseness(u: npt.NDArray[np.float64], z: npt.NDArray[np.float64], block: RackBlock) -> float:
    """Mean distance between points, were they spread over the block's two faces, against a dense scan's."""
    within = z[(u > block.u0) & (u < block.u1)]
    if len(within) < 10:
        return 5.0
    faces_m2 = 2 * (block.u1 - block.u0) * float(np.quantile(within, 0.95))
    return float(np.clip(math.sqrt(faces_m2 / len(within)) / _DENSE_M, 1.0, 5.0))


def _top(u: npt.NDArray[np.float64], z: npt.NDArray[np.float64], block: RackBlock) -> float:
    """Where the block ends and the void below the roof begins: a bare step, and next to nothing in the metre up.

    The metre counts as a whole: a stray or two in a step end no void.
    """
    within = (u > block.u0) & (u < block.u1)
    steps, places = bins(z[within], 0.0, 0.1), bins(u[within], block.u0, 0.25)
    seen = np.zeros((int(steps.max(initial=0)) + 2 + _VOID_STEPS, int(places.max(initial=0)) + 1), np.bool_)
    seen[steps, places] = True
    share = seen.mean(1)
    for step in range(int(_LOWEST_TOP_M / 0.1), len(share) - _VOID_STEPS):
        if max(share[step], share[step : step + _VOID_STEPS].mean()) < _VOID_SHARE:
            return 0.1 * step
    return math.inf


def _turned_to_faces(
    block: RackBlock, points: npt.NDArray[np.float64], heights: npt.NDArray[np.float64]
) -> RackBlock:
    uv = points[:, :2] @ block.axes.T
    sides = (uv[:, 1] > block.v0 - 0.1) & (uv[:, 1] < block.v1 + 0.1)
    uv = uv[sides & (uv[:, 0] > block.u0) & (uv[:, 0] < block.u1) & (heights > 0.3)]
    if len(uv) < 50:
        return block
    uv = uv[:: max(1, len(uv) // 60_000)]
    lever = uv[:, 0] - uv[:, 0].mean()
    best = 0.0
    for reach, step in ((0.6, 0.1), (0.1, 0.02)):
        turns = best + np.deg2rad(np.arange(-reach, reach + step / 2, step))
        best = float(max(turns, key=lambda t: _sharpness(uv[:, 1] - math.tan(t) * lever)))
    turned = replace(block, yaw_rad=block.yaw_rad + best)
    moved = block.corners().mean(0) @ turned.axes.T
    du = float(moved[0]) - (block.u0 + block.u1) / 2
    dv = float(moved[1]) - (block.v0 + block.v1) / 2
    return replace(turned, u0=block.u0 + du, u1=block.u1 + du, v0=block.v0 + dv, v1=block.v1 + dv)


def _sharpness(v: npt.NDArray[np.float64]) -> float:
    counts = np.bincount(bins(v, float(v.min()), 0.01)).astype(np.float64)
    return float((gaussian_filter1d(counts, 1.0) ** 2).sum())
