"""What rows that are built alike say of each other: a face nobody looked at, two rows taken for one."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from scans.recognition.racks.blocks import axes_of
from scans.recognition.racks.faces import POST_FOOT_M
from scans.recognition.racks.nearest import nearest_frame
from scans.recognition.racks.rows import LIKENESS_M, FoundRow, measured_alone
from scans.recognition.tiled_points import TiledPoints

_PARALLEL_RAD = math.radians(2)
_AS_HIGH_M = 0.3
_DEEP_M = 1.6  # deeper than rows for one pallet are
_FLUE_M = (0.03, 0.6)
_ENOUGH = 3  # rows that say how deep they all are
_PLANE_M = 0.02
_MUCH = 0.3  # of the points on the better seen face
_UPRIGHT_M = 0.2  # and what loads stand out


def parted(rows: Sequence[FoundRow], cloud: TiledPoints) -> list[FoundRow]:
    """`rows`, two in place of each that is as deep as two alike back to back and a flue, with tiers of their own."""
    return [part for row in rows for part in _parts(row, [s for s in rows if s.depth_m < _DEEP_M], cloud)]


def with_like_depths(rows: Sequence[FoundRow], cloud: TiledPoints) -> list[FoundRow]:
    """`rows`, each as deep as most of those alike if it differs from them by no more than an upright.

    A face that was hardly looked at is rather taken for the inner side of its uprights than for something
    before them, so that the upper quartile tells how deep they are. The face moves to where more was seen; if
    nothing was, the better seen one stays. What rows say of each other is known to their likeness only.
    """
    return [_as_deep_as(row, [s.depth_m for s in rows if _is_alike(row, s)], cloud) for row in rows]


def _parts(row: FoundRow, singles: Sequence[FoundRow], cloud: TiledPoints) -> tuple[FoundRow, ...]:
    depths = [s.depth_m for s in singles if _is_alike(row, s)]
    depths = [depth for depth in depths if _FLUE_M[0] <= row.depth_m - 2 * depth <= _FLUE_M[1]]
    if not depths:
        return (row,)
    depth = float(np.median(depths))
    one = replace(_known_from_others(row), evidence_points=row.evidence_points // 2)
    near, far = replace(one, v1=row.v0 + depth), replace(one, v0=row.v1 - depth)
    return measured_alone(near, cloud, row.v0), measured_alone(far, cloud, row.v1)


def _as_deep_as(row: FoundRow, depths: Sequence[float], cloud: TiledPoints) -> FoundRow:
    depth = float(np.quantile(depths, 0.75, method="nearest"))
    if len(depths) < _ENOUGH or not LIKENESS_M < abs(row.depth_m - depth) < _UPRIGHT_M:
        return row
    v = _across_at_frames(row, cloud)
    seen = [np.count_nonzero(np.abs(v - face) < _PLANE_M) for face in (row.v0, row.v1)]
    there = [np.count_nonzero(np.abs(v - face) < _PLANE_M) for face in (row.v1 - depth, row.v0 + depth)]
    if max(there) < _MUCH * max(seen):
        there = seen[::-1]  # nothing tells where a face is that nobody saw: the better seen one stays
    if there[0] == there[1]:
        return row
    moved = _known_from_others(row)
    return replace(moved, v0=row.v1 - depth) if there[0] > there[1] else replace(moved, v1=row.v0 + depth)


def _known_from_others(row: FoundRow) -> FoundRow:
    return replace(row, sigma_m=max(row.sigma_m, LIKENESS_M))


def _across_at_frames(row: FoundRow, cloud: TiledPoints) -> npt.NDArray[np.float64]:
    """v (M,) of the points about the frames of `row`, as far before its faces as one might move."""
    frames = np.column_stack([np.repeat(row.posts, 2), np.tile([row.v0, row.v1], len(row.posts))])
    axes = axes_of(row.yaw_rad)
    points, heights = cloud.near(frames @ axes, _UPRIGHT_M)
    u, v = axes @ points[:, :2].T
    half_m = max(row.upright_width_m / 2 - 0.005, _PLANE_M)  # without the loads beside it
    at_frame = np.abs(u - nearest_frame(row.posts, u)) < half_m
    return np.asarray(v[at_frame & (heights > POST_FOOT_M)])


def _is_alike(row: FoundRow, other: FoundRow) -> bool:
    turn = abs(math.remainder(row.yaw_rad - other.yaw_rad, math.pi))
    return turn < _PARALLEL_RAD and abs(row.height_m - other.height_m) < _AS_HIGH_M
