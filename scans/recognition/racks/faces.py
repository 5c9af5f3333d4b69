"""Where the faces of a rack row are: of one row or two back to back, at first sight and to the millimetre."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy.ndimage import gaussian_filter1d

from scans.recognition.racks.block_view import BlockView
from scans.recognition.racks.tiers import FoundTier
from scans.recognition.racks.uprights import UprightMap

_MIN_DEPTH_M = 0.3
_MAX_FLUE_M = 0.6
_SHELF_SPACING_M, _REACH_M, _DEEPEST_SHELF_M = 0.7, 3.0, 0.95
_POST_REACH_M, _STEP_M, _STEPS = 0.12, 0.005, 48
_PLANE_SHARE = 0.75  # of the plane at which uprights are seen at most heights
_SKIN_STEPS = 5  # from where an upright is seen at many heights to where it is seen most often
POST_FOOT_M = 0.3


class Faces(NamedTuple):
    """Where the faces of a row seem to be, and beyond what they cannot be: there its mate stands, back to back."""

    v0: float
    v1: float
    low: float = -math.inf
    high: float = math.inf


def is_shelving(tiers: Sequence[FoundTier]) -> bool:
    """Whether tiers are as close and as low as one reaches."""
    heights = [tier.z_m for tier in tiers]
    return (
        len(heights) > 1 and float(np.median(np.diff(heights))) < _SHELF_SPACING_M and heights[-1] < _REACH_M
    )


def row_faces(uprights: UprightMap, outer: tuple[float, float], tiers: Sequence[FoundTier]) -> list[Faces]:
    """The faces of each row between the block's outer faces.

    Two rows of shelves back to back hide the posts between them; but none is as deep as two.
    """
    low, high = outer
    has_shelves = is_shelving(tiers)
    if high - low < (_DEEPEST_SHELF_M if has_shelves else 2 * _MIN_DEPTH_M + 0.4):
        return [Faces(*outer)]
    middle = (low + high) / 2
    inner = [
        v
        for v in uprights.planes(low, high)
        if abs(v - middle) < min(_MAX_FLUE_M, (high - low) / 2 - _MIN_DEPTH_M)
    ]
    left = max((v for v in inner if v <= middle), default=None)
    right = min((v for v in inner if v > middle), default=None)
    if left is None and right is None:
        if not has_shelves:
            return [Faces(*outer)]
        left = right = middle
    # rows back to back are twins: a plane seen on one side stands mirrored on the other
    left = left if left is not None else 2 * middle - (right or middle)
    right = right if right is not None else 2 * middle - left
    left, right = left + uprights.cell_m, right - uprights.cell_m
    return [Faces(low, min(left, middle), high=middle), Faces(max(right, middle), high, low=middle)]


def post_planes(
    view: BlockView, frames: npt.NDArray[np.float64], half_m: float, faces: Faces
) -> tuple[float, float]:
    """The outermost planes, near the faces, on which uprights at `frames` are seen at most heights."""
    v0, v1, low, high = faces
    first, last = max(v0 - _POST_REACH_M, low), min(v1 + _POST_REACH_M, high)
    u, v, z = view.near_planes(
        ((first + last) / 2,),
        (last - first) / 2,
        ends=(float(frames[0]) - half_m, float(frames[-1]) + half_m),
        above_m=POST_FOOT_M,
        frames=frames,
        half_m=half_m,
    )
    weight = view.standing(u, z, v)
    planes = []
    for face, outward in ((v0, -1.0), (v1, 1.0)):
        depth = (face - v) * outward  # grows into the row
        near = np.abs(depth) < _POST_REACH_M
        if np.count_nonzero(near) < 20:
            planes.append(face)
            continue
        step = np.minimum(((depth[near] + _POST_REACH_M) / _STEP_M).astype(np.int64), _STEPS - 1)
        counts = np.stack([np.bincount(step, w, _STEPS) for w in (None, weight[near])])
        often, at_heights = gaussian_filter1d(counts, 1.5)
        start = int(np.flatnonzero(at_heights >= _PLANE_SHARE * at_heights.max())[0])
        peak = start + int(often[start : start + _SKIN_STEPS].argmax())
        close = depth[np.abs(depth - ((peak + 0.5) * _STEP_M - _POST_REACH_M)) < 0.012]
        planes.append(face - outward * float(close.mean()))
    return planes[0], planes[1]
